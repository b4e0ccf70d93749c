"""Properties of pooling over windows that are placed at random."""

import math
from collections.abc import Sequence
from itertools import accumulate, combinations
from typing import Any

import torch
from torch import Tensor

from grader.model import Observation
from grader.spec import Property, call, evaluate, layer_case, tensor
from grader.spec.properties import recorded

__all__ = ["fractional_windows"]

_CALLS = 16
"""How many draws may not all be the same."""
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
    average step rounded down or up: for every number u in [0, 1), floor((i + u) a) - floor(u a) is so, which gives no
    false alarm. In the first case, in evaluation mode, pixels grow along rows and columns, so that each maximum is its
    window's last pixel, and 16 calls may not all have the same rows, nor the same columns. Where a single u is drawn
    for a direction and a call, 16 calls agree with a probability of the sum of p ** 16 over the sequences of windows,
    each drawn with a probability of p. With 2 of 12 and 3 of 14 to 8 that is 3e-11 in all. In the second case, in
    training mode, pixels are in disorder, and the indices are looked at.

    Args:
        kernel: Height and width of the window.
        image: Height and width of the image.
        output: Height and width of the output: 8, with (image - kernel) / 7 no whole number.
    """
    planes, pixels = math.prod(_PLANES), math.prod(image)
    # 7919 is a prime: all numbers, in another order.
    ordered = range(planes * pixels)
    mixed = [number * 7919 % len(ordered) for number in ordered]
    growing = tensor(*_PLANES, *image, fill="arange", grad=False)
    disorder = tensor(*_PLANES, *image, fill="values", values=mixed, grad=False)
    cases = [
        layer_case((kernel, output), {}, [evaluate(), *[call(growing, cotangent=None)] * _CALLS], state=None),
        layer_case((kernel, output), {"return_indices": True}, [call(disorder, cotangent=None)] * 2, state=None),
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
        for axis, name in enumerate(("rows", "columns")):
            if len({draw[axis] for draw in draws[:_CALLS]}) == 1:
                return f"{_CALLS} calls, in evaluation mode, all take windows of the very same {name}"
        return None

    return Property(criterion="values", cases=cases, holds=holds, shows=_SHOWS)


def _outs(observation: Observation) -> list[Any]:
    return [step["out"] for step in observation["steps"] if "out" in step]


def _placings(size: int, kernel: int, count: int) -> Tensor:
    """Every way to place so many windows from edge to edge, in steps that differ by one at most; a row for each."""
    short, longer = divmod(size - kernel, count - 1)
    ways = combinations(range(count - 1), longer)
    return torch.tensor([[0, *accumulate(short + (i in way) for i in range(count - 1))] for way in ways])


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
