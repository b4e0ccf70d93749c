"""The Inception block and GoogLeNet, judged against the same composed of `torch.nn`."""

from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, Part, call, evaluate, layer_case, network_case, tensor
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -2.0))


class Oracle(nn.Module):
    """Inception with its convolutions made from a table and kept under their names."""

    def __init__(self, in_channels: int, c1: int, c2: Sequence[int], c3: Sequence[int], c4: int) -> None:
        super().__init__()
        table = {
            "b1_1": (in_channels, c1, 1),
            "b2_1": (in_channels, c2[0], 1),
            "b2_2": (c2[0], c2[1], 3),
            "b3_1": (in_channels, c3[0], 1),
            "b3_2": (c3[0], c3[1], 5),
            "b4_2": (in_channels, c4, 1),
        }
        for name, (inside, outside, size) in table.items():
            self.add_module(name, nn.Conv2d(inside, outside, kernel_size=size, padding="same"))
        self.relu, self.pool = nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=1, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the answer should return."""
        found = []
        for names in (("b1_1",), ("b2_1", "b2_2"), ("b3_1", "b3_2"), ("pool", "b4_2")):
            y = x
            for name in names:
                layer = self.get_submodule(name)
                y = layer(y) if name == "pool" else self.relu(layer(y))
            found.append(y)
        return torch.cat(found, 1)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    """Six widths drawn apart, images of any size down to one pixel."""
    inside = draw(sizes(1, 4))
    widths = [draw(sizes(1, 3)) for _ in range(6)]
    values = [inside, widths[0], tuple(widths[1:3]), tuple(widths[3:5]), widths[5]]
    named = dict(zip(("in_channels", "c1", "c2", "c3", "c4"), values, strict=True)) if draw(flags) else {}

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        shape = [draw(sizes(1, 3)), inside, draw(sizes(1, 6)), draw(sizes(1, 6))]
        # No ties: which of two maxima gets the gradient is nobody's business.
        return draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=SPREADS))

    return layer_case(() if named else values, named, draw(train_eval_programs(images, calls=2)), seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of any magnitude in float32."""
    image = draw(normal_tensor([2, 3, 6, 5], fills=("normal",), spreads=((1.0, 0.0), (100.0, 30.0), (0.01, 1.0))))
    return layer_case((3, 2, (2, 3), (1, 2), 2), {}, [call(image)], dtype="float32", seed=draw(seeds))


BLOCK = Part(
    symbol="Inception",
    oracle=Oracle,
    cases=cases(),
    examples=[
        layer_case((1, 1, (1, 1), (1, 1), 1), {}, [call(tensor(1, 1, 2, 2))]),
        layer_case(
            (2, 1, (2, 3), (3, 2), 4),
            {},
            [call(tensor(2, 2, 4, 6)), evaluate(), call(tensor(1, 2, 7, 5, seed=1))],
        ),
        layer_case(
            (3, 2, (1, 2), (2, 1), 3),
            {},
            [call(tensor(2, 3, 5, 4, shift=-3.0, layout="channels_last"))],
            seed=1,
        ),
        layer_case(
            (),
            {"in_channels": 2, "c1": 3, "c2": (2, 1), "c3": (1, 2), "c4": 1},
            [call(tensor(3, 2, 1, 1))],
            seed=2,
        ),
    ],
    arguments=["in_channels", "c1", "c2", "c3", "c4"],
    numerics=numerics(),
    size=48,
    core=True,
)

# GoogLeNet: six million parameters, so the cases are few and fill them by a line rather than from the judge.


class OracleNet(nn.Module):
    """GoogLeNet, its blocks made from a table of widths and run stage by stage."""

    STAGES = (
        ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
        (
            (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64),
            (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128),
        ),
        ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
    )  # fmt: skip

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        super().__init__()
        self.pool, self.relu = nn.MaxPool2d(kernel_size=3, stride=2, padding=1), nn.ReLU()
        first = nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3)
        second, third = nn.Conv2d(64, 64, kernel_size=1), nn.Conv2d(64, 192, kernel_size=3, padding="same")
        self.stem = nn.ModuleDict({"0": first, "3": second, "5": third})
        self.inceptions = nn.Sequential()
        width = 192
        for stage in self.STAGES:
            for c1, low2, c2, low3, c3, c4 in stage:
                self.inceptions.append(Oracle(width, c1, (low2, c2), (low3, c3), c4))
                width = c1 + c2 + c3 + c4
        self.average = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the answer should return."""
        x = self.pool(self.relu(self.stem["0"](x)))
        x = self.relu(self.stem["5"](self.relu(self.stem["3"](x))))
        blocks = iter(self.inceptions)
        for stage in self.STAGES:
            x = self.pool(x)
            for _ in stage:
                x = next(blocks)(x)
        return self.fc(self.average(x))


FRESH = layer_case((), {}, [], state=None, dtype="float32")
"""Names and shapes of a network with defaults only."""


@st.composite
def net_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One small image in evaluation mode, or (the simplest) none at all."""
    if not draw(flags):
        return FRESH
    channels, classes = draw(st.sampled_from((2, 1, 3))), draw(st.sampled_from((4, 2, 7)))
    return network_case((channels, classes), channels, classes, draw(seeds), size=draw(st.sampled_from((96, 97, 105))))


NETWORK = Part(
    symbol="GoogLeNet",
    oracle=OracleNet,
    cases=net_cases(),
    examples=[FRESH, network_case((3, 2), 3, 2, 1, size=97)],
    arguments=["in_channels", "num_classes"],
    interface=[layer_case((), {"num_classes": 2, "in_channels": 3}, [], state=None, dtype="float32")],
    size=3,
    positional=False,
    drawn=False,
    core=True,
)

exercise = Exercise(title="Inception and GoogLeNet", parts=[BLOCK, NETWORK])
