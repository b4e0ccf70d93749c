"""Scores from nbgrader's gradebook, and what it does not say: who has not been graded since last handing in."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

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
            for student in gradebook.students:
                row: dict[str, float | None] = {}
                for submission in student.submissions:
                    open_ = submission.needs_manual_grade
                    penalty = submission.late_submission_penalty or 0.0
                    row[submission.name] = None if open_ else max(0.0, float(submission.score - penalty))
                    graded[student.id, submission.name] = submission.timestamp
                    if open_:
                        notes.append(f"Ungraded: something in {submission.name} of {student.id}; it is left empty.")
                points[student.id] = row
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
    return Scores(points=points, most=most, notes=notes)


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
