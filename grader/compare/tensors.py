"""Compare what an answer gave with what is expected, leaf by leaf.

A float64 tensor agrees iff shape and finiteness agree and the largest difference is within a tolerance times the
largest expected magnitude: norm-wise per tensor, never elementwise, so that cancellation inside a correct answer is not
a difference (0 of 14,500 correct cases flagged, six decades between correct and wrong).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import torch

from grader.compare.shown import apart, bare, body, is_tensor, kind_of, number, shape_of, show, shown_apart
from grader.model import Encoded, FindingKind, Leaf

__all__ = [
    "Difference", "body", "compare_kinds", "compare_structure", "compare_tensors", "compare_values", "is_tensor",
    "leaves", "magnitude", "shape_of", "show", "size_of",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How one leaf differs."""

    kind: FindingKind
    """`STRUCTURE`, `SHAPE`, `DTYPE`, `NUMBERS`, `FINITE` or `VALUE`."""
    path: str
    message: str
    expected: str
    got: str
    difference: float | None = None
    index: tuple[int, ...] | None = None
    relative: float = math.inf
    """The difference divided by the magnitude it is judged by."""


_MOST_KEY = 80
"""Characters of a mapping's key in a path: keys lie inside one another."""


def leaves(tree: Encoded, path: str = "") -> Iterator[tuple[str, Encoded]]:
    """The leaves of an encoded value with their paths; containers give their structure as leaves too."""
    if isinstance(tree, list):
        yield path + "[]", len(tree)
        for index, item in enumerate(tree):
            yield from leaves(item, f"{path}[{index}]")
    elif isinstance(tree, Mapping) and "$dict" in tree:
        for pair in tree["$dict"] if isinstance(tree["$dict"], list) else [None]:
            if not isinstance(pair, list) or len(pair) != 2:
                yield path + "{}", "malformed"
                return
        yield path + "{}", json.dumps([key for key, _ in tree["$dict"]], default=show)
        for key, item in tree["$dict"]:
            yield from leaves(item, f"{path}[{show(key, _MOST_KEY)}]")
    else:
        yield path, tree


def magnitude(leaf: Leaf) -> float:
    """The largest finite magnitude in a tensor leaf."""
    values = body(leaf)
    if not values.numel():
        return 0.0
    if not values.is_floating_point():
        return 1.0
    largest = _largest(values)
    if math.isfinite(largest):
        return largest
    finite = values[values.isfinite()]
    return _largest(finite) if finite.numel() else 0.0


def _largest(values: torch.Tensor) -> float:
    """The largest magnitude of a tensor that has elements; infinite or NaN where one is."""
    # In one operation; with abs() and max() judging small cases would take half as long again.
    return float(torch.linalg.vector_norm(values, math.inf))


def size_of(leaf: Encoded) -> float:
    """The largest finite magnitude among the floats of a leaf; 0 where there are none."""
    if is_tensor(leaf):
        return magnitude(leaf) if body(leaf).is_floating_point() else 0.0
    if isinstance(leaf, Mapping) and isinstance(leaf.get("$float"), float):
        return abs(leaf["$float"]) if math.isfinite(leaf["$float"]) else 0.0
    return 0.0


def compare_structure(expected: Encoded, got: Encoded, path: str) -> Difference | None:
    """Whether nesting, kinds of leaf and shapes agree; of what comes after the first difference nothing is read."""
    for one, two in zip_longest(leaves(expected, path), leaves(got, path)):
        if one is None or two is None:
            return Difference(
                kind=FindingKind.STRUCTURE,
                path=path,
                message=f"{path} is nested differently.",
                expected=show(expected),
                got=show(got),
            )
        (leaf_path, want), (other, have) = one, two
        if leaf_path != other or is_tensor(want) != is_tensor(have):
            return Difference(
                kind=FindingKind.STRUCTURE,
                path=bare(leaf_path),
                message=f"{bare(leaf_path)} should be {kind_of(want, leaf_path)}, but is {kind_of(have, other)}.",
                expected=show(want) if is_tensor(want) else kind_of(want, leaf_path),
                got=show(have) if is_tensor(have) else kind_of(have, other),
            )
        if is_tensor(want) and is_tensor(have):
            if shape_of(want) != shape_of(have):
                return Difference(
                    kind=FindingKind.SHAPE,
                    path=leaf_path,
                    expected=f"shape {shape_of(want)}",
                    got=f"shape {shape_of(have)}",
                    message=f"{leaf_path} has shape {shape_of(have)} instead of {shape_of(want)}.",
                )
        elif leaf_path.endswith(("[]", "{}")) and want != have:
            what = "items" if leaf_path.endswith("[]") else "keys"
            return Difference(
                kind=FindingKind.STRUCTURE,
                path=leaf_path[:-2],
                message=f"{leaf_path[:-2]} has {have} {what} instead of {want}.",
                expected=str(want),
                got=str(have),
            )
    return None


def compare_kinds(expected: Encoded, got: Encoded, path: str) -> Difference | None:
    """Whether the tensors of trees of one structure hold numbers of one kind: floats of any width, say, or truths."""
    for (leaf_path, want), (_, have) in zip(leaves(expected, path), leaves(got, path), strict=True):
        if is_tensor(want) and is_tensor(have):
            a, b = body(want), body(have)
            if (a.is_floating_point(), a.is_complex(), a.dtype is torch.bool) != (
                b.is_floating_point(),
                b.is_complex(),
                b.dtype is torch.bool,
            ):
                return _dtype(a, b, leaf_path)
    return None


