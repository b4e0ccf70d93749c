"""Seconds per submission: nbgrader with our judge, nbgrader as it is, and otter-grader; equal notebooks, equal checks.

The checks of the other two are the same cases as ours, run by the notebook's own tests on the answer and on torch.nn.
Each grader has one and then several submissions put before it; the slope is what one more costs.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.kernel_checks import FOLDER
from benchmarks.overhead import SEED, seconds
from grader.classroom.course_directory import write_course
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.suite.cache import compile_suite
from grader.suite.provider import public_suites

EXERCISE = "linear/linear"
OTTER = "otter-grader[grading]==7.0.0"
FEW, MANY, MANY_OURS = 1, 5, 21
_SLIP = ("+ self.bias", "- self.bias")
"""What a wrong answer has instead."""

Notebook = dict[str, Any]
Took = tuple[float, float]
"""Seconds on the wall, and of processors."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What grading took."""

    name: str
    first: float
    """Seconds of one submission, start-up included."""
    more: float
    """Seconds of each one more."""
    processor: float
    """Seconds of a processor for each one more, which other work on the machine lengthens less."""


def paces(root: Path, course: Course, cache: Path) -> Iterator[Pace | str]:
    """Measure each grader; a sentence instead for one that could not be measured.

    Args:
        root: The repository.
        course: The course.
        cache: Where suites are kept, and otter-grader is installed.
    """
    exercise = course.exercise(EXERCISE)
    with TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        _write_cases(exercise, folder / "cases", cache / "suites")
        environment = {
            **os.environ, "PYTHONPATH": str(root), "HOME": str(folder), "COURSE_SEED": SEED, "COURSE_CACHE": str(cache),
            FOLDER: str(folder / "cases"), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }  # fmt: skip
        ours, stock = folder / "ours", folder / "stock"
        write_course(replace(course, exercises=[exercise]), ours, public_suites(cache / "suites"))
        _as_stock(ours, stock, exercise)
        right = exercise.reference_source
        assert _SLIP[0] in right
        for folder in (ours, stock):
            _run(folder, environment, "generate_assignment")
        hand_in = partial(_hand_in, exercise=exercise)
        # The first time, suites are compiled.
        hand_in(ours, ["warm"], right)
        _run(ours, environment, "autograde")
        yield _slope("ours, right answers", _nbgrader(ours, environment, hand_in, right), MANY_OURS)
        yield _slope("ours, wrong answers", _nbgrader(ours, environment, hand_in, right.replace(*_SLIP)), MANY_OURS)
        yield _slope("stock nbgrader", _nbgrader(stock, environment, hand_in, right), MANY)
        python = _otter(cache / "otter", root)
        if isinstance(python, str):
            yield python
        else:
            yield _slope("otter-grader", _otter_run(stock, python, environment, exercise, right), MANY)


def _slope(name: str, grade: Callable[[int], Took], many: int) -> Pace:
    first, several = grade(FEW), grade(many)
    more, processor = ((after - before) / (many - FEW) for before, after in zip(first, several, strict=True))
    return Pace(name=name, first=first[0], more=more, processor=processor)


def _timed(work: Callable[[], None]) -> Took:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = seconds(work)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _nbgrader(
    folder: Path, environment: Mapping[str, str], hand_in: Callable[[Path, list[str], str], None], answer: str
) -> Callable[[int], Took]:
    """Autograde new submissions, and see that the scores are what the answers deserve."""

    def grade(count: int) -> Took:
        shutil.rmtree(folder / "submitted", ignore_errors=True)
        kind = "wrong" if _SLIP[1] in answer else "right"
        students = [f"{kind}-{count}-{index}" for index in range(count)]
        hand_in(folder, students, answer)
        took = _timed(lambda: _run(folder, environment, "autograde"))
        _run(folder, environment, "export")
        rows = (folder / "grades.csv").read_text(encoding="utf-8").splitlines()
        header = rows[0].split(",")
        for row in (dict(zip(header, line.split(","), strict=True)) for line in rows[1:]):
            if row["student_id"] in students and (row["score"] == row["max_score"]) != (kind == "right"):
                raise RuntimeError(f"{folder.name}: {row['student_id']} has {row['score']} of {row['max_score']}.")
        return took

    return grade


