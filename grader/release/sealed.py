"""Seal a course: its hidden suites compiled and recorded, as data.

What is sealed grades on the hidden cases with no ``solutions/``, no seed and no compiler. It holds those cases and what
is expected of them, so it is as private as the seed.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path, PurePosixPath

import torch

from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise, needs_solutions
from grader.course.settings import read_settings
from grader.kit.load import load_course
from grader.kit.record import FOLDER, SUFFIX
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release.checker import course_toml
from grader.release.write import recorded, translated
from grader.suite.data import from_bytes, to_bytes
from grader.suite.provider import PartKey, Suites

_SETTINGS = "course.toml"
_SUITES_A_PROCESS = 4
"""Suites that justify the start of another process, which imports torch."""


@dataclass(frozen=True, slots=True)
class _Task:
    root: Path
    part: PartKey
    seed: str
    cache_dir: Path | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A suite as bytes, or why there is none."""

    suite: bytes = b""
    what: str = ""
    fix: str = ""
    seconds: float = 0.0


def compile_all(
    course: Course, exercises: Sequence[CourseExercise], suites: Suites, jobs: int | None = None
) -> Iterator[tuple[PartKey, float]]:
    """Compile the suites of some exercises, several at once; each is told with its seconds as it is done.

    Args:
        course: The course.
        exercises: Which of its exercises.
        suites: Learns every suite; what its cache on disk holds is not compiled again.
        jobs: Suites compiled at once; the number of cores without it.

    Raises:
        CourseError: where a suite cannot be compiled, or the course has no solutions to compile it from.
    """
    if course.is_kit:
        raise needs_solutions("Compiling takes")
    tasks = [
        _Task(course.root, (exercise.slug, part.symbol), suites.seed, suites.cache_dir)
        for exercise in exercises
        for part in exercise.parts
    ]
    count = max(1, min(jobs or cpu_count() or 1, len(tasks) // _SUITES_A_PROCESS))
    if count == 1:
        for task in tasks:
            yield _learned(suites, task, _compile(task))
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        running: dict[Future[_Compiled], _Task] = {pool.submit(_compile, task): task for task in tasks}
        try:
            for done in as_completed(running):
                yield _learned(suites, running[done], done.result())
        finally:
            pool.shutdown(cancel_futures=True)


def _learned(suites: Suites, task: _Task, compiled: _Compiled) -> tuple[PartKey, float]:
    if compiled.what:
        raise CourseError(f"{task.part[0]}, {task.part[1]}: {compiled.what}", compiled.fix)
    suites.learn(from_bytes(compiled.suite))
    return task.part, compiled.seconds


def _compile(task: _Task) -> _Compiled:
    began = time.monotonic()
    torch.set_num_threads(1)
    slug, symbol = task.part
    try:
        exercise = load_course(task.root).exercise(slug)
        suite = Suites(seed=task.seed, cache_dir=task.cache_dir).suite(exercise, exercise.part(symbol))
        return _Compiled(to_bytes(suite), seconds=time.monotonic() - began)
    except CourseError as error:
        return _Compiled(what=error.what, fix=error.fix)


def sealed(course: Course, exercises: Sequence[CourseExercise], suites: Suites) -> Mapping[PurePosixPath, bytes]:
    """The files of a sealed course.

    Args:
        course: The course.
        exercises: Which of its exercises.
        suites: Its hidden suites, for the CPU.
    """
    files = {
        PurePosixPath(exercise.assignment) / FOLDER / f"{exercise.name}{SUFFIX}": recorded(exercise, suites)
        for exercise in exercises
    }
    for exercise in exercises:
        said = translated(exercise, PurePosixPath(exercise.assignment) / FOLDER, read_settings(course.root).languages)
        files.update({name: text.encode() for name, text in said.items()})
    assignments = list(dict.fromkeys(exercise.assignment for exercise in exercises))
    files[PurePosixPath(_SETTINGS)] = course_toml(course, assignments, sealed=True).encode()
    return files


def seal(course: Course, exercises: Sequence[CourseExercise], suites: Suites, directory: Path) -> Sequence[Path]:
    """Write a sealed course, in place of an earlier one in that folder; nobody else may read it.

    Returns:
        The files written.

    Raises:
        CourseError: where the folder holds anything else, or cannot be written.
    """
    try:
        if directory.exists() and any(directory.iterdir()) and not _is_sealed(directory):
            raise CourseError(f"{directory} holds something else.", "Name a new folder, or an empty one.", usage=True)
        files = sealed(course, exercises, suites)
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in directory.glob(f"*/{FOLDER}/*{SUFFIX}"):
            if PurePosixPath(old.relative_to(directory).as_posix()) not in files:
                old.unlink()
        for name, content in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(directory / name, content, private=True)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}.", "Name another folder.") from None
    return [directory / name for name in files]


def _is_sealed(directory: Path) -> bool:
    try:
        return read_settings(directory).is_sealed
    except CourseError:
        return False
