"""What a submission graded on a cluster costs the two processes that no further worker relieves.

The submissions are stubs, which a worker refuses at a glance: what is left is reading, sending and storing.
"""

import os
import resource
import socket
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.class_run import CASE_SECONDS, ROOT, SEED
from grader.course.catalogue import Course
from grader.grading.options import Options
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.release.stub import stub_of

SIZES = (10, 50, 550)
"""The first warms everybody up; between the others, what is paid once per class cancels out."""


def measure(only: list[str], workers: int, cache: Path) -> dict[str, float]:
    """Processor seconds of a further submission in the grader and in the scheduler, with real Dask processes here."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        scheduler = _start(folder, "scheduler", "--host", "127.0.0.1", "--port", str(port))
        others = [
            _start(folder, "worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", folder)
            for _ in range(workers)
        ]
        try:
            rows = [_run(only, size, address, scheduler.pid, Path(folder) / str(size), cache) for size in SIZES]
        finally:
            for process in (scheduler, *others):
                process.kill()
                process.wait()
    _, small, large = rows
    more = SIZES[2] - SIZES[1]
    grader, passed = (large[name] - small[name] for name in ("grader", "scheduler"))
    return {"students": more, "workers": workers, "grader": grader / more, "scheduler": passed / more}


def _start(folder: str, *words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words, "--no-dashboard"], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def _run(only: list[str], students: int, address: str, scheduler: int, folder: Path, cache: Path) -> dict[str, float]:
    course = load_course(ROOT)
    limits = replace(course.limits, case_seconds=CASE_SECONDS)
    options = Options(only=only, device="cpu", seed=SEED, limits=limits, cache_dir=cache, cluster=address)
    paths = _stubs(course, only, students, folder / "class")
    with closing(Store(folder / "grades.sqlite")) as store:
        before = _own(), _of(scheduler)
        grade(course, paths, options, GradingRun(store=store, watcher=Watcher()))
        return {"grader": _own() - before[0], "scheduler": _of(scheduler) - before[1]}


def _stubs(course: Course, only: list[str], students: int, folder: Path) -> list[Path]:
    homes = [folder / f"student{number:05}" for number in range(students)]
    for exercise in {exercise.slug: exercise for exercise, _ in course.select(only)}.values():
        for number, home in enumerate(homes):
            file = home / f"{exercise.slug}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{stub_of(exercise)}\n# handed in by student {number}\n", encoding="utf-8")
    return homes


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _of(pid: int) -> float:
    """Processor seconds of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
