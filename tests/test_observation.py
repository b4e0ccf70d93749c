"""What a worker may say it observed: only what the probe writes, so that a forged observation reaches no report."""

import copy
from typing import Any

import pytest
import torch

from grader.case.probe import run_case
from grader.compare.observation import Malformed, validate
from grader.model import as_case
from grader.spec import call, layer_case, run, tensor, train

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


def test_a_message_is_cut() -> None:
    found = validate(observed(error=ERROR | {"message": "x" * 10**6}))
    assert found["error"] is not None
    assert len(found["error"]["message"]) == 2000
