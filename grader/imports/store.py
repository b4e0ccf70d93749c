"""Take a download in: each student's answers into their folder, all else beside, and a list of who and when.

In the folder that is written to:

- ``students/STUDENT/ASSIGNMENT/EXERCISE.ipynb`` (or ``.py``), which `course grade` reads;
- ``other/STUDENT/...``, what they handed in besides;
- ``earlier/STUDENT/...``, what a later import has replaced;
- ``students.csv`` and ``handed-in.csv``: who they are in the school's systems, and when they handed in.
"""

import errno
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from grader.course import handed_in
from grader.course.catalogue import Course
from grader.imports import canvas, gradescope, moodle
from grader.imports.archive import Entry, Refused, opened
from grader.imports.batch import Batch, HandedIn
from grader.imports.place import Placed, Places
from grader.imports.register import Register
from grader.model import CourseError
from grader.model.files import write_whole
from grader.model.names import printable
from grader.model.people import FILE, FOLDERS, Person, read_people, write_people
from grader.model.sheet import read

READERS = {"canvas": canvas.read, "moodle": moodle.read, "gradescope": gradescope.read}
"""How the download of each system is read."""
OTHER, EARLIER = "other", "earlier"
_UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f]')
_LETTERS = 40
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""Errors that are the folder's, not a file's."""
_NAMED = 5
"""Files, or students, that a line names."""


@dataclass(kw_only=True)
class Taken:
    """What an import did."""

    answers: dict[str, int] = field(default_factory=dict)
    """How many students' answers there are to each exercise."""
    students: int = 0
    """How many students have answers in the download."""
    refused: list[str] = field(default_factory=list)
    """A line for each thing of the download that was not taken in, or not understood."""
    notes: list[str] = field(default_factory=list)


def take_in(
    course: Course, system: str, download: Path, folder: Path, roster: Path | None = None, assignment: str | None = None
) -> Taken:
    """Take in a download.

    Args:
        course: The course whose exercises are answered.
        system: One of `READERS`.
        download: The archive, or the folder that it was unpacked to.
        folder: Where to; what is there is kept.
        roster: The system's own list of the class, as CSV.
        assignment: The assignment that was handed in; without it each file's name and text tell.

    Raises:
        CourseError: where the download or the roster is none, or the folder cannot be written to.
    """
    known = {exercise.assignment for exercise in course.exercises}
    if assignment is not None and assignment not in known:
        raise CourseError(
            f"There is no assignment {assignment!r}.", f"There are: {', '.join(sorted(known))}.", usage=True
        )
    sheet = None
    if roster is not None:
        try:
            sheet = read(roster.read_bytes(), "The roster")
        except OSError as error:
            raise CourseError(f"The roster cannot be read: {error}.", usage=True) from None
    try:
        with opened(download) as (entries, refused), TemporaryDirectory() as scratch:
            batch = READERS[system](entries, sheet)
            batch.refused[:0] = refused
            return _Import(folder, system, Places(course, assignment, Path(scratch)), known).all(batch)
    except OSError as error:
        raise CourseError(f"{folder} cannot be written to: {error}.", "Name another with --output.") from None


