"""Average pooling, judged against ``torch.nn.AvgPool2d``."""

from collections.abc import Sequence
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
    tensor,
    train,
    with_argument,
    with_dims,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
BATCHES = st.sampled_from(([2], [1], [3], []))
CEIL = {"ceil_mode": True}


@st.composite
def pairs(draw: st.DrawFn, low: int, high: int) -> tuple[int, int]:
    """Height and width, equal or not."""
    first = draw(sizes(low, high))
    return (first, first) if draw(flags) else (first, draw(sizes(low, high)))


def either(values: tuple[int, int], draw: st.DrawFn) -> Any:
    """Two equal numbers as one, mostly; else a tuple."""
    return values[0] if values[0] == values[1] and draw(st.sampled_from((True, True, False))) else values


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Windows that overlap, tile or leave pixels out; images with room for one window or more."""
    kernel = draw(pairs(1, 4))
    kwargs: Case = {}
    stride, padding = kernel, (0, 0)
    if draw(st.sampled_from((True, True, False))):
        stride = draw(pairs(1, 4))
        kwargs["stride"] = either(stride, draw)
    if draw(st.sampled_from((True, True, False))):
        padding = tuple(draw(st.integers(0, k // 2)) for k in kernel)
        kwargs["padding"] = either(padding, draw)
    if draw(flags):
        kwargs["ceil_mode"] = True
    if draw(flags):
        kwargs["count_include_pad"] = draw(st.sampled_from((False, False, True)))
    if draw(st.sampled_from((False, False, True))):
        kwargs["divisor_override"] = draw(st.sampled_from((3, 1, 2, 7)))
    least = [max(1, k - 2 * p) for k, p in zip(kernel, padding, strict=True)]
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        shape = [*draw(BATCHES), draw(sizes(1, 3)), *(size + draw(st.integers(0, 5)) for size in least)]
        steps.append(call(draw(normal_tensor(shape)), cotangent=draw(cotangents())))
    return layer_case([either(kernel, draw)], kwargs, steps, seed=draw(seeds))


def example(args: Sequence[Any], options: Case, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(args, options, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


def has_pairs(case: Any) -> bool:
    """Whether anything is given as a pair."""
    new = case["new"]
    return any(isinstance(value, dict) for value in (*new["args"], *new["kwargs"].values()))


# Of mutants that make no difference.
LENGTH = "min(start + kernel, end) - max(start, first)"
PADDED = "padded = F.pad(x, border if axis == 1 else (0, 0, *border))"

exercise = Exercise(
    title="Average pooling",
    parts=[
        Part(
            symbol="AvgPool2d",
            oracle=nn.AvgPool2d,
            cases=cases(),
            examples=[
                example([2], {}, [2, 3, 4, 6]),
                example([2], {}, [1, 2, 5, 7]),
                example([3], {"stride": 1}, [2, 2, 5, 4]),
                example([2], {"stride": 3}, [1, 2, 6, 9]),
                example([(2, 3)], {}, [1, 2, 4, 7]),
                example([3], {"stride": (1, 2)}, [2, 1, 5, 6]),
                example([3], {"padding": 1}, [2, 2, 4, 7]),
                example([(4, 3)], {"stride": (2, 1), "padding": (2, 1)}, [1, 2, 5, 4]),
                example([3], {"stride": 2, "padding": 1, "count_include_pad": False}, [2, 2, 5, 4]),
                example([2], CEIL, [2, 2, 5, 3]),
                example([3], {"stride": 2, **CEIL}, [1, 2, 6, 4]),
                example([3], {"stride": 2, "padding": 1, **CEIL}, [1, 2, 4, 6]),
                example([3], {"stride": 2, "padding": 1, "count_include_pad": False, **CEIL}, [1, 2, 4, 6]),
                example([2], {"stride": 3, "padding": 1, **CEIL}, [1, 1, 2, 5]),
                example([2], {"stride": 4, **CEIL}, [1, 1, 4, 7]),
                example([4], {"stride": 2, "padding": 2, **CEIL}, [1, 2, 1, 3], [2, 1, 5, 1]),
                example([(3, 2)], {"stride": (2, 3), "padding": (1, 0), **CEIL}, [2, 1, 4, 6]),
                example([2], {"divisor_override": 3}, [1, 2, 4, 5]),
                example([3], {"padding": 1, "divisor_override": 5, "count_include_pad": False}, [1, 1, 4, 5]),
                example([3], {"stride": 2, "padding": 1, "divisor_override": 2, **CEIL}, [1, 1, 4, 6]),
                example([2], {}, [3, 4, 5], [2, 3, 4, 4]),
                example([(1, 2)], {"stride": (2, 1)}, [3, 2, 5, 3], layout="transposed"),
                example([1], {}, [1, 1, 1, 1]),
            ],
            arguments=("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
            families=[
                Family(name="a pair where a number is usual", share=0.2, holds=has_pairs),
                with_dims(3, share=0.15),
                with_argument("ceil_mode", value=True, share=0.2, name="ceil_mode=True"),
                with_argument("divisor_override", share=0.1, name="a divisor_override"),
            ],
            errors=[
                *listed(
                    "a padding of more than half the window, in either direction",
                    raises(example([3], {"padding": 2}, [2, 2, 5, 6]), "A padding of 2 with a window of 3"),
                    raises(example([1], {"padding": 1}, [1, 2, 3, 4]), "A padding of 1 with a window of 1"),
                    raises(
                        example([(3, 4)], {"padding": (2, 1)}, [1, 1, 6, 6]),
                        "A padding of (2, 1) with a window of (3, 4)",
                    ),
                    raises(
                        example([(4, 3)], {"stride": 1, "padding": 2}, [2, 5, 6]),
                        "A padding of 2 with a window of (4, 3), without a batch",
                    ),
                ),
                *listed(
                    "`divisor_override=0`",
                    raises(example([2], {"divisor_override": 0}, [1, 2, 4, 4]), "A divisor_override of 0"),
                    raises(
                        example([3], {"padding": 1, "divisor_override": 0, **CEIL}, [2, 2, 5, 4]),
                        "A divisor_override of 0, with padding",
                    ),
                ),
            ],
            growth=[
                growth("batch", lambda size: example([2], {"stride": 1, "padding": 1}, [size, 2, 3, 4])),
                growth("image height", lambda size: example([2], {"padding": 1, **CEIL}, [2, 2, size, 3])),
                growth("image width", lambda size: example([2], {"padding": 1, **CEIL}, [2, 2, 3, size])),
            ],
            off_limits=OffLimits(kernels=("*pool*",), classes=("*Pool*", "*pool*")),
            size=96,
        )
    ],
    equivalent_mutants={
        f"{LENGTH} → max(start, first) - min(start + kernel, end)": "height and width both change their signs",
        f"0 → 1 in {PADDED}": "a column more on the right, which is cropped when the width's turn comes",
    },
)
