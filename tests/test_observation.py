"""What a worker may say it observed: only what the probe writes, so that a forged observation reaches no report."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import strategies as st

from grader.case.probe import run_case
from grader.compare import criteria
from grader.compare.observation import Malformed, validate
from grader.model import FindingKind, Verdict, as_case
from grader.spec import Part, call, layer_case, run, tensor, train

CASE = as_case(
    layer_case(args=(3,), steps=[train(), call(tensor(4, 3), cotangent=0), run("layer.eps", "layer.nothing")])
    | {"symbol": "BatchNorm1d", "state": [["running_mean", {"$fill": "zeros", "shape": [3], "role": "buffer"}]]}
)
ERROR = {"stage": "call", "step": 0, "type": "E", "kinds": ["E"], "message": "no", "line": 3}


def observed(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy({**run_case(CASE, vars(torch.nn))})
    return {**found, "off_limits": [], **more}


def test_what_the_probe_writes_passes() -> None:
    found = observed()
    assert validate(found) is found
    validate(observed(error=dict(ERROR)))
    validate(observed(off_limits=[{"used": "torch.nn.Linear", "line": None}], seen=["aten.add.Tensor"], ops=3))


@pytest.mark.parametrize(
    "more",
    [
        {"error": ERROR | {"verdict": "ACCEPTED"}},
        {"error": ERROR | {"line": True}},
        {"error": {key: ERROR[key] for key in ("stage", "step", "message", "line")}},
        {"steps": [{"out": {"$dict": [], "$sketch": 3}}]},
        {"steps": [{"out": {"$float": True}}]},
        {"steps": [{"lines": [{"value": 1, "raised": 2}]}]},
        {"steps": [{"verdict": "ACCEPTED"}]},
        {"new": {"module": False, "parameters": 3}},
        {"new": {"module": True, "parameters": [], "buffers": [], "state": [], "training": [torch.ones(2)]}},
        {"new": {"module": True, "parameters": [["w", [1], "float64", "cpu", torch.ones(2)]], "buffers": [],
                 "state": [], "training": [True]}},
        {"off_limits": [{"used": "torch.nn.Linear", "line": True}]},
        {"ops": True},
        {"ops": -1},
        {"error": ERROR | {"stage": "import"}},
        {"error": ERROR | {"kinds": [torch.ones(1)]}},
        {"error": ERROR | {"line": 2**40}},
        {"steps": [{"out": 0.5}]},
        {"steps": [{"out": 10**300}]},
        {"steps": [{"out": {"$float": 1}}]},
        {"steps": [{"lines": [{"value": 1, "raised": "E", "message": ""}]}]},
        {"steps": [{"lines": [{"raised": "E"}]}]},
        {"steps": [{"grads": {"x" * 3000: torch.ones(2)}}]},
        {"steps": [{"out": {"$sketch": torch.ones(2112), "shape": [4, 3], "dtype": "torch.float32"}}]},
        {"steps": [{"out": {"$sketch": torch.ones(7), "shape": [30_000], "dtype": "torch.float32"}}]},
        {"steps": [{"out": {"$sketch": torch.ones(2112), "shape": [30_000], "dtype": "torch.float64"}}]},
        {"new": {"module": True, "parameters": [["w", [2**70], "float64", "cpu", True]], "buffers": [],
                 "state": [], "training": [True]}},
        {"truth": {}},
    ],
)  # fmt: skip
def test_what_it_does_not_write_is_malformed(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        validate(observed(**more))


def test_an_observation_says_whether_there_was_an_error() -> None:
    found = observed()
    del found["error"]
    with pytest.raises(Malformed):
        validate(found)


def nested(depth: int) -> Any:
    value: Any = 1
    for number in range(depth):
        value = [value] if number % 2 else {"$dict": [["k", value]]}
    return value


def test_what_lies_too_deep_is_malformed() -> None:
    validate(observed(steps=[{"out": nested(12)}]))
    with pytest.raises(Malformed):
        validate(observed(steps=[{"out": nested(13)}]))


@pytest.mark.parametrize(
    "more",
    [
        {"steps": [{"out": [[]] * 1_200_000}]},
        {"steps": [{}] * 200_000},
        {"steps": [{"lines": [{"value": [0] * 60_000}, {"value": [0] * 60_000}]}]},
        {"seen": [""] * 200_000},
        {"error": ERROR | {"kinds": [""] * 200_000}},
        {"new": {"module": True, "parameters": [["w", [1] * 200_000, "float64", "cpu", True]], "buffers": [],
                 "state": [], "training": [True]}},
    ],
)  # fmt: skip
def test_more_than_anyone_should_read_is_too_much_output(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as refused:
        validate(observed(**more))
    assert refused.value.verdict is Verdict.OUTPUT_LIMIT


LONG = "x" * 10**6
MODULE = {"module": True, "parameters": [[LONG, [1], "float64", "cpu", True]], "buffers": [[LONG, [1], LONG, LONG]],
          "state": [LONG], "training": [True, LONG]}  # fmt: skip


def texts(value: Any) -> Iterator[str]:
    """Every text in plain data, keys aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


@pytest.mark.parametrize(
    "more",
    [
        {"error": ERROR | {"message": LONG, "type": LONG, "kinds": [LONG]}},
        {"new": MODULE},
        {"load": {"how": "order", "message": LONG}},
        {"seen": [LONG], "off_limits": [{"used": LONG, "line": 3}]},
        {"steps": [{"out": [LONG, {"$dict": [[LONG, LONG]]}, {"$is": LONG}, {"$type": LONG}]}]},
        {"steps": [{"lines": [{"raised": LONG, "message": LONG}, {"value": LONG}]}]},
    ],
)
def test_every_text_is_cut(more: dict[str, Any]) -> None:
    assert max(map(len, texts(validate(observed(**more))))) == 2000


def test_half_a_surrogate_pair_does_not_pass() -> None:
    found = validate(observed(error=ERROR | {"message": "no \ud800", "type": "Fü"}))
    assert found["error"] is not None
    assert (found["error"]["message"], found["error"]["type"]) == ("no ?", "Fü")


class Sized(torch.nn.Module):
    """A module whose mode is a tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.child = torch.nn.Module()
        self.training = torch.ones(2)  # type: ignore[assignment]
        self.child.training = torch.ones(2)  # type: ignore[assignment]


@pytest.mark.parametrize(("answer", "held"), [(Sized, False), (torch.nn.Flatten, True)])
def test_a_mode_that_is_no_truth_value_is_judged(answer: type[torch.nn.Module], held: bool) -> None:
    part = Part(symbol="Sized", oracle=torch.nn.Module, cases=st.nothing())
    case = as_case({"symbol": "Sized", **layer_case((), {}, [], state=None)})
    got = validate(run_case(case, {"Sized": answer}))
    outcome = criteria.judge_case(part, case, run_case(case, {"Sized": torch.nn.Flatten}), got)
    assert got["error"] is None
    assert ("interface" in outcome.held) is held
    assert [finding.kind for finding in outcome.findings.values()] == [FindingKind.MODE] * (not held)
