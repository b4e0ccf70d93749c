"""Delayed backward: a case with a second call between its first call and the backward pass."""

from collections.abc import Mapping

from grader.model import Argument, Case, Step, is_recipe


def delayed_backward(case: Case) -> Case | None:
    """The case up to its first call with a backward pass, which has to wait for another call; None for one without.

    What an answer stores on itself for its backward pass, or an output buffer that it reuses, then belongs to the other
    call.
    """
    steps = list(case["steps"])
    first = next((index for index, step in enumerate(steps) if "cotangent" in step), None)
    if first is None:
        return None
    other = _with_other_values(steps[first])
    return None if other == steps[first] else {**case, "steps": [*steps[: first + 1], other], "backward": "last"}


def _with_other_values(step: Step) -> Step:
    """A call whose random tensors come from other seeds."""
    other = step.copy()
    if "args" in other:
        other["args"] = [_other_values(item) for item in other["args"]]
    if "kwargs" in other:
        other["kwargs"] = {key: _other_values(item) for key, item in other["kwargs"].items()}
    return other


def _other_values(value: Argument) -> Argument:
    if isinstance(value, list):
        return [_other_values(item) for item in value]
    if is_recipe(value) and value["$fill"] in ("normal", "uniform"):
        return {**value, "seed": value.get("seed", 0) + 100}
    return {key: _other_values(item) for key, item in value.items()} if isinstance(value, Mapping) else value
