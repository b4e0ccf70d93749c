"""What an answer returns around the right tensors: one of several, several where one belongs, in another order."""

from collections.abc import Callable, Sequence
from itertools import permutations

import torch

from grader.compare import tensors as compare
from grader.judge.failing import same
from grader.model import CaseKind, Encoded, Finding, Observed, Stopped
from grader.suite.data import SuiteCase

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
