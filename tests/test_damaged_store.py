"""A store with a damaged row, and a report that is none: one part is ungraded, told, and nobody else is touched."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from click.testing import CliRunner

import cli
from grader.answer.load import Answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.grading import judge as judging
from grader.grading.in_process import InProcess
from grader.grading.options import Options
from grader.grading.pool import Pool, Task
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.scripted import Scripted
from grader.grading.store import Store
from grader.judge.grade import Judged
from grader.kit.load import load_course
from grader.model import GradeReport, PartReport, Stopped, Verdict
from grader.report import json
from grader.spec import Part

ROOT = Path(__file__).parents[1]
SLUG = "linear/linear"
CLASS = ("ada", "ben", "cy")
DAMAGED = 3
"""The number of ben's first result: each has two parts."""
DAMAGE = {
    "no JSON": "UPDATE results SET report = 'Oops' WHERE id = 3",
    "cut": "UPDATE results SET report = substr(report, 1, 40) WHERE id = 3",
    "empty": "UPDATE results SET report = '' WHERE id = 3",
    "bytes": "UPDATE results SET report = x'ff00fe' WHERE id = 3",
    "no UTF-8": "UPDATE results SET report = CAST(x'7bff7d' AS TEXT) WHERE id = 3",
    "a list": "UPDATE results SET report = '[]' WHERE id = 3",
    "other types": """UPDATE results SET report = '{"part": [], "exercise": 3}' WHERE id = 3""",
    "nested without end": f"UPDATE results SET report = '{'[' * 100_000}' WHERE id = 3",
    "a verdict of its own": "UPDATE results SET report = replace(report, 'ACCEPTED', 'SPLENDID') WHERE id = 3",
    "unknown verdict": "UPDATE results SET verdict = 'SPLENDID' WHERE id = 3",
    "another verdict": "UPDATE results SET verdict = 'WRONG' WHERE id = 3",
    "a verdict in bytes": "UPDATE results SET verdict = x'ff' WHERE id = 3",
    "words for a score": "UPDATE results SET score = 'much' WHERE id = 3",
    "no score": "UPDATE results SET score = NULL WHERE id = 3",
    "endless score": "UPDATE results SET score = 9e999 WHERE id = 3",
    "words for the best score": "UPDATE results SET max_score = 'most' WHERE id = 3",
}
IN_COLUMNS = ("unknown verdict", "a verdict in bytes", *(kind for kind in DAMAGE if kind.endswith("score")))
"""What `course history`, which reads no report, comes upon, too."""