class _Import:
    """The state of one import."""

    def __init__(self, folder: Path, system: str, places: Places, assignments: set[str]) -> None:
        self.folder, self.system, self.places = folder, system, places
        self.register = Register(read_people(folder / FILE), assignments)
        self.moments = handed_in.read_moments(folder / handed_in.FILE)
        self.taken = Taken()
        self.seen: set[str] = set()

    def all(self, batch: Batch) -> Taken:
        """Take in everything, the older submissions first."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (self.folder / ".gitignore").exists():
            write_whole(self.folder / ".gitignore", "# Students' work, and who they are.\n*\n")
        self.taken.refused, self.taken.notes = batch.refused, batch.notes
        for submission in sorted(batch.submissions, key=_age):
            self.one(submission)
        self.taken.students = len(self.seen)
        self.tell_missing(batch)
        return self.taken

    def one(self, submission: HandedIn) -> None:
        """Take in what one student handed in."""
        called = _called(submission.person)
        try:
            person, changes = self.register.enter(submission.person)
        except Refused as error:
            self.taken.refused.append(f"{called} {error}: nothing of it is taken in")
            return
        # Who they are is known before anything lies in their folder, whatever may end this.
        write_people(self.folder / FILE, self.register.people.values())
        student = person.folder
        if student in self.seen:
            self.taken.notes.append(f"{student} handed in more than once: of each answer the last counts.")
        placed = self.places.sort(submission.files)
        self.taken.notes += changes + [f"{student}: {line}" for line in placed.notes]
        for target, entry in [*placed.answers.items()]:
            try:
                self.put(student, target, entry, submission)
            except Refused as error:
                placed.refused.append(f"{entry.path} {error}")
                del placed.answers[target]
        for exercise in {str(PurePosixPath(target).with_suffix("")) for target in placed.answers}:
            self.taken.answers[exercise] = self.taken.answers.get(exercise, 0) + (student not in self.seen)
        self.set_aside_others(student, placed)
        self.keep_others(student, placed)
        self.taken.refused += [f"{student}: {line}" for line in placed.refused]
        if placed.answers:
            self.seen.add(student)
        elif submission.files:
            self.taken.refused.append(f"{student} ({called}) handed in nothing that answers an exercise")

    def put(self, student: str, target: str, entry: Entry, submission: HandedIn) -> None:
        """Put an answer in its place, after noting when it was handed in.

        What an instructor wrote about that stays until something else is handed in.
        """
        path, data = self.folder / FOLDERS / student / target, entry.read()
        same = path.is_file() and not path.is_symlink() and path.read_bytes() == data
        key = (student, target.split("/")[0])
        if not same or key not in self.moments:
            moment = handed_in.Moment(when=submission.when, late=submission.late, source=self.system)
            self.moments[key] = moment
            # First the time: where this ends in between, the next import finds the old file and notes it again.
            handed_in.write_moments(self.folder / handed_in.FILE, self.moments)
        if same:
            return
        if os.path.lexists(path):
            self.set_aside(student, target)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, data, private=True)
        if entry.when is not None:
            os.utime(path, (entry.when.timestamp(), entry.when.timestamp()))

    def set_aside_others(self, student: str, placed: Placed) -> None:
        """Take out of the way what answered the same exercises before, in a file of the other kind."""
        for target in placed.answers:
            for suffix in (".py", ".ipynb"):
                other = str(PurePosixPath(target).with_suffix(suffix))
                if other not in placed.answers and os.path.lexists(self.folder / FOLDERS / student / other):
                    self.set_aside(student, other)

    def set_aside(self, student: str, target: str) -> None:
        """Keep an answer that is replaced, where nothing grades it."""
        kept = _free(self.folder / EARLIER / student / target)
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / FOLDERS / student / target).rename(kept)
        self.taken.notes.append(f"{student}: {target} is replaced; what it was is {kept.relative_to(self.folder)}.")

    def keep_others(self, student: str, placed: Placed) -> None:
        """Keep what answers no exercise."""
        kept = []
        for entry in placed.others:
            try:
                self.keep((self.folder / OTHER / student).joinpath(*map(_safe, entry.parts)), entry.read())
                kept.append(entry.path)
            except Refused as error:
                placed.refused.append(f"{entry.path} {error}")
            except OSError as error:
                # No student's names of files may end the import of all.
                if error.errno in _FULL:
                    raise
                placed.refused.append(f"{entry.path} cannot be kept ({error.strerror})")
        if kept:
            more = f" and {len(kept) - _NAMED} more" if len(kept) > _NAMED else ""
            names = ", ".join(kept[:_NAMED])
            self.taken.notes.append(f"{student}: no answers, and kept in {OTHER}/{student}: {names}{more}.")

    def keep(self, path: Path, data: bytes) -> None:
        """Keep a file, unless it is there already; under another name where something else is."""
        if not (path.is_file() and path.read_bytes() == data):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(_free(path), data, private=True)

    def tell_missing(self, batch: Batch) -> None:
        """Say who of the roster handed in nothing."""
        handed = [submission.person for submission in batch.submissions]
        known = {(key, value) for person in handed for key in person.keys for value in person.values(key)}
        missing = [
            _called(person)
            for person in batch.roster
            if not any((key, value) in known for key in person.keys for value in person.values(key))
        ]
        if missing:
            self.taken.notes.append(f"In the roster, and not in the download: {'; '.join(missing)}.")


def _age(submission: HandedIn) -> tuple[bool, float]:
    when = submission.when
    return (when is not None, when.timestamp() if when is not None else 0.0)


def _called(person: Person) -> str:
    key = next(iter(person.keys.values()), "")
    return printable(f"{person.name} ({key})" if person.name and key else person.name or key)


def _safe(part: str) -> str:
    """A part of a path in a form that every file system takes."""
    name = PurePosixPath(_UNSAFE.sub("_", printable(part)))
    return f"{name.stem[:_LETTERS]}{name.suffix[:_LETTERS]}".rstrip(". ") or "_"


def _free(path: Path) -> Path:
    """The path, or one that is like it and free."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free
