"""What the whole course costs once: compiling its hidden suites from scratch, and grading correct answers to it all."""

import os
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.overhead import SEED
from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.grading.judge import Judge
from grader.grading.options import Options
from grader.kit.load import load_course
from grader.model import Verdict
from grader.spec import Part
from grader.suite.cache import compile_suite


@dataclass(frozen=True, kw_only=True)
class Cost:
    """One part's share, in seconds."""

    exercise: str
    part: str
    cases: int
    compiled: float
    """Seconds of one processor."""
    graded: float
    perfect: bool
    """Whether the reference earned every point."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """All parts, and how long the two took in all."""

    parts: Sequence[Cost]
    processes: int
    compiling: float
    """Wall seconds until the last suite was there."""
    grading: float
    """Wall seconds of one student, in one process, with every suite in the cache."""


def costs(course: Course, wanted: Sequence[tuple[CourseExercise, Part]]) -> Costs:
    """Compile every part's suite in as many processes as there are cores; then grade the references."""
    processes = os.cpu_count() or 1
    with TemporaryDirectory() as folder:
        cache = Path(folder)
        names = [(exercise.slug, part.symbol) for exercise, part in wanted]
        began = time.perf_counter()
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            compiled = dict(zip(names, pool.map(partial(_compile, course.root, cache), names), strict=True))
        compiling = time.perf_counter() - began
        return _graded(course, wanted, cache, compiled, processes, compiling)


def _compile(root: Path, cache: Path, name: tuple[str, str]) -> tuple[int, float]:
    """How many cases a part's suite has, and the processor's time for compiling it."""
    torch.set_num_threads(1)
    exercise = load_course(root).exercise(name[0])
    _ = exercise.misconceptions
    began = time.process_time()
    suite = compile_suite(exercise, exercise.declaration.part(name[1]), SEED, cache_dir=cache)
    return len(suite.cases), time.process_time() - began


def _graded(
    course: Course,
    wanted: Sequence[tuple[CourseExercise, Part]],
    cache: Path,
    compiled: Mapping[tuple[str, str], tuple[int, float]],
    processes: int,
    compiling: float,
) -> Costs:
    rows = []
    options = Options(seed=SEED, device="cpu", limits=course.limits, cache_dir=cache)
    with closing(Judge(options)) as judge:
        began = time.perf_counter()
        for exercise, part in wanted:
            answer = Answer.from_source(f"{exercise.slug}.py", exercise.reference_source)
            started = time.perf_counter()
            (report,) = judge.judge(exercise, [part], answer)
            cases, seconds = compiled[exercise.slug, part.symbol]
            rows.append(
                Cost(
                    exercise=exercise.slug, part=part.symbol, cases=cases, compiled=seconds,
                    graded=time.perf_counter() - started,
                    perfect=report.verdict is Verdict.ACCEPTED and report.score == report.max_score,
                )
            )  # fmt: skip
        took = time.perf_counter() - began
    return Costs(parts=rows, processes=processes, compiling=compiling, grading=took)
