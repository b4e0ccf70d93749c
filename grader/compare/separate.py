"""Judge the separate criteria, which have their own cases: `errors`, where the oracle raises; `numerics`, float32."""

from collections.abc import Sequence

import torch

from grader.compare import tensors as compare
from grader.compare.construction import could_load
from grader.compare.criteria import STAGE_CRITERION
from grader.compare.outcome import Outcome, ending, error_finding, finding_of, stage_of
from grader.model import Case, Finding, FindingKind, Leaf, Observation, Observed, Stopped, Truth

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
            message=(
                f"{_bad_input(case)} should raise an exception ({wanted['type']}: {wanted['message'][:200]}), "
                "but nothing was raised."
            ),
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


def _bad_input(case: Case) -> str:
    return case.get("why") or "This constructor call or input"


def judge_numerics(expected: Truth, got: Observed, source: Sequence[str] = ()) -> Outcome:
    """Judge a float32 case: each output within its allowance of the float64 truth."""
    outcome = Outcome()
    error = ending(got)
    if error is not None:
        # What cannot even be constructed says nothing of numbers.
        stage = "" if isinstance(error, Stopped) else stage_of(error)
        criterion = STAGE_CRITERION[stage] if stage in _BEFORE_NUMBERS else "numerics"
        outcome.check(criterion, error_finding(error, criterion, source))
        return outcome
    assert not isinstance(got, Stopped), "a stop is an ending"
    if not could_load(got):
        return outcome
    answered = dict(numeric_leaves(got))
    for path, truth in expected["truth"].items():
        have = answered.get(path)
        if have is None or compare.shape_of(have) != compare.shape_of(truth):
            continue
        if body_dtype(have) != "float32":
            message = (
                f"{path} is {body_dtype(have)} for float32 input; "
                "a layer should work in the dtype of its input and parameters."
            )
            finding = Finding(
                criterion="numerics",
                kind=FindingKind.DTYPE,
                message=message,
                where=path,
                expected="float32",
                got=body_dtype(have),
            )
            outcome.check("numerics", finding)
            continue
        allowed = expected["allowed"][path]
        # The magnitude cancels: the allowance is absolute.
        scale = max(compare.magnitude(truth), 1e-30)
        difference = compare.compare_tensors(truth, _as64(have), path, allowed / scale, scale)
        outcome.check("numerics", finding_of("numerics", difference, "in float32"))
    return outcome


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
