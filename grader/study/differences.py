"""The tensors in which an answer differs from what is expected, on the case that shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch

from grader.compare import tensors as compare
from grader.model import Argument, Case, Encoded, Observation, StepObservation
from grader.report.heat import Compared, fits
from grader.spec import Part

_SHOWN = ("values", "gradients", "state")
"""Criteria that are about the elements of tensors."""
_FLOOR = 1e-3
_SIZE = 20_000

_UNTOUCHED = "what the call left of "
"""Inputs, which are only mentioned where they were changed."""


@dataclass(frozen=True, slots=True)
class Differences:
    """The call at which a case goes wrong: its tensors that differ, and the names of those that agree."""

    differing: list[Compared] = field(default_factory=list)
    agreeing: list[str] = field(default_factory=list)
    case: str = ""
    """The case in words, where it is not the one that the report shows."""


def differences(part: Part, criterion: str, case: Case, expected: Observation, got: Observation) -> Differences:
    """Compare a case's observations, up to and with the first call that differs.

    Args:
        part: What the case is about.
        criterion: The criterion that failed on it.
        case: The case.
        expected: What the oracle gave.
        got: What the answer gave.
    """
    result = Differences()
    if criterion not in _SHOWN:
        return result
    calls = sum(step["do"] == "call" for step in case["steps"])
    number = 0
    for step, want, have in zip(case["steps"], expected["steps"], got["steps"], strict=False):
        if step["do"] != "call":
            continue
        number += 1
        result.agreeing.clear()
        for name, one, other, floor in _pairs(want, have, f" of call {number}" if calls > 1 else ""):
            pair = _compared(name, one, other, part.tolerance, floor)
            if pair is None:
                continue
            if any(pair.wrong):
                result.differing.append(pair)
            elif not name.startswith(_UNTOUCHED):
                result.agreeing.append(name)
        if result.differing:
            break
    return result


def size(expected: Observation) -> int:
    """How much a map of the first output would show; 0 where it cannot be drawn as a whole."""
    for observed in expected.get("steps", []):
        out = observed.get("out")
        if isinstance(out, torch.Tensor):
            return out.numel() if fits(tuple(out.shape)) else 0
    return 0


def in_words(case: Case) -> str:
    """A case as a reader would say it: what is called, with what."""
    new = case.get("new")
    given = [
        *map(_plain, (new or {}).get("args", [])),
        *(f"{key}={_plain(value)}" for key, value in (new or {}).get("kwargs", {}).items()),
    ]
    handed = next((step.get("args", []) for step in case["steps"] if step["do"] == "call"), [])
    shapes = [tuple(item["shape"]) for item in handed if isinstance(item, Mapping) and "shape" in item]
    of = f" of an input of shape {shapes[0]}" if shapes else ""
    return f"{case.get('symbol', '')}{'(' + ', '.join(given) + ')' if new is not None else ''}{of}"


def _plain(value: Argument) -> str:
    if isinstance(value, Mapping) and "$tuple" in value:
        return f"({', '.join(map(_plain, value['$tuple']))})"
    return "…" if isinstance(value, Mapping) else repr(value)


def _pairs(want: StepObservation, have: StepObservation, of_call: str) -> Iterator[tuple[str, Encoded, Encoded, float]]:
    """The tensors of a call by name, with the magnitude below which their own size does not count."""
    outputs = list(zip(compare.leaves(want["out"]), compare.leaves(have.get("out")), strict=False))
    most = max((compare.magnitude(leaf) for (_, leaf), _ in outputs if compare.is_tensor(leaf)), default=0.0)
    for (path, leaf), (other_path, other) in outputs:
        if path == other_path:
            yield f"the output{path}{of_call}", leaf, other, _FLOOR * most
    sections = (
        (want.get("grads", {}), have.get("grads", {}), "the gradient of {}", True),
        (want.get("buffers", {}), have.get("buffers", {}), "the buffer {}", False),
        (want.get("inputs", {}), have.get("inputs", {}), _UNTOUCHED + "{}", False),
    )
    for ours, theirs, form, has_floor in sections:
        largest = max(map(compare.magnitude, ours.values()), default=0.0)
        for name, leaf in ours.items():
            if name in theirs:
                yield form.format(_in_words(name)) + of_call, leaf, theirs[name], _FLOOR * largest * has_floor


def _in_words(name: str) -> str:
    kind, _, number = name.partition(".")
    return f"argument {int(number) + 1}" if kind == "input" and number.isdecimal() else name


def _compared(name: str, want: Encoded, have: Encoded, tolerance: float, floor: float) -> Compared | None:
    """Two whole tensors of one shape, element by element; None for anything else."""
    if not (isinstance(want, torch.Tensor) and isinstance(have, torch.Tensor) and want.shape == have.shape):
        return None
    if not 0 < want.numel() <= _SIZE or have.is_complex():
        return None
    one, other = want.to(torch.float64).reshape(-1), have.to(torch.float64).reshape(-1)
    exact = 0.0 if not want.is_floating_point() else tolerance * max(compare.magnitude(want), floor)
    same = (one == other) | (one.isnan() & other.isnan())
    wrong = ~same & ~((one - other).abs() <= exact)
    return Compared(name, tuple(want.shape), one.tolist(), other.tolist(), wrong.tolist())
