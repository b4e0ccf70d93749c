"""PixelShuffle, judged against ``torch.nn.PixelShuffle``."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.spec import (
    Exercise,
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
    with_dims,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
MILD = ((1.0, 0.0), (3.0, 1.0), (100.0, 30.0))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One to three images, batches or batches of batches, each of its own size."""
    factor = draw(st.sampled_from((2, 3, 1, 4)))
    steps: list[Case] = []
    for _ in range(draw(sizes(1, 3))):
        if draw(flags):
            steps.append(evaluate())
        leading = draw(st.sampled_from(([2], [], [1], [2, 3], [3], [1, 2])))
        channels = factor**2 * draw(sizes(1, 2 if factor > 2 else 3))
        x = draw(normal_tensor([*leading, channels, draw(sizes(1, 4)), draw(sizes(1, 4))], spreads=MILD))
        steps.append(call(x, cotangent=draw(cotangents())))
    return layer_case([factor], {}, steps, seed=draw(seeds))


def example(factor: int, *shapes: Sequence[int], layout: str = "contiguous") -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(
        [factor], {}, [call(tensor(*shape, seed=place, layout=layout)) for place, shape in enumerate(shapes)]
    )


def refused(why: str, factor: int, *shape: int) -> Case:
    """An input that must raise."""
    return raises(example(factor, shape), why)


exercise = Exercise(
    title="PixelShuffle",
    parts=[
        Part(
            symbol="PixelShuffle",
            oracle=nn.PixelShuffle,
            core=True,
            cases=cases(),
            examples=[
                example(2, [2, 8, 3, 4]),
                example(2, [1, 4, 1, 1]),
                example(3, [2, 18, 2, 3]),
                example(1, [2, 3, 4, 2]),
                example(2, [8, 2, 3]),
                example(3, [2, 1, 9, 2, 1]),
                example(2, [2, 3, 8, 2, 3], [4, 3, 2], [1, 12, 1, 3]),
                example(4, [1, 16, 2, 3]),
                example(2, [2, 12, 3, 2], layout="channels_last"),
                example(2, [2, 8, 3, 2], layout="transposed"),
            ],
            arguments=("upscale_factor",),
            families=[with_dims(3, share=0.25), with_dims(5, share=0.1, name="two batch axes")],
            errors=listed(
                "channels that $r^2$ does not divide",
                refused("6 channels and a factor of 2", 2, 2, 6, 3, 4),
                refused("3 channels and a factor of 2", 2, 3, 4, 4),
                refused("2 channels and a factor of 2", 2, 1, 2, 2, 2),
                refused("12 channels and a factor of 3", 3, 2, 12, 3, 3),
                refused("1 channel and a factor of 2", 2, 2, 1, 4, 4),
            ),
            growth=[
                growth("batch", lambda size: example(2, [size, 8, 3, 4]), at_most=8),
                growth("image height", lambda size: example(2, [2, 8, size, 3]), at_most=8),
                growth("image width", lambda size: example(2, [2, 8, 3, size]), at_most=8),
            ],
            interface=[layer_case([2], {}, [run("_ = layer(torch.ones(1, 4, 2, 2).double())")], dtype="float32")],
            off_limits=OffLimits(
                kernels=("pixel_shuffle", "channel_shuffle", "native_channel_shuffle"),
                classes=("PixelShuffle", "ChannelShuffle"),
            ),
        )
    ],
)
