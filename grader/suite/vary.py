"""A hidden suite's own versions of the cases that an exercise fixes: other values, and other sizes where they are free.

An exercise writes some cases down: its examples, those of `errors`, `growth` and properties. In every suite they ask
the same, but students hold the public ones with all that the oracle answers to them, so in a hidden suite no value and,
where nothing depends on it, no size is the public one's.
"""

import math
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast

from grader.model import CaseBody, DeclaredCase, Failure, Observation, Step, is_recipe

_Body = TypeVar("_Body", bound=CaseBody)

_SEEDS = ("seed", "cotangent")
_FIRST, _COUNT = 100, 9_900
"""What is added to every seed of a case: strategies draw seeds below the first, so none of them is met again."""
_SIZES = (5, 7, 11, 13)
"""Sizes for inputs that are refused: a prime is divisible by nothing that an answer could take it apart by."""
_TRIES = 6
_NUMBER = re.compile(r"\d+")


def revalued(case: _Body, number: int) -> _Body:
    """The case with other random values: inputs, state, cotangents, and what torch's generator gives.

    All seeds move by the same amount: tensors of a case that are equal stay equal, and others stay different.

    Args:
        case: The case.
        number: Decides the amount.
    """
    return cast(_Body, _moved(case, _FIRST + number % _COUNT))


def _moved(value: Any, amount: int) -> Any:
    if isinstance(value, Mapping):
        moved = {key: item + amount if _is_seed(key, item) else _moved(item, amount) for key, item in value.items()}
        if is_recipe(value) and "seed" not in value:
            moved["seed"] = amount
        return moved
    return [_moved(item, amount) for item in value] if isinstance(value, list) else value


def _is_seed(key: str, value: object) -> bool:
    return key in _SEEDS and type(value) is int


def resized(cases: Sequence[DeclaredCase], number: int) -> list[DeclaredCase]:
    """Cases of growing size at other sizes: each somewhat larger, the steps between them no smaller.

    Sizes keep what they are multiples of, as a pooling or a factor may need. Cases whose differences are not those of
    one size are given back as they are.

    Args:
        cases: Small to large.
        number: Decides the sizes.
    """
    found = _of_one_size(cases)
    if found is None:
        return list(cases)
    sizes, slopes = found
    unit = math.gcd(*sizes)
    drawn = random.Random(number)
    more = [unit * drawn.randint(1, 2)] * len(sizes)
    more[-1] += unit * drawn.randint(0, 1)
    return [
        _with(case, {path: _at(case, path) + slope * extra for path, slope in slopes.items()})
        for case, extra in zip(cases, more, strict=True)
    ]


_Path = tuple[str | int, ...]


def _of_one_size(cases: Sequence[DeclaredCase]) -> tuple[list[int], dict[_Path, int]] | None:
    """The sizes of the cases, and how fast each number that differs between them grows with it; None for none."""
    tables = [dict(_numbers(case)) for case in cases]
    if any(table.keys() != tables[0].keys() for table in tables[1:]):
        return None
    differing = {path: [table[path] for table in tables] for path in tables[0]}
    differing = {path: values for path, values in differing.items() if len({*values}) > 1}
    if not differing or len(cases) < 2:
        return None
    sizes = min(differing.values())
    slopes = {}
    for path, values in differing.items():
        slope, left = divmod(values[1] - values[0], sizes[1] - sizes[0]) if sizes[1] != sizes[0] else (0, 1)
        expected = [values[0] + slope * (size - sizes[0]) for size in sizes]
        if left or slope < 1 or expected != values:
            return None
        slopes[path] = slope
    return sizes, slopes


