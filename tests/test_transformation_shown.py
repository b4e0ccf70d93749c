"""A transformation is shown wherever a failed criterion is, and its text can steer nobody."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from grader.classroom.feedback import part_html
from grader.exports import gradescope
from grader.model import CriterionReport, GradeReport, PartReport, Verdict
from grader.model.policy import redact
from grader.report import html, notebook
from grader.report.json import dumps
from grader.report.screen import plain_text
from grader.report.terminal import render
from tests import report_samples as samples

SAID = "Your gates stand in the order f, i, g, o; torch's is i, f, g, o."


def report(said: str = SAID) -> GradeReport:
    failed = samples.criterion("values", Verdict.WRONG, message="The output is wrong.", transformation=said)
    return samples.report(
        samples.submission("ana", samples.part("LSTMCell", "recurrent/cells", Verdict.WRONG, [failed]))
    )


def part(given: GradeReport) -> PartReport:
    return given.submissions[0].parts[0]


def terminal(given: GradeReport) -> str:
    console = Console(file=io.StringIO(), width=100, force_terminal=False, highlight=False)
    render(given, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def page(given: GradeReport, folder: Path) -> str:
    html.write(given, folder, "counterexample")
    return next((folder / "students").glob("*.html")).read_text(encoding="utf-8")


FORMS: list[Callable[[GradeReport], str]] = [
    terminal,
    lambda given: plain_text(part(given)),
    lambda given: notebook.as_html(part(given), notebook.Context()),
    lambda given: notebook.as_plain(part(given), notebook.Context()),
    dumps,
    lambda given: part_html(part(given)),
]


@pytest.mark.parametrize("form", FORMS, ids=["terminal", "screen", "notebook", "plain", "json", "nbgrader"])
def test_every_form_says_it(form: Callable[[GradeReport], str]) -> None:
    assert "Your gates stand in the order f, i, g, o" in form(report())


def test_the_student_s_page_says_it_with_foreign_text_escaped(tmp_path: Path) -> None:
    assert "Your gates stand in the order" in page(report(), tmp_path / "a")
    assert "<script>alert" not in page(report(samples.EVIL), tmp_path / "b")
    assert "<script>alert" not in notebook.as_html(part(report(samples.EVIL)), notebook.Context())


def test_json_holds_it_beside_the_diagnosis() -> None:
    (criterion,) = json.loads(dumps(report()))["submissions"][0]["parts"][0]["criteria"]
    assert criterion["transformation"] == SAID


@pytest.mark.parametrize(("policy", "left"), [("none", ""), ("criterion", SAID), ("counterexample", SAID)])
def test_the_feedback_policy_decides(policy: str, left: str) -> None:
    def seen(given: GradeReport) -> CriterionReport:
        return part(redact(given, policy)).criteria[0]

    assert seen(report()).transformation == left


def test_gradescope_gets_it() -> None:
    assert SAID in json.dumps(gradescope.document(report().submissions[0]))
