"""Properties of pooling over windows that are placed at random."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, combinations, pairwise
from typing import Any

import torch
from torch import Tensor

from grader.model import Observation
from grader.spec import Property, call, evaluate, layer_case, tensor
from grader.spec.properties import recorded

__all__ = ["fractional_windows"]

_CALLS = 16
"""How many draws may not all be the same, nor all have the short steps on one side and the long ones on the other."""
_AGAIN = 8
"""How many draws of another layer may not all be the same as the first layer's."""
_PLANES = (2, 2)
_SHOWS = (
    "for number, out in enumerate((out1, out2, out3), 1):",
    '    print(f"call {number}, one channel: windows end at the pixels (row · width + column)")',
    "    print(out[0, 0].long())",
)


@recorded
def fractional_windows(kernel: tuple[int, int], image: tuple[int, int], output: tuple[int, int]) -> Property:
    """The outputs are maxima of windows of the kernel's size, in order, from edge to edge, drawn anew in every call.

    In each direction the first window begins at the first pixel, the last one ends at the last, and each step is the
    average step (image - kernel) / (output - 1) rounded down or up, in whatever order. That is so for torch's windows,
    which begin at floor((i + u) a) - floor(u a) for a number u in [0, 1), and gives no false alarm. In the first case,
    in evaluation mode, pixels grow along rows and columns, so that each maximum is its window's last pixel. In the
    second case, of a fresh layer in training mode whose generator was seeded otherwise, pixels are in disorder, and
    the indices are looked at.

    Let each call draw one u for the rows and one for the columns, at least, and p be the probability of a sequence.
    With 2 of 12 and 3 of 14 to 8 the false alarms are these, 4e-11 in all, and fewer where steps are shuffled:

    - that 16 calls draw the same rows, or the same columns: the sum of p ** 16, which is 3e-11 in both directions;
    - that all of them have short steps first and long ones last, or the reverse: no u does that, and steps that are
      shuffled do so with a probability of (2 / 35) ** 16;
    - that in all 24 calls there is one u for both the rows and the columns: 0.31 ** 24, which is 6e-13;
    - that two layers draw alike in 8 calls: 0.025 ** 8, the sum of p ** 2 for rows times that for columns; below 2e-13.

    Args:
        kernel: Height and width of the window.
        image: Height and width of the image.
        output: Height and width of the output: 8, with (image - kernel) / 7 above 1 and no whole number.
    """
    planes, pixels = math.prod(_PLANES), math.prod(image)
    # All numbers, in another order, in which every way to place windows has maxima of its own.
    ordered = range(planes * pixels)
    mixed = [number * 137 % len(ordered) for number in ordered]
    growing = tensor(*_PLANES, *image, fill="arange", grad=False)
    disorder = tensor(*_PLANES, *image, fill="values", values=mixed, grad=False)
    cases = [
        layer_case((kernel, output), {}, [evaluate(), *[call(growing, cotangent=None)] * _CALLS], state=None),
        layer_case(
            (kernel, output), {"return_indices": True}, [call(disorder, cotangent=None)] * _AGAIN, state=None, seed=1
        ),
    ]

    def holds(observations: Sequence[Observation]) -> str | None:
        placings = [_placings(*numbers) for numbers in zip(image, kernel, output, strict=True)]
        shown = [torch.tensor(values, dtype=torch.float64).reshape(planes, *image) for values in (ordered, mixed)]
        tables = [_table(values, kernel, placings) for values in shown]
        outs, pairs = (_outs(item) for item in observations)
        draws = [_explained(tables[0], values, output) for values in outs]
        draws += [_explained(tables[1], values, output) for values, _ in pairs]
        for draw in draws:
            if isinstance(draw, str):
                return draw
        for values, indices in pairs:
            pointed = shown[1].flatten(1).gather(1, indices.reshape(planes, -1).clamp(0, pixels - 1))
            if not torch.equal(pointed, values.double().reshape(planes, -1)):
                return "the indices should say where in its channel each maximum lies: row · width + column"
        drawn = [draw for draw in draws if not isinstance(draw, str)]
        here, there = drawn[:_CALLS], drawn[_CALLS:]
        for axis, name in enumerate(("rows", "columns")):
            ways = {way for draw in here for way in draw[axis]}
            if len({draw[axis] for draw in here}) == 1:
                return f"{_CALLS} calls, in evaluation mode, all take windows of the very same {name}"
            if all(_is_sorted(placings[axis][way].diff()) for way in ways):
                return (
                    f"in {_CALLS} calls the short steps along the {name} all lie on one side and the long ones on the"
                    " other: they should be mixed"
                )
        if here[:_AGAIN] == there:
            return "two layers constructed one after the other draw the very same windows"
        together = _together(image, kernel, output)
        if all(pair in together for draw in drawn for pair in zip(*draw, strict=True)):
            return (
                f"in {len(drawn)} calls rows and columns always go with one and the same number u: each should have its"
                " own"
            )
        return None

    return Property(criterion="values", cases=cases, holds=holds, shows=_SHOWS)


