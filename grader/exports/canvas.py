"""Fill the gradebook CSV that an instructor exported from Canvas, so that it can be imported again."""

import re

from grader.exports import gradebook
from grader.exports.scores import Scores
from grader.exports.table import shown
from grader.model import CourseError

_WHO = ("Student", "ID", "SIS User ID", "SIS Login ID", "Root Account", "Section")
_NUMBERED = re.compile(r"\s*\(\d+\)\s*$")
"""What Canvas puts behind an assignment's name."""


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
    who = [sheet.column(name) for name in _WHO]
    if who[0] is None or who[1] is None:
        raise CourseError("The gradebook has no columns Student and ID.", "Export it from Canvas: Grades, Export.")
    targets = _targets(scores, sheet, column)
    people = [index for index, row in enumerate(sheet.rows) if row[who[1]].strip()]
    rows = [sheet.rows[index] for index in people]
    found = gradebook.match(scores.points, rows, [who[1], who[2], who[3], who[0]])
    for student, position in found.items():
        for assignment, target in targets.items():
            value = scores.points[student].get(assignment)
            if value is not None:
                rows[position][target] = shown(value)
    kept = [index for index in who if index is not None] + list(targets.values())
    filled = gradebook.Sheet(
        [sheet.header[index] for index in kept],
        [[row[index] for index in kept] for row in sheet.rows],
        sheet.dialect,
    )
    notes = gradebook.unmatched(scores.points, found)
    without = [rows[index][who[0]] for index in range(len(rows)) if index not in found.values()]
    return gradebook.write(filled), notes + [f"No results for: {name}." for name in without]


def _targets(scores: Scores, sheet: gradebook.Sheet, column: str | None) -> dict[str, int]:
    """Assignment to the column for it."""
    if column is not None and len(scores.most) > 1:
        raise CourseError("--column is for one assignment.", "Name it with --assignment.", usage=True)
    titles = {gradebook.folded(_NUMBERED.sub("", title)): index for index, title in enumerate(sheet.header)}
    whole = {gradebook.folded(title): index for index, title in enumerate(sheet.header)}
    found = {}
    for assignment in scores.most:
        name = gradebook.folded(column or assignment)
        index = whole.get(name, titles.get(name, titles.get(name.replace("_", " "))))
        if index is not None:
            found[assignment] = index
    if not found:
        raise CourseError(
            f"The gradebook has no column for {column or ' or '.join(scores.most)}.",
            "Make the assignment in Canvas and export again, or name its column with --column.",
        )
    return found
