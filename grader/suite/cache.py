"""Compile a part into its suite: cases, what is expected of them, and how each misconception would answer.

Once per course, not once per student: hypothesis draws the cases, the oracle answers them, and every misconception gets
the smallest case that gives it away. The suite is data, cached on disk; its digest is in every report.
"""

import hashlib
import warnings
from dataclasses import replace
from pathlib import Path

import torch

from grader.case.simulated_tensor import is_simulated
from grader.course.declared import declared
from grader.course.engine import SUITES, engine_digest
from grader.course.exercise import CourseExercise
from grader.course.versions import case_versions
from grader.model import CourseError
from grader.model.files import write_whole
from grader.spec import Part
from grader.suite import data as suite_data
from grader.suite.compile import Compiler
from grader.suite.data import HIDDEN, PUBLIC, Suite, SuiteCase, rubric
from grader.suite.memory import freed_memory_kept
from grader.suite.oracle import on_simulated
from grader.suite.search import canonical

__all__ = ["HIDDEN", "PUBLIC", "Suite", "SuiteCase", "compile_suite", "rubric"]

FORMAT = 3


def compile_suite(
    exercise: CourseExercise,
    part: Part,
    seed: str,
    *,
    visibility: str = HIDDEN,
    device: str = "cpu",
    cache_dir: Path | None = None,
) -> Suite:
    """The suite of a part, from the cache where it holds one; in a kit the recorded public one, whatever is asked for.

    Args:
        exercise: The exercise as found on disk.
        part: The part to compile.
        seed: The course's secret seed (any text).
        visibility: ``hidden`` or ``public``: other cases from the same strategies.
        device: Where the oracle runs.
        cache_dir: Where compiled suites are kept; None keeps none.

    Raises:
        CourseError: where the declaration cannot be compiled: the oracle raises on a case, or does not on one in
            ``errors``.
    """
    if is_simulated(device):
        return _on_simulated(compile_suite(exercise, part, seed, visibility=visibility, cache_dir=cache_dir))
    recorded = exercise.recorded_suite(part.symbol)
    if recorded is not None:
        return _recorded(exercise, part, recorded)
    key = hashlib.sha256(
        canonical([FORMAT, _ENGINE, exercise.digest, part.symbol, seed, visibility, case_versions(), device]).encode()
    ).hexdigest()
    path = cache_dir / f"{exercise.name}-{part.symbol}-{key[:32]}.suite" if cache_dir else None
    if path is not None:
        cached = _read(path)
        if cached is not None:
            return cached
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        # What torch warns of while the oracle runs does not concern the person who grades, whichever process compiles.
        with warnings.catch_warnings(action="ignore"), freed_memory_kept():
            suite = Compiler(declared(exercise), part, seed, visibility, device).suite()
    finally:
        torch.set_num_threads(threads)
    if path is not None:
        _write(path, suite)
    return suite


def _on_simulated(suite: Suite) -> Suite:
    """A suite of the CPU for answers on the simulated device: only where parameters and buffers are is otherwise."""
    cases = [
        entry
        if entry.expected is None or "truth" in entry.expected
        else replace(entry, expected=on_simulated(entry.case, entry.answered))
        for entry in suite.cases
    ]
    return replace(suite, cases=cases)


def _recorded(exercise: CourseExercise, part: Part, data: bytes) -> Suite:
    try:
        return suite_data.from_bytes(data)
    except ValueError as error:
        raise CourseError(
            f"The recorded cases of {exercise.slug}, {part.symbol}, cannot be read: {error}.",
            "Take the file from the course again.",
        ) from None


_ENGINE = engine_digest(SUITES)
"""Of the engine's files that decide what a suite holds, as they are when they are loaded: they may be edited later."""


def _read(path: Path) -> Suite | None:
    try:
        return suite_data.from_bytes(path.read_bytes())
    except (OSError, ValueError):
        # A cache that is missing, damaged or of another format is compiled again.
        return None


def _write(path: Path, suite: Suite) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, suite_data.to_bytes(suite), private=True)
    except OSError:
        # A cache that cannot be written costs time, never a grade.
        return
