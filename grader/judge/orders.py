"""Right numbers at wrong places: in another order, in another shape, cut off, or zero where it is wrong."""

from collections.abc import Callable, Iterator, Sequence

import torch

from grader.judge.failing import Failing, Pair, same

_DIFFERENT = 0.6
"""Fraction of the numbers that have to differ from one another: an order of equal ones means nothing."""

Seen = Callable[[Pair], bool]


def other_order(cases: Sequence[Failing], what: str) -> str:
    """How what came holds the expected numbers at other places, as a sentence; empty where it does not.

    Args:
        cases: The failing cases.
        what: What is wrong in them: "output".
    """
    pairs = [pair for case in cases for pair in case.wrong]
    telling = {id(case) for case in cases for pair in case.wrong if _is_varied(pair.expected)}
    for said, seen in _ways(pairs) if len(telling) > 1 else ():
        if all(seen(pair) for pair in pairs):
            return f"Your {what} {said}."
    return ""


def _ways(pairs: Sequence[Pair]) -> Iterator[tuple[str, Seen]]:
    yield "is zero everywhere", lambda pair: pair.expected.shape == pair.got.shape and not bool(pair.got.any())
    yield "has the expected values, but not the axes of size one", _is_squeezed
    yield "has the expected values, and axes of size one besides", _has_more_axes
    yield "has the expected values in the right order, in another shape", _is_reshaped
    yield "is a piece of the expected one, of which the rest is cut off", _is_cut
    yield "holds the expected one, and more around it", lambda pair: _is_cut(_turned(pair))
    yield "is zero wherever it is wrong", _is_zero_where_wrong
    for axis in range(-4, 0):
        if all(-axis <= pair.expected.dim() for pair in pairs):
            named = {axis + pair.expected.dim() for pair in pairs}
            number = named.pop() if len(named) == 1 else axis
            yield f"holds the expected values, what lies along axis {number} in another order", _reordered_along(axis)
    yield "holds exactly the expected numbers, but in another order", _is_reordered


def _turned(pair: Pair) -> Pair:
    return Pair(pair.where, pair.step, pair.got, pair.expected, pair.scale)


def _is_squeezed(pair: Pair) -> bool:
    return pair.got.dim() < pair.expected.dim() and pair.gives(_squeezed(pair.expected, pair.got))


def _has_more_axes(pair: Pair) -> bool:
    return pair.got.dim() > pair.expected.dim() and pair.gives(_squeezed(pair.expected, pair.got))


def _squeezed(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor | None:
    """A tensor in the shape of another, where only axes of size one are fewer or more."""
    if [size for size in x.shape if size != 1] != [size for size in like.shape if size != 1]:
        return None
    return x.reshape(like.shape)


def _is_reshaped(pair: Pair) -> bool:
    differ = pair.expected.shape != pair.got.shape and pair.expected.numel() == pair.got.numel()
    return differ and pair.gives(pair.expected.reshape(pair.got.shape))


def _is_cut(pair: Pair) -> bool:
    """Whether what came is what is expected without something at the ends of axes, the same end of each."""
    expected, got = pair.expected, pair.got
    if expected.dim() != got.dim() or expected.shape == got.shape or got.numel() < 2:
        return False
    if any(kept > size for size, kept in zip(expected.shape, got.shape, strict=True)):
        return False
    first, last, middle = expected, expected, expected
    for axis, kept in enumerate(got.shape):
        off = expected.shape[axis] - kept
        first, last = first.narrow(axis, 0, kept), last.narrow(axis, off, kept)
        middle = middle.narrow(axis, off // 2, kept)
    return any(pair.gives(piece) for piece in (first, last, middle))


def _is_zero_where_wrong(pair: Pair) -> bool:
    if pair.expected.shape != pair.got.shape:
        return False
    wrong = (pair.expected - pair.got).abs() > 1e-6 * max(pair.scale, 1e-30)
    return bool(wrong.any()) and not bool(wrong.all()) and not bool(pair.got[wrong].any())


def _is_varied(values: torch.Tensor) -> bool:
    return values.numel() > 1 and len(set(values.reshape(-1).tolist())) >= _DIFFERENT * values.numel()


def _is_reordered(pair: Pair) -> bool:
    if pair.expected.numel() != pair.got.numel():
        return False
    one, other = pair.expected.reshape(-1).sort().values, pair.got.reshape(-1).sort().values
    return same(one, other, pair.scale)


def _reordered_along(axis: int) -> Seen:
    def seen(pair: Pair) -> bool:
        if pair.expected.shape != pair.got.shape or pair.expected.dim() < 2:
            return False
        rows, came = (item.movedim(axis, 0).flatten(1) for item in (pair.expected, pair.got))
        near = torch.cdist(came, rows, p=float("inf")) <= 1e-10 * max(pair.scale, float(came.abs().max()))
        # Of equal rows as many as there are.
        return torch.equal(near.sum(1), (torch.cdist(came, came, p=float("inf")) == 0).sum(1)) and bool(
            near.any(0).all()
        )

    return seen