def compare_values(
    expected: Encoded, got: Encoded, path: str, *, tolerance: float, floor: float = 0.0
) -> Difference | None:
    """The worst leaf that disagrees, for trees of one structure.

    Args:
        expected: What the oracle gave.
        got: What the answer gave, of the same structure.
        path: What to call the whole.
        tolerance: Relative to the larger of the leaf's own magnitude and the floor.
        floor: Magnitude below which differences are not weighed by the leaf's own size.
    """
    worst: Difference | None = None
    for (leaf_path, want), (_, have) in zip(leaves(expected, path), leaves(got, path), strict=True):
        if is_tensor(want) and is_tensor(have):
            difference = compare_tensors(want, have, leaf_path, tolerance, floor)
        else:
            difference = _plain(want, have, leaf_path, floor)
        if difference and (worst is None or difference.relative > worst.relative):
            worst = difference
    return worst


def compare_tensors(want: Leaf, have: Leaf, path: str, tolerance: float, floor: float) -> Difference | None:
    """How two tensor leaves of one shape differ, if they do."""
    a, b = body(want), body(have)
    if a.is_floating_point() != b.is_floating_point() or a.is_complex() != b.is_complex():
        return _dtype(a, b, path)
    if a.is_complex():
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    if a.shape != b.shape:
        return Difference(
            kind=FindingKind.SHAPE,
            path=path,
            message=f"{path} has another shape.",
            expected=str(a.shape),
            got=str(b.shape),
        )
    if not a.numel() or (a.dtype is b.dtype and torch.equal(a, b)):
        return None
    if not a.is_floating_point():
        if a.dtype != b.dtype and torch.bool in (a.dtype, b.dtype):
            return _dtype(a, b, path)
        wrong = a.to(torch.int64) != b.to(torch.int64)
        return _value(want, have, a, b, wrong.to(torch.float64), path, math.inf) if bool(wrong.any()) else None
    a64, b64 = a.to(torch.float64), b.to(torch.float64)
    delta = a64 - b64
    worst = _largest(delta)
    if not math.isfinite(worst):
        same = (a64 == b64) | (a64.isnan() & b64.isnan())
        broken = ~same & ~(a64.isfinite() & b64.isfinite())
        if bool(broken.any()):
            return _value(want, have, a, b, broken.to(torch.float64), path, math.inf, kind=FindingKind.FINITE)
        delta = torch.where(same, 0.0, delta)
        worst = _largest(delta)
    scale = max(magnitude(want), floor)
    if worst > tolerance * scale:
        return _value(want, have, a, b, delta.abs(), path, worst / scale if scale else math.inf)
    if a.dtype != b.dtype:
        return _dtype(a, b, path, worst / scale if scale else 0.0)
    return None


def _dtype(a: torch.Tensor, b: torch.Tensor, path: str, relative: float = math.inf) -> Difference:
    want, have = (str(item.dtype).removeprefix("torch.") for item in (a, b))
    return Difference(
        kind=FindingKind.DTYPE if {want, have} & {"float32", "float64"} else FindingKind.NUMBERS,
        path=path,
        message=f"{path} is {have} where {want} is expected.",
        expected=want,
        got=have,
        relative=relative,
    )


def _value(
    want: Leaf,
    have: Leaf,
    a: torch.Tensor,
    b: torch.Tensor,
    delta: torch.Tensor,
    path: str,
    relative: float,
    kind: FindingKind = FindingKind.VALUE,
) -> Difference:
    flat = int(delta.reshape(-1).argmax())
    index = _index(flat, a.shape) if isinstance(want, torch.Tensor) else None
    e, g = a.reshape(-1)[flat].item(), b.reshape(-1)[flat].item()
    at = f" at {list(index)}" if index else ""
    digits = apart(e, g)
    # A complex tensor is shown by the parts that were compared, as the index is theirs.
    ours, theirs = (want, have) if index is None else (a, b)
    return Difference(
        kind=kind,
        path=path,
        index=index,
        relative=relative,
        message=f"{path} is wrong{at}: expected {number(e, digits)}, got {number(g, digits)}.",
        expected=show(ours, digits=digits, at=index),
        got=show(theirs, digits=digits, at=index),
        difference=abs(e - g) if math.isfinite(e) and math.isfinite(g) else None,
    )


def _index(flat: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The index of the element at a position; torch's own imports its compiler first."""
    index = []
    for size in reversed(shape):
        flat, place = divmod(flat, size)
        index.append(place)
    return tuple(reversed(index))


def _plain(want: Encoded, have: Encoded, path: str, floor: float) -> Difference | None:
    if isinstance(want, Mapping) and "$float" in want and isinstance(have, Mapping) and "$float" in have:
        e, g = want["$float"], have["$float"]
        same = isinstance(g, float) and (
            e == g or (math.isnan(e) and math.isnan(g)) or abs(e - g) <= 1e-9 * max(abs(e), floor)
        )
    else:
        same = type(want) is type(have) and want == have
    if same:
        return None
    expected, got = shown_apart(want, have)
    return Difference(
        kind=FindingKind.VALUE,
        path=path,
        message=f"{path} should be {expected}, but is {got}.",
        expected=expected,
        got=got,
    )
