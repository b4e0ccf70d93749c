"""Reduce an observation to a few numbers that tell whether another behaves the same."""

import json
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeAlias, TypeGuard

import numpy as np
import torch

from grader.compare import tensors as compare
from grader.model import CallRecord, Encoded, Leaf, Observation, Row

Mark: TypeAlias = str | list[Any]
"""Of a tensor its shape, size and two projections; of an error, of what was constructed, or of a leaf its text."""

_AGREE = 1e-6


class Fingerprint:
    """Marks of an observation: for each tensor its shape and two random projections, for anything else its text."""

    __slots__ = ("marks",)

    def __init__(self, marks: Sequence[Mark]) -> None:
        self.marks = marks

    def matches(self, other: "Fingerprint") -> bool:
        """Whether both show the same behaviour, rounding aside."""
        if len(self.marks) != len(other.marks):
            return False
        # A tensor that is zero but for rounding is not told apart by its own size.
        floor = 1e-6 * max((mark[1] for mark in (*self.marks, *other.marks) if _is_tensor(mark)), default=0.0)
        return all(_agree(one, other, floor) for one, other in zip(self.marks, other.marks, strict=True))


def fingerprint(observation: Observation) -> Fingerprint:
    """The fingerprint of an observation that the probe wrote (or one validated)."""
    return Fingerprint(list(_marks(observation)))


def _marks(observation: Observation) -> Iterator[Mark]:
    error = observation.get("error")
    yield (
        [error["stage"], error["type"], error["step"]]
        if error and "type" in error
        else ["fine" if not error else "stopped"]
    )
    new = observation.get("new")
    if new:
        yield [
            canonical_rows(new.get("parameters", [])),
            canonical_rows(new.get("buffers", [])),
            observation["load"]["how"] if "load" in observation else None,
        ]
    for record in observation["steps"]:
        for _, leaf in compare.leaves(record.get("out")):
            yield _mark(leaf)
        for section in sections(record):
            for name in sorted(section):
                yield _mark(section[name])
        for line in record.get("lines", []):
            if "raised" in line:
                yield ["raised"]
            else:
                for _, leaf in compare.leaves(line["value"]):
                    yield _mark(leaf)


def sections(record: CallRecord) -> tuple[dict[str, Leaf], ...]:
    """The named tensors of a record: inputs, buffers, gradients."""
    return record.get("inputs", {}), record.get("buffers", {}), record.get("grads", {})


def canonical_rows(rows: Sequence[Row]) -> str:
    """Rows of a description as text."""
    return json.dumps(sorted(rows, key=lambda row: str(row[0])))


def _mark(leaf: Encoded) -> Mark:
    if not compare.is_tensor(leaf):
        return json.dumps(leaf, sort_keys=True, default=str)
    values = compare.body(leaf).to(torch.float64).reshape(-1)
    values = torch.nan_to_num(values, nan=3.21e7, posinf=1.23e7, neginf=-1.23e7)
    size = float(values.abs().max()) if values.numel() else 0.0
    first, second = _directions(values.numel())
    return [str(compare.shape_of(leaf)), size, float(values @ first), float(values @ second)]


@lru_cache(maxsize=4096)
def _directions(size: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.RandomState(size % 2**32)
    first, second = torch.from_numpy(rng.uniform(0.5, 1.5, (2, size)) / math.sqrt(max(size, 1)))
    return first, second


def _is_tensor(mark: Mark) -> TypeGuard[list[Any]]:
    return isinstance(mark, list) and len(mark) == 4


def _agree(one: Mark, other: Mark, floor: float) -> bool:
    if not (_is_tensor(one) and _is_tensor(other)):
        return bool(one == other)
    scale = 10 * _AGREE * max(abs(one[1]), abs(other[1]), floor)
    return one[0] == other[0] and all(abs(a - b) <= scale for a, b in zip(one[1:], other[1:], strict=True))
