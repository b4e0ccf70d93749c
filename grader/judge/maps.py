"""Ways to make one tensor of another that mistakes take: axes exchanged, flipped, shifted, read in another order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations
from typing import Any, TypeAlias

import torch

from grader.judge.failing import Failing, Pair, same

Key: TypeAlias = tuple[Any, ...]
"""A way, the same for tensors of all sizes: its name, and axes counted from the end."""

FUNCTIONS: Mapping[str, tuple[str, Callable[[torch.Tensor], torch.Tensor]]] = {
    "relu": ("the ReLU of the expected one", torch.relu),
    "tanh": ("the tanh of the expected one", torch.tanh),
    "sigmoid": ("the sigmoid of the expected one", torch.sigmoid),
    "square": ("the square of the expected one", torch.square),
    "root": ("the square root of the expected one", lambda x: x.clamp(min=0).sqrt()),
    "inverse": ("one divided by the expected one", lambda x: torch.where(x == 0, 0.0, 1 / x)),
    "absolute": ("the absolute value of the expected one", torch.abs),
    "exp": ("the exponential of the expected one", lambda x: x.clamp(max=50).exp()),
    "log": ("the logarithm of the expected one", lambda x: x.clamp(min=1e-300).log()),
    "complement": ("one minus the expected one", lambda x: 1 - x),
    "whole": ("the expected one rounded down", torch.floor),
    "softmax": ("the softmax of the expected one over its last axis", lambda x: x.softmax(-1)),
    "log_softmax": ("the log softmax of the expected one over its last axis", lambda x: x.log_softmax(-1)),
}
UNDONE = {
    "relu": "The ReLU of your {} is the expected one: it is missing.",
    "tanh": "The tanh of your {} is the expected one: it is missing.",
    "sigmoid": "The sigmoid of your {} is the expected one: it is missing.",
    "softmax": "The softmax of your {} over its last axis is the expected one: it is missing.",
}
_MOST_AXES, _MOST_NAMED = 5, 3


def keys(case: Failing, pair: Pair) -> Iterator[Key]:
    """The ways worth trying on a tensor, the plainest first."""
    axes = pair.expected.dim()
    if pair.expected.shape == pair.got.shape:
        yield from (("function", name) for name in FUNCTIONS)
        yield from (("undone", name) for name in UNDONE)
    if not 0 < axes <= _MOST_AXES:
        return
    own = list(range(-axes, 0))
    yield from (("axes", tuple(order)) for order in permutations(own) if list(order) != own)
    yield from (("flip", chosen) for count in range(1, axes + 1) for chosen in combinations(own, count))
    yield from (("roll", axis, by) for axis in own for by in (1, -1))
    names = ["", *(name for name, value in case.arguments.items() if type(value) is int and value > 1)]
    for trailing in range(2, axes + 1):
        moved = list(range(-trailing, 0))
        for name in names if trailing <= _MOST_NAMED else names[:1]:
            yield from (("view", name, tuple(order)) for order in permutations(moved) if list(order) != moved)
    yield from (("interleave", name, axis) for name in names[1:] for axis in own)


def gives(key: Key, case: Failing, pair: Pair) -> bool:
    """Whether a way makes what came of what is expected."""
    if key[0] == "undone":
        return same(FUNCTIONS[key[1]][1](pair.got), pair.expected, pair.scale) if pair.got.dim() else False
    return pair.gives(made(key, case, pair.expected))


def made(key: Key, case: Failing, x: torch.Tensor) -> torch.Tensor | None:
    """What a way makes of a tensor; None where it does not fit its axes."""
    name, rest = key[0], key[1:]
    if name == "function":
        return FUNCTIONS[rest[0]][1](x) if x.dim() or "softmax" not in rest[0] else None
    if name == "axes":
        return x.permute(rest[0]) if len(rest[0]) == x.dim() else None
    if name == "flip":
        return x.flip(rest[0]) if len(rest[0]) <= x.dim() and -min(rest[0]) <= x.dim() else None
    if name == "roll":
        return x.roll(rest[1], rest[0]) if -rest[0] <= x.dim() else None
    if name == "view":
        return _viewed(x, _count(case, rest[0]), rest[1])
    return _interleaved(x, _count(case, rest[0]), rest[1])


def _count(case: Failing, name: str) -> int:
    value = case.arguments.get(name, 1) if name else 1
    return value if type(value) is int and value > 0 else 0


def _viewed(x: torch.Tensor, groups: int, order: Sequence[int]) -> torch.Tensor | None:
    """The last axes, of which the first is cut into groups, in another order, and read back in the old shape."""
    at = x.dim() - len(order)
    if at < 0 or not groups or x.shape[at] % groups:
        return None
    cut = x.reshape(*x.shape[:at], groups, x.shape[at] // groups, *x.shape[at + 1 :])
    return cut.permute(*range(at + 1), *(cut.dim() + axis for axis in order)).reshape(x.shape)


def _interleaved(x: torch.Tensor, groups: int, axis: int) -> torch.Tensor | None:
    """The groups along an axis interleaved."""
    at = x.dim() + axis
    if at < 0 or groups < 2 or x.shape[at] % groups:
        return None
    cut = x.reshape(*x.shape[:at], groups, x.shape[at] // groups, *x.shape[at + 1 :])
    return cut.transpose(at, at + 1).reshape(x.shape)


def said(key: Key, what: str, axes: set[int]) -> str:
    """A way as a sentence.

    Args:
        key: The way.
        what: What came: "output".
        axes: How many axes the tensors have in which it was seen.
    """
    count = axes.pop() if len(axes) == 1 else 0
    name, rest = key[0], key[1:]

    def named(axis: int) -> str:
        return str(axis + count if count else axis)

    if name == "function":
        return f"Your {what} is {FUNCTIONS[rest[0]][0]}."
    if name == "undone":
        return UNDONE[rest[0]].format(what)
    if name == "axes":
        own = range(-len(rest[0]), 0)
        moved = [axis for axis, new in zip(own, rest[0], strict=True) if axis != new]
        if len(moved) == 2:
            return f"Your {what} holds the expected values, axes {named(moved[0])} and {named(moved[1])} exchanged."
        order = ", ".join(named(axis) for axis in rest[0])
        return f"Your {what} holds the expected values, the axes in the order ({order})."
    if name == "flip":
        which = f"ax{'i' if len(rest[0]) == 1 else 'e'}s {' and '.join(map(named, rest[0]))}"
        return f"Your {what} holds the expected values, reversed along {which}."
    if name == "roll":
        way = "on" if rest[1] > 0 else "back"
        return f"Your {what} holds the expected values, shifted {way} by one along axis {named(rest[0])}."
    if name == "view":
        order = ", ".join(named(axis) for axis in rest[1])
        own_order = ", ".join(named(axis) for axis in sorted(rest[1]))
        within = f" within each of the `{rest[0]}`" if rest[0] else ""
        return (
            f"Your {what} holds the expected values{within}, but read in another order: as if the axes ({own_order}) "
            f"had been put in the order ({order}) and a view or reshape had brought that into the right shape."
        )
    return f"Your {what} holds the expected values, the `{rest[0]}` groups along axis {named(rest[1])} interleaved."