class Said(Watcher):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(scope="module")
def course() -> Course:
    """A course of one exercise with two parts, Linear and Flatten."""
    whole = load_course(ROOT)
    return replace(whole, exercises=[whole.exercise(SLUG)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class, each with an answer of their own."""
    for name in CLASS:
        path = tmp_path / "class" / name / f"{SLUG}.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"class Linear: x = '{name}'\n\nclass Flatten: x = 1\n", encoding="utf-8")
    return tmp_path / "class"


def accepted(slug: str, symbol: str) -> PartReport:
    return PartReport(part=symbol, exercise=slug, verdict=Verdict.ACCEPTED, score=2.0, max_score=2.0, suite="suite")


def accepts(task: Task) -> Iterator[PartReport]:
    for symbol in task.parts:
        yield accepted(task.exercise, symbol)


def graded(course: Course, folder: Path, pool: Pool, store: Store, said: Said, *, fresh: bool = False) -> GradeReport:
    paths = [folder / name for name in CLASS]
    options = Options(seed="documents", device="cpu", limits=course.limits)
    return grade(course, paths, options, GradingRun(store=store, watcher=said, fresh=fresh), pool)


@pytest.fixture
def damaged(course: Course, folder: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A store of this class in which one row is damaged."""
    path = tmp_path / "grades.sqlite"
    store = Store(path)
    graded(course, folder, Scripted(accepts), store, Said())
    store.close()

    def damage(kind: str) -> Path:
        base = sqlite3.connect(path)
        base.execute(DAMAGE[kind])
        base.commit()
        base.close()
        return path

    return damage


def points(report: GradeReport) -> dict[str, float]:
    return {item.student: item.score for item in report.submissions}


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("kind", DAMAGE)
def test_a_row_that_cannot_be_read_is_graded_again(
    course: Course, folder: Path, damaged: Callable[[str], Path], kind: str, fresh: bool
) -> None:
    store, said, pool = Store(damaged(kind)), Said(), Scripted(accepts)
    found = graded(course, folder, pool, store, said, fresh=fresh)
    assert points(found) == dict.fromkeys(CLASS, 4.0)
    assert json.dumps(found)
    if not fresh:
        assert [(task.owner.student, task.parts) for task in pool.started] == [("ben", ("Linear",))]
        assert len(said.lines) == 1
        assert f"Result {DAMAGED}" in said.lines[0]
        assert said.lines[0] in found.notes
    again = Scripted(accepts)
    graded(course, folder, again, store, Said())
    assert not again.started
    store.close()


@pytest.mark.parametrize("kind", DAMAGE)
def test_the_history_goes_on_after_a_row_that_cannot_be_read(damaged: Callable[[str], Path], kind: str) -> None:
    path = damaged(kind)
    result = CliRunner().invoke(cli.main, ["--root", str(ROOT), "history", "ben", "--store", str(path)])
    assert result.exception is None
    assert result.exit_code == 0
    assert result.stdout.count("2/2") == (1 if kind in IN_COLUMNS else 2)
    store = Store(path)
    latest = store.latest("ben", str(path.parent / "class" / "ben"))
    store.close()
    assert latest[SLUG, "Flatten"] == (Verdict.ACCEPTED, 2.0, 2.0)
    if kind in IN_COLUMNS:
        assert f"Result {DAMAGED}" in result.stderr
        assert latest[SLUG, "Linear"] == (Verdict.JUDGE_ERROR, None, 0.0)


def test_a_row_damaged_while_the_report_is_written_is_one_ungraded_part(
    course: Course, folder: Path, damaged: Callable[[str], Path]
) -> None:
    path = damaged("another verdict")
    store = Store(path)
    found = graded(course, folder, Scripted(accepts), store, Said())
    for change in ("UPDATE results SET report = '{' WHERE id = 7", "DELETE FROM results WHERE id = 6"):
        base = sqlite3.connect(path)
        base.execute(change)
        base.commit()
        base.close()
    verdicts = {item.student: [part.verdict for part in item.parts] for item in found.submissions}
    assert verdicts["ada"] == [Verdict.ACCEPTED] * 2
    assert verdicts["ben"] == [Verdict.JUDGE_ERROR, Verdict.ACCEPTED]
    assert verdicts["cy"] == [Verdict.ACCEPTED, Verdict.JUDGE_ERROR]
    assert "cannot be read" in found.submissions[1].parts[0].message
    store.close()


FORGED: list[dict[str, Any]] = [
    {"verdict": "nonsense"},
    {"verdict": []},
    {"verdict": Verdict.JUDGE_ERROR, "score": 2.0, "message": "no"},
    {"score": None},
    {"score": float("nan")},
    {"score": "2"},
    {"max_score": float("inf")},
    {"max_score": None},
    {"message": 3},
    {"message": ["no"]},
    {"seconds": torch.ones(2)},
    {"criteria": ({"name": "values"},)},
    {"criteria": 3},
    {"off_limits": (3,)},
]


@pytest.mark.parametrize("more", FORGED)
def test_a_report_that_is_none_is_one_ungraded_part(course: Course, folder: Path, more: dict[str, Any]) -> None:
    def script(task: Task) -> Iterator[PartReport]:
        for symbol in task.parts:
            report = accepted(task.exercise, symbol)
            yield replace(report, **more) if (task.owner.student, symbol) == ("ben", "Linear") else report

    store, pool = Store(None), Scripted(script)
    found = graded(course, folder, pool, store, Said())
    assert points(found) == {"ada": 4.0, "ben": 2.0, "cy": 4.0}
    linear, _ = found.submissions[1].parts
    assert (linear.verdict, linear.score) == (Verdict.JUDGE_ERROR, None)
    assert linear.message
    assert store.ungraded() == 1
    assert json.dumps(found)
    store.close()


class NoGrader:
    """Judges without looking, until it comes to ben's Linear."""

    error: Exception

    def __init__(self, *, exercise: CourseExercise, part: Part, **options: Any) -> None:
        self.exercise, self.part = exercise, part

    def grade(self, answer: Answer, load_stop: Stopped | None) -> Judged:
        if "ben" in answer.cells[0].source and self.part.symbol == "Linear":
            raise self.error
        return Judged(accepted(self.exercise.slug, self.part.symbol))


class NoServer:
    """A server whose end fails, too."""

    sandbox = "L2"

    def __init__(self, *arguments: object, **options: object) -> None:
        pass

    def close(self) -> None:
        raise OSError("it is gone already")


@pytest.mark.parametrize(
    "error", [ValueError("x" * 10**6), MemoryError(), RecursionError(), RuntimeError("\ud800"), AssertionError()]
)
def test_an_exception_in_the_judge_leaves_one_part_ungraded(
    course: Course, folder: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(judging, "Server", NoServer)
    monkeypatch.setattr(judging, "PartGrader", NoGrader)
    monkeypatch.setattr(NoGrader, "error", error, raising=False)
    monkeypatch.setattr(judging.Suites, "suite", lambda *arguments: SimpleNamespace(digest="suite"))
    monkeypatch.setattr(InProcess, "close", lambda self: None)
    store = Store(None)
    pool = InProcess(course, Options(seed="documents", device="cpu", limits=course.limits))
    found = graded(course, folder, pool, store, Said())
    assert points(found) == {"ada": 4.0, "ben": 2.0, "cy": 4.0}
    linear, _ = found.submissions[1].parts
    assert (linear.verdict, linear.score) == (Verdict.JUDGE_ERROR, None)
    assert linear.message.startswith(type(error).__name__)
    assert len(linear.message) < 2100
    store.close()
