"""What dropout does in training, told by masks: which draws of each call were dropped."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from grader.model import Argument
from grader.spec.properties import ks_threshold

ROUNDING = 1e-5
"""How far values may be from what they should be."""
PARTS_OF_CHANNELS = "some channels are dropped in part: each should be dropped or kept as a whole"


def masked(factors: Tensor, p: float) -> tuple[Tensor, str | None]:
    """Where a factor is zero; and what is wrong where it is neither zero nor 1 / (1 - p)."""
    gone = factors == 0
    kept = factors[~gone]
    if kept.numel() and not close(kept * (1 - p), torch.ones_like(kept)):
        return gone, "each element should come out either as zero or divided by 1 - p"
    return gone, None


def independent(masks: Tensor, p: float, what: str) -> str | None:
    """What is wrong with what calls dropped, one mask each: the share, or that something decides about several."""
    share = float(masks.double().mean())
    told = f"{share:.1%} of the {what} are dropped, where {p:.0%} are expected"
    if share in (0, 1):
        return told
    if any(torch.equal(one, other) for one, other in pairwise(masks)):
        return f"two calls drop the very same {what}"
    for mask in masks:
        rows = {tuple(row) for row in mask.flatten(1).tolist()}
        if len(rows) < len(mask):
            return f"two samples of a batch lose the very same {what}: each should have a mask of its own"
        if any(bool((mask == mask.narrow(axis, 0, 1)).all()) for axis in range(1, mask.dim())):
            return f"some {what} are dropped or kept only together: a draw should decide about each by itself"
    if any(torch.unique(masks, dim=axis).shape[axis] < masks.shape[axis] for axis in range(2, masks.dim())):
        return f"some {what} are dropped or kept only together: a draw should decide about each by itself"
    if abs(share - p) > ks_threshold(masks.numel()):
        return told
    counts = masks.flatten(1).sum(1)
    if len({*counts.tolist()}) == 1:
        return f"every call drops exactly {int(counts[0])} {what}: each should be dropped or kept by a draw of its own"
    if len({*masks.flatten(2).sum(2).flatten().tolist()}) == 1:
        return f"every sample loses equally many {what}: each should be dropped or kept by a draw of its own"
    return None


def of_new_layers(
    args: Sequence[Argument], kwargs: Mapping[str, Argument], shape: Sequence[int], p: float
) -> list[str]:
    """Lines whose last two values are whether two new layers drop the very same, and whether a lone draw's fate varies.

    A layer is called on the lone draw so many times that a correct one drops it each time, or never, with a probability
    below 1e-12 each.

    Args:
        args: Of the constructor.
        kwargs: Of the constructor, by name.
        shape: Of the input of the new layers.
        p: The probability of dropping.
    """
    made = ", ".join([*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())])
    calls = math.ceil(math.log(1e-12) / math.log(max(p, 1 - p)))
    return [
        f"ones, lone = torch.ones({list(shape)}), torch.ones({[1] * len(shape)})",
        f"one, other = type(layer)({made}), type(layer)({made})",
        "torch.equal(one(ones) == 0, other(ones) == 0)",
        f"0 < sum(bool((layer(lone) == 0).all()) for _ in range({calls})) < {calls}",
    ]


def told_of_new_layers(values: list[Any] | str, what: str) -> str | None:
    """What is wrong with the last two values of `of_new_layers`."""
    if isinstance(values, str):
        return values
    are_equal, varies = values[-2:]
    if are_equal is not False:
        return f"two new layers drop the very same {what}"
    if varies is not True:
        return f"where there is one of the {what} only, it is always kept, or always dropped: a draw should decide"
    return None


def close(one: Tensor, other: Tensor) -> bool:
    """Whether two tensors are equal but for rounding."""
    return bool((one - other).abs().max() <= ROUNDING)
