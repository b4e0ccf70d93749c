"""Fill the gradebook CSV that an instructor exported from Canvas, so that it can be imported again.

Canvas's import (``lib/gradebook_importer.rb`` of canvas-lms) wants the columns that tell who a student is first, in the
order of its export and up to Section; a row of points possible; then assignments, known by the number in their heading.
"""

import re
from collections.abc import Mapping

from grader.exports import gradebook
from grader.exports.scores import Scores
from grader.exports.table import shown
from grader.model import CourseError

_NAMES = ("Student", "LastName", "FirstName")
_WHO = (*_NAMES, "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
_NUMBERED = re.compile(r"\s*\(\d+\)\s*$")
"""What Canvas puts after an assignment's name."""
_POINTS = "points possible"
_TEST_STUDENTS = ("student, test", "test student")
"""Canvas's name of the test student, as whom an instructor can view the course."""


def fill(scores: Scores, exported: bytes, column: str | None = None) -> tuple[str, list[str]]:
    """The columns that Canvas knows students by, and those of our assignments, filled in.

    Other columns are left out, which leaves them alone in Canvas.

    Args:
        scores: The scores.
        exported: The file from Canvas.
        column: Where to put them; without it each assignment's column is the one of its name.

    Raises:
        CourseError: where this is no such file, or it has no such column.
    """
    sheet = gradebook.read(exported)
    who = {name: index for name in _WHO if (index := sheet.column(name)) is not None}
    if not ({"ID", "Section"} <= who.keys() and who.keys() & {"Student", "LastName"}):
        raise CourseError(
            "The gradebook has no columns Student, ID and Section.", "Export it from Canvas: Grades, Export."
        )
    targets = _targets(scores, sheet, column)
    points = next((row for row in sheet.rows if _POINTS in gradebook.folded(row[0])), None)
    notes = _differences(scores, targets, points) if points else []
    rows = [row for row in sheet.rows if row is not points and row[who["ID"]].strip()]
    names = [_name(row, who) for row in rows]
    numbers = [who[name] for name in ("ID", "SIS User ID", "SIS Login ID") if name in who]
    people = [[*(row[index] for index in numbers), name] for row, name in zip(rows, names, strict=True)]
    row_of, unmatched = gradebook.match(scores.points, people, scores.known_as)
    for student, position in row_of.items():
        for assignment, target in targets.items():
            value = scores.points[student].get(assignment)
            if rows[position][target].strip().upper() == "EX":
                notes.append(f"Canvas has {student} excused from {assignment}; that is left as it is.")
            elif value is not None:
                rows[position][target] = shown(value)
    kept = sorted(who.values()) + list(targets.values())
    filled = gradebook.Sheet(
        [sheet.header[index] for index in kept],
        [[row[index] for index in kept] for row in sheet.rows],
        sheet.dialect,
    )
    notes += unmatched
    without = [name for index, name in enumerate(names) if index not in row_of.values()]
    notes += [f"No results for: {name}." for name in without if gradebook.folded(name) not in _TEST_STUDENTS]
    return gradebook.write(filled), notes


def _name(row: list[str], who: Mapping[str, int]) -> str:
    return ", ".join(row[who[name]] for name in _NAMES if name in who)


def _targets(scores: Scores, sheet: gradebook.Sheet, column: str | None) -> dict[str, int]:
    """Assignment to the column for it."""
    if column is not None and len(scores.most) > 1:
        raise CourseError("--column is for one assignment.", "Name it with --assignment.", usage=True)
    titles = {gradebook.folded(_NUMBERED.sub("", title)): index for index, title in enumerate(sheet.header)}
    whole = {gradebook.folded(title): index for index, title in enumerate(sheet.header)}
    targets = {}
    for assignment in scores.most:
        name = gradebook.folded(column or assignment)
        index = whole.get(name, titles.get(name, titles.get(name.replace("_", " "))))
        if index is not None:
            targets[assignment] = index
    if not targets:
        raise CourseError(
            f"The gradebook has no column for {column or ' or '.join(scores.most)}.",
            "Make the assignment in Canvas and export again, or name its column with --column.",
        )
    return targets


def _differences(scores: Scores, targets: Mapping[str, int], points: list[str]) -> list[str]:
    """What to know where Canvas's points possible are not ours.

    Raises:
        CourseError: where Canvas takes no grades in a column.
    """
    notes = []
    for assignment, target in targets.items():
        most, there = scores.most[assignment], points[target].strip()
        if "read only" in there:
            raise CourseError(f"Canvas takes no grades for {assignment}: its column is read only.", "Name another.")
        their_maximum = gradebook.number(there)
        if their_maximum is not None and their_maximum != most:
            notes.append(f"{assignment} is worth {shown(most)} points here and {there} in Canvas; points are as here.")
    return notes
