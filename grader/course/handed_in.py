"""When students handed in: ``handed-in.csv`` beside the folder of students' folders, else what nbgrader wrote down.

Nothing that a student can write is believed: the list lies where no student's files are, and nbgrader's time counts
only below its own ``submitted``. It is for instructors to edit.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.model import CourseError
from grader.model.files import NotOrdinary, read_ordinary, write_whole
from grader.model.sheet import as_meant, folded, inert, read

FILE = "handed-in.csv"
_COLUMNS = ("student", "assignment", "when", "late", "source")
_YES, _NO = ("yes", "true", "1", "x"), ("no", "false", "0")
_MOST_BYTES, _STAMP_BYTES = 2**25, 1_000


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What is known of when one student handed in one assignment."""

    when: datetime | None = None
    """Without a time zone it is the course's."""
    late: bool | None = None
    """Whether the system that took it in calls it late; None where that says nothing."""
    source: str = ""
    """Where that comes from."""


Moments = Mapping[tuple[str, str], Moment]
"""By student and assignment."""


def read_moments(path: Path) -> dict[tuple[str, str], Moment]:
    """A ``handed-in.csv``; nothing where there is none.

    Raises:
        CourseError: where it cannot be read, or a time in it.
    """
    try:
        sheet = read(read_ordinary(path, _MOST_BYTES), str(path))
    except FileNotFoundError:
        return {}
    except (OSError, NotOrdinary) as error:
        raise CourseError(f"{path} cannot be read: {error}.", "Mend or remove it.") from None
    missing = [name for name in _COLUMNS[:3] if sheet.column(name) is None]
    if missing:
        raise CourseError(f"{path} has no column {' and no column '.join(missing)}.", f"It has {', '.join(_COLUMNS)}.")
    moments = {}
    for row in sheet.rows:
        student, assignment, when, late, source = (as_meant(sheet.cell(row, name)) for name in _COLUMNS)
        try:
            moment = datetime.fromisoformat(when) if when else None
        except ValueError:
            raise CourseError(
                f"{path}: {student} handed in {assignment} at {when!r}, which is no time.",
                "Write 2026-10-12T23:59:00+02:00, or 2026-10-12 23:59 by the course's clock.",
            ) from None
        if folded(late) not in ("", *_YES, *_NO):
            raise CourseError(f"{path}: late is {late!r} for {student}, {assignment}.", "Write yes, no or nothing.")
        said = None if not late else folded(late) in _YES
        moments[student, assignment] = Moment(when=moment, late=said, source=source)
    return moments


def write_moments(path: Path, moments: Moments) -> None:
    """Write a ``handed-in.csv`` that nobody else may read.

    Raises:
        OSError: where it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for (student, assignment), moment in sorted(moments.items()):
        late = {None: "", True: "yes", False: "no"}[moment.late]
        when = moment.when.isoformat() if moment.when else ""
        writer.writerow(map(inert, (student, assignment, when, late, moment.source)))
    write_whole(path, text.getvalue(), private=True)


class Clock:
    """Looks up when the students of a class handed in."""

    def __init__(self) -> None:
        """Read nothing yet."""
        self._lists: dict[Path, Moments] = {}

    def moment(self, folder: Path, assignment: str) -> Moment:
        """When the student of a folder handed in an assignment, as far as it is known.

        Raises:
            CourseError: where the list beside it cannot be read.
        """
        around = folder.parent.parent
        if around not in self._lists:
            self._lists[around] = read_moments(around / FILE)
        found = self._lists[around].get((folder.name, assignment))
        return found if found is not None else _stamped(folder, assignment)


def _stamped(folder: Path, assignment: str) -> Moment:
    """What nbgrader wrote down when it took a submission in; nothing elsewhere, where anybody may have written it."""
    course = folder.parent.parent
    if folder.parent.name != "submitted" or not (course / "nbgrader_config.py").is_file():
        return Moment()
    try:
        text = read_ordinary(folder / assignment / "timestamp.txt", _STAMP_BYTES, course).decode().strip()
        moment = datetime.fromisoformat(text.removesuffix("UTC").strip())
    except (OSError, ValueError, NotOrdinary):
        return Moment()
    return Moment(when=moment if moment.tzinfo else moment.replace(tzinfo=UTC), source="nbgrader")
