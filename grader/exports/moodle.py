"""Fill the grading worksheet that an instructor downloaded from a Moodle assignment."""

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
        CourseError: where this is no worksheet, or the scores are of several assignments.
    """
    if len(scores.most) != 1:
        raise CourseError("A worksheet is for one assignment.", "Name it with --assignment.", usage=True)
    ((assignment, most),) = scores.most.items()
    sheet = gradebook.read(worksheet)
    identifier, target = sheet.column("Identifier"), sheet.column(column or "Grade")
    if identifier is None or target is None:
        raise CourseError(
            f"The worksheet has no columns Identifier and {column or 'Grade'}.",
            "Download it from the assignment: View all submissions, Download grading worksheet.",
        )
    keys = [identifier, sheet.column("ID number"), sheet.column("Username"), sheet.column("Email address")]
    maximum, locked = sheet.column("Maximum grade"), sheet.column("Grade can be changed")
    found = gradebook.match(scores.points, sheet.rows, [*keys, sheet.column("Full name")])
    notes = gradebook.unmatched(scores.points, found)
    for student, position in found.items():
        row, value = sheet.rows[position], scores.points[student].get(assignment)
        if value is None:
            continue
        if locked is not None and gradebook.folded(row[locked]) in ("no", "0"):
            notes.append(f"Moodle lets nobody change the grade of {student}.")
            continue
        worth = _number(row[maximum]) if maximum is not None else 0.0
        row[target] = shown(value / most * worth if worth and most and worth != most else value)
    return gradebook.write(sheet), notes


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 0.0
