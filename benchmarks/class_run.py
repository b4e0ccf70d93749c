"""One run over a synthetic class, in a process of its own, so that its peak of memory is its own too."""

import json
import os
import resource
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.sampling import Sampler
from benchmarks.synthetic import make_class
from grader.grading.options import Options
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.store import Key, Owner, Store
from grader.kit.load import load_course
from grader.model import GradeReport
from grader.model.files import write_whole
from grader.report import json as report_json
from grader.report.html import write
from grader.suite.cache import compile_suite
from grader.suite.data import to_bytes

ROOT = Path(__file__).resolve().parent.parent
SEED = "bench"
BATCHES = (1, 50)
CASE_SECONDS = 1.0
"""Limit for a case; the hanging answers would otherwise be most of what is measured."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a run took."""

    device: str
    students: int
    jobs: int
    parts: int
    wall: float
    """Seconds from the first look at the submissions to the last result stored."""
    cpu: float
    """Processor seconds of all processes meanwhile."""
    reports: float
    """Seconds for writing the HTML and JSON reports."""
    grader_mb: float
    """Peak of the grader's own resident memory, reports included."""
    hand_mb: float
    """The same of the largest process that grades for it; 0 where it grades itself."""
    store_seconds: dict[str, float]
    """For storing a part, by the number of parts that are stored as one."""
    store_bytes: int
    report_bytes: int
    suite_bytes: int
    """Of the compiled suites, which every worker of a cluster is sent once."""
    verdicts: dict[str, int]
    shares: dict[str, float]
    """Of a run in one process: the share of its time by activity."""


def measure(students: int, jobs: int, device: str, only: list[str], cache: Path) -> Measured:
    """Make a class and grade it."""
    course = load_course(ROOT)
    limits = replace(course.limits, case_seconds=CASE_SECONDS)
    # Compiled once per course, so this is not part of a class's cost.
    suites = [
        compile_suite(exercise, part, SEED, device=device, cache_dir=cache) for exercise, part in course.select(only)
    ]
    options = Options(only=only, device=device, jobs=jobs, seed=SEED, limits=limits, cache_dir=cache)
    with tempfile.TemporaryDirectory() as folder, closing(Store(Path(folder) / "grades.sqlite")) as store:
        paths = make_class(course, only, students, Path(folder) / "class")
        before, began = _cpu(), time.perf_counter()
        sampler = Sampler() if jobs == 1 else None
        with _WorkerProcesses() as processes, sampler or nullcontext():
            report = grade(course, paths, options, GradingRun(store=store, watcher=Watcher()))
        wall, cpu = time.perf_counter() - began, _cpu() - before
        began = time.perf_counter()
        output = Path(folder) / "output"
        write(report, output, course.feedback, title=course.title)
        write_whole(output / "grades.json", report_json.pieces(report))
        seconds = time.perf_counter() - began
        written = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
        verdicts = Counter(part.verdict.value for each in report.submissions for part in each.parts)
        return Measured(
            device=report.device,
            students=students,
            jobs=jobs,
            parts=verdicts.total(),
            wall=wall,
            cpu=cpu,
            reports=seconds,
            grader_mb=_peak_mb("self"),
            hand_mb=processes.peak_mb,
            store_seconds={str(size): _storing(report, size, Path(folder)) for size in BATCHES},
            store_bytes=_size_of_store(Path(folder)),
            report_bytes=written,
            suite_bytes=sum(len(to_bytes(suite)) for suite in suites),
            verdicts=dict(verdicts.most_common()),
            shares=sampler.shares if sampler else {},
        )


def _storing(report: GradeReport, size: int, folder: Path) -> float:
    """Seconds for storing a part, so many in a transaction, in a store of its own."""
    parts = [part for each in report.submissions[:50] for part in each.parts]
    with closing(Store(folder / f"storing-{size}.sqlite")) as store:
        began = time.perf_counter()
        for begin in range(0, len(parts), size):
            with store.change():
                for place, part in enumerate(parts[begin : begin + size], begin):
                    key = Key(
                        exercise=part.exercise, part=part.part, file="", answer=str(place), suite=part.suite,
                        declaration="", environment=1,
                    )  # fmt: skip
                    result = store.add(key, part, "L2")
                    store.show(Owner(position=place, student=str(place), path=""), 0, result)
        return (time.perf_counter() - began) / len(parts)


def _size_of_store(folder: Path) -> int:
    """Bytes of the store and of its log."""
    return sum(path.stat().st_size for path in folder.glob("grades.sqlite*"))


def _cpu() -> float:
    """Processor seconds of this process and of those below it that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak_mb(pid: int | str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


class _WorkerProcesses:
    """Watches the peak memory of the processes right below this one that are not servers of workers."""

    def __init__(self) -> None:
        self.peak_mb = 0.0
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_WorkerProcesses":
        self._watch.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._stop.wait(0.5):
            self.peak_mb = max([self.peak_mb, *map(_peak_mb, self._below())])

    def _below(self) -> Iterator[int]:
        for path in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
            try:
                pids = path.read_text(encoding="utf-8").split()
            except OSError:
                continue
            for pid in pids:
                try:
                    command = Path(f"/proc/{pid}/cmdline").read_bytes()
                except OSError:
                    continue
                if b"spawn_main" in command:
                    yield int(pid)


if __name__ == "__main__":
    count, jobs, device, cache, *only = sys.argv[1:]
    print(json.dumps(asdict(measure(int(count), int(jobs), device, only, Path(cache)))))
