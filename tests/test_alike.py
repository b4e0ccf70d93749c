"""Failing answers that behave alike: one group on the class page, in the terminal and in the JSON, named or not."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.model import Diagnosis, GradeReport, PartReport, Verdict
from grader.model.policy import POLICIES, redact
from grader.report.alike import example
from grader.report.html import write
from grader.report.json import document, dumps
from grader.report.summary import Summary
from grader.report.terminal import render
from tests import report_samples as samples

SHIFTED, TRANSPOSED, ALONE = "5417f7ed00000001", "7ea45905ed000002", "a10ne00000000003"


def wrong(behaviour: str, name: str = "", exercise: str = "linear/linear", part: str = "Linear") -> PartReport:
    """A failing part, diagnosed where there is a name."""
    diagnosis = Diagnosis(misconception=name, hint="Look again.") if name else None
    failure = samples.criterion(
        "values", Verdict.WRONG, best=4, message="The output is off by one.", counterexample=samples.counterexample(),
        diagnosis=diagnosis,
    )  # fmt: skip
    own = samples.criterion("own_work", best=0)
    return samples.part(part, exercise, Verdict.WRONG, [own, failure], behaviour=behaviour)


@pytest.fixture
def report() -> GradeReport:
    parts = {
        "ada": wrong(SHIFTED), "ben": wrong(TRANSPOSED, "TransposesTheWeight"), "cem": wrong(SHIFTED),
        "dee": wrong(ALONE), "eve": samples.right(), "fay": wrong(SHIFTED), "gil": wrong(TRANSPOSED, "Other"),
        "hal": wrong(""), "ivy": wrong(""),
    }  # fmt: skip
    return samples.report(*(samples.submission(name, part) for name, part in parts.items()))


def test_groups_are_by_size_and_the_name_is_the_mistake_s(report: GradeReport) -> None:
    groups = Summary.of(report.submissions).alike.groups()
    assert [(group.behaviour, list(group.members), group.misconception) for group in groups] == [
        (SHIFTED, [0, 2, 5], ""),
        (TRANSPOSED, [1, 6], "Other"),
    ]
    assert groups == Summary.of(report.submissions).alike.groups("linear/linear")
    assert Summary.of(report.submissions).alike.groups("recurrent/cells") == []
    failure = example(groups[0], report.submissions)
    assert failure is not None
    assert failure.counterexample is not None


def test_parts_of_one_behaviour_are_not_mixed() -> None:
    one, other = wrong(SHIFTED), wrong(SHIFTED, part="Flatten")
    report = samples.report(samples.submission("ada", one), samples.submission("ben", other))
    assert Summary.of(report.submissions).alike.groups() == []


def test_the_json_has_them_after_the_submissions(report: GradeReport) -> None:
    made = json.loads(dumps(report))
    assert made == document(report)
    assert list(made)[-2:] == ["submissions", "groups"]
    shifted, transposed = made["groups"]
    assert shifted == {
        "exercise": "linear/linear", "part": "Linear", "behaviour": SHIFTED, "misconception": None,
        "students": ["ada", "cem", "fay"], "criterion": "values", "message": "The output is off by one.",
        "snippet": samples.SNIPPET,
    }  # fmt: skip
    assert transposed["misconception"] == "Other"
    assert made["submissions"][0]["parts"][0]["behaviour"] == SHIFTED
    assert "groups" not in json.loads(dumps(samples.report(samples.submission("eve", samples.right()))))


def test_the_class_page_shows_who_with_an_example(report: GradeReport, tmp_path: Path) -> None:
    text = write(report, tmp_path, "counterexample").read_text(encoding="utf-8")
    shown = text[text.index('id="alike"') :]
    assert shown.index("3 students") < shown.index("2 students")
    assert "no name yet" in shown
    assert "other" in shown
    assert "students/ada.html" in shown
    assert "students/dee.html" not in shown
    assert "The output is off by one." in shown
    assert "course misconception new" in shown
    assert 'id="alike"' not in write(
        samples.report(samples.submission("eve", samples.right())), tmp_path / "one", "counterexample"
    ).read_text(encoding="utf-8")


def test_the_terminal_lists_those_without_a_name(report: GradeReport) -> None:
    console = Console(width=110, force_terminal=False)
    with console.capture() as capture:
        render(report, console)
    said = " ".join(capture.get().split())
    assert "Fail alike, with no name yet 3 students Linear: values: The output is off by one. (as ada)" in said


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_tells_a_student_who_behaves_alike(report: GradeReport, policy: str, tmp_path: Path) -> None:
    seen = redact(report, policy)
    assert all(part.behaviour == "" for submission in seen.submissions for part in submission.parts)
    assert SHIFTED not in dumps(seen)
    write(report, tmp_path, policy)
    for page in (tmp_path / "students").iterdir():
        text = page.read_text(encoding="utf-8")
        assert SHIFTED not in text
        assert "no name yet" not in text


def test_of_answers_that_all_differ_a_number_each_is_kept() -> None:
    summary = Summary()
    for number in range(1000):
        summary.add(samples.submission(f"s{number}", replace(wrong(SHIFTED), behaviour=f"{number:016x}")))
    assert summary.alike.groups() == []
