"""What students see under each feedback policy: nothing that an answer or a hidden case could put into a message."""

from dataclasses import replace
from typing import Any

import pytest

from grader.compare.outcome import error_finding
from grader.judge.reports import vetted
from grader.model import (
    Counterexample,
    CriterionReport,
    Diagnosis,
    Failure,
    FindingKind,
    OffLimitsUse,
    PartReport,
    Verdict,
    codec,
)  # fmt: skip
from grader.model.briefly import briefly
from grader.model.policy import redact
from tests import report_samples as samples

MARKER = "0.7351924"
"""What an answer took from its input, or the judge from the case."""


CASE = {
    "symbol": "Linear",
    "new": {"args": [MARKER]},
    "state": [["running_mean", {"role": "buffer"}]],
    "steps": [{"do": "run", "lines": [MARKER]}],
}


def failed(
    kind: FindingKind | None, name: str = "values", verdict: Verdict = Verdict.WRONG, **more: Any
) -> CriterionReport:
    """A criterion that failed on a case full of the marker."""
    fields: dict[str, Any] = {
        "case": CASE,
        "snippet": MARKER, "where": "the output, step 2", "expected": MARKER, "got": f"E{MARKER}: {MARKER}",
        "kind": kind, "line": 3, "source": "return x",
    }  # fmt: skip
    example = Counterexample(**(fields | more))
    return CriterionReport(
        name=name, verdict=verdict, score=0, max_score=1, message=f"It says {MARKER}", kind=kind,
        counterexample=example, diagnosis=Diagnosis(misconception="BiasAsARow", hint="The bias is a column."),
    )  # fmt: skip


def shown(item: CriterionReport, policy: str = "criterion") -> PartReport:
    part = samples.part("Linear", "linear/linear", item.verdict, [item], message=item.message)
    return redact(samples.report(samples.submission("ana", part)), policy).submissions[0].parts[0]


@pytest.mark.parametrize("verdict", [item for item in Verdict if item is not Verdict.ACCEPTED])
@pytest.mark.parametrize("kind", [*FindingKind, None])
@pytest.mark.parametrize("policy", ["none", "criterion"])
def test_no_kind_of_failure_shows_what_came_from_a_case(
    kind: FindingKind | None, verdict: Verdict, policy: str
) -> None:
    # Names are what is expected, which the course declares.
    expected = "weight, bias" if kind is FindingKind.NAMES else MARKER
    item = failed(kind, verdict=verdict, expected=expected)
    if verdict in (Verdict.SKIPPED, Verdict.OFF_LIMITS, Verdict.NOT_ATTEMPTED):
        item = replace(item, message="about the answer")
    part = shown(item, policy)
    assert MARKER not in codec.dumps(part)
    assert part.message == part.criteria[0].message
    assert policy == "none" or part.criteria[0].message
    assert not part.seconds


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (failed(FindingKind.VALUE), "The output is wrong (line 3)"),
        (failed(FindingKind.SHAPE, line=None), "The output has another shape than expected."),
        (
            failed(FindingKind.VALUE, "state", where="buffer running_mean, step 1", line=None),
            "Buffer running_mean is wrong.",
        ),
        (failed(FindingKind.VALUE, "state", where=f"buffer E{MARKER}, step 1", line=None), "It is wrong."),
        (
            failed(FindingKind.VALUE, "interface", line=None),
            "With its arguments passed by position, or all by name, the output is wrong.",
        ),
        (
            failed(FindingKind.NAMES, "parameters", where="parameters", expected="weight, bias", line=None),
            "Its parameters should have other names (weight, bias).",
        ),
        (
            failed(FindingKind.RAISED, "gradients", Verdict.RAISED, got=f"ValueError: {MARKER}"),
            "Going backward through it raised ValueError (line 3)",
        ),
        (failed(FindingKind.RAISED, verdict=Verdict.RAISED), "Using it raised an exception of its own (line 3)"),
        (
            failed(FindingKind.NOT_RAISED, "errors", case={"why": "A vector of 4 where in_features is 2"}, line=None),
            "A vector of 4 where in_features is 2 should raise an exception, but does not.",
        ),
        (failed(FindingKind.STOPPED, verdict=Verdict.CRASHED), "It ended or broke the process that runs it."),
        (failed(FindingKind.VALUE, "numerics", case={"dtype": "float64"}), "It only works in float32."),
        (
            failed(FindingKind.GROWTH, "vectorized", where="batch", line=None),
            "The number of tensor operations grows with the batch: let tensor operations do the loop.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_general_words(item: CriterionReport, words: str) -> None:
    assert briefly(item) == words


def test_the_hint_and_the_line_stay_under_criterion() -> None:
    (item,) = shown(failed(FindingKind.RAISED, verdict=Verdict.RAISED)).criteria
    assert item.line == 3
    assert item.diagnosis is not None
    assert item.counterexample is None


def test_a_file_that_cannot_be_loaded_says_why() -> None:
    message = (
        "Linear is not there once the file has run. The file stops with NameError: name 'nnn' is not defined (line 4)"
    )
    item = samples.criterion("interface", Verdict.RAISED, message=message, kind=FindingKind.NOT_DEFINED, line=4)
    assert shown(item).message == message


def test_a_part_that_could_not_be_judged_does_not_show_the_judge_s_error() -> None:
    item = samples.criterion("values", Verdict.JUDGE_ERROR, message=MARKER)
    assert MARKER not in codec.dumps(shown(item))


@pytest.mark.parametrize("line", [0, -1, 3, 7_351_924])
def test_a_line_that_the_answer_does_not_have_is_no_line(line: int) -> None:
    error: Failure = {"stage": "call", "step": 0, "type": "E", "kinds": ["E"], "message": "", "line": line}
    assert error_finding(error, "values", ["one", "two"]).line is None


def test_a_line_of_the_answer_is_kept() -> None:
    error: Failure = {"stage": "call", "step": 0, "type": "E", "kinds": ["E"], "message": "", "line": 2}
    finding = error_finding(error, "values", ["one", "two"])
    assert (finding.line, finding.source) == (2, "two")


def test_what_a_worker_calls_off_limits_is_a_name_of_torch_or_has_none() -> None:
    said = [
        OffLimitsUse(used="torch.nn.functional.linear", line=1, source="one"),
        OffLimitsUse(used="aten::linear", line=7_351_924),
        OffLimitsUse(used=f"aten::linear_{MARKER}", line=2, source="two"),
        OffLimitsUse(used=f"torch.nn.Linear{MARKER}\ud800"),
    ]
    assert [(use.used, use.line) for use in vetted(said, ["one", "two"])] == [
        ("torch.nn.functional.linear", 1),
        ("aten::linear", None),
        ("something that is off limits", 2),
        ("something that is off limits", None),
    ]
