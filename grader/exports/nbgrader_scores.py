"""Scores from nbgrader's gradebook, and what it does not say: who has not been graded since last handing in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from grader.exports.scores import Scores
from grader.model import CourseError
from grader.model.files import NotOrdinary, read_ordinary

_STAMP_BYTES = 1_000
"""The most that is read of the time at which a submission was handed in."""


def read_gradebook(path: Path) -> Scores:
    """The scores in a ``gradebook.db``.

    What nbgrader has collected beside it is looked through: a score that is older than the submission is left out.

    Raises:
        CourseError: where this is not a gradebook.
        ModuleNotFoundError: where nbgrader is not installed.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import DatabaseError

    points: dict[str, dict[str, float | None]] = {}
    notes = []
    try:
        with Gradebook(f"sqlite:///{path.resolve()}") as gradebook:
            most = {assignment.name: float(assignment.max_score) for assignment in gradebook.assignments}
            graded = {}
            known_as = {}
            for student in gradebook.students:
                row: dict[str, float | None] = {}
                for submission in student.submissions:
                    open_ = submission.needs_manual_grade
                    penalty = submission.late_submission_penalty or 0.0
                    row[submission.name] = None if open_ else max(0.0, float(submission.score - penalty))
                    graded[student.id, submission.name] = submission.timestamp
                    if open_:
                        notes.append(_open(submission, student.id))
                points[student.id] = row
                known_as[student.id] = _names(student)
    except DatabaseError as error:
        raise CourseError(f"{path} is not a gradebook of nbgrader: {error.orig}.", usage=True) from None
    for (name, assignment), handed_in in _collected(path.parent / "submitted", most):
        before = graded.get((name, assignment))
        if (name, assignment) not in graded or (before is not None and handed_in is not None and handed_in > before):
            points.setdefault(name, {})[assignment] = None
            notes.append(
                f"Not graded since it was handed in: {assignment} of {name}; it is left empty. "
                f"Run: nbgrader autograde {assignment}"
            )
    return Scores(points=points, most=most, notes=notes, known_as=known_as)


def _open(submission: Any, student: str) -> str:
    """Why a submission has no score yet: nobody has graded something, or has looked at it since it was graded anew."""
    cells = [grade for notebook in submission.notebooks for grade in notebook.grades if grade.needs_manual_grade]
    if any(grade.manual_score is None for grade in cells) or not cells:
        return f"Ungraded: something in {submission.name} of {student}; it is left empty."
    given = ", ".join(f"{grade.manual_score:g} for {grade.cell.name}" for grade in cells)
    return (
        f"Given by hand and to be reviewed, since it was graded anew: {given} in {submission.name} of {student}; it is "
        "left empty. In formgrader, Resolve keeps the points."
    )


def _names(student: Any) -> list[str]:
    """What nbgrader's table of students knows a student by beside the id, in the order in which it is trusted."""
    spoken = " ".join(name for name in (student.first_name, student.last_name) if name)
    return [name for name in (student.lms_user_id, student.email, spoken) if name]


def _collected(folder: Path, known: Mapping[str, float]) -> Iterator[tuple[tuple[str, str], datetime | None]]:
    """Student and assignment of each submission that was collected, and when it was handed in."""
    for submitted in sorted(folder.glob("*/*/")):
        if submitted.name in known:
            yield (submitted.parent.name, submitted.name), _moment(submitted / "timestamp.txt")


def _moment(stamp: Path) -> datetime | None:
    from nbgrader.utils import parse_utc

    try:
        moment: datetime = parse_utc(read_ordinary(stamp, _STAMP_BYTES).decode().strip())
    except (OSError, ValueError, NotOrdinary):
        return None
    return moment
