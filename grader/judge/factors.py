"""Factors and offsets between what is expected and what came, and their closed forms in sizes and arguments."""

import math
from collections.abc import Callable, Iterator, Sequence

import torch

from grader.judge.failing import Failing, Pair

_NEAR = 1e-8
Form = tuple[str, Callable[[float], float]]

_OF_SIZES: Sequence[Form] = (
    ("n", lambda n: n),
    ("1/n", lambda n: 1 / n),
    ("n/(n - 1)", lambda n: n / (n - 1)),
    ("(n - 1)/n", lambda n: (n - 1) / n),
    ("√n", lambda n: n**0.5),
    ("1/√n", lambda n: n**-0.5),
    ("√(n/(n - 1))", lambda n: (n / (n - 1)) ** 0.5),
    ("√((n - 1)/n)", lambda n: ((n - 1) / n) ** 0.5),
    ("n²", lambda n: n**2),
    ("1/n²", lambda n: n**-2),
    ("n - 1", lambda n: n - 1),
    ("1/(n - 1)", lambda n: 1 / (n - 1)),
)
_OF_FRACTIONS: Sequence[Form] = (
    ("{}", lambda p: p),
    ("1/{}", lambda p: 1 / p),
    ("1 - {}", lambda p: 1 - p),
    ("1/(1 - {})", lambda p: 1 / (1 - p)),
    ("√{}", lambda p: p**0.5),
    ("1/√{}", lambda p: p**-0.5),
    ("(1 - {})/{}", lambda p: (1 - p) / p),
    ("{}/(1 - {})", lambda p: p / (1 - p)),
)
_PER_CHANNEL = "the number of elements per channel"
_CONSTANTS = {
    **{float(n): str(n) for n in (-1, -2, 2, 3, 4, 5, 6, 8, 9, 10, 16, 100, 1000)},
    **{1 / n: f"1/{n}" for n in (2, 3, 4, 5, 6, 8, 9, 10, 16, 100, 1000)},
    **{-1 / 2: "-1/2", 3 / 2: "3/2", 2 / 3: "2/3", 3 / 4: "3/4", 4 / 3: "4/3", 2**0.5: "√2", 2**-0.5: "1/√2"},
    **{math.pi: "π", 2 * math.pi: "2π", 1 / math.pi: "1/π"},
}
"""Constants that are told, as factors; any other number could be a hidden case's own."""
_OFFSETS = {1.0: "1", **{value: said for value, said in _CONSTANTS.items() if value > 0}}


def factor_of(cases: Sequence[Failing]) -> str:
    """The factor that turns all wrong tensors from the expected into what came, in words; empty where none does."""
    found = [(case, pair, factor(pair)) for case in cases for pair in case.wrong]
    if any(times is None for *_, times in found):
        return ""
    return closed_form([(case, pair, times) for case, pair, times in found if times is not None])


def offset_of(cases: Sequence[Failing]) -> str:
    """The number by which all wrong tensors lie above the expected ones, or below, in words; empty where none does."""
    found = [(case, pair, offset(pair)) for case in cases for pair in case.wrong]
    if any(by is None for *_, by in found) or not _is_telling([(case, pair, 0.0) for case, pair, _ in found]):
        return ""
    offsets = [by for *_, by in found if by is not None]
    for value, said in _OFFSETS.items() if _alike(offsets) else ():
        if abs(abs(offsets[0]) - value) <= _NEAR * value:
            return f"{'plus' if offsets[0] > 0 else 'minus'} {said}"
    names = [name for name, value in found[0][0].arguments.items() if type(value) is float]
    for name in names:
        for word, sign in (("plus", 1.0), ("minus", -1.0)):
            given = [case.arguments.get(name) for case, *_ in found]
            if all(
                type(value) is float and abs(by - sign * value) <= _NEAR * abs(value)
                for value, by in zip(given, offsets, strict=True)
            ):
                return f"{word} `{name}`"
    return ""


