"""Declare families: cases of one kind that an answer may lack without being wrong elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.model import CaseBody, is_recipe
from grader.spec.parts import Family

_ANY = object()


def with_dims(*counts: int, share: float, name: str = "unbatched input") -> Family:
    """Calls whose first argument is a tensor of so many dimensions: those of an input without a batch, say."""

    def holds(case: CaseBody) -> bool:
        firsts = (step["args"][0] for step in case["steps"] if step.get("args"))
        return any(is_recipe(first) and len(first["shape"]) in counts for first in firsts)

    return Family(name=name, share=share, holds=holds)


def with_argument(argument: str, *, share: float, name: str, value: object = _ANY) -> Family:
    """Constructor calls that give an argument by name.

    Args:
        argument: The argument.
        share: The share of points.
        name: What the cases have in common, to be read after "with".
        value: The only value that counts.
    """

    def holds(case: CaseBody) -> bool:
        kwargs = case.get("new", {}).get("kwargs", {})
        return argument in kwargs and (value is _ANY or kwargs[argument] == value)

    return Family(name=name, share=share, holds=holds)


def with_tuples(*, share: float, name: str = "a tuple where a number is usual") -> Family:
    """Constructor calls with a tuple among their arguments."""

    def holds(case: CaseBody) -> bool:
        new = case.get("new", {})
        return any(isinstance(item, Mapping) and "$tuple" in item for item in _values(new))

    return Family(name=name, share=share, holds=holds)


def _values(new: Mapping[str, Any]) -> Iterator[Any]:
    yield from new.get("args", ())
    yield from new.get("kwargs", {}).values()
