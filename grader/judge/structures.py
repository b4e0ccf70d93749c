"""What an answer returns around the right tensors: one of several, several where one belongs, in another order."""

from collections.abc import Callable, Sequence
from itertools import permutations

import torch

from grader.compare import tensors as compare
from grader.judge.failing import same
from grader.model import CaseKind, Encoded, Finding, FindingKind, Observed, Stopped
from grader.suite.data import SuiteCase

_AT_LEAST = 2
_MOST = 4
"""Items of an output that are looked at."""


def other_structure(failures: Sequence[tuple[SuiteCase, Observed, Finding]]) -> str:
    """How what comes back is nested otherwise while its tensors are right, as a sentence; empty where that is not so.

    Args:
        failures: The failing cases, what the answer did on them, and how that was judged.
    """
    outs: list[tuple[Encoded, Encoded]] = []
    for entry, got, _ in failures:
        if isinstance(got, Stopped) or entry.kind not in (CaseKind.MAIN, CaseKind.GROWTH) or got["error"]:
            return ""
        pairs = zip(entry.answered["steps"], got["steps"], strict=False)
        # Later calls are given what the first one returned.
        first = next(((want["out"], have["out"]) for want, have in pairs if "out" in want and "out" in have), None)
        if first is None:
            return ""
        outs.append(first)
    for said, seen in _ways():
        if len(outs) > 1 and all(seen(want, have) for want, have in outs):
            return said
    return ""


def exchanged(outs: Sequence[tuple[Encoded, Encoded]]) -> str:
    """The order in which the right tensors come back, as a sentence; empty where it is another matter.

    Args:
        outs: Outputs as expected and as they came.
    """
    counts = {len(want) if isinstance(want, list) else 0 for want, _ in outs}
    count = counts.pop() if len(counts) == 1 else 0
    for order in permutations(range(count)) if 2 <= count <= _MOST else ():
        if list(order) != [*range(count)] and all(_is_in(order, want, have) for want, have in outs):
            return f"Your outputs are the expected ones in another order: {', '.join(str(index) for index in order)}."
    return ""


def other_rows(failures: Sequence[tuple[SuiteCase, Observed, Finding]]) -> str:
    """Which parameters have their axes in another order, as a sentence; empty where something else is wrong.

    Args:
        failures: The failing cases, what the answer did on them, and how that was judged.
    """
    orders: set[tuple[str, tuple[int, ...]]] | None = None
    for entry, got, finding in failures:
        if isinstance(got, Stopped) or finding.kind is not FindingKind.SHAPE or "new" not in got:
            return ""
        want = {row[0]: row[1] for row in entry.answered["new"]["parameters"]}
        have = {row[0]: row[1] for row in got["new"].get("parameters", [])}
        seen = {
            (name, order)
            for name, shape in want.items()
            if name in have and have[name] != shape and len(have[name]) == len(shape) <= _MOST + 1
            for order in permutations(range(len(shape)))
            if [shape[axis] for axis in order] == have[name]
        }
        orders = seen if orders is None else orders & seen
        if not orders or any(
            have.get(name) != shape and name not in {each for each, _ in seen} for name, shape in want.items()
        ):
            return ""
    if not orders or len(failures) < _AT_LEAST:
        return ""
    name, order = min(orders)
    moved = [axis for axis, new in enumerate(order) if axis != new]
    if len(moved) == 2:
        return f"In every failing case `{name}` has axes {moved[0]} and {moved[1]} exchanged."
    return f"In every failing case `{name}` has its axes in the order {order}."


def _is_in(order: Sequence[int], want: Encoded, have: Encoded) -> bool:
    if not (isinstance(want, list) and isinstance(have, list) and len(want) == len(have)):
        return False
    return all(_alike(want[index], item) for index, item in zip(order, have, strict=True))


def _ways() -> list[tuple[str, Callable[[Encoded, Encoded], bool]]]:
    ways: list[tuple[str, Callable[[Encoded, Encoded], bool]]] = []
    for index in range(_MOST):
        ways.append((f"It returns only item {index} of what is expected, and that is right.", _only(index)))
    for index in range(_MOST):
        ways.append(
            (f"It returns a tuple or list of which item {index} is the expected output.", _turned(_only(index)))
        )
    return ways


def _only(index: int) -> Callable[[Encoded, Encoded], bool]:
    def seen(want: Encoded, have: Encoded) -> bool:
        return isinstance(want, list) and len(want) > index and _alike(want[index], have)

    return seen


def _turned(seen: Callable[[Encoded, Encoded], bool]) -> Callable[[Encoded, Encoded], bool]:
    return lambda want, have: seen(have, want)


def _alike(one: Encoded, other: Encoded) -> bool:
    """Whether two outputs are the same but for rounding."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    if (
        not (isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor))
        or one.is_complex()
        or other.is_complex()
    ):
        return False
    return same(one.double(), other.double(), compare.magnitude(one))
