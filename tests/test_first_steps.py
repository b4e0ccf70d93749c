"""What somebody who begins is told: of a file that is not Python, of what hangs, and of a call that gives nothing."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.answer.load import Answer, Cell
from grader.case.probe import run_case
from grader.host.session import Server
from grader.judge.grade import PartGrader
from grader.judge.plainly import plainly
from grader.kit.load import load_course
from grader.model import Case, CriterionReport, Finding, FindingKind, Limits, PartReport, Verdict
from grader.model.policy import redact
from grader.model.words import look
from grader.report.order import failures
from grader.report.screen import plain_text
from grader.suite.cache import PUBLIC, compile_suite
from tests.layers import ROOT
from tests.school import FLATTEN
from tests.test_conditions import CLASS

LOOP = "        while True:\n            pass\n"
ENDLESS = FLATTEN.replace("        places =", f"{LOOP}        places =")
LIMITS = Limits(case_seconds=0.5, part_seconds=10.0)


def report(symbol: str, source: str, exercise: str = "linear/linear", shrink_seconds: float = 1.0) -> PartReport:
    """What a part is told on the public cases, of a course that is no kit."""
    found = load_course(ROOT).exercise(exercise)
    part, cache = found.part(symbol), Path(os.environ["COURSE_CACHE"])
    suite = compile_suite(found, part, "layers", visibility=PUBLIC, cache_dir=cache)
    with Server(LIMITS) as server:
        grader = PartGrader(
            server=server, exercise=found, part=part, suite=suite, limits=LIMITS, shrink_seconds=shrink_seconds
        )
        return grader.grade(Answer.from_source(f"{exercise}.py", source)).report


@pytest.mark.slow
def test_a_call_that_hangs_is_shown_under_values() -> None:
    found = report("Flatten", ENDLESS)
    first = failures(found)[0]
    assert (found.verdict, first.name) == (Verdict.TIME_LIMIT, "values")
    assert first.message.startswith(
        "Calling it took longer than 0.5 s; perhaps a loop does not end. It ran out of time"
    )
    assert first.counterexample is not None
    *_, last = first.counterexample.snippet.strip().splitlines()
    assert last == "layer(x)"
    assert "load_state_dict" not in first.counterexample.snippet


@pytest.mark.slow
def test_an_endless_constructor_is_shown_under_interface() -> None:
    source = FLATTEN.replace("        super()", f"{LOOP}        super()")
    first = failures(report("Flatten", source))[0]
    assert first.name == "interface"
    assert first.message.startswith("Constructing it took longer")
    assert first.counterexample is not None
    assert "Flatten(" in first.counterexample.snippet.strip().splitlines()[-1]


class Box:
    """Some of whose methods forget to return."""

    def __init__(self, *things: object) -> None:
        self.things = things

    def items(self, many: int = 1) -> None:
        self.things = self.things[:many]

    def first(self) -> object:
        return self.things[0]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("list(box.items())", "box.items()"),
        ("[thing for thing in box.items(2)]", "box.items(2)"),
        ("box.first().items().shape", "box.first().items()"),
        ("len(max(box.items(), box.items(3)))", "box.items()"),
        ("box.first().things.shape", ""),
        ("_ = list(map(lambda thing: thing + box.missing(), [None]))", ""),
        ("1 + box.first().first()", "box.first().first()"),
    ],
)
def test_a_call_that_returns_nothing_is_named(line: str, call: str) -> None:
    case: Case = {"steps": [{"do": "run", "lines": ["box = Box(Box(None))", line, "3"]}]}
    got = run_case(case, {"Box": Box})["steps"][0]["lines"][1]
    finding = Finding(
        criterion="values", kind=FindingKind.LINE_RAISED, message="It raises.", where=line, expected="[]",
        got=f"{got['raised']}: {got['message']}",
    )  # fmt: skip
    answer = Answer("a.py", "a", (Cell(""),), "")
    found = plainly(finding, case, answer, lambda cases: [run_case(each, {"Box": Box}) for each in cases])
    told = f"`{call}` returned None: perhaps a `return` is missing. `{line}` should be []."
    assert found.message == (told if call else "It raises.")


@pytest.mark.slow
def test_nothing_is_run_again_where_nothing_is_to_be_looked_for() -> None:
    source = "def freeze(module, *patterns):\n    return 1 + None\n"
    first, quiet = (failures(report("freeze", source, "modules/tools", shrink_seconds=s))[0] for s in (1.0, 0.0))
    assert first.counterexample is not None
    assert quiet.counterexample is not None
    assert (first.counterexample.line, first.counterexample.source) == (2, "return 1 + None")
    assert quiet.counterexample.line is None


# The word for a verdict


def told(**what: object) -> PartReport:
    """A part of which nothing has run."""
    fine = CriterionReport(name="own_work", verdict=Verdict.SKIPPED, score=0.0, max_score=0.0)
    broken = replace(fine, name="interface", verdict=Verdict.RAISED, message="It is broken.", **what)  # type: ignore[arg-type]
    return replace(CLASS.submissions[0].parts[0], verdict=Verdict.RAISED, criteria=(fine, broken))


@pytest.mark.parametrize(
    ("what", "word"),
    [
        ({"line": 3}, "not Python yet"),
        ({}, "cannot be read"),
        ({"kind": FindingKind.NOT_DEFINED}, "not defined"),
        ({"kind": FindingKind.RAISED}, "raised an exception"),
    ],
)
def test_what_has_not_run_has_raised_nothing(what: dict[str, object], word: str) -> None:
    part = told(**what)
    assert look(part).word == look(part.criteria[1]).word == word
    shown = plain_text(part, width=100)
    assert word in shown.splitlines()[0]
    assert ("interface: " in shown) == (word == "raised an exception")


def test_nothing_is_said_of_a_verdict_whose_reason_is_kept() -> None:
    hidden = redact(replace(CLASS, submissions=[replace(CLASS.submissions[0], parts=(told(line=3),))]), "none")
    assert look(hidden.submissions[0].parts[0]).word == "raised an exception"
