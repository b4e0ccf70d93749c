"""How soon a learner hears: the first verdict of `course check`, and what `course watch` takes after a save."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.overhead import seconds
from grader.kit.outline import Lesson, read_outline
from grader.study.check import Checker
from grader.study.workspace import start

PART = "LayerNorm"


def first_check(root: Path, cache_dir: Path, rounds: int) -> tuple[float, float]:
    """Seconds of `course check PART` on a warm cache, and of importing torch."""
    with TemporaryDirectory() as folder:
        _solved(root, Path(folder))
        environment = {"COURSE_CACHE": str(cache_dir.parent), "PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}
        run = partial(subprocess.run, cwd=folder, env=environment, check=True, capture_output=True)
        check = [sys.executable, "-m", "cli", "check", PART]
        run(check)
        checked = [seconds(partial(run, check)) for _ in range(rounds)]
        imported = [seconds(partial(run, [sys.executable, "-c", "import torch"])) for _ in range(rounds)]
    return median(checked), median(imported)


def recheck(root: Path, cache_dir: Path, rounds: int) -> float:
    """Seconds of checking a solved part again, with everything warm."""
    with TemporaryDirectory() as folder:
        lesson = _solved(root, Path(folder))
        checker = Checker(root, Path(folder), cache_dir)
        try:
            check = partial(checker.check, lesson, [PART])
            check()
            return median(seconds(check) for _ in range(rounds))
        finally:
            checker.close()


_TIMED = """
import sys, time
from pathlib import Path
from rich.console import Console
from grader.kit.outline import read_outline
from grader.study.session import Session
from grader.study.watch import watch
from grader.study.workspace import find_workspace

class Timed(Session):
    def check(self, lesson, symbols):
        print("began", time.monotonic(), flush=True)
        found = super().check(lesson, symbols)
        print("ended", time.monotonic(), flush=True)
        return found

root, folder = map(Path, sys.argv[1:])
watch(Timed(read_outline(root), find_workspace(folder)), Console(stderr=True))
"""
"""`course watch`, and the time at which each of its checks begins and ends, on the clock of the whole system."""


def after_a_save(root: Path, cache_dir: Path, rounds: int) -> tuple[float, float]:
    """Seconds from a save to the start of its check, and to its verdict, in a `course watch` that is warm."""
    with TemporaryDirectory() as folder:
        lesson = _solved(root, Path(folder))
        answer = Path(folder) / f"{lesson.slug}.py"
        text = answer.read_text(encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-c", _TIMED, root, folder], cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=os.environ | {"COURSE_CACHE": str(cache_dir.parent)},
        ) as process:  # fmt: skip
            assert process.stdout is not None
            starts, ends = [], []
            try:
                # The first check is of what is there when it starts.
                for number in range(rounds + 2):
                    saved = time.monotonic()
                    if number:
                        answer.write_text(f"{text}\n# {number}\n", encoding="utf-8")
                    began, ended = (float(process.stdout.readline().split()[1]) for _ in range(2))
                    starts.append(began - saved)
                    ends.append(ended - saved)
                    time.sleep(1)
            finally:
                process.kill()
    return median(starts[2:]), median(ends[2:])


def _solved(root: Path, folder: Path) -> Lesson:
    """Make a workspace in which the part's exercise is solved."""
    outline = read_outline(root)
    start(outline, folder)
    lesson, _ = outline.one(PART)
    source = root / "solutions" / lesson.slug / f"{lesson.name}.py"
    (folder / f"{lesson.slug}.py").write_bytes(source.read_bytes())
    return lesson
