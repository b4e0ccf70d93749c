"""What judging costs beyond the student's own work, and how soon a check answers."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.bare import run_case
from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.host.session import Server, Stopped
from grader.judge.grade import PartGrader
from grader.spec import Part
from grader.suite.cache import Suite, compile_suite

SEED = "bench"


@dataclass(frozen=True, kw_only=True)
class Overhead:
    """Medians of one part, in seconds."""

    part: str
    cases: int
    graded: float
    bare: float

    @property
    def ratio(self) -> float:
        """What grading costs over the bare loop."""
        return self.graded / self.bare


def judging(
    course: Course, wanted: Sequence[tuple[CourseExercise, Part]], cache_dir: Path, rounds: int
) -> list[Overhead]:
    """Time grading each part's reference against a bare loop over the same cases, turn by turn."""
    rows = []
    with Server(course.limits) as server:
        for exercise, part in wanted:
            answer = Answer.from_source(f"{exercise.slug}.py", exercise.reference_source)
            suite = compile_suite(exercise, part, SEED, cache_dir=cache_dir)
            grader = PartGrader(server=server, exercise=exercise, part=part, suite=suite, limits=course.limits)
            namespace = vars(exercise.reference)
            graded, looped = [], []
            for _ in range(rounds + 1):
                graded.append(seconds(partial(grader.grade, answer)))
                looped.append(seconds(partial(bare, suite, namespace)))
            # The first round warms both sides up.
            rows.append(
                Overhead(part=part.symbol, cases=len(suite.cases), graded=median(graded[1:]), bare=median(looped[1:]))
            )
    return rows


def first_verdict(root: Path, cache_dir: Path, rounds: int) -> tuple[float, float]:
    """Seconds of grading one part of one file from the command line on a warm cache, and of importing torch."""
    answer = root / "tests" / "submissions" / "accepted" / "Flatten__reshape.py"
    grade = [
        sys.executable,
        "-m",
        "cli",
        "--root",
        str(root),
        "grade",
        str(answer),
        "--only",
        "Flatten",
        "--seed",
        SEED,
    ]
    environment = {**os.environ, "COURSE_CACHE": str(cache_dir.parent)}
    run = partial(subprocess.run, cwd=root, env=environment, check=True, capture_output=True)
    run(grade)
    graded = [seconds(partial(run, grade)) for _ in range(rounds)]
    imported = [seconds(partial(run, [sys.executable, "-c", "import torch"])) for _ in range(rounds)]
    return median(graded), median(imported)


def child_memory(course: Course, cache_dir: Path) -> float:
    """Megabytes that a child has to itself once it has run a part's cases."""
    exercise, part = course.select(["BatchNorm2d"])[0]
    answer = Answer.from_source(f"{exercise.slug}.py", exercise.reference_source)
    suite = compile_suite(exercise, part, SEED, cache_dir=cache_dir)
    with Server(course.limits) as server:
        opened = server.open(answer, part.off_limits)
        if isinstance(opened, Stopped):
            raise RuntimeError(opened.message)
        with closing(opened):
            list(opened.run([dict(entry.case) for entry in suite.cases]))
            text = Path(f"/proc/{opened.pid}/smaps_rollup").read_text(encoding="ascii")
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in text.splitlines()[1:]}
    return (sizes["Private_Clean"] + sizes["Private_Dirty"]) / 1024


def bare(suite: Suite, namespace: Mapping[str, Any]) -> None:
    """The suite's cases in this process: the answer's construction, forward and backward, and nothing else."""
    for entry in suite.cases:
        try:
            run_case(entry.case, namespace)
        except Exception:
            continue


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
