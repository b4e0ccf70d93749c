"""Reduce an observation to a few numbers that tell whether another behaves the same."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias, TypeGuard

import numpy as np
import torch

from grader.compare import tensors as compare
from grader.model import Encoded, Failure, Leaf, Observation, Row, StepObservation

Component: TypeAlias = str | list[Any]
"""Of a tensor its shape, size and two projections; of an error, of what was constructed, or of a leaf its text."""

_AGREE = 1e-6
_DRAWN = "drawn"
"""What begins the component of a tensor of random numbers: its shape, then mean, spread and largest magnitude."""
_ALIKE = 0.15
"""Relative agreement of what is measured of two tensors drawn from one distribution."""
_ENOUGH = 64
"""Draws from which on that is so."""
_MOST_ELEMENTS = 2**18
"""Elements of a tensor that count; more than any tensor has that the probe sends whole but for whole numbers."""
_KEPT_ELEMENTS = 2**13
"""Elements up to which directions are kept."""
_MOST_SAID = 80
"""Characters of an exception's message that count."""
_CALLED = re.compile(r"^[\w.<>]+\(\) ")
_ARGUMENTS = re.compile(r"(unexpected keyword|missing \d+ required|multiple values for|takes .* arguments? but)")
_QUOTED = re.compile(r"'(\w+)'")
_NUMBERS = re.compile(r"\d+")


class Fingerprint:
    """An observation reduced: of each tensor its shape and two random projections, of anything else its text."""

    __slots__ = ("components",)

    def __init__(self, components: Sequence[Component]) -> None:
        self.components = components

    def matches(self, other: "Fingerprint") -> bool:
        """Whether both show the same behaviour, rounding aside."""
        if len(self.components) != len(other.components):
            return False
        # A tensor that is zero but for rounding is not distinguished by its own size.
        floor = 1e-6 * max(
            (component[1] for component in (*self.components, *other.components) if _is_tensor(component)), default=0.0
        )
        return all(_agree(one, other, floor) for one, other in zip(self.components, other.components, strict=True))


def fingerprint(observation: Observation, most: int | None = None) -> Fingerprint:
    """The fingerprint of an observation that the probe wrote (or one validated).

    Args:
        observation: The observation.
        most: Components after which it ends: one that has more than another cannot match it, whatever they are.
    """
    return Fingerprint(list(islice(_components(observation), most)))


def _components(observation: Observation) -> Iterator[Component]:
    error = observation.get("error")
    new = observation.get("new")
    loaded = observation.get("load", {"how": "exact"})["how"] != "partial"
    # What it does with random parameters, where the case's cannot be loaded, is nobody's behaviour.
    yield "not loaded" if not loaded else _ended(error) if error else ["fine"]
    if new:
        yield [
            canonical_rows(new.get("parameters", [])),
            canonical_rows(new.get("buffers", [])),
            observation["load"]["how"] if "load" in observation else None,
        ]
    for observed in observation["steps"] if loaded else ():
        for _, leaf in compare.leaves(observed.get("out")):
            yield _component(leaf)
        for section in sections(observed):
            for name in sorted(section):
                yield _component(section[name])
        for line in observed.get("lines", []):
            if "raised" in line:
                yield ["raised"]
            else:
                for _, leaf in compare.leaves(line["value"]):
                    yield _component(leaf)


def _ended(error: Failure) -> list[Any]:
    """How an exception ended it: two that say different things came of different mistakes, sizes aside.

    What Python says of arguments names them, or counts them; which, is all that counts of it.
    """
    said = _CALLED.sub("", error["message"])
    about = _ARGUMENTS.search(said) if error["type"] == "TypeError" else None
    if about is not None:
        said = f"{about[1]}: {', '.join(_QUOTED.findall(said.partition('Did you mean')[0]) or _NUMBERS.findall(said))}"
    else:
        said = _NUMBERS.sub("", said[:_MOST_SAID])
    return [error["stage"], f"{error['type']}: {said}", error["step"]]


def sections(observed: StepObservation) -> tuple[dict[str, Leaf], ...]:
    """The named tensors of a step: inputs, buffers, gradients."""
    return observed.get("inputs", {}), observed.get("buffers", {}), observed.get("grads", {})


def canonical_rows(rows: Sequence[Row]) -> str:
    """Rows of a description as text."""
    return json.dumps(sorted(rows, key=lambda row: str(row[0])))


def _component(leaf: Encoded) -> Component:
    if not compare.is_tensor(leaf):
        return json.dumps(leaf, sort_keys=True, default=str)
    body = compare.body(leaf)
    if body.is_complex():
        body = torch.view_as_real(body.resolve_conj())
    # numpy: most tensors are small, and eight operations of torch on each took a seventh of a suite's compilation.
    values = body.to(torch.float64).numpy().reshape(-1)[:_MOST_ELEMENTS]
    count = len(values)
    size = float(np.abs(values).max()) if count else 0.0
    if not math.isfinite(size):
        values = np.nan_to_num(values, nan=3.21e7, posinf=1.23e7, neginf=-1.23e7)
        size = float(np.abs(values).max())
    first, second = (_directions if count <= _KEPT_ELEMENTS else _directions.__wrapped__)(count)
    return [str(compare.shape_of(leaf)), size, float(values @ first), float(values @ second)]


@lru_cache(maxsize=512)
def _directions(size: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.RandomState(size % 2**32)
    first, second = rng.uniform(0.5, 1.5, (2, size)) / math.sqrt(max(size, 1))
    return first, second


def drawn(leaf: Leaf) -> Component:
    """The component of a tensor of random numbers: from another stream of them it is another, and alike."""
    values = compare.body(leaf).to(torch.float64)
    if values.numel() < _ENOUGH or not bool(values.isfinite().all()):
        return [_DRAWN, str(compare.shape_of(leaf)), 0.0, 0.0, 0.0]
    largest, spread = float(values.abs().max()), float(values.std())
    spread = spread if spread > 1e-6 * largest else 0.0
    return [_DRAWN, str(compare.shape_of(leaf)), float(values.mean()), spread, largest]


def _is_tensor(component: Component) -> TypeGuard[list[Any]]:
    return isinstance(component, list) and len(component) == 4


def _is_drawn(component: Component) -> TypeGuard[list[Any]]:
    return isinstance(component, list) and len(component) == 5 and component[0] == _DRAWN


def _agree(one: Component, other: Component, floor: float) -> bool:
    if _is_drawn(one) and _is_drawn(other):
        mean, spread, largest = (abs(a - b) for a, b in zip(one[2:], other[2:], strict=True))
        most, widest = max(one[4], other[4]), max(one[3], other[3])
        # How far apart draws lie shows what is constant, however large it is; the largest varies most.
        alike = mean <= _ALIKE * most and spread <= 2 * _ALIKE * widest and largest <= 2 * _ALIKE * most
        return bool(alike and one[1] == other[1])
    if not (_is_tensor(one) and _is_tensor(other)):
        return bool(one == other)
    scale = 10 * _AGREE * max(abs(one[1]), abs(other[1]), floor)
    return one[0] == other[0] and all(abs(a - b) <= scale for a, b in zip(one[1:], other[1:], strict=True))