def offset(pair: Pair) -> float | None:
    """The number that is added to all that is expected to give what came; None where there is none."""
    if pair.expected.shape != pair.got.shape:
        return None
    by = float((pair.got - pair.expected).mean())
    return by if math.isfinite(by) and pair.gives(pair.expected + by) else None


def _alike(numbers: Sequence[float]) -> bool:
    return all(abs(each - numbers[0]) <= _NEAR * abs(numbers[0]) for each in numbers)


def factor(pair: Pair) -> float | None:
    """The number that what is expected is multiplied by to give what came; None where there is none."""
    expected = pair.expected
    if expected.shape != pair.got.shape:
        return None
    size = float((expected * expected).sum())
    times = float((expected * pair.got).sum()) / size if size > 0 else 0.0
    return times if times and math.isfinite(times) and pair.gives(expected * times) else None


def closed_form(found: Sequence[tuple[Failing, Pair, float]]) -> str:
    """What the factors of all cases have in common, in words; empty where that is nothing.

    Args:
        found: Each wrong tensor with its case and its factor.
    """
    if not _is_telling(found):
        return ""
    first = found[0][2]
    if _alike([times for *_, times in found]):
        return next((said for value, said in _CONSTANTS.items() if abs(first - value) <= _NEAR * abs(value)), "")
    left = set(_forms(*found[0]))
    for each in found[1:]:
        left &= set(_forms(*each))
        if not left:
            return ""
    order = list(_forms(*found[0]))
    return min(left, key=order.index)


def _is_telling(found: Sequence[tuple[Failing, Pair, float]]) -> bool:
    """Whether enough numbers agree on it: of single ones, any factor fits each."""
    many = {id(case) for case, pair, _ in found if pair.expected.numel() > 1 and _varies(pair.expected)}
    single = {float(pair.expected.reshape(-1)[0]) for _, pair, _ in found}
    return len(many) >= 2 or len(single) >= 4


def _varies(values: torch.Tensor) -> bool:
    return float(values.max() - values.min()) > _NEAR * float(values.abs().max())


def _forms(case: Failing, pair: Pair, times: float) -> Iterator[str]:
    for label, size in sizes(case, pair):
        for text, form in _OF_SIZES if size > 1 else ():
            if abs(form(size) - times) <= _NEAR * abs(times):
                yield f"{text}, where n is {label}" if text != "n" else label
    for name, value in case.arguments.items():
        if type(value) is float and 0 < value < 1:
            for text, form in _OF_FRACTIONS:
                if abs(form(value) - times) <= _NEAR * abs(times):
                    yield text.format(*[f"`{name}`"] * 2)


def sizes(case: Failing, pair: Pair) -> Iterator[tuple[str, int]]:
    """The numbers that a factor may be made of, with what they count.

    Args:
        case: The case.
        pair: A tensor of it.
    """
    shapes = [recipe["shape"] for recipe in case.inputs(pair.step)]
    if shapes and shapes[0]:
        shape, count = shapes[0], math.prod(shapes[0])
        if len(shape) > 2 and shape[1]:
            yield _PER_CHANNEL, count // shape[1]
        groups = case.arguments.get("num_groups")
        if type(groups) is int and groups > 0 and shape[0]:
            yield "the number of elements per group", count // shape[0] // groups
        if shape[0]:
            yield "the size of the batch", shape[0]
            if len(shape) == 2:
                yield _PER_CHANNEL, shape[0]
            yield "the number of elements of a sample", count // shape[0]
        yield "the size of the input's last axis", shape[-1]
        yield "the number of elements of the input", count
        if len(shape) > 2:
            yield "the number of positions in a channel", math.prod(shape[2:])
            yield "the number of channels", shape[1]
    yield "the number of elements of the output", pair.expected.numel()
    for name, value in case.arguments.items():
        if type(value) is int:
            yield f"`{name}`", value
        numbers = value.get("$tuple") if isinstance(value, dict) else value
        if isinstance(numbers, list) and numbers and all(type(item) is int for item in numbers):
            yield f"the product of `{name}`", math.prod(numbers)
