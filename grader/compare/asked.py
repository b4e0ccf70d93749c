"""What a case asks of an answer, in words: its constructor's call, and the kind of numbers in its inputs."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.model import Argument, CaseBody, Recipe, is_recipe

_MOST = 100
"""Characters of a call that a sentence can take."""
_LARGE, _SMALL = 30.0, 0.03
"""Scales of values from which on, and up to which, they are large or small."""
_FAR = 30.0
"""Times their own spread by which a mean stands out."""


def construction(case: CaseBody, symbol: str) -> str:
    """The call of the constructor as Python, such as ``Linear(3, 2, bias=False)``; its name where that is too long.

    Args:
        case: The case.
        symbol: What it constructs.
    """
    text = f"{symbol}({_arguments(case.get('new', {}))})"
    return text if len(text) <= _MOST else f"{symbol}(...)"


def _arguments(made: Mapping[str, Any]) -> str:
    named = (f"{name}={_source(value)}" for name, value in made.get("kwargs", {}).items())
    return ", ".join([*map(_source, made.get("args", [])), *named])


def _source(value: Argument) -> str:
    """An argument as Python, a tensor as dots."""
    if isinstance(value, list):
        return f"[{', '.join(map(_source, value))}]"
    if not isinstance(value, Mapping):
        return repr(value)
    if "$tuple" in value:
        items = [_source(item) for item in value["$tuple"]]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    if "$torch" in value:
        called = f"({_arguments(value)})" if "args" in value or "kwargs" in value else ""
        return f"{value['$torch']}{called}"
    return "..."


def numbers(case: CaseBody) -> str:
    """What kind of numbers a case is about, to follow "for"; empty where they are ordinary ones."""
    recipes = [recipe for step in case["steps"] for recipe in _recipes([step.get("args", []), step.get("kwargs", {})])]
    kinds = [_kind(recipe) for recipe in recipes]
    return next(filter(None, kinds), "")


def _recipes(value: Argument) -> Iterator[Recipe]:
    if is_recipe(value):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _recipes(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _recipes(item)


def _kind(recipe: Recipe) -> str:
    fill, scale, shift = recipe["$fill"], abs(recipe.get("scale", 1.0)), abs(recipe.get("shift", 0.0))
    if fill in ("ones", "zeros"):
        return "an input whose values are all the same"
    if fill not in ("normal", "uniform", "values"):
        return ""
    if shift >= _FAR * scale:
        return f"an input whose mean is far larger than its spread ({shift:g} and {scale:g})"
    if scale >= _LARGE:
        return f"an input of large values (around {scale:g})"
    return f"an input of small values (around {scale:g})" if scale <= _SMALL else ""
