"""The Inception block, judged against the same composed of `torch.nn`."""

from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from grader.spec import Exercise, Part, call, evaluate, layer_case, tensor
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


exercise = Exercise(
    title="Inception",
    parts=[
        Part(
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
    ],
)
