"""How soon a learner hears: the first verdict of `course check`, and what `course watch` takes after a save."""

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.overhead import seconds
from grader.study.check import Checker
from grader.study.outline import Lesson, read_outline
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


def after_a_save(root: Path, cache_dir: Path, rounds: int) -> float:
    """Seconds from a save to its verdict in a `course watch` that is warm."""
    with TemporaryDirectory() as folder:
        lesson = _solved(root, Path(folder))
        answer = Path(folder) / f"{lesson.slug}.py"
        environment = {"COURSE_CACHE": str(cache_dir.parent), "PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"}
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "cli", "watch"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            took = []
            try:
                while not process.stdout.readline().startswith("Now"):
                    continue
                time.sleep(2)
                for number in range(rounds + 1):
                    text = answer.read_text(encoding="utf-8")
                    began = time.perf_counter()
                    answer.write_text(f"{text}\n# {number}\n", encoding="utf-8")
                    while PART not in process.stdout.readline():
                        continue
                    took.append(time.perf_counter() - began)
                    time.sleep(1)
            finally:
                process.kill()
    return median(took[1:])


def _solved(root: Path, folder: Path) -> Lesson:
    """Make a workspace in which the part's exercise is solved."""
    outline = read_outline(root)
    start(outline, folder)
    lesson, _ = outline.one(PART)
    source = root / "solutions" / lesson.slug / f"{lesson.name}.py"
    (folder / f"{lesson.slug}.py").write_bytes(source.read_bytes())
    return lesson
