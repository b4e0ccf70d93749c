"""Values in words: numbers, tensors and nested results as a report shows them, and how two lists differ."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeGuard

import torch

from grader.model import Encoded, Leaf
from grader.model.messages import listed

DIGITS = 4
"""Significant digits of a number, unless two that are to be told apart need more."""
_MOST_DIGITS = 17
_WHOLE = 16
"""Elements up to which a tensor is shown whole."""
_ROW = 6
"""Elements shown of a row of a larger one."""
_NAMED = 6
"""Names after which a list of them is cut short."""


def is_tensor(leaf: Encoded) -> TypeGuard[Leaf]:
    """Whether a leaf is a tensor, whole or sketched."""
    return isinstance(leaf, torch.Tensor) or (
        isinstance(leaf, Mapping) and isinstance(leaf.get("$sketch"), torch.Tensor)
    )


def shape_of(leaf: Leaf) -> tuple[int, ...]:
    """The shape of a tensor leaf."""
    return tuple(leaf.shape) if isinstance(leaf, torch.Tensor) else tuple(leaf["shape"])


def body(leaf: Leaf) -> torch.Tensor:
    """The numbers of a tensor leaf: itself, or its sketch."""
    return leaf if isinstance(leaf, torch.Tensor) else leaf["$sketch"]


def number(value: object, digits: int = DIGITS) -> str:
    """A number as a person would write it, to so many significant digits."""
    return f"{value + 0.0:.{_enough(value, digits)}g}" if isinstance(value, float) else str(value)


def _enough(value: float, digits: int) -> int:
    """So many digits, and all those before the point of a number below a million."""
    return max(digits, len(f"{abs(value):.0f}")) if abs(value) < 1e6 else digits


def apart(one: object, other: object) -> int:
    """The fewest digits, from `DIGITS` on, at which two numbers do not look the same."""
    return next((n for n in range(DIGITS, _MOST_DIGITS) if number(one, n) != number(other, n)), _MOST_DIGITS)


def shown_apart(one: Encoded, other: Encoded) -> tuple[str, str]:
    """Two values that differ as texts that differ, where any number of digits can tell them apart."""
    pairs = ((show(one, digits=n), show(other, digits=n)) for n in range(DIGITS, _MOST_DIGITS))
    return next((pair for pair in pairs if pair[0] != pair[1]), (show(one, digits=17), show(other, digits=17)))


def name_of(leaf: Encoded) -> str:
    """What kind of thing a leaf is, in words."""
    if is_tensor(leaf):
        return f"a tensor of shape {shape_of(leaf)}"
    if isinstance(leaf, Mapping):
        if "$is" in leaf:
            return f"the object {leaf['$is']}"
        if "$float" in leaf:
            return "a float"
        return f"a {leaf['$type']}" if "$type" in leaf else "a mapping"
    return "None" if leaf is None else f"{show(leaf)}"


def bare(leaf_path: str) -> str:
    """A path without the suffix of a container."""
    return leaf_path.removesuffix("[]").removesuffix("{}")


def kind_of(leaf: Encoded, leaf_path: str) -> str:
    """What kind of thing is at a path; the path's suffix says where it is a container."""
    if leaf_path.endswith("[]"):
        return f"a tuple or list of {leaf}"
    return "a mapping" if leaf_path.endswith("{}") else name_of(leaf)


def show(leaf: Encoded, limit: int = 400, digits: int = DIGITS, at: Sequence[int] | None = None) -> str:
    """A value as text, short enough for a report.

    Args:
        leaf: The value.
        limit: Characters of a plain value.
        digits: Significant digits of numbers.
        at: The index of the element that matters: of a large tensor what stands around it is shown.
    """
    if isinstance(leaf, torch.Tensor):
        return _tensor(leaf, digits, at)
    if is_tensor(leaf):
        return f"tensor of shape {shape_of(leaf)}"
    if isinstance(leaf, Mapping):
        if "$float" in leaf:
            # A float stays one to the eye: 2.0 is not 2.
            return repr(float(number(leaf["$float"], digits)))
        if "$is" in leaf:
            return str(leaf["$is"])
        if "$type" in leaf:
            return f"<{leaf['$type']}>"
        if isinstance(leaf.get("$dict"), list):
            pairs = (f"{show(k, digits=digits)}: {show(v, digits=digits)}" for k, v in leaf["$dict"][:limit])
            return "{" + ", ".join(pairs)[:limit] + "}"
    if isinstance(leaf, list):
        return "[" + ", ".join(show(item, digits=digits) for item in leaf[:limit])[:limit] + "]"
    return repr(leaf)[:limit]


def _tensor(leaf: torch.Tensor, digits: int, at: Sequence[int] | None) -> str:
    # Without elements it may still have sizes without end.
    if leaf.numel() <= _WHOLE and max(leaf.shape, default=0) <= _WHOLE:
        return _numbers(leaf.tolist(), digits) + ("" if leaf.dim() else " (a scalar tensor)")
    shape = f"tensor of shape {tuple(leaf.shape)}"
    if not leaf.numel():
        return shape
    if not at:
        return f"{shape}, first elements {_numbers(leaf.reshape(-1)[:_ROW].tolist(), digits)}"
    row, first = leaf[tuple(at[:-1])], max(0, min(at[-1] - 2, leaf.shape[-1] - _ROW))
    return f"{shape}, from {[*at[:-1], first]} on {_numbers(row[first : first + _ROW].tolist(), digits)}"


def _numbers(values: object, digits: int) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_numbers(value, digits) for value in values) + "]"
    return number(values, digits)


def few(names: Sequence[str]) -> str:
    """Names as a sentence lists them, the first few of many."""
    if len(names) <= _NAMED + 1:
        return listed(names)
    return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def lists_apart(expected: Encoded, got: Encoded) -> str:
    """What is missing from a list of plain values and what should not be there; empty where that says nothing.

    That is where either is no such list, or where they hold the same in another order.
    """
    if not (_is_plain_list(expected) and _is_plain_list(got)):
        return ""
    ours, theirs = Counter(map(show, expected)), Counter(map(show, got))
    missing, unexpected = [*(ours - theirs).elements()], [*(theirs - ours).elements()]
    said = [f"missing: {', '.join(missing[:_NAMED])}" + _more(missing)] if missing else []
    said += [f"unexpected: {', '.join(unexpected[:_NAMED])}" + _more(unexpected)] if unexpected else []
    return "; ".join(said)


def _more(names: Sequence[str]) -> str:
    return f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""


def _is_plain_list(value: Encoded) -> TypeGuard[list[str | int]]:
    return isinstance(value, list) and all(isinstance(item, (str, int)) for item in value)
