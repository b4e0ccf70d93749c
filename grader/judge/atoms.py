"""Statements about the arguments of a call: each against its default, by its value, and against one another."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from grader.model import Argument
from grader.model.signature import Signature

UNKNOWN: Argument = {"$unknown": True}
"""An argument of which nothing is known but that it is passed."""
_Numbers = tuple[int, ...]


class Atom(NamedTuple):
    """One statement about a situation, as plain data."""

    about: str
    """``argument``: of the constructor, or of the function; ``call``: of a method's call, or its circumstances;
    ``input``: a tensor that it is given; ``case``: the whole case; ``lines``: its lines of Python."""
    name: str
    """Which argument or tensor; empty where there is but one thing to speak of."""
    test: str
    value: str = ""
    """What the test compares with: a literal, another argument, an axis."""


def of_arguments(
    about: str, signature: Signature, args: Sequence[Argument], kwargs: Mapping[str, Argument]
) -> Iterator[Atom]:
    """What can be said of a call's arguments, those that it leaves to their defaults included.

    Args:
        about: What the statements are about (see `Atom`).
        signature: Of what is called.
        args: Those by position, as plain data.
        kwargs: Those by name.
    """
    given = signature.given(args, kwargs)
    for name in signature.defaults:
        yield Atom(about, name, "passed" if name in given else "left out")
    known = {**signature.defaults, **given}
    values = {**{name: known[name] for name in signature.names if name in known}, **known}
    if any(_differ(entries(value) or ()) for value in values.values()):
        yield Atom(about, "", "some differ")
    numbers: dict[str, _Numbers] = {}
    for name, value in values.items():
        if value is UNKNOWN:
            continue
        default = text_of(signature.defaults[name]) if name in signature.defaults else ""
        yield from _of_argument(about, name, _Value(value), default)
        whole = _whole(value)
        if whole:
            numbers[name] = whole
    for (one, ours), (other, theirs) in combinations(numbers.items(), 2):
        yield from _compared(about, one, ours, other, theirs)


def entries(value: Argument) -> list[Any] | None:
    """The entries of a tuple or a list."""
    inner = value.get("$tuple") if isinstance(value, Mapping) else value
    return inner if isinstance(inner, list) else None


def text_of(value: object) -> str:
    """A value as Python writes it."""
    inner = value.get("$tuple") if isinstance(value, Mapping) else None
    return repr(tuple(inner) if isinstance(inner, list) else value)


class _Value:
    """An argument that can be looked up: equal to what is written the same."""

    __slots__ = ("text", "value")

    def __init__(self, value: Argument) -> None:
        self.value, self.text = value, text_of(value)

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Value) and self.text == other.text


@lru_cache(maxsize=4096)
def _of_argument(about: str, name: str, given: _Value, default: str) -> tuple[Atom, ...]:
    """What can be said of an argument, given the text of its default, which is empty where it has none."""
    return tuple(Atom(about, name, *test) for test in _tests(given.value, given.text, default))


def _tests(value: Argument, text: str, default: str) -> Iterator[tuple[str, str]]:
    several = entries(value)
    items: list[Any] = [value] if several is None else several
    if default:
        if {text_of(item) for item in items} != {default} and text != default:
            yield "other than", default
        elif _is_number(value) and value not in (0, 1):
            yield "is", text
    # A text is an option's name, or else something of the case's own.
    if value is None or isinstance(value, bool) or (isinstance(value, str) and value.isidentifier()):
        yield "is", text
    if default == "None":
        # What takes True or False may be left to None.
        yield from [("is not", "True")] if value in (None, False) and not _is_number(value) else []
        yield from [("given", "")] if value is not None else []
    if isinstance(value, str):
        yield "text", ""
    if several is not None:
        yield "tuple" if isinstance(value, Mapping) else "list", ""
        yield "sequence", ""
        yield "entries", str(len(several))
        yield from [("several", "")] if len(several) > 1 else []
        yield "differ" if _differ(several) else "alike", ""
    elif _is_number(value):
        yield "number", ""
    yield from _of_numbers([item for item in items if _is_number(item)])


def _of_numbers(numbers: Sequence[float]) -> Iterator[tuple[str, str]]:
    """Statements about a number; of several, about any of them."""
    tests = {
        ("is", "1"): bool(numbers) and all(number == 1 for number in numbers),
        ("is", "0"): any(number == 0 for number in numbers),
        (">", "0"): any(number > 0 for number in numbers),
        (">", "1"): any(number > 1 for number in numbers),
        ("<", "1"): any(0 < number < 1 for number in numbers),
        ("negative", ""): any(number < 0 for number in numbers),
        ("fraction", ""): any(number % 1 for number in numbers),
        ("even", ""): any(isinstance(number, int) and number % 2 == 0 and number for number in numbers),
        ("odd", ""): any(isinstance(number, int) and number % 2 for number in numbers),
    }
    return (test for test, holds in tests.items() if holds)


@lru_cache(maxsize=16_384)
def _compared(about: str, one: str, ours: _Numbers, other: str, theirs: _Numbers) -> tuple[Atom, ...]:
    """How two arguments compare, axis by axis where one of them is a tuple."""
    size = max(len(ours), len(theirs))
    if len(ours) not in (1, size) or len(theirs) not in (1, size):
        return ()
    pairs = [*zip(ours * (size // len(ours)), theirs * (size // len(theirs)), strict=True)]
    tests = {
        "equals": all(a == b for a, b in pairs),
        "differs from": any(a != b for a, b in pairs),
        "larger than": any(a > b for a, b in pairs),
        "smaller than": any(a < b for a, b in pairs),
    }
    return tuple(Atom(about, one, test, other) for test, holds in tests.items() if holds)


def _differ(several: Sequence[Any]) -> bool:
    return len({*map(text_of, several)}) > 1


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(value: Argument) -> _Numbers:
    """The whole numbers of an argument that consists of them alone."""
    several = entries(value)
    numbers: list[Any] = [value] if several is None else several
    return tuple(numbers) if all(type(item) is int for item in numbers) else ()
