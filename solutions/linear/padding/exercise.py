"""Constant, zero and replication padding, judged against ``torch.nn``."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import (
    Exercise,
    Family,
    Growth,
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
    kernels=["pad", "*_pad*"],
    classes=["*Pad1d", "*Pad2d", "*Pad3d"],
    functions=["torch.nn.functional.pad"],
)
OUTPUT = "y.sum().item()  # the sum of the output, after the input was overwritten"
BATCHES = st.sampled_from(([2], [1], [], [3]))


def calls(draw: st.DrawFn, shape: Sequence[int]) -> list[Any]:
    """One or two calls, perhaps in another mode, with other batches."""
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        steps.append(call(draw(normal_tensor([*draw(BATCHES), *shape])), cotangent=draw(cotangents())))
    return steps


@st.composite
def image_cases(draw: st.DrawFn, *values: float) -> Case:
    """Frames on all or some of the sides; some sides are cropped, and at least a pixel is kept."""
    sides = (
        [draw(st.integers(-1, 3))] * 4 if draw(flags) else draw(st.lists(st.integers(-2, 4), min_size=4, max_size=4))
    )
    cropped = [max(-side, 0) for side in sides]
    height = cropped[2] + cropped[3] + draw(sizes(1, 4))
    width = cropped[0] + cropped[1] + draw(sizes(1, 4))
    equal = len(set(sides)) == 1 and draw(flags)
    given = [sides[0] if equal else tuple(sides), *([draw(st.sampled_from(values))] if values else [])]
    return layer_case(given, {}, calls(draw, [draw(sizes(1, 3)), height, width]), seed=draw(seeds))


@st.composite
def sequence_cases(draw: st.DrawFn) -> Case:
    """Ends repeated alike or not, more often than the sequence is long among them."""
    sides = (draw(st.integers(0, 3)),) * 2 if draw(flags) else (draw(st.integers(0, 6)), draw(st.integers(0, 6)))
    given = sides[0] if sides[0] == sides[1] and draw(flags) else sides
    return layer_case([given], {}, calls(draw, [draw(sizes(1, 3)), draw(sizes(1, 5))]), seed=draw(seeds))


def example(args: Sequence[Any], *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(args, {}, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


OVERWRITTEN = Family(
    name="an input that is overwritten afterwards",
    share=0.1,
    holds=lambda case: not any(step["do"] == "call" for step in case["steps"]),
)


def crops(case: Any) -> bool:
    """Whether a side is negative, where the layer is called."""
    if OVERWRITTEN.holds(case):
        return False
    (first, *_), named = case["new"]["args"] or [0], case["new"]["kwargs"]
    given = named.get("padding", first)
    return any(side < 0 for side in (given["$tuple"] if isinstance(given, dict) else [given]))


def aliased(args: Sequence[Any], shape: Sequence[int]) -> Case:
    """Whether the output goes on being what it was, when the input is written into."""
    return layer_case(args, {}, [run(f"x = torch.ones({list(shape)})", "y = layer(x)", "_ = x.zero_()", OUTPUT)])


def growing(args: Sequence[Any], *axes: str) -> list[Growth]:
    """Growing batches, and sizes along each axis."""
    rest = [3] * len(axes)
    cases = [growth("batch", lambda size: example(args, [size, 2, *rest]))]
    for place, axis in enumerate(axes):
        before, after = rest[:place], rest[place + 1 :]
        cases.append(
            growth(axis, lambda size, before=before, after=after: example(args, [2, 2, *before, size, *after]))
        )
    return cases


def images(symbol: str, oracle: type[nn.Module], more: Sequence[float], *values: float) -> Part:
    """The part of a layer that pads images; ``more`` is what its constructor takes beside the padding."""
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=image_cases(*values),
        examples=[
            example([1, *more], [2, 3, 4, 5]),
            example([(1, 2, 3, 4), *more], [2, 2, 2, 3]),
            example([(0, 2, 1, 0), *more], [1, 2, 3, 3]),
            example([-1, *more], [2, 2, 5, 4]),
            example([(-1, 2, 3, -2), *more], [2, 1, 4, 3]),
            example([(1, -2, -1, 1), *more], [2, 2, 3, 4], layout="transposed"),
            example([(-2, 0, 0, -1), *more], [1, 2, 3, 4]),
            example([0, *more], [2, 2, 3, 2]),
            example([2, *more], [3, 2, 3], [2, 3, 1, 2]),
            example([(2, 0, 0, 1), *more], [2, 3, 3], layout="channels_last"),
            aliased([0, *more], [1, 2, 3]),
            aliased([(-1, 0, 0, -1), *more], [1, 2, 3, 3]),
        ],
        arguments=["padding", "value"] if values else ["padding"],
        growth=growing([(1, 2, 0, 1), *more], "image height", "image width"),
        off_limits=OFF_LIMITS,
        families=[
            with_tuples(share=0.5, name="a tuple of four"),
            Family(name="negative padding", share=0.15, holds=crops),
            OVERWRITTEN,
            with_dims(3, share=0.15),
        ],
        points={"gradients": 2},
    )


SEQUENCES = Part(
    symbol="ReplicationPad1d",
    oracle=nn.ReplicationPad1d,
    cases=sequence_cases(),
    examples=[
        example([2], [2, 3, 4]),
        example([(1, 3)], [2, 2, 4]),
        example([(3, 0)], [1, 2, 3]),
        example([(0, 2)], [2, 3, 5], layout="transposed"),
        example([4], [2, 2, 2], [1, 3, 1]),
        example([2], [3, 4], [2, 2, 3]),
        example([0], [2, 2, 3]),
        example([(5, 1)], [2, 3], layout="strided"),
        aliased([0], [2, 3]),
    ],
    arguments=["padding"],
    growth=growing([(1, 2)], "length"),
    off_limits=OFF_LIMITS,
    families=[with_tuples(share=0.5, name="a pair"), with_dims(2, share=0.2), OVERWRITTEN],
    points={"gradients": 2},
)

CANVAS = "canvas = x.new_full((*x.shape[:-2], height + top + bottom, width + left + right), self.value)"
POSITIONS = "torch.arange(-left, length + right, device=x.device)"

exercise = Exercise(
    title="Padding",
    equivalent_mutants={
        f"{CANVAS} → {CANVAS}.detach()": "a new canvas has no history to be detached from",
        f"positions = {POSITIONS} → positions = {POSITIONS}.detach()": "positions are integers, without a gradient",
        f"{POSITIONS} → torch.arange(-left, length + right)": "an index may be on the CPU",
    },
    parts=[
        images("ConstantPad2d", nn.ConstantPad2d, [4.3], 8.1, -2.0, 3, 0.0, 1e4),
        images("ZeroPad2d", nn.ZeroPad2d, []),
        SEQUENCES,
    ],
)