def _outs(observation: Observation) -> list[Any]:
    return [step["out"] for step in observation["steps"] if "out" in step]


def _is_sorted(steps: Tensor) -> bool:
    return bool((steps.diff() >= 0).all() or (steps.diff() <= 0).all())


def _starts(size: int, kernel: int, count: int, number: Fraction) -> tuple[int, ...]:
    """Where the windows begin with that u."""
    step = Fraction(size - kernel, count - 1)
    return tuple(math.floor((i + number) * step) - math.floor(number * step) for i in range(count))


def _numbers(*spare: int) -> list[Fraction]:
    """A number u for each of the intervals in which the starts of windows stay what they are.

    They change where (i + u) a is whole, and so at multiples of 1 / (image - kernel) alone.
    """
    ends = sorted({Fraction(i, n) for n in spare for i in range(n + 1)})
    return [(low + high) / 2 for low, high in pairwise(ends)]


def _placings(size: int, kernel: int, count: int) -> Tensor:
    """Every way to place so many windows from edge to edge, in steps that differ by one at most; a row for each."""
    short, longer = divmod(size - kernel, count - 1)
    ways = combinations(range(count - 1), longer)
    return torch.tensor([[0, *accumulate(short + (i in way) for i in range(count - 1))] for way in ways])


def _together(image: Sequence[int], kernel: Sequence[int], output: Sequence[int]) -> set[tuple[int, ...]]:
    """Which ways to place rows go with which to place columns where both have one number."""
    sides = list(zip(image, kernel, output, strict=True))
    ways = [[tuple(way) for way in _placings(*side).tolist()] for side in sides]
    numbers = _numbers(*(size - window for size, window, _ in sides))
    return {
        tuple(known.index(_starts(*side, number)) for known, side in zip(ways, sides, strict=True))
        for number in numbers
    }


def _table(planes: Tensor, kernel: Sequence[int], placings: Sequence[Tensor]) -> Tensor:
    """The outputs of each plane for each way to place rows and columns: (planes, ways, rows, ways, columns)."""
    maxima = planes.unfold(1, kernel[0], 1).unfold(2, kernel[1], 1).amax((-2, -1))
    return maxima[:, placings[0]][..., placings[1]]


def _explained(table: Tensor, values: Tensor, output: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | str:
    """Which rows and which columns a call has drawn for each plane; or what is wrong with it."""
    expected = [*_PLANES, *output]
    if list(values.shape) != expected:
        return f"the output should have the shape {expected}, and has {list(values.shape)}"
    rows, columns = [], []
    for plane, found in zip(table, values.double().flatten(0, 1), strict=True):
        ways = (plane == found[None, :, None]).all(-1).all(1).nonzero().tolist()
        if not ways:
            return (
                "the output is not the maxima of windows of kernel_size, in order, the first at the first pixel and the"
                " last at the last, each step the average (image - kernel) / (output - 1) rounded down or up"
            )
        rows.append(ways[0][0])
        columns.append(ways[0][1])
    return tuple(rows), tuple(columns)
