"""Padding: judged against ``torch.nn``."""

from collections.abc import Mapping, Sequence
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
    run,
    tensor,
    train,
    with_dims,
    with_tuples,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(
    kernels=("*_pad*", "pad"),
    classes=("*Pad1d", "*Pad2d", "*Pad3d"),
    functions=("torch.nn.functional.pad",),
)
LEADING = st.sampled_from(([2], [1], [], [3]))
VALUES = st.sampled_from((1.0, -2.5, 3, 0.0, 100.0))


def least(before: int, after: int) -> int:
    """The smallest size of which something is left when negative numbers have cut off their part."""
    return 1 + max(-before, 0) + max(-after, 0)


@st.composite
def frame_cases(draw: st.DrawFn, *, constant: bool) -> Case:
    """Frames of four widths, negative ones among them, around one or two images."""
    if draw(flags):
        padding: Any = draw(st.sampled_from((1, 2, -1, 0, 3)))
        sides = [padding] * 4
    else:
        sides = [draw(st.sampled_from((0, 1, 2, -1, 3, -2))) for _ in range(4)]
        padding = tuple(sides)
    left, right, top, bottom = sides
    args = [padding, draw(VALUES)] if constant else [padding]
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        height, width = (least(*ends) + draw(st.integers(0, 3)) for ends in ((top, bottom), (left, right)))
        x = draw(normal_tensor([*draw(LEADING), draw(sizes(1, 3)), height, width]))
        steps.append(call(x, cotangent=draw(cotangents())))
    return layer_case(args, {}, steps, seed=draw(seeds))


@st.composite
def end_cases(draw: st.DrawFn) -> Case:
    """One or two sequences, some shorter than what they are extended by."""
    padding: Any = draw(st.sampled_from((1, 2, 0, 3, 5)))
    if draw(flags):
        padding = (draw(sizes(0, 4)), draw(sizes(0, 4)))
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        x = draw(normal_tensor([*draw(LEADING), draw(sizes(1, 3)), draw(sizes(1, 6))]))
        steps.append(call(x, cotangent=draw(cotangents())))
    return layer_case([padding], {}, steps, seed=draw(seeds))


def example(args: Sequence[Any], *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(args, {}, [call(tensor(*shape, seed=at, **more)) for at, shape in enumerate(shapes)])


def is_cropping(case: Any) -> bool:
    """Whether a number of the padding is negative."""
    padding = case["new"]["args"][0] if case["new"]["args"] else case["new"]["kwargs"]["padding"]
    return min(padding["$tuple"] if isinstance(padding, Mapping) else [padding]) < 0


def frame(symbol: str, oracle: type[nn.Module], *value: float) -> Part:
    """The part of a layer that frames images."""
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=frame_cases(constant=bool(value)),
        examples=[
            example([1, *value], [2, 3, 3, 4]),
            example([0, *value], [2, 1, 2, 3]),
            example([(1, 2, 3, 4), *value], [2, 2, 3, 4]),
            example([(1, 0, 0, 0), *value], [1, 2, 3, 2]),
            example([(0, 0, 0, 2), *value], [1, 2, 3, 2]),
            example([(1, 2, 2, 1), *value], [2, 1, 3, 3]),
            example([2, *value], [3, 2, 4]),
            example([(2, 1, 0, 3), *value], [2, 3, 3]),
            example([-1, *value], [2, 2, 4, 5]),
            example([(-1, 0, -2, 0), *value], [2, 1, 4, 5]),
            example([(0, -2, 0, -1), *value], [2, 1, 4, 5]),
            example([(-1, 2, 1, -2), *value], [1, 2, 4, 3], [2, 1, 5, 3]),
            example([(2, -1, -1, 1), *value], [3, 4, 3]),
            example([1, *value], [2, 2, 3, 4], fill="integers"),
            example([(2, 1, 1, 0), *value], [2, 3, 4, 3], layout="transposed"),
            example([1, *value], [1, 1, 1, 1]),
        ],
        arguments=("padding", "value") if value else ("padding",),
        families=[
            with_dims(3, share=0.2),
            with_tuples(share=0.25, name="a tuple for the four sides"),
            Family(name="a negative padding", share=0.2, holds=is_cropping),
        ],
        growth=[
            growth("batch", lambda size: example([1, *value], [size, 2, 3, 4])),
            growth("image height", lambda size: example([1, *value], [2, 2, size, 3])),
            growth("image width", lambda size: example([1, *value], [2, 2, 3, size])),
        ],
        interface=[layer_case([1, *value], {}, [run("_ = layer(torch.ones(1, 1, 2, 3).double())")], dtype="float32")],
        off_limits=OFF_LIMITS,
    )


ENDS = Part(
    symbol="ReplicationPad1d",
    oracle=nn.ReplicationPad1d,
    cases=end_cases(),
    examples=[
        example([2], [2, 3, 4]),
        example([0], [2, 1, 3]),
        example([(1, 3)], [2, 2, 4]),
        example([(0, 2)], [1, 2, 3]),
        example([(3, 0)], [2, 1, 3], [1, 3, 5]),
        example([4], [1, 2, 2]),
        example([(2, 5)], [2, 2, 1]),
        example([2], [3, 4]),
        example([(1, 2)], [2, 3]),
        example([(2, 1)], [2, 3, 4], layout="transposed"),
    ],
    arguments=("padding",),
    families=[with_dims(2, share=0.2), with_tuples(share=0.25, name="a tuple for the two ends")],
    growth=[
        growth("batch", lambda size: example([1], [size, 2, 4])),
        growth("length", lambda size: example([1], [2, 2, size])),
    ],
    interface=[layer_case([1], {}, [run("_ = layer(torch.ones(1, 1, 3).double())")], dtype="float32")],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(
    title="Padding",
    parts=[frame("ConstantPad2d", nn.ConstantPad2d, 1.5), frame("ZeroPad2d", nn.ZeroPad2d), ENDS],
    equivalent_mutants={},
)
