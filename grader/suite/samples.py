"""PyTorch's own samples of a layer: which of them ask something that the other cases of a suite do not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import signature
from itertools import combinations

from grader.model import Case, is_recipe

_Feature = tuple[str, object]
"""What a call has: an option of its object, its mode, the kind of an input."""
_MEET = 3
"""So many features of a sample's call must meet in a call of another case. Mistakes in which more have to come together
are rare, and all of them together hardly ever meet in a case that was drawn."""


def uncovered(samples: Sequence[Case], cases: Sequence[Case], layer: Callable[..., object]) -> list[Case]:
    """The samples in whose calls features meet that meet in no other case.

    Args:
        samples: The samples.
        cases: The other cases.
        layer: What is constructed, with the defaults that are no features.
    """
    defaults = {name: item.default for name, item in signature(layer).parameters.items()}
    seen = {group for case in cases for group in _meetings(case, defaults)}
    found = []
    for sample in samples:
        groups = {*_meetings(sample, defaults)}
        if not groups <= seen:
            seen |= groups
            found.append(sample)
    return found


def _meetings(case: Case, defaults: Mapping[str, object]) -> Iterator[tuple[_Feature, ...]]:
    """The features that meet in the calls of a case."""
    new = case.get("new", {})
    options = {name: _kind(value) for name, value in new.get("kwargs", {}).items() if _is_other(value, defaults, name)}
    options |= {f"argument {index}": _kind(value) for index, value in enumerate(new.get("args", ()))}
    mode = "train"
    for step in case["steps"]:
        if step["do"] in ("train", "eval"):
            mode = step["do"]
        elif step["do"] == "call":
            given = [*enumerate(step.get("args", ())), *step.get("kwargs", {}).items()]
            inputs = {f"input {name}": _kind(value) for name, value in given if value is not None}
            features = sorted({**options, **inputs, "mode": mode, "inputs": len(inputs)}.items())
            yield from combinations(features, _MEET)


def _is_other(value: object, defaults: Mapping[str, object], name: str) -> bool:
    return name not in defaults or type(value) is not type(defaults[name]) or value != defaults[name]


def _kind(value: object) -> object:
    """What matters of an argument: of a tensor how many axes it has, of a number hardly anything."""
    if is_recipe(value):
        return len(value["shape"]), 0 in value["shape"]
    if isinstance(value, Mapping):
        return tuple((key, _kind(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(map(_kind, value))
    return "number" if type(value) in (int, float) else value
