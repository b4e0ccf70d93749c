"""Statistics that are scaled: a variance divided by n - 1, in what it normalises and in what a buffer takes in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch

from grader.case.recipes import build
from grader.judge.factors import closed_form, factor, sizes
from grader.judge.failing import Failing, Pair, paired
from grader.judge.reruns import constructed, defaults, without_gradients
from grader.model import Case, StateItem, StepObservation
from grader.spec import Part
from grader.suite.oracle import observe_oracle

_FORMS: Mapping[str, Callable[[float], float]] = {
    "n - 1 where n belongs": lambda n: n / (n - 1),
    "n where n - 1 belongs": lambda n: (n - 1) / n,
}
"""What a sum of squares is divided by, and what that makes of a variance."""


def of_variance(part: Part, cases: Sequence[Failing]) -> str:
    """The factor of the variance that an output is divided by the root of, in words; empty where there is none.

    A factor of the variance is the same as a smaller ``eps`` and a smaller result, and so can be tried on the layer.

    Args:
        part: The part.
        cases: Failing cases.
    """
    if "eps" not in part.arguments:
        return ""
    left: set[str] | None = None
    for number, case in enumerate(cases):
        bare = without_bias(case)
        if bare is None or not bare.wrong:
            return ""
        left = _fitting(part, bare, left)
        if not left:
            return ""
        if not number:
            order = [f"{form}, n being {label}" for label, _ in sizes(bare, bare.wrong[0]) for form in _FORMS]
    said = min(left or set(), key=order.index, default="")
    return f"Where a variance is taken, the sum of squares is divided by {said}." if said else ""


def _fitting(part: Part, case: Failing, left: set[str] | None) -> set[str]:
    """What explains every wrong output of a case, of what is left."""
    eps = case.arguments.get("eps", defaults(part).get("eps"))
    if not isinstance(eps, float):
        return set()
    for pair in case.wrong:
        fitting = set()
        tried: dict[float, bool] = {}
        for label, count in sizes(case, pair):
            for form, of in _FORMS.items() if count > 1 else ():
                said = f"{form}, n being {label}"
                if left is None or said in left:
                    times = of(count)
                    tried[times] = tried.get(times) or _gives(part, case, pair, eps, times)
                    fitting |= {said} if tried[times] else set()
        left = fitting
    return left or set()


def _gives(part: Part, case: Failing, pair: Pair, eps: float, times: float) -> bool:
    changed = constructed(part, case, {**case.arguments, "eps": eps / times})
    if changed is None:
        return False
    observed = observe_oracle(part.oracles, without_gradients(changed), "cpu")
    if observed["error"] or len(observed["steps"]) != len(case.got["steps"]):
        return False
    pairs = paired(part, case.criterion, observed, case.got)
    return any(
        (each.step, each.where) == (pair.step, pair.where) and pair.gives(each.expected * times**-0.5) for each in pairs
    )


def of_what_is_taken_in(part: Part, cases: Sequence[Failing]) -> str:
    """What is wrong with the share of a new statistic in buffers that move, in words; empty where it is another matter.

    Args:
        part: The part.
        cases: The failing cases.
    """
    wrong = [(case, pair, _before(case, pair)) for case in cases for pair in case.wrong]
    names = {pair.where for _, pair, _ in wrong}
    if len(names) != 1 or any(before is None for *_, before in wrong):
        return ""
    (name,) = names
    if all(before is not None and pair.gives(before) for _, pair, before in wrong):
        return f"Your {name} keeps its value where a call should change it."
    own = defaults(part)
    for argument in part.arguments:
        found = []
        for case, pair, before in wrong:
            share = _share(case, pair, case.arguments.get(argument, own.get(argument)))
            if share is None or before is None or pair.got.shape != before.shape != ():
                break
            taken = Pair(
                name, pair.step, pair.expected - (1 - share) * before, pair.got - (1 - share) * before, pair.scale
            )
            times = factor(taken)
            if times is None:
                break
            found.append((case, taken, times))
        if len(found) == len(wrong) and (said := closed_form(found)):
            return f"What your {name} takes in is the expected statistic times {said}."
    return ""


def _share(case: Failing, pair: Pair, value: object) -> float | None:
    """The share of a new statistic: an argument or, where that is None, of as many calls as a counter says, one's."""
    if isinstance(value, float) and 0 < value <= 1:
        return value
    buffers = case.expected["steps"][pair.step].get("buffers", {}) if value is None else {}
    counts = [
        int(leaf)
        for leaf in buffers.values()
        if isinstance(leaf, torch.Tensor) and leaf.dtype is torch.int64 and not leaf.dim()
    ]
    return 1 / counts[0] if counts and counts[0] > 0 else None


def _before(case: Failing, pair: Pair) -> torch.Tensor | None:
    """A buffer before the call after which it is wrong."""
    earlier = [other for other in case.pairs if other.where == pair.where and other.step < pair.step]
    if earlier:
        return earlier[-1].expected
    state: dict[str, Any] = {f"buffer `{name}`": recipe for name, recipe in case.case.get("state") or []}
    return build(state[pair.where], dtype=torch.float64).double() if pair.where in state else None


def without_bias(case: Failing) -> Failing | None:
    """The case with its bias zero, and its share taken from what came; None where it cannot be taken.

    Args:
        case: The case; one without a bias is given back as it is.
    """
    state = case.case.get("state") or []
    biases = [name for name, recipe in state if name == "bias" and len(recipe["shape"]) == 1]
    if not biases:
        return case
    zeroed: list[StateItem] = [
        [name, {**recipe, "$fill": "zeros", "shift": 0.0} if name in biases else recipe] for name, recipe in state
    ]
    changed: Case = {**case.case, "state": zeroed}
    observed = observe_oracle(case.part.oracles, without_gradients(changed), "cpu")
    if observed["error"] or len(observed["steps"]) != len(case.got["steps"]):
        return None
    steps: list[StepObservation] = []
    for bare, want, have in zip(observed["steps"], case.expected["steps"], case.got["steps"], strict=True):
        outs = [step.get("out") for step in (bare, want, have)]
        if all(isinstance(out, torch.Tensor) for out in outs):
            one, other, came = (out.double() for out in outs if isinstance(out, torch.Tensor))
            if not one.shape == other.shape == came.shape:
                return None
            have = {**have, "out": came - (other - one)}
        steps.append(have)
    return replace(case, case=changed, expected=observed, got={**case.got, "steps": steps})