def _run(folder: Path, environment: Mapping[str, str], command: str) -> None:
    words = [sys.executable, "-m", "nbgrader", command, *(["linear"] if command != "export" else [])]
    done = subprocess.run(words, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"nbgrader {command} in {folder.name} ended with {done.returncode}: {done.stderr[-2000:]}")


def _write_cases(exercise: CourseExercise, folder: Path, cache: Path) -> None:
    folder.mkdir()
    for part in exercise.parts:
        suite = compile_suite(exercise, part, SEED, cache_dir=cache)
        cases = [dict(entry.case) for entry in suite.cases if entry.kind == "main"]
        (folder / f"{part.symbol}.json").write_text(json.dumps(cases), encoding="utf-8")


def _read(path: Path) -> Notebook:
    notebook: Notebook = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def _as_stock(ours: Path, stock: Path, exercise: CourseExercise) -> None:
    """The same source notebook, with tests in the grade cells as instructors write them."""
    path = stock / "source" / f"{exercise.slug}.ipynb"
    path.parent.mkdir(parents=True)
    notebook = _read(ours / "source" / f"{exercise.slug}.ipynb")
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != f"{exercise.name}-checks"]
    for cell in notebook["cells"]:
        if cell["metadata"]["nbgrader"]["grade"]:
            symbol = cell["id"].split("-")[1]
            cell["source"] = f"from benchmarks.kernel_checks import check\ncheck({symbol!r}, {symbol})"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (stock / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")


def _hand_in(folder: Path, students: list[str], answer: str, exercise: CourseExercise) -> None:
    notebook = _answered(folder, exercise, answer)
    for student in students:
        path = folder / "submitted" / student / f"{exercise.slug}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")


def _answered(folder: Path, exercise: CourseExercise, answer: str) -> Notebook:
    notebook = _read(folder / "release" / f"{exercise.slug}.ipynb")
    first, *others = (cell for cell in notebook["cells"] if cell["metadata"]["nbgrader"]["solution"])
    first["source"] = answer
    for cell in others:
        cell["source"] = ""
    return notebook


def _otter(folder: Path, root: Path) -> Path | str:
    """A Python with otter-grader beside what is installed here; or why there is none."""
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
        Path(paths["purelib"], "here.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
        install = [python, "-m", "pip", "install", "--quiet", "--constraint", root / "constraints.txt", OTTER]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"otter-grader: could not be installed ({done.stderr.strip().splitlines()[-1]})"
        (folder / "made").touch()
    return python


def _otter_run(
    stock: Path, python: Path, environment: Mapping[str, str], exercise: CourseExercise, answer: str
) -> Callable[[int], Took]:
    """`otter run` on one submission after the other, in one process."""
    folder = stock / "otter"
    folder.mkdir()
    notebook = _answered(stock, exercise, answer)
    notebook["cells"] = [cell for cell in notebook["cells"] if not cell["metadata"]["nbgrader"]["grade"]]
    (folder / "linear.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    with zipfile.ZipFile(folder / "autograder.zip", "w") as archive:
        archive.writestr("otter_config.json", "{}")
        for part in exercise.parts:
            code = f">>> from benchmarks.kernel_checks import check\n>>> check({part.symbol!r}, {part.symbol})\n"
            suite = {"cases": [{"code": code}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            test = {"name": part.symbol, "points": 1, "suites": [suite]}
            archive.writestr(f"tests/{part.symbol}.py", f"OK_FORMAT = True\ntest = {test!r}\n")
    program = (
        "import sys; from otter.api import grade_submission as grade\n"
        "totals = [grade('linear.ipynb', 'autograder.zip', quiet=True).total for _ in range(int(sys.argv[1]))]\n"
        f"assert totals == [{len(exercise.parts)}] * len(totals), totals"
    )

    def grade(count: int) -> Took:
        return _timed(partial(_checked, [str(python), "-c", program, str(count)], folder, environment))

    return grade


def _checked(words: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    done = subprocess.run(words, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"otter ended with {done.returncode}: {done.stderr[-2000:]}")
