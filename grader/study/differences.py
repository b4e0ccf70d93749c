"""The tensors in which an answer differs from what is expected, on the case that shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from grader.judge import compare
from grader.report.heat import Compared
from grader.spec import Part

_SHOWN = ("values", "gradients", "state")
"""Criteria that are about the elements of tensors."""
_FLOOR = 1e-3
_SIZE = 20_000

Observation = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Differences:
    """The step at which a case goes wrong: its tensors that differ, and the names of those that agree."""

    differing: list[Compared]
    agreeing: list[str]


def differences(
    part: Part, criterion: str, case: Mapping[str, Any], expected: Observation, got: Observation
) -> Differences:
    """Compare a case's observations, up to and with the first call that differs.

    Args:
        part: What the case is about.
        criterion: The criterion that failed on it.
        case: The case.
        expected: What the oracle gave.
        got: What the answer gave.
    """
    found = Differences([], [])
    if criterion not in _SHOWN:
        return found
    calls = sum(step["do"] == "call" for step in case["steps"])
    number = 0
    for step, want, have in zip(case["steps"], expected["steps"], got["steps"], strict=False):
        if step["do"] != "call":
            continue
        number += 1
        found.agreeing.clear()
        for name, one, other, floor in _pairs(want, have, f" of call {number}" if calls > 1 else ""):
            pair = _compared(name, one, other, part.tolerance, floor)
            if pair is None:
                continue
            if any(pair.wrong):
                found.differing.append(pair)
            else:
                found.agreeing.append(name)
        if found.differing:
            break
    return found


def _pairs(want: Observation, have: Observation, of_call: str) -> Iterator[tuple[str, Any, Any, float]]:
    """The tensors of a call by name, with the magnitude below which their own size does not count."""
    outputs = list(zip(compare.leaves(want["out"]), compare.leaves(have.get("out")), strict=False))
    most = max((compare.magnitude(leaf) for (_, leaf), _ in outputs if compare.is_tensor(leaf)), default=0.0)
    for (place, leaf), (other_place, other) in outputs:
        if place == other_place:
            yield f"the output{place}{of_call}", leaf, other, _FLOOR * most
    sections = (
        ("grads", "the gradient of {}", True),
        ("buffers", "the buffer {}", False),
        ("inputs", "{} after the call", False),
    )
    for section, form, has_floor in sections:
        tensors = want.get(section, {})
        largest = max(map(compare.magnitude, tensors.values()), default=0.0)
        for name, leaf in tensors.items():
            if name in have.get(section, {}):
                yield form.format(_in_words(name)) + of_call, leaf, have[section][name], _FLOOR * largest * has_floor


def _in_words(name: str) -> str:
    kind, _, number = name.partition(".")
    return f"argument {int(number) + 1}" if kind == "input" and number.isdecimal() else name


def _compared(name: str, want: Any, have: Any, tolerance: float, floor: float) -> Compared | None:
    """Two whole tensors of one shape, element by element; None where that is not what they are."""
    if not (isinstance(want, torch.Tensor) and isinstance(have, torch.Tensor) and want.shape == have.shape):
        return None
    if not 0 < want.numel() <= _SIZE:
        return None
    one, other = want.to(torch.float64).reshape(-1), have.to(torch.float64).reshape(-1)
    exact = 0.0 if not want.is_floating_point() else tolerance * max(compare.magnitude(want), floor)
    same = (one == other) | (one.isnan() & other.isnan())
    wrong = ~same & ~((one - other).abs() <= exact)
    return Compared(name, tuple(want.shape), one.tolist(), other.tolist(), wrong.tolist())
