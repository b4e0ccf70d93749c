"""The JSON document: the promised schema, strict whatever a case holds; and what the feedback policy lets through."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.model import CourseError, Verdict
from grader.model.policy import POLICIES, redact
from grader.report.json import document, dumps
from tests import report_samples as samples


def strict(text: str) -> Any:
    """Parse as a strict parser would."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_the_document_has_the_promised_keys() -> None:
    found = strict(dumps(samples.report()))
    assert list(found) == ["schema", "device", "sandbox", "versions", "submissions"]
    assert found["schema"] == 1
    submission = found["submissions"][0]
    assert list(submission) == ["student", "path", "score", "max_score", "parts"]
    part = submission["parts"][0]
    assert list(part) == [
        "part", "exercise", "verdict", "score", "max_score", "suite", "seconds", "message", "off_limits",
        "criteria", "behaviour",
    ]  # fmt: skip
    state = next(item for item in part["criteria"] if item["name"] == "state")
    assert list(state) == [
        "name", "verdict", "score", "max_score", "message", "counterexample", "diagnosis", "condition",
        "transformation", "cases", "failing", "kind", "line",
        "families",
    ]  # fmt: skip
    assert state["diagnosis"]["misconception"] == "biased_running_variance"
    assert state["counterexample"]["index"] == [1]
    assert state["counterexample"]["shrunk"] is True
    assert part["criteria"][0]["counterexample"] is None
    assert part["criteria"][0]["diagnosis"] is None


def test_verdicts_are_plain_words_and_ungraded_is_not_a_zero() -> None:
    parts = strict(dumps(samples.report()))["submissions"][0]["parts"]
    by_name = {part["part"]: part for part in parts}
    assert by_name["GroupNorm"]["verdict"] == "JUDGE_ERROR"
    assert by_name["GroupNorm"]["score"] is None
    assert by_name["Flatten"]["verdict"] == "NOT_ATTEMPTED"
    assert by_name["BatchNorm3d"]["off_limits"] == [
        {
            "used": "torch.nn.functional.batch_norm",
            "line": 17,
            "cell": None,
            "source": "    return F.batch_norm(x, mean, var)",
        }
    ]
    assert type(document(samples.report())["submissions"][0]["parts"][0]["verdict"]) is str


def test_odd_numbers_and_text_stay_strict() -> None:
    case = {
        "scale": [math.inf, -math.inf, math.nan],
        "tuple": (1, 2),
        "numpy": [np.int64(3), np.float64(0.5)],
        "other": {1, 2},
        "text": samples.EVIL,
    }
    example = samples.counterexample(case=case, difference=math.nan)
    item = samples.criterion("values", Verdict.WRONG, message=samples.EVIL, counterexample=example)
    text = dumps(samples.report(samples.submission("é\ud800", samples.part("A", "a/b", Verdict.WRONG, [item]))))
    assert text.isascii()
    found = strict(text)["submissions"][0]["parts"][0]["criteria"][0]["counterexample"]
    assert found["case"]["scale"] == ["inf", "-inf", "nan"]
    assert found["case"]["tuple"] == [1, 2]
    assert found["case"]["numpy"] == [3, 0.5]
    assert found["difference"] == "nan"


def test_the_policy_decides_what_is_shown() -> None:
    report = samples.report()
    by_policy = {policy: dumps(redact(report, policy)) for policy in POLICIES}
    assert by_policy["counterexample"] == dumps(report)
    assert "momentum=0.5" not in by_policy["criterion"]
    assert "momentum 0.5" not in by_policy["criterion"]
    assert "biased_running_variance" in by_policy["criterion"]
    assert "momentum 0.5" not in by_policy["none"]
    assert "biased_running_variance" not in by_policy["none"]
    for text in by_policy.values():
        assert "Not judged, because shapes did not hold." in text
        assert "It uses torch.nn.functional.batch_norm (line 17)." in text


def test_a_part_s_own_message_is_held_to_the_policy() -> None:
    """The judge repeats the first failing criterion's message as the part's."""
    message = "BatchNorm1d(3) was called on a tensor of shape (2, 3)"
    item = replace(samples.raised().criteria[1], message=message)
    part = replace(samples.raised(), message=message, criteria=(item,))
    lost = replace(samples.broken(), message="case 12 raised")
    report = samples.report(samples.submission("ana", part, lost, samples.missing("Flatten", "linear/linear")))
    shown = {policy: redact(report, policy).submissions[0].parts for policy in POLICIES}
    said = [parts[0].message for parts in shown.values()]
    assert (said[0], said[2]) == ("", message)
    assert said[1] == shown["criterion"][0].criteria[0].message != message
    assert shown["none"][1].message == ""


def test_the_policy_changes_no_score() -> None:
    def scores(report: Any) -> Any:
        return [
            (each.score, part.score, part.verdict, [(item.name, item.verdict, item.score) for item in part.criteria])
            for each in report.submissions
            for part in each.parts
        ]

    report = samples.classroom(5, 8)
    assert all(scores(redact(report, policy)) == scores(report) for policy in POLICIES)
    assert not redact(replace(report, submissions=()), "none").submissions


def test_an_unknown_policy_is_an_error_of_the_course() -> None:
    with pytest.raises(CourseError, match="no feedback policy 'all'"):
        redact(samples.report(), "all")
