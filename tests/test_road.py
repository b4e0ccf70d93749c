"""The order of learning: declared whole, the same wherever it is shown, and no part of what is judged."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course.engine import SUITES, closure
from grader.course.named import NamedExercise
from grader.course.road import FILE, Leg, in_order, read_legs, together
from grader.kit.outline import read_outline
from grader.kit.record import Record
from grader.model import CourseError, CriterionReport, FindingKind, PartReport, Verdict
from grader.report.screen import first_failure, plain_text
from grader.study.page import paths
from grader.study.stages import split
from grader.study.unwritten import left, to_mend, waiting
from grader.suite.data import rubric

ROOT = Path(__file__).parent.parent
LEGS = read_legs(ROOT)
OUTLINE = read_outline(ROOT)


def test_every_exercise_says_where_it_stands() -> None:
    slugs = {lesson.slug for lesson in OUTLINE.lessons}
    assert set(LEGS) == slugs
    for lesson in OUTLINE.lessons:
        leg = lesson.leg
        assert leg.minutes > 0, lesson.slug
        assert leg.difficulty > 0, lesson.slug
        assert set(leg.after) <= slugs, lesson.slug
        assert [*lesson.symbols] == [*leg.taught], lesson.slug
        text = (ROOT / "solutions" / lesson.slug / "handout.md").read_text(encoding="utf-8")
        line = re.search(r"^\*Difficulty: .*$", text, re.MULTILINE)
        assert line is None or line[0] == leg.line, lesson.slug


def test_each_comes_after_what_it_builds_on_and_the_readme_says_so() -> None:
    order = [lesson.slug for lesson in OUTLINE.lessons]
    for slug in order:
        assert all(order.index(before) < order.index(slug) for before in LEGS[slug].after)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```text\n(.*? → .*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert block.split() == " → ".join(order).split()
    hours = sum(leg.minutes for leg in LEGS.values()) / 60
    assert f"takes about {5 * round(hours / 5)} hours" in readme


def test_a_kit_has_it_in_one_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(together(LEGS), encoding="utf-8")
    assert read_legs(tmp_path) == LEGS
    (tmp_path / FILE).write_text("['a/b']\nminutes = 'many'\n", encoding="utf-8")
    with pytest.raises(CourseError, match="minutes is 'many'"):
        read_legs(tmp_path)
    (tmp_path / FILE).write_text("['a/b']\nhours = 1\n", encoding="utf-8")
    with pytest.raises(CourseError, match="something else"):
        read_legs(tmp_path)


def test_a_circle_is_named_and_what_is_not_there_is_not_waited_for() -> None:
    one, two = (NamedExercise(assignment="a", name=name) for name in ("one", "two"))
    assert in_order([one, two], ["a"], {"a/one": Leg(after=["a/two", "b/other"])}) == [two, one]
    with pytest.raises(CourseError, match="in a circle: a/one, a/two"):
        in_order([one, two], ["a"], {"a/one": Leg(after=["a/two"]), "a/two": Leg(after=["a/one"])})


def test_it_decides_no_case() -> None:
    assert not [path for path in closure(SUITES) if path.name == "road.py"]


def test_the_stages_share_the_cases_and_the_points() -> None:
    record = Record(ROOT / "assignments/modules/checks/module.zip")
    suite, part = record.suite("Module"), record.exercise.part("Module")
    lesson = next(lesson for lesson in OUTLINE.lessons if lesson.slug == "modules/module")
    stages = lesson.stages("Module")
    pieces = [*split(suite, stages)]
    assert sorted(map(id, suite.cases)) == sorted(id(entry) for piece in pieces for entry in piece.cases)
    assert all(len(piece.cases) >= 8 for piece in pieces), [len(piece.cases) for piece in pieces]
    for name, count in suite.planned.items():
        assert sum(piece.planned.get(name, 0) for piece in pieces) == count
    assert sum(stage.points for stage in stages) == sum(rubric(part, suite).values())
    methods = [method for stage in stages for method in stage.methods]
    assert set(methods) == {*left(replace(lesson, leg=Leg()), "Module", [lesson.stub])} - {"forward"}
    assert len(methods) == len(set(methods))


def test_what_one_case_that_is_left_raises_comes_after_shapes_that_are_wrong_in_all_others() -> None:
    def failed(name: str, verdict: Verdict, cases: int) -> CriterionReport:
        return CriterionReport(name=name, verdict=verdict, score=0, max_score=1, cases=cases, failing=cases)

    wrong, raised = failed("shapes", Verdict.WRONG, 20), failed("values", Verdict.RAISED, 1)
    report = PartReport(
        part="ReLU", exercise="activations/activations", verdict=Verdict.WRONG, score=2, max_score=10, suite="",
        criteria=(wrong, raised),
    )  # fmt: skip
    assert first_failure(report) == wrong
    assert first_failure(replace(report, criteria=(wrong, replace(raised, cases=20, failing=20)))) != wrong


def test_a_stub_that_is_called_is_not_written_yet_and_no_mistake() -> None:
    lesson = next(lesson for lesson in OUTLINE.lessons if lesson.slug == "modules/module")

    def failed(name: str, message: str) -> CriterionReport:
        return CriterionReport(
            name=name, verdict=Verdict.RAISED, score=0, max_score=1, kind=FindingKind.LINE_RAISED, message=message
        )  # fmt: skip

    later = failed(
        "parameters", "`list(m.children())` should be [], but raises NotImplementedError: Write Module.children."
    )
    report = PartReport(
        part="Module", exercise=lesson.slug, verdict=Verdict.RAISED, score=4, max_score=16, suite="", criteria=(later,),
    )  # fmt: skip
    assert waiting(report, lesson) == {"parameters": "children"}
    shown = plain_text(report, paths(report, lesson, unwritten=["children", "get_submodule"]), width=60)
    assert shown.startswith("· Module  not written yet: children, get_submodule  4 of 16")
    assert "NotImplementedError" not in shown
    assert max(map(len, shown.splitlines())) <= 60
    other = failed("values", "`m.x` should be 3, but raises NotImplementedError: of my own")
    both = replace(report, criteria=(later, other))
    assert to_mend(both, lesson) == other
    shown = plain_text(both, paths(both, lesson))
    assert shown.startswith("✗ Module  raised an exception")
    assert "· parameters (not written yet)" in shown
