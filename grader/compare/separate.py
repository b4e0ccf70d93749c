"""Judge the separate criteria, which have their own cases: `errors`, where the oracle raises; `numerics`, float32."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from grader.compare import tensors as compare
from grader.compare.asked import numbers
from grader.compare.construction import could_load
from grader.compare.criteria import STAGE_CRITERION
from grader.compare.outcome import Outcome, ending, error_finding, finding_of, stage_of
from grader.model import Case, Finding, FindingKind, Leaf, Observation, Observed, Raised, Stopped, Truth

_MOST_SAID = 120
"""Characters of the exception that torch raises."""
_BEFORE_NUMBERS = ("new", "load", "mode")
"""Stages at which nothing has been computed yet."""


def judge_raising(case: Case, got: Observed, expected: Observation) -> Outcome:
    """Judge a case in which the oracle raises: any exception will do, wherever it is raised; a crash will not."""
    outcome = Outcome()
    error = ending(got)
    if error is None:
        wanted = expected["error"]
        assert wanted is not None, "the oracle raises"
        finding = Finding(
            criterion="errors",
            kind=FindingKind.NOT_RAISED,
            message=(f"{_bad_input(case)} should raise an exception ({_torch_says(wanted)}), but nothing was raised."),
            expected=f"an exception such as {wanted['type']}",
            got="no exception",
        )
        outcome.check("errors", finding)
    elif isinstance(error, Stopped):
        outcome.check("errors", error_finding(error, "errors"))
    elif "Exception" not in error["kinds"]:
        message = f"It left with {error['type']}, which is no ordinary exception."
        outcome.check("errors", Finding(criterion="errors", kind=FindingKind.LEFT, message=message))
    else:
        outcome.check("errors", None)
    return outcome


def _torch_says(wanted: Raised) -> str:
    """What torch says, up to where it goes on explaining."""
    said = " ".join(f"{wanted['type']}: {wanted['message']}".split())
    return said if len(said) <= _MOST_SAID else said[:_MOST_SAID].rpartition(" ")[0] + " ..."


def _bad_input(case: Case) -> str:
    return case.get("why") or "This constructor call or input"


def judge_numerics(case: Case, expected: Truth, got: Observed, source: Sequence[str] = ()) -> Outcome:
    """Judge a float32 case: each output within its allowance of the float64 truth."""
    outcome = Outcome()
    kind = numbers(case)
    in_float32 = f"In float32, for {kind}," if kind else "In float32,"
    error = ending(got)
    if error is not None:
        # What cannot even be constructed says nothing of numbers.
        stage = "" if isinstance(error, Stopped) else stage_of(error)
        criterion = STAGE_CRITERION[stage] if stage in _BEFORE_NUMBERS else "numerics"
        finding = error_finding(error, criterion, source)
        if criterion == "numerics":
            finding = replace(finding, message=f"{in_float32} {_lower(finding.message)}")
        outcome.check(criterion, finding)
        return outcome
    assert not isinstance(got, Stopped), "a stop is an ending"
    if not could_load(got):
        return outcome
    answered = dict(numeric_leaves(got))
    for path, truth in expected["truth"].items():
        have = answered.get(path)
        if have is None or compare.shape_of(have) != compare.shape_of(truth):
            continue
        said = path if len(case["steps"]) > 1 else path.replace(" of step 1", "").replace(" after step 1", "")
        if body_dtype(have) != "float32":
            message = (
                f"{said[:1].upper()}{said[1:]} is {body_dtype(have)} for float32 input; "
                "a layer should work in the dtype of its input and parameters."
            )
            finding = Finding(
                criterion="numerics",
                kind=FindingKind.DTYPE,
                message=message,
                where=said,
                expected="float32",
                got=body_dtype(have),
            )
            outcome.check("numerics", finding)
            continue
        allowed = expected["allowed"][path]
        # The magnitude cancels: the allowance is absolute.
        scale = max(compare.magnitude(truth), 1e-30)
        difference = compare.compare_tensors(truth, _as64(have), said, allowed / scale, scale)
        lost = finding_of("numerics", difference, "in float32")
        if lost is not None:
            lost = replace(lost, message=f"{in_float32} {_lower(lost.message)}")
        outcome.check("numerics", lost)
    return outcome


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _as64(leaf: Leaf) -> Leaf:
    if isinstance(leaf, torch.Tensor):
        return leaf.double()
    return {**leaf, "$sketch": leaf["$sketch"].double()}


def body_dtype(leaf: Leaf) -> str:
    """The dtype of a tensor leaf, by name."""
    return str(compare.body(leaf).dtype).removeprefix("torch.")


def numeric_leaves(observation: Observation) -> list[tuple[str, Leaf]]:
    """The floating tensors that `numerics` judges, outputs and buffers, each with its path."""
    floating: list[tuple[str, Leaf]] = []
    for index, observed in enumerate(observation["steps"]):
        outputs = compare.leaves(observed.get("out"), f"the output of step {index + 1}")
        named = [(path, leaf) for path, leaf in outputs if compare.is_tensor(leaf)]
        named += [(f"buffer {name} after step {index + 1}", leaf) for name, leaf in observed.get("buffers", {}).items()]
        floating += [(path, leaf) for path, leaf in named if compare.body(leaf).is_floating_point()]
    return floating
