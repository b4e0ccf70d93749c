"""A zip file to upload to Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/.

It holds the checker, the chosen exercises sealed, and the two scripts that Gradescope asks for. What they run is
`grader.classroom.gradescope`.
"""

import io
import json
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release.checker import bundle
from grader.release.filled import filled
from grader.release.pins import pins
from grader.release.sealed import sealed
from grader.spec import Part
from grader.suite.provider import Suites

ARCHIVE = "autograder.zip"
_SCRIPTS = ("setup.sh", "run_autograder")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_START_SECONDS, _BETWEEN_SECONDS = 60, 2
_SPARE_SECONDS = 60
"""Seconds by which Gradescope's limit should be longer than ours."""
_MOST_MINUTES = 40
"""Gradescope's longest."""
_JUDGE_MB = 1024
"""Memory that is needed beside what an answer may use."""


@dataclass(frozen=True, slots=True)
class Autograder:
    """What was written, and what has to be set where it is uploaded."""

    path: Path
    points: float
    minutes: int
    """The least that Gradescope's timeout may be."""
    memory_mb: int
    """The least memory of its container."""


def write_autograder(
    course: Course, selection: Sequence[tuple[CourseExercise, Part]], suites: Suites, directory: Path
) -> Autograder:
    """Write the zip file.

    Args:
        course: The course.
        selection: The parts that are graded.
        suites: The hidden suites of their exercises, for the CPU.
        directory: Where to.

    Raises:
        CourseError: where grading may take longer than Gradescope allows, or the directory cannot be written.
    """
    seconds = seconds_for(course, selection)
    points = sum(suites.points(exercise, part) for exercise, part in selection)
    path = directory / ARCHIVE
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, _archive(_files(course, selection, suites, seconds)), private=True)
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error}.", "Name another directory.") from None
    return Autograder(path, points, _minutes(seconds), course.limits.memory_mb + _JUDGE_MB)


def seconds_for(course: Course, selection: Sequence[tuple[CourseExercise, Part]]) -> int:
    """The longest that grading these parts may take: each at its limit.

    Raises:
        CourseError: where that is more than Gradescope allows.
    """
    seconds = math.ceil(_START_SECONDS + len(selection) * (course.limits.part_seconds + _BETWEEN_SECONDS))
    if _minutes(seconds) > _MOST_MINUTES:
        raise CourseError(
            f"These {len(selection)} parts may take {_minutes(seconds)} minutes; Gradescope allows {_MOST_MINUTES}.",
            "Choose fewer with --only, one zip file for each assignment, or lower part_seconds in course.toml.",
            usage=True,
        )
    return seconds


def _minutes(seconds: int) -> int:
    return math.ceil((seconds + _SPARE_SECONDS) / 60)


def _files(
    course: Course, selection: Sequence[tuple[CourseExercise, Part]], suites: Suites, seconds: int
) -> Iterator[tuple[PurePosixPath, bytes]]:
    exercises = list({exercise.slug: exercise for exercise, _ in selection}.values())
    graded = [f"{exercise.slug}:{part.symbol}" for exercise, part in selection]
    yield PurePosixPath("setup.sh"), filled("setup.sh").encode()
    yield PurePosixPath("run_autograder"), filled("run_autograder.sh", SECONDS=seconds).encode()
    yield PurePosixPath("graded.json"), (json.dumps({"only": graded}, indent=1) + "\n").encode()
    yield PurePosixPath("constraints.txt"), pins().encode()
    for name, content in sealed(course, exercises, suites).items():
        yield "course" / name, content
    yield from bundle()


def _archive(files: Iterator[tuple[PurePosixPath, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            # A fixed time, so that the same course gives the same bytes.
            info = zipfile.ZipInfo(name.as_posix(), _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name.as_posix() in _SCRIPTS else 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()
