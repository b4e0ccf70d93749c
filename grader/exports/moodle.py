"""Fill the grading worksheet that an instructor downloaded from a Moodle assignment.

Moodle's import (``mod/assign/feedback/offline`` of moodle) knows a row by Identifier, takes Grade, skips what is out of
range, and compares Last modified (grade) with what it has; without one of the three columns it refuses the file.
"""

from grader.exports import gradebook
from grader.exports.scores import Scores
from grader.exports.table import shown
from grader.model import CourseError


def fill(scores: Scores, worksheet: bytes, column: str | None = None) -> tuple[str, list[str]]:
    """The worksheet with the grades of one assignment, scaled to the worksheet's maximum where that differs.

    Args:
        scores: The scores of one assignment.
        worksheet: The file from Moodle.
        column: The column to fill; the worksheet's is called Grade.

    Raises:
        CourseError: where this is not a worksheet, or the scores are of several assignments.
    """
    if len(scores.most) != 1:
        raise CourseError("A worksheet is for one assignment.", "Name it with --assignment.", usage=True)
    ((assignment, most),) = scores.most.items()
    sheet = gradebook.read(worksheet)
    wanted = ("Identifier", column or "Grade", "Last modified (grade)")
    identifier, target, modified = map(sheet.column, wanted)
    if identifier is None or target is None or modified is None:
        missing = [name for name in wanted if sheet.column(name) is None]
        raise CourseError(
            f"The worksheet has no column {' and no column '.join(missing)}.",
            "With Moodle's language set to English, download it from the assignment: Download grading worksheet.",
        )
    names = ("Identifier", "ID number", "Username", "Email address", "Full name")
    keys = [index for name in names if (index := sheet.column(name)) is not None]
    maximum, locked = sheet.column("Maximum grade"), sheet.column("Grade can be changed")
    people = [[row[key] for key in keys] for row in sheet.rows]
    row_of, notes = gradebook.match(scores.points, people, scores.known_as)
    for student, position in row_of.items():
        row, value = sheet.rows[position], scores.points[student].get(assignment)
        if value is None:
            continue
        if locked is not None and gradebook.folded(row[locked]) in ("no", "0"):
            notes.append(f"Moodle lets nobody change the grade of {student}.")
            continue
        their_maximum = gradebook.number(row[maximum]) if maximum is not None else None
        row[target] = shown(value / most * their_maximum if their_maximum and most and their_maximum != most else value)
    return gradebook.write(sheet), notes
