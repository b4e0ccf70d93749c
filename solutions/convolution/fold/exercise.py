"""Windows as columns, and back: judged against ``torch.nn.Unfold`` and ``torch.nn.Fold``."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import (
    Exercise,
    Family,
    OffLimits,
    Part,
    call,
    evaluate,
    growth,
    layer_case,
    listed,
    raises,
    run,
    tensor,
    train,
    with_dims,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -0.2))
DEFAULTS = {"dilation": 1, "padding": 0, "stride": 1}
BATCHES = st.sampled_from(([2], [1], [], [3]))

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


def image_size(draw: st.DrawFn, numbers: Case) -> tuple[list[int], int]:
    """Height and width of an image that has room for a window, and how many windows it has."""
    found, count = [], 1
    for kernel, dilation, padding, stride in zip(*numbers.values(), strict=True):
        span = dilation * (kernel - 1) + 1
        smallest = max(1, span - 2 * padding)
        found.append(smallest + draw(st.integers(0, 4)))
        count *= (found[-1] + 2 * padding - span) // stride + 1
    return found, count


def calls(draw: st.DrawFn, shape: Callable[[], list[int]]) -> list[Any]:
    """One or two calls, perhaps in another mode, on inputs of shapes that are drawn."""
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(call(draw(normal_tensor(shape(), spreads=MILD)), cotangent=draw(cotangents())))
    return steps


@st.composite
def unfold_cases(draw: st.DrawFn) -> Case:
    """Images or batches, through overlapping windows and windows that leave pixels out."""
    numbers, given = draw(windows())

    def shape() -> list[int]:
        size, _ = image_size(draw, numbers)
        return [*draw(BATCHES), draw(sizes(1, 3)), *size]

    steps = calls(draw, shape)
    return layer_case([either(numbers["kernel_size"], draw)], given, steps, seed=draw(seeds))


@st.composite
def fold_cases(draw: st.DrawFn) -> Case:
    """Columns for one image size."""
    numbers, given = draw(windows())
    (height, width), count = image_size(draw, numbers)
    area = math.prod(numbers["kernel_size"])
    steps = calls(draw, lambda: [*draw(BATCHES), draw(sizes(1, 3)) * area, count])
    kernel = either(numbers["kernel_size"], draw)
    return layer_case([either((height, width), draw), kernel], given, steps, seed=draw(seeds))


def example(args: Sequence[Any], options: Case, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(args, options, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


def has_pairs(case: Any) -> bool:
    """Whether the windows are given by pairs; the size of an image is a pair as a rule."""
    new = case["new"]
    return any(isinstance(value, dict) for value in (new["args"][-1], *new["kwargs"].values()))


PAIRS = Family(name="a pair where a number is usual", share=0.2, holds=has_pairs)


TOO_LARGE = "a window that is larger, dilation included, than the padded image (in both layers)"
"""Of the lesson's list of bad arguments."""

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
        example([2], {"dilation": 3, "stride": (1, 2)}, [1, 2, 6, 8]),
        example([(2, 1)], {"dilation": (3, 2), "stride": (2, 1)}, [2, 1, 7, 4]),
        example([2], {"dilation": (1, 3), "stride": (3, 1), "padding": 1}, [1, 1, 6, 5]),
        example([2], {"padding": 1}, [2, 3, 2], [3, 2, 1, 4]),
        example([1], {}, [1, 1, 1, 1]),
        example([(2, 2)], {"stride": (1, 2)}, [2, 2, 3, 5], layout="transposed"),
    ],
    arguments=("kernel_size", "dilation", "padding", "stride"),
    families=[PAIRS, with_dims(3, share=0.2)],
    errors=listed(
        TOO_LARGE,
        raises(example([3], {}, [2, 2, 2, 4]), "A window of 3 in an image of 2 by 4"),
        raises(example([3], {}, [2, 2, 4, 2]), "A window of 3 in an image of 4 by 2"),
        raises(example([2], {"dilation": 4}, [1, 2, 4, 4]), "A window of 2 with a dilation of 4 in an image of 4 by 4"),
        raises(example([5], {"padding": 1}, [1, 2, 2]), "A window of 5 in an image of 2 with a padding of 1"),
    ),
    growth=[
        growth("batch", lambda size: example([2], {"padding": 1}, [size, 2, 3, 4])),
        growth("image height", lambda size: example([2], {"padding": 1}, [2, 2, size, 3])),
        growth("image width", lambda size: example([2], {"padding": 1}, [2, 2, 3, size])),
    ],
    interface=[layer_case([2], {}, [run("_ = layer(torch.ones(1, 1, 3, 3).double())")], dtype="float32")],
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
        example([(6, 8), 2], {"dilation": 3, "stride": (1, 2)}, [1, 8, 9]),
        example([(6, 5), 2], {"dilation": (1, 3), "stride": (3, 1), "padding": 1}, [1, 4, 12]),
        example([1, 1], {}, [1, 1, 1]),
        example([3, 2], {}, [2, 8, 4], layout="transposed"),
    ],
    arguments=("output_size", "kernel_size", "dilation", "padding", "stride"),
    families=[PAIRS, with_dims(2, share=0.2)],
    errors=[
        *listed(
            "in `Fold`, columns that are not as many as there are windows, even if there is only one",
            raises(example([(4, 5), 3], {}, [2, 18, 5]), "5 columns where 6 windows fit"),
            raises(example([(4, 5), 3], {}, [2, 18, 7]), "7 columns where 6 windows fit"),
            raises(example([(4, 5), 3], {}, [18, 5]), "5 columns where 6 windows fit, without a batch"),
            raises(example([(3, 4), 2], {"padding": 1}, [2, 4, 12]), "12 columns, one per pixel, where 20 windows fit"),
            raises(example([(4, 5), 3], {}, [2, 18, 1]), "1 column where 6 windows fit"),
            raises(example([2, 2], {}, [2, 8, 3]), "3 columns where 1 window fits"),
        ),
        *listed(TOO_LARGE, raises(example([2, 3], {}, [2, 18, 1]), "A window of 3 in an image of 2 by 2")),
    ],
    growth=[
        growth("batch", lambda size: example([(3, 4), 2], {}, [size, 8, 6])),
        growth("image height", lambda size: example([(size, 3), 2], {}, [2, 8, 2 * size - 2])),
        growth("image width", lambda size: example([(3, size), 2], {}, [2, 8, 2 * size - 2])),
    ],
    interface=[layer_case([3, 2], {}, [run("_ = layer(torch.ones(1, 4, 4).double())")], dtype="float32")],
    off_limits=OFF_LIMITS,
)

CANVAS = "canvas = x.new_zeros(*blocks.shape[:-3], height + 2 * top, width + 2 * left)"

exercise = Exercise(
    title="Unfold and Fold",
    parts=[UNFOLD, FOLD],
    equivalent_mutants={
        f"{CANVAS} → {CANVAS}.detach()": "new zeros have no history to be detached from",
        f"2 → 3 in {CANVAS}": "what the canvas has too much of is cropped",
    },
)
