"""What exercises on attention share: shapes of sequences, masks as recipes, torch without its fast path.

Masks are boolean, where True forbids, or numbers to be added to the scores. No query is left without a key, since a
softmax over nothing is not defined.
"""

import math
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from hypothesis import strategies as st

from grader.model import Recipe
from grader.spec.cases import tensor
from grader.spec.strategies import normal_tensor, seeds

__all__ = [
    "Masks",
    "adding",
    "attention_masks",
    "causal",
    "forbidden",
    "forbidding",
    "open_mask",
    "shaped",
    "without_fast_path",
]

_SPREADS = ((1.0, 0.0), (0.5, 0.2), (2.0, -0.5))


@contextmanager
def without_fast_path() -> Iterator[None]:
    """Have torch compute attention step by step: its fast path zeroes padded positions, and can give NaN."""
    enabled = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(enabled)


def shaped(length: int, batch: int | None, features: int, batch_first: bool) -> list[int]:
    """The shape of a batch of sequences, or of one without a batch."""
    if batch is None:
        return [length, features]
    return [batch, length, features] if batch_first else [length, batch, features]


def forbidden(rows: int, keys: int, *, free: int = 0, seed: int = 0) -> list[bool]:
    """Row by row, about half of the keys at random, but never the free one."""
    drawn = random.Random(seed)
    return [key != free and drawn.random() < 0.5 for _ in range(rows) for key in range(keys)]


def causal(rows: int, keys: int) -> list[bool]:
    """Row by row, the keys that come later than the query."""
    return [key > row for row in range(rows) for key in range(keys)]


def forbidding(shape: Sequence[int], forbids: Sequence[bool]) -> Recipe:
    """A boolean mask."""
    return tensor(*shape, fill="values", values=[int(value) for value in forbids], dtype="bool", grad=False)


def adding(shape: Sequence[int], forbids: Sequence[bool], seed: int | None = None) -> Recipe:
    """A mask of numbers: minus infinity forbids; elsewhere zeros, or with a seed numbers that shift the scores."""
    drawn = random.Random(seed)
    numbers = [0.0 if seed is None else round(drawn.uniform(-2, 2), 2) for _ in forbids]
    values = [-math.inf if value else number for value, number in zip(forbids, numbers, strict=True)]
    return tensor(*shape, fill="values", values=values, grad=False)


def open_mask(*shape: int) -> Recipe:
    """A boolean mask that forbids nothing, of any size."""
    return tensor(*shape, fill="zeros", dtype="bool", grad=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Masks:
    """The masks of one call, each None where there is none."""

    pairs: Any = None
    """Which query may not read which key."""
    padding: Any = None
    """Which keys nobody may read."""
    is_causal: bool = False
    """Whether the first is the plain causal mask."""


@st.composite
def attention_masks(draw: st.DrawFn, batch: int | None, heads: int, rows: int, keys: int) -> Masks:
    """None, one, or both of one kind.

    Args:
        draw: Hypothesis draws through it.
        batch: The number of sequences; None for an input without a batch.
        heads: The number of heads, for masks that differ from head to head.
        rows: The number of queries.
        keys: The number of keys.
    """
    what = draw(st.sampled_from(("", "padding", "pairs", "both", "pairs")))
    if not what:
        return Masks()
    adds, free = draw(st.sampled_from((False, False, True))), draw(st.integers(0, keys - 1))
    padding = pairs = None
    is_causal = False
    if what != "pairs":
        free = 0  # which a causal mask leaves free as well
        shape = [keys] if batch is None else [batch, keys]
        hidden = forbidden(math.prod(shape[:-1]), keys, free=free, seed=draw(seeds))
        padding = adding(shape, hidden) if adds else forbidding(shape, hidden)
    if what != "padding":
        many = draw(st.sampled_from((0, 0, (batch or 1) * heads)))
        shape, copies = [*([many] if many else []), rows, keys], max(many, 1)
        is_causal = draw(st.booleans())
        hidden = (
            causal(rows, keys) * copies if is_causal else forbidden(copies * rows, keys, free=free, seed=draw(seeds))
        )
        what_is_added = draw(st.sampled_from(("zeros", "shifts", "learned"))) if adds else ""
        if what_is_added == "learned":
            pairs = draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=_SPREADS))
        elif adds:
            pairs = adding(shape, hidden, draw(seeds) if what_is_added == "shifts" else None)
        else:
            pairs = forbidding(shape, hidden)
        is_causal = is_causal and not many and what_is_added in ("", "zeros")
    return Masks(pairs=pairs, padding=padding, is_causal=is_causal)
