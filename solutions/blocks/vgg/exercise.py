"""The VGG block and VGG, judged against the same composed of `torch.nn`."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.dropout_properties import classifier_drops_half
from grader.spec import Exercise, Part, call, evaluate, layer_case, network_case, tensor
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -0.2))

# The block.


def oracle_block(num_convs: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """The block from a table of names."""
    widths = [in_channels] + [out_channels] * num_convs
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for index in range(num_convs):
        layers[str(2 * index)] = nn.Conv2d(widths[index], widths[index + 1], kernel_size=3, stride=1, padding="same")
        layers[str(2 * index + 1)] = nn.ReLU()
    layers["pool"] = nn.MaxPool2d(kernel_size=2)
    return nn.Sequential(layers)


@st.composite
def block_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One to three convolutions over small images of any proportions."""
    inside = draw(sizes(1, 4))
    values = {"num_convs": draw(sizes(1, 3)), "in_channels": inside, "out_channels": draw(sizes(1, 4))}
    named = draw(flags)

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        shape = [draw(sizes(1, 3)), inside, draw(sizes(2, 7)), draw(sizes(2, 7))]
        return draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS))

    steps = draw(train_eval_programs(images, calls=2))
    return layer_case(() if named else tuple(values.values()), values if named else {}, steps, seed=draw(seeds))


@st.composite
def block_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any magnitude in float32."""
    image = draw(normal_tensor([2, 3, 8, 6], fills=("normal",), spreads=((1.0, 0.0), (100.0, 30.0), (0.01, 1.0))))
    return layer_case((draw(sizes(1, 3)), 3, 4), {}, [call(image)], dtype="float32", seed=draw(seeds))


BLOCK = Part(
    symbol="vgg_block",
    oracle=oracle_block,
    cases=block_cases(),
    examples=[
        layer_case((1, 1, 1), {}, [call(tensor(1, 1, 4, 4))]),
        layer_case((2, 3, 4), {}, [call(tensor(2, 3, 4, 6)), evaluate(), call(tensor(1, 3, 5, 7, seed=1))]),
        layer_case(
            (),
            {"num_convs": 3, "in_channels": 2, "out_channels": 1},
            [call(tensor(3, 2, 7, 3, layout="channels_last"))],
        ),
    ],
    arguments=["num_convs", "in_channels", "out_channels"],
    numerics=block_numerics(),
    size=40,
    core=True,
)

# VGG: its classifier alone has 17 million parameters, so the cases are few and fill them by a line.


class OracleVGG(nn.Module):
    """VGG with its classifier built layer by layer, the first sized by halving."""

    def __init__(self, arch: Sequence[tuple[int, int]], in_channels: int = 1, num_classes: int = 10) -> None:
        super().__init__()
        widths, side = [in_channels, *(channels for _, channels in arch)], 224
        self.blocks = nn.ModuleList()
        for index, (num_convs, channels) in enumerate(arch):
            self.blocks.append(oracle_block(num_convs, widths[index], channels))
            side //= 2
        self.classifier = nn.Sequential(nn.Flatten())
        for width in (widths[-1] * side * side, 4096):
            self.classifier.extend([nn.Linear(width, 4096), nn.ReLU(), nn.Dropout(p=0.5)])
        self.classifier.append(nn.Linear(4096, num_classes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the answer should return."""
        for block in self.blocks:
            x = block(x)
        return self.classifier(x)


ARCHITECTURES = (
    ((1, 2), (1, 3), (2, 4), (1, 2), (2, 3)),
    ((1, 3), (2, 2), (1, 4), (1, 2)),
    ((2, 2), (1, 4), (1, 3), (3, 2), (1, 4)),
    ((1, 2), (1, 2), (2, 3), (1, 4)),
)
FRESH = layer_case((ARCHITECTURES[0],), {}, [], state=None, dtype="float32")
"""Names and shapes of a network with defaults only."""


@st.composite
def vgg_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One image in evaluation mode through four or five narrow blocks, or (the simplest) none at all."""
    if not draw(flags):
        return FRESH
    arch = draw(st.sampled_from(ARCHITECTURES))
    channels, classes = draw(st.sampled_from((2, 1, 3))), draw(st.sampled_from((4, 2, 7)))
    return network_case((arch, channels, classes), channels, classes, draw(seeds))


SMALL = ((1, 2), (1, 1), (1, 2), (1, 1), (1, 1))
DROPOUT = classifier_drops_half(
    (SMALL,), {}, image=(1, 224, 224), linear=("classifier.1", "classifier.4", "classifier.7"), width=4096
)

NETWORK = Part(
    symbol="VGG",
    oracle=OracleVGG,
    cases=vgg_cases(),
    examples=[FRESH, network_case((ARCHITECTURES[1], 3, 2), 3, 2, 1)],
    arguments=["arch", "in_channels", "num_classes"],
    properties=[DROPOUT],
    interface=[
        layer_case(
            (),
            {"num_classes": 2, "arch": [[2, 3], [1, 2], [1, 1], [1, 2], [1, 1]], "in_channels": 3},
            [],
            state=None,
            dtype="float32",
        ),
    ],
    size=2,
    positional=False,
    drawn=False,
    core=True,
)

exercise = Exercise(
    title="VGG",
    parts=[BLOCK, NETWORK],
    equivalent_mutants={
        "224 → 225 in side = 224 // 2 ** len(arch)": "halved once or more and rounded down, both leave the same"
    },
)
