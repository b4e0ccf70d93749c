"""Scheduling, retrying and waiting, with a pool that follows a script: no worker runs, so this takes milliseconds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.catalogue import Course
from grader.grading.options import Options
from grader.grading.pool import Task
from grader.grading.schedule import GradingRun, Watcher, grade
from grader.grading.scripted import Lost, Script, Scripted
from grader.grading.store import Store
from grader.kit.load import load_course
from grader.model import CourseError, GradeReport, PartReport, Verdict

ROOT = Path(__file__).parent.parent
SLUG = "linear/linear"


@pytest.fixture(scope="module")
def course() -> Course:
    """A course of one exercise with two parts, Linear and Flatten."""
    whole = load_course(ROOT)
    return replace(whole, exercises=[whole.exercise(SLUG)])


@pytest.fixture
def store() -> Iterator[Store]:
    kept = Store(None)
    yield kept
    kept.close()


def students(folder: Path, **sources: str) -> list[Path]:
    """A directory for each student, with an answer of that text."""
    for name, text in sources.items():
        path = folder / name / f"{SLUG}.py"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return [folder / name for name in sources]


def report(task: Task, symbol: str, verdict: Verdict = Verdict.ACCEPTED) -> PartReport:
    score = None if verdict is Verdict.JUDGE_ERROR else 2.0 if verdict is Verdict.ACCEPTED else 0.0
    return PartReport(part=symbol, exercise=task.exercise, verdict=verdict, score=score, max_score=2.0, suite="suite")


def accepts(task: Task) -> Iterator[PartReport]:
    for symbol in task.parts:
        yield report(task, symbol)


def graded(
    course: Course, paths: list[Path], pool: Scripted, store: Store, *, watcher: Watcher | None = None, **more: object
) -> GradeReport:
    options = Options(seed="documents", device="cpu", limits=course.limits)
    run = GradingRun(store=store, watcher=watcher or Watcher(), **more)  # type: ignore[arg-type]
    return grade(course, paths, options, run, pool)


def scores(found: GradeReport) -> list[float]:
    return [item.score for item in found.submissions]


def test_every_part_is_graded_once_and_reported_in_the_order_given(
    course: Course, store: Store, tmp_path: Path
) -> None:
    pool = Scripted(accepts, jobs=2)
    found = graded(course, students(tmp_path, ben="1", ada="2", cy="3"), pool, store)
    assert [item.student for item in found.submissions] == ["ben", "ada", "cy"]
    assert [part.part for part in found.submissions[0].parts] == ["Linear", "Flatten"]
    assert scores(found) == [4.0] * 3
    assert [task.owner.student for task in pool.started] == ["ben", "ada", "cy"]
    assert pool.closed


def test_the_same_bytes_wait_for_the_student_who_is_being_graded(course: Course, store: Store, tmp_path: Path) -> None:
    pool = Scripted(accepts, jobs=3)
    found = graded(course, students(tmp_path, ada="same", ben="same", cy="other"), pool, store)
    assert [task.owner.student for task in pool.started] == ["ada", "cy"]
    assert scores(found) == [4.0] * 3


def test_what_the_store_knows_is_not_graded_again_unless_asked(course: Course, store: Store, tmp_path: Path) -> None:
    paths = students(tmp_path, ada="1")
    graded(course, paths, Scripted(accepts), store)
    again, fresh = Scripted(accepts), Scripted(accepts)
    assert scores(graded(course, paths, again, store)) == [4.0]
    assert not again.started
    graded(course, paths, fresh, store, fresh=True)
    assert [task.parts for task in fresh.started] == [("Linear", "Flatten")]


def broken(times: int) -> Script:
    """Fails to judge Flatten so many times."""
    failures = iter(range(times))

    def script(task: Task) -> Iterator[PartReport]:
        for symbol in task.parts:
            fails = symbol == "Flatten" and next(failures, None) is not None
            yield report(task, symbol, Verdict.JUDGE_ERROR if fails else Verdict.ACCEPTED)

    return script


@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.ACCEPTED), (2, Verdict.JUDGE_ERROR)])
def test_a_part_that_could_not_be_judged_is_tried_once_more(
    course: Course, store: Store, tmp_path: Path, times: int, verdict: Verdict
) -> None:
    pool = Scripted(broken(times))
    found = graded(course, students(tmp_path, ada="1"), pool, store)
    assert [(task.parts, task.attempt) for task in pool.started] == [(("Linear", "Flatten"), 1), (("Flatten",), 2)]
    linear, flatten = found.submissions[0].parts
    assert linear.verdict is Verdict.ACCEPTED
    assert flatten.verdict is verdict
    assert store.ungraded() == (verdict is Verdict.JUDGE_ERROR)


def test_an_ungraded_part_is_not_a_zero_and_is_tried_again_by_the_next_run(
    course: Course, store: Store, tmp_path: Path
) -> None:
    paths = students(tmp_path, ada="1")
    graded(course, paths, Scripted(broken(2)), store)
    pool = Scripted(accepts)
    found = graded(course, paths, pool, store)
    assert [task.parts for task in pool.started] == [("Flatten",)]
    assert scores(found) == [4.0]


def test_a_lost_worker_process_costs_nothing_but_time(course: Course, store: Store, tmp_path: Path) -> None:
    def script(task: Task) -> Iterator[PartReport | Lost]:
        yield report(task, task.parts[0])
        if task.attempt == 1:
            yield Lost("the process ended with status -9")
        for symbol in task.parts[1:]:
            yield report(task, symbol)

    pool = Scripted(script)
    found = graded(course, students(tmp_path, ada="1"), pool, store)
    assert [task.parts for task in pool.started] == [("Linear", "Flatten"), ("Flatten",)]
    assert scores(found) == [4.0]


def test_worker_processes_that_are_always_lost_leave_the_parts_ungraded_and_say_why(
    course: Course, store: Store, tmp_path: Path
) -> None:
    pool = Scripted(lambda task: [Lost("the machine is on fire")])
    found = graded(course, students(tmp_path, ada="1", ben="1"), pool, store)
    for submission in found.submissions:
        assert {part.verdict for part in submission.parts} == {Verdict.JUDGE_ERROR}
        assert {part.message for part in submission.parts} == {"the machine is on fire"}
        assert {part.score for part in submission.parts} == {None}


def test_a_suite_that_cannot_be_compiled_is_not_tried_twice(course: Course, store: Store, tmp_path: Path) -> None:
    def script(task: Task) -> Iterator[PartReport]:
        for symbol in task.parts:
            yield report(task, symbol, Verdict.JUDGE_ERROR if symbol == "Linear" else Verdict.ACCEPTED)

    pool = Scripted(script, digests={(SLUG, "Linear"): None})
    graded(course, students(tmp_path, ada="1"), pool, store)
    assert [task.attempt for task in pool.started] == [1]


def test_a_sandbox_below_the_one_asked_for_ends_the_run(course: Course, store: Store, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="sandbox level L1 here; L2 was asked for"):
        graded(course, students(tmp_path, ada="1"), Scripted(accepts, sandbox="L1"), store, min_sandbox="L2")


def test_the_watcher_hears_of_all_of_it(course: Course, store: Store, tmp_path: Path) -> None:
    class Notes(Watcher):
        def __init__(self) -> None:
            self.heard: list[object] = []

        def begin(self, parts: int, submissions: int) -> None:
            self.heard.append(("begin", parts, submissions))

        def known(self, owner: object, before: int, meanwhile: int) -> None:
            self.heard.append(("known", before, meanwhile))

        def finished(self, owner: object, score: float, max_score: float) -> None:
            self.heard.append(("finished", score, max_score))

    first, second = Notes(), Notes()
    paths = students(tmp_path, ada="same", ben="same")
    graded(course, paths, Scripted(accepts), store, watcher=first)
    graded(course, paths, Scripted(accepts), store, watcher=second)
    done = ("finished", 4.0, 4.0)
    assert first.heard == [("begin", 4, 2), done, ("known", 0, 2), done]
    assert second.heard == [("begin", 4, 2), ("known", 2, 0), done, ("known", 2, 0), done]
