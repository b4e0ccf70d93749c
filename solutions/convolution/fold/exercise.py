"""Windows as columns, and back: judged against ``torch.nn.Unfold`` and ``torch.nn.Fold``."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, Growth, OffLimits, Part, call, evaluate, layer_case, run, tensor, train
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -0.2))
DEFAULTS = {"dilation": 1, "padding": 0, "stride": 1}

OFF_LIMITS = OffLimits(
    kernels=("im2col", "col2im"),
    classes=("Fold", "Unfold"),
    functions=("torch.nn.functional.fold", "torch.nn.functional.unfold"),
)


@st.composite
def pairs(draw: st.DrawFn, low: int, high: int) -> tuple[int, int]:
    """Height and width, equal or not."""
    first = draw(sizes(low, high))
    return (first, first) if draw(flags) else (first, draw(sizes(low, high)))


def either(values: tuple[int, int], draw: st.DrawFn) -> Any:
    """Two equal numbers as one, now and then; else a tuple."""
    return values[0] if values[0] == values[1] and draw(flags) else values


@st.composite
def windows(draw: st.DrawFn) -> tuple[Case, Case]:
    """What the windows are like in both directions, and the same as the constructor takes it."""
    numbers = {"kernel_size": draw(pairs(1, 3))}
    numbers["dilation"] = draw(pairs(1, 3)) if draw(flags) else (1, 1)
    numbers["padding"] = draw(pairs(0, 3)) if draw(flags) else (0, 0)
    numbers["stride"] = draw(pairs(1, 4)) if draw(flags) else (1, 1)
    given = {name: either(numbers[name], draw) for name in DEFAULTS if set(numbers[name]) != {DEFAULTS[name]}}
    return numbers, given


def image_size(draw: st.DrawFn, numbers: Case, most: int = 4) -> tuple[list[int], int]:
    """Height and width of an image that has room for a window, and how many windows it has."""
    found, count = [], 1
    for way in (0, 1):
        kernel, dilation, padding, stride = (
            numbers[name][way] for name in ("kernel_size", "dilation", "padding", "stride")
        )
        span = dilation * (kernel - 1) + 1
        smallest = max(1, span - 2 * padding)
        found.append(smallest + draw(st.integers(0, most)))
        count *= (found[-1] + 2 * padding - span) // stride + 1
    return found, count


@st.composite
def unfold_cases(draw: st.DrawFn) -> Case:
    """One or two images or batches, through overlapping windows and windows that leave pixels out."""
    numbers, given = draw(windows())
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        size, _ = image_size(draw, numbers)
        batch = draw(st.sampled_from(([2], [1], [], [3])))
        steps.append(
            call(draw(normal_tensor([*batch, draw(sizes(1, 3)), *size], spreads=MILD)), cotangent=draw(cotangents()))
        )
    return layer_case([either(numbers["kernel_size"], draw)], given, steps, seed=draw(seeds))


@st.composite
def fold_cases(draw: st.DrawFn) -> Case:
    """Columns for one image size, in one or two calls."""
    numbers, given = draw(windows())
    size, count = image_size(draw, numbers)
    area = numbers["kernel_size"][0] * numbers["kernel_size"][1]
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        batch = draw(st.sampled_from(([2], [1], [], [3])))
        columns = draw(normal_tensor([*batch, draw(sizes(1, 3)) * area, count], spreads=MILD))
        steps.append(call(columns, cotangent=draw(cotangents())))
    kernel = either(numbers["kernel_size"], draw)
    return layer_case([either((size[0], size[1]), draw), kernel], given, steps, seed=draw(seeds))


def example(args: Sequence[Any], options: Case, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one a shape."""
    return layer_case(args, options, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


def refused(why: str, args: Sequence[Any], options: Case, shape: Sequence[int]) -> Case:
    """An input that must raise."""
    return {**example(args, options, shape), "why": why}


def counted(args: Sequence[Any], options: Case, shape: Sequence[int]) -> Case:
    """A call whose operations are counted."""
    return layer_case(args, options, [call(tensor(*shape)) | {"count": True}])


UNFOLD = Part(
    symbol="Unfold",
    oracle=nn.Unfold,
    cases=unfold_cases(),
    examples=[
        example([3], {}, [2, 2, 4, 5]),
        example([(2, 3)], {}, [1, 2, 3, 4]),
        example([2], {"stride": 2}, [2, 3, 4, 6]),
        example([2], {"stride": 3}, [2, 1, 4, 6]),
        example([(2, 3)], {"dilation": (2, 1), "padding": (1, 2), "stride": (2, 3)}, [2, 3, 4, 5]),
        example([(3, 1)], {"padding": (0, 1), "dilation": 2}, [2, 2, 6, 3]),
        example([2], {"padding": 1}, [2, 3, 2], [3, 2, 1, 4]),
        example([1], {}, [1, 1, 1, 1]),
        example([(2, 2)], {"stride": (1, 2)}, [2, 2, 3, 5], layout="transposed"),
    ],
    arguments=("kernel_size", "dilation", "padding", "stride"),
    errors=[
        refused("A window of 3 in an image of 2 by 4", [3], {}, [2, 2, 2, 4]),
        refused("A window of 3 in an image of 4 by 2", [3], {}, [2, 2, 4, 2]),
        refused("A window of 2 with a dilation of 4 in an image of 4 by 4", [2], {"dilation": 4}, [1, 2, 4, 4]),
        refused("A window of 5 in an image of 2 with a padding of 1", [5], {"padding": 1}, [1, 2, 2]),
    ],
    growth=[
        Growth(along="batch", cases=[counted([2], {"padding": 1}, [size, 2, 3, 4]) for size in (2, 4, 8)]),
        Growth(along="image height", cases=[counted([2], {"padding": 1}, [2, 2, size, 3]) for size in (2, 4, 8)]),
        Growth(along="image width", cases=[counted([2], {"padding": 1}, [2, 2, 3, size]) for size in (2, 4, 8)]),
    ],
    interface=[layer_case([2], {}, [run("layer(torch.ones(1, 1, 3, 3).double()).dtype")], dtype="float32")],
    off_limits=OFF_LIMITS,
)

FOLD = Part(
    symbol="Fold",
    oracle=nn.Fold,
    cases=fold_cases(),
    examples=[
        example([(4, 5), 3], {}, [2, 18, 6]),
        example([(3, 4), (2, 3)], {}, [1, 12, 4]),
        example([(4, 6), 2], {"stride": 2}, [2, 12, 6]),
        example([(4, 6), 2], {"stride": 3}, [2, 4, 2]),
        example([(4, 5), (2, 3)], {"dilation": (2, 1), "padding": (1, 2), "stride": (2, 3)}, [2, 18, 6]),
        example([(6, 3), (3, 1)], {"padding": (0, 1), "dilation": (2, 2)}, [2, 6, 10]),
        example([(3, 2), 2], {"padding": 1}, [8, 12], [2, 4, 12]),
        example([1, 1], {}, [1, 1, 1]),
        example([3, 2], {}, [2, 8, 4], layout="transposed"),
    ],
    arguments=("output_size", "kernel_size", "dilation", "padding", "stride"),
    errors=[
        refused("5 columns where 6 windows fit", [(4, 5), 3], {}, [2, 18, 5]),
        refused("7 columns where 6 windows fit", [(4, 5), 3], {}, [2, 18, 7]),
        refused("5 columns where 6 windows fit, without a batch", [(4, 5), 3], {}, [18, 5]),
        refused("12 columns, one a pixel, where 20 windows fit", [(3, 4), 2], {"padding": 1}, [2, 4, 12]),
        refused("A window of 3 in an image of 2 by 2", [2, 3], {}, [2, 18, 1]),
    ],
    growth=[
        Growth(along="batch", cases=[counted([(3, 4), 2], {}, [size, 8, 6]) for size in (2, 4, 8)]),
        Growth(along="image height", cases=[counted([(size, 3), 2], {}, [2, 8, 2 * size - 2]) for size in (2, 4, 8)]),
        Growth(along="image width", cases=[counted([(3, size), 2], {}, [2, 8, 2 * size - 2]) for size in (2, 4, 8)]),
    ],
    interface=[layer_case([3, 2], {}, [run("layer(torch.ones(1, 4, 4).double()).dtype")], dtype="float32")],
    off_limits=OFF_LIMITS,
)

ZEROS = {
    "canvas = self._canvas(x, blocks.shape[:-3]) → canvas = self._canvas(x, blocks.shape[:-3]).detach()",
    "return x.new_zeros(*leading, height + 2 * top, width + 2 * left) → "
    "return x.new_zeros(*leading, height + 2 * top, width + 2 * left).detach()",
}

exercise = Exercise(
    title="Unfold and Fold",
    parts=[UNFOLD, FOLD],
    equivalent_mutants=dict.fromkeys(sorted(ZEROS), "new zeros have no history to be detached from"),
)