def resized_refusal(case: DeclaredCase, number: int, observe: Callable[[DeclaredCase], Observation]) -> DeclaredCase:
    """A case in which the oracle raises, with other sizes of its inputs, where it raises the same there.

    Equal sizes stay equal, none becomes another's or 1, which could be broadcast, and none passes a number that is no
    size, such as a window's. The case's reason changes with them. Where it names a number that follows from others (how
    many windows fit), or a call is given numbers beside its tensors, all stay.

    Args:
        case: The case.
        number: Decides the sizes.
        observe: Runs the oracle on a case.
    """
    sizes = {size for shape in _shapes(case["steps"]) for size in shape}
    others = {value for _, value in _numbers(case)} - sizes
    named = {int(text) for text in _NUMBER.findall(case.get("why", ""))}
    dims = {len(shape) for shape in _shapes(case["steps"])}
    if not named <= sizes | others | dims or _bare_numbers(case["steps"]):
        return case
    # "4 dimensions" are not the size of one.
    free = sorted({size for size in sizes if size > 1} - (named & dims))
    # What the constructor is told is left alone where something else can change.
    told = {value for _, value in _numbers(case.get("new", {}))}
    free = [size for size in free if size not in told] or free
    choices = [size for size in _SIZES if size not in sizes | others | named]
    wanted = observe(case)["error"]
    drawn = random.Random(number)
    for attempt in range(_TRIES if free and choices else 0):
        # All of them first, then fewer and fewer.
        some = drawn.sample(free, max(1, min(len(free), len(choices)) - attempt // 2))
        names = dict(zip(some, drawn.sample(choices, len(some)), strict=True))
        if any((size < other) != (names[size] < other) for size in some for other in others):
            continue
        renamed = _renamed(case, names)
        if _same(wanted, observe(renamed)["error"]):
            return renamed
    return case


def refused_in_evaluation(case: DeclaredCase, observe: Callable[[DeclaredCase], Observation]) -> DeclaredCase:
    """A case in which the oracle refuses a call, in evaluation, where it does so there as well.

    Args:
        case: The case.
        observe: Runs the oracle on a case.
    """
    if "new" not in case or any(step["do"] in ("train", "eval") for step in case["steps"]):
        return case
    evaluating: DeclaredCase = {**case, "steps": [Step(do="eval"), *case["steps"]]}
    wanted, got = observe(case)["error"], observe(evaluating)["error"]
    if wanted is None or got is None or got["stage"] != "call":
        return case
    return evaluating if _same({**wanted, "step": wanted["step"] + 1}, got) else case


def _bare_numbers(steps: Sequence[Step]) -> bool:
    """Whether a call is given numbers that are not the sizes of its tensors."""

    def bare(value: Any) -> bool:
        if isinstance(value, Mapping):
            return not is_recipe(value) and any(map(bare, value.values()))
        return any(map(bare, value)) if isinstance(value, list) else type(value) is int

    return any(bare(step.get("args", [])) or bare(step.get("kwargs", {})) for step in steps)


def _same(wanted: Failure | None, got: Failure | None) -> bool:
    """Whether two exceptions are the same but for the numbers in what they say."""

    def said(error: Failure) -> tuple[object, ...]:
        return error["stage"], error["step"], error.get("type"), re.sub(r"\d+", "", error["message"])

    return wanted is not None and got is not None and said(wanted) == said(got)


def _renamed(case: DeclaredCase, names: Mapping[int, int]) -> DeclaredCase:
    """The case with other sizes of tensors, and of what the constructor and the reader are told of them."""
    renamed = _with(case, {path: names[value] for path, value in _numbers(case) if value in names})
    if "why" in renamed:
        renamed["why"] = _NUMBER.sub(lambda found: str(names.get(int(found[0]), found[0])), renamed["why"])
    return renamed


def _shapes(value: Any) -> Iterator[Sequence[int]]:
    if isinstance(value, Mapping):
        if is_recipe(value):
            yield value["shape"]
        for item in value.values():
            yield from _shapes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _shapes(item)


def _numbers(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, int]]:
    """The whole numbers in a case that may be sizes, each with the way to it."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in (*_SEEDS, "patience", "low", "high", "jitter"):
                yield from _numbers(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, (*path, index))
    elif type(value) is int:
        yield path, value


def _at(value: Any, path: _Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(case: DeclaredCase, numbers: Mapping[_Path, int]) -> DeclaredCase:
    """The case with other numbers at some places."""

    def changed(value: Any, path: _Path) -> Any:
        if path in numbers:
            return numbers[path]
        if isinstance(value, Mapping):
            return {key: changed(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [changed(item, (*path, index)) for index, item in enumerate(value)]
        return value

    return cast(DeclaredCase, changed(case, ()))
