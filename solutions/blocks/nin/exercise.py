"""The NiN block, its head and the network of them, judged against the same composed of `torch.nn`."""

from collections import OrderedDict
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.network_properties import features_drop_half
from grader.spec import Exercise, Part, call, evaluate, layer_case, network_case, tensor
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -0.2))
FLOAT32_SPREADS = ((1.0, 0.0), (100.0, 30.0), (0.01, 1.0))


def oracle_block(in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int) -> nn.Sequential:
    """The block as a Sequential with names."""
    first = nn.Conv2d(in_channels, out_channels, kernel_size=kernel_size, stride=stride, padding=padding)
    second, third = (nn.Conv2d(out_channels, out_channels, kernel_size=1) for _ in range(2))
    return nn.Sequential(
        OrderedDict(conv1=first, relu1=nn.ReLU(), conv2=second, relu2=nn.ReLU(), conv3=third, relu3=nn.ReLU())
    )


def oracle_head(in_channels: int, num_classes: int) -> nn.Sequential:
    """The head as a Sequential with names."""
    block = oracle_block(in_channels, num_classes, 3, 1, 1)
    return nn.Sequential(OrderedDict(block=block, pool=nn.AdaptiveAvgPool2d((1, 1)), flat=nn.Flatten()))


@st.composite
def block_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Kernels of one to four, strides of one to three, any padding, images of any proportions."""
    values = {
        "in_channels": draw(sizes(1, 4)),
        "out_channels": draw(sizes(1, 4)),
        "kernel_size": draw(st.sampled_from((3, 1, 2, 4, 5))),
        "stride": draw(st.sampled_from((1, 2, 3))),
        "padding": draw(st.sampled_from((0, 1, 2))),
    }
    least = max(1, values["kernel_size"] - 2 * values["padding"])
    named = draw(flags)

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        shape = [draw(sizes(1, 3)), values["in_channels"], least + draw(sizes(0, 4)), least + draw(sizes(0, 4))]
        return draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS))

    steps = draw(train_eval_programs(images, calls=2))
    return layer_case(() if named else tuple(values.values()), values if named else {}, steps, seed=draw(seeds))


@st.composite
def block_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any magnitude in float32."""
    image = draw(normal_tensor([2, 3, 6, 5], fills=("normal",), spreads=FLOAT32_SPREADS))
    return layer_case((3, 4, 3, draw(sizes(1, 2)), 1), {}, [call(image)], dtype="float32", seed=draw(seeds))


BLOCK = Part(
    symbol="NiNBlock",
    oracle=oracle_block,
    cases=block_cases(),
    examples=[
        layer_case((1, 1, 1, 1, 0), {}, [call(tensor(1, 1, 2, 2))]),
        layer_case((2, 3, 3, 2, 1), {}, [call(tensor(2, 2, 5, 7)), evaluate(), call(tensor(1, 2, 6, 3, seed=1))]),
        layer_case((3, 2, 4, 1, 2), {}, [call(tensor(2, 3, 4, 5, layout="channels_last"))], seed=1),
        layer_case(
            (),
            {"in_channels": 2, "out_channels": 4, "kernel_size": 2, "stride": 3, "padding": 0},
            [call(tensor(2, 2, 8, 5))],
            seed=2,
        ),
    ],
    arguments=["in_channels", "out_channels", "kernel_size", "stride", "padding"],
    numerics=block_numerics(),
    size=48,
    core=True,
)


@st.composite
def head_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any size, down to one pixel."""
    values = {"in_channels": draw(sizes(1, 4)), "num_classes": draw(sizes(1, 5))}
    named = draw(flags)

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        shape = [draw(sizes(1, 3)), values["in_channels"], draw(sizes(1, 6)), draw(sizes(1, 6))]
        image = draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS))
        # Channels last, a convolution's output is so too, and flattening it by `view` is not judged.
        return image | {"layout": "strided"} if image.get("layout") == "channels_last" else image

    steps = draw(train_eval_programs(images, calls=2))
    return layer_case(() if named else tuple(values.values()), values if named else {}, steps, seed=draw(seeds))


@st.composite
def head_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any magnitude in float32."""
    scale, shift = draw(st.sampled_from(FLOAT32_SPREADS))
    image = tensor(2, 3, 6, 5, seed=draw(seeds), scale=scale, shift=shift)
    return layer_case((3, draw(sizes(1, 5))), {}, [call(image)], dtype="float32", seed=draw(seeds))


HEAD = Part(
    symbol="GlobalAvgPoolHead",
    oracle=oracle_head,
    cases=head_cases(),
    examples=[
        layer_case((1, 1), {}, [call(tensor(1, 1, 2, 2))]),
        layer_case((2, 3), {}, [call(tensor(2, 2, 3, 5)), evaluate(), call(tensor(1, 2, 4, 1, seed=1))]),
        layer_case((), {"in_channels": 3, "num_classes": 4}, [call(tensor(3, 3, 1, 1))], seed=1),
    ],
    arguments=["in_channels", "num_classes"],
    numerics=head_numerics(),
    size=48,
    core=True,
)

# NiN: two million parameters, so the cases are few and fill them by a line rather than from the judge.


def oracle_nin(in_channels: int = 1, num_classes: int = 10) -> nn.Sequential:
    """The network as a Sequential with names; what has no parameters stands between the blocks in a Sequential, too."""
    table = ((96, 11, 4, 0), (256, 5, 1, 2), (384, 3, 1, 1))
    blocks = nn.Sequential()
    for number, (channels, size, stride, padding) in enumerate(table):
        blocks.add_module(str(number), oracle_block(in_channels, channels, size, stride, padding))
        blocks.add_module(f"pool{number}", nn.MaxPool2d(kernel_size=3, stride=2))
        in_channels = channels
    return nn.Sequential(
        OrderedDict(blocks=blocks, dropout=nn.Dropout(p=0.5), head=oracle_head(in_channels, num_classes))
    )


FRESH = layer_case((), {}, [], state=None, dtype="float32")
"""Names and shapes of a network with defaults only."""


@st.composite
def nin_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One small image in evaluation mode, or (the simplest) none at all."""
    if not draw(flags):
        return FRESH
    channels, classes = draw(st.sampled_from((2, 1, 3))), draw(st.sampled_from((4, 2, 7)))
    return network_case((channels, classes), channels, classes, draw(seeds), size=draw(st.sampled_from((67, 80, 101))))


NETWORK = Part(
    symbol="NiN",
    oracle=oracle_nin,
    cases=nin_cases(),
    examples=[FRESH, network_case((3, 2), 3, 2, 1, size=101)],
    arguments=["in_channels", "num_classes"],
    properties=[
        features_drop_half(
            (),
            {},
            image=(1, 99, 99),
            last="blocks.2.conv3",
            head=("head.block.conv1", "head.block.conv2", "head.block.conv3"),
            pixels=4,
        )
    ],
    interface=[layer_case((), {"num_classes": 2, "in_channels": 3}, [], state=None, dtype="float32")],
    size=4,
    positional=False,
    drawn=False,
    core=True,
)

exercise = Exercise(title="Network in network", parts=[BLOCK, HEAD, NETWORK])
