"""Submissions that nbgrader must not touch: they would be graded as somebody else's, or stop the run for everybody."""

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory

from grader.classroom.released import released_names
from grader.classroom.ungraded import withdraw
from grader.model.names import tame

_MOST_FILES = 5_000
"""nbgrader compares each file of a folder with each other one before it copies them."""
_MOST_BYTES = 2**30
_STAMP = "timestamp.txt"
_STAMP_BYTES = 1_000


def set_aside(autograde: Autograde) -> None:
    """Take out of a run what may not be graded: this is told at once, and ends the run with an error after the others.

    Scores of an earlier grading are withdrawn, as they are where the judge fails.
    """
    course = autograde.coursedir
    refused = {folder: why for folder in [*autograde.assignments] if (why := _problem(course, folder))}
    for folder, why in refused.items():
        del autograde.assignments[folder]
        autograde.log.error("NOT GRADED: %s. This is not a zero: %s", tame(folder), why)
        _withdraw(course, folder)
    if refused:
        convert = autograde.convert_notebooks

        def convert_and_say() -> None:
            convert()
            raise NbGraderException(f"Not graded: {', '.join(map(tame, refused))}.")

        autograde.convert_notebooks = convert_and_say


def _problem(course: CourseDirectory, folder: str) -> str:
    """Why a submission may not be graded; empty where it may."""
    student = _student(course, folder)
    if tame(student) != student:
        return "rename the student's folder, whose name has characters that cannot be stored"
    for place in _own(course, Path(folder)):
        if place.is_symlink():
            return f"{place} is a link, so it may lead to somebody else's work"
    copied = total = 0
    for path, status in _files(Path(folder)):
        name = tame(os.path.relpath(path, folder))
        if not stat.S_ISREG(status.st_mode):
            return f"{name} is a link or no ordinary file"
        if name == _STAMP and status.st_size > _STAMP_BYTES:
            return f"{name} is too large"
        copied, total = copied + 1, total + status.st_size
        if copied > _MOST_FILES or total > _MOST_BYTES:
            return f"it has more than {_MOST_FILES} files or {_MOST_BYTES // 2**30} GB"
    return ""


def _student(course: CourseDirectory, folder: str) -> str:
    pattern = course.format_path(course.submitted_directory, "(?P<student>.*)", course.assignment_id, escape=True)
    match = re.match(pattern, folder, re.DOTALL)
    return match["student"] if match else ""


def _own(course: CourseDirectory, folder: Path) -> Iterator[Path]:
    """The folders of a path that are not the course's own: those inside of the one for submissions."""
    places = [folder, *folder.parents]
    names = [place.name for place in reversed(places)]
    submitted = Path(course.submitted_directory).name
    # The first one of that name below the course: a student, too, may be called so.
    first = len(Path(course.root).parts)
    if submitted in names[first:]:
        first = names.index(submitted, first) + 1
    yield from places[: len(places) - first]


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The files that nbgrader copies without reading them as notebooks."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if not name.endswith(".ipynb"):
                with contextlib.suppress(FileNotFoundError):
                    yield Path(parent, name), os.lstat(os.path.join(parent, name))


def _withdraw(course: CourseDirectory, folder: str) -> None:
    who = {"assignment": course.assignment_id, "student": _student(course, folder), "db_url": course.db_url}
    for name in released_names(course, course.assignment_id):
        # A name that no database holds has no scores there either.
        with contextlib.suppress(UnicodeError):
            withdraw(who | {"notebook": name})
