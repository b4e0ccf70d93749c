"""What is sent between the grader and a Dask worker: the course, answers and results, as bytes that only hold data."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.grading.options import Options
from grader.model import PartReport, codec

_EPOCH = (1980, 1, 1, 0, 0, 0)
_FILES = ("exercise.py", "misconceptions.py", "samples.json")
_SENT = ("device", "sandbox", "visibility", "shrink_seconds")
"""The options that a worker is sent; the seed is not among them, since suites arrive compiled."""


def pack_course(course: Course, exercises: Sequence[CourseExercise]) -> bytes:
    """The course's settings and the files that decide how these exercises are judged, as a zip archive."""
    paths = [course.root / "course.toml"]
    for exercise in exercises:
        names = (*_FILES, f"{exercise.name}.py", f"checks/{exercise.name}.zip")
        paths += [exercise.folder / name for name in names if (exercise.folder / name).is_file()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for path in paths:
            name = path.relative_to(course.root).as_posix()
            file.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def unpack_course(data: bytes, folder: Path) -> None:
    """Lay a packed course out in a folder."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(folder)


def pack_options(options: Options) -> bytes:
    """The options that a worker needs to judge; it is sent neither paths on this machine nor the seed."""
    sent = Options(seed="", limits=options.limits, **{name: getattr(options, name) for name in _SENT})
    return codec.dumps(sent).encode()


def unpack_options(data: bytes) -> Options:
    """The options that `pack_options` wrote."""
    return codec.loads(Options, data)


@dataclass(frozen=True, slots=True)
class Request:
    """Parts of an answer that a worker is to judge."""

    exercise: str
    parts: tuple[str, ...]
    answer: Answer
    fresh: bool
    """Whether it was tried before, so that a fresh server of workers is wanted."""


def pack_request(request: Request) -> bytes:
    """A request as JSON."""
    return codec.dumps(request).encode()


def unpack_request(data: bytes) -> Request:
    """The request that `pack_request` wrote."""
    return codec.loads(Request, data)


def pack_results(results: Sequence[tuple[PartReport, str]]) -> bytes:
    """Reports, each with the level of the sandbox, as JSON."""
    return codec.dumps(results).encode()


def unpack_results(data: bytes) -> list[tuple[PartReport, str]]:
    """The results that `pack_results` wrote.

    Raises:
        ValueError: for anything else.
    """
    return codec.loads(list[tuple[PartReport, str]], data)


def pack_facts(facts: Mapping[str, str]) -> bytes:
    """What a worker says about itself, as JSON."""
    return codec.dumps(dict(facts)).encode()


def unpack_facts(data: bytes) -> dict[str, str]:
    """The facts that `pack_facts` wrote.

    Raises:
        ValueError: for anything else.
    """
    return codec.loads(dict[str, str], data)
