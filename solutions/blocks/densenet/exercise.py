"""Dense and transition blocks and DenseNet, judged against the same composed of `torch.nn`."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor, nn

from grader.spec import Exercise, Part, call, evaluate, layer_case, tensor, train
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -0.2))

# The oracles.


def unit(inside: int, outside: int, size: int) -> nn.Sequential:
    """Normalisation, ReLU, convolution."""
    conv = nn.Conv2d(inside, outside, kernel_size=size, padding="same")
    return nn.Sequential(nn.BatchNorm2d(inside), nn.ReLU(), conv)


class Dense(nn.Module):
    """`DenseBlock`, which keeps the pieces in a list and joins all of them again for every layer."""

    def __init__(self, num_convs: int, in_channels: int, growth_rate: int) -> None:
        super().__init__()
        widths = range(in_channels, in_channels + num_convs * growth_rate, growth_rate)
        self.layers = nn.Sequential(*(unit(width, growth_rate, 3) for width in widths))

    def forward(self, x: Tensor) -> Tensor:
        """What the answer should return."""
        pieces = [x]
        for layer in self.layers:
            pieces.append(layer(torch.concat(pieces, dim=1)))
        return torch.concat(pieces, dim=1)


def transition(in_channels: int, out_channels: int) -> nn.Sequential:
    """`TransitionBlock`."""
    return unit(in_channels, out_channels, 1).append(nn.AvgPool2d(kernel_size=2))


class Net(nn.Module):
    """`DenseNet`, whose blocks and transitions lie in dictionaries by number."""

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        growth_rate: int = 32,
        num_convs: Sequence[int] = (4, 4, 4, 4),
    ) -> None:
        super().__init__()
        self.stem = nn.ModuleDict(
            {"0": nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3), "1": nn.BatchNorm2d(64)}
        )
        self.pool = nn.Sequential(nn.ReLU(), nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
        self.blocks, self.transitions = nn.ModuleDict(), nn.ModuleDict()
        width, last = 64, len(num_convs) - 1
        for index, count in enumerate(num_convs):
            self.blocks[str(index)] = Dense(count, width, growth_rate)
            width = width + count * growth_rate
            if index != last:
                self.transitions[str(index)] = transition(width, width // 2)
                width = width // 2
        self.norm = nn.BatchNorm2d(width)
        self.end = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """What the answer should return."""
        x = self.pool(self.stem["1"](self.stem["0"](x)))
        for name, block in self.blocks.items():
            x = block(x)
            if name in self.transitions:
                x = self.transitions[name](x)
        return self.fc(self.end(self.norm(x)))


# The blocks.


@st.composite
def block_cases(
    draw: st.DrawFn, *, heights: st.SearchStrategy[int], widths: st.SearchStrategy[int], more: int, **arguments: Any
) -> dict[str, Any]:
    """Small images of any proportions, in both modes; of too few pixels to train on there are ``more`` images."""
    values = {name: draw(strategy) for name, strategy in arguments.items()}
    named = draw(flags)

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        batch, height, width = draw(sizes(1, 3)), draw(heights), draw(widths)
        # Of two values per channel hardly any gradient is left.
        batch += more * (training and batch * height * width < 6)
        return draw(
            normal_tensor([batch, values["in_channels"], height, width], fills=("normal", "uniform"), spreads=SPREADS)
        )

    steps = draw(train_eval_programs(images, calls=2))
    return layer_case(() if named else tuple(values.values()), values if named else {}, steps, seed=draw(seeds))


@st.composite
def block_numerics(draw: st.DrawFn, make_args: Callable[[int], tuple[int, ...]]) -> dict[str, Any]:
    """Images of any magnitude in float32, in either mode."""
    image = draw(normal_tensor([4, 3, 4, 5], fills=("normal",), spreads=((1.0, 0.0), (100.0, 30.0), (0.01, 0.1))))
    mode = draw(st.sampled_from((train(), evaluate())))
    return layer_case(make_args(draw(sizes(1, 3))), {}, [mode, call(image)], dtype="float32", seed=draw(seeds))


DENSE = Part(
    symbol="DenseBlock",
    oracle=Dense,
    cases=block_cases(
        num_convs=sizes(1, 3),
        in_channels=sizes(1, 4),
        growth_rate=sizes(1, 3),
        heights=sizes(1, 5),
        widths=sizes(2, 5),
        more=4,
    ),
    examples=[
        layer_case((1, 1, 1), {}, [call(tensor(2, 1, 2, 2))]),
        layer_case((2, 3, 2), {}, [call(tensor(2, 3, 4, 3)), evaluate(), call(tensor(1, 3, 3, 5, seed=1))]),
        layer_case(
            (3, 2, 1),
            {},
            [evaluate(), call(tensor(2, 2, 3, 4)), train(), call(tensor(2, 2, 4, 5, layout="channels_last"))],
            seed=1,
        ),
        layer_case(
            (),
            {"num_convs": 2, "in_channels": 1, "growth_rate": 3},
            [call(tensor(3, 1, 5, 2)), call(tensor(2, 1, 2, 3, seed=2))],
            seed=2,
        ),
    ],
    arguments=["num_convs", "in_channels", "growth_rate"],
    numerics=block_numerics(lambda num_convs: (num_convs, 3, 2)),
    size=40,
    core=True,
)


TRANSITION = Part(
    symbol="TransitionBlock",
    oracle=transition,
    cases=block_cases(
        in_channels=sizes(1, 5), out_channels=sizes(1, 4), heights=sizes(2, 7), widths=sizes(2, 7), more=1
    ),
    examples=[
        layer_case((1, 1), {}, [call(tensor(2, 1, 2, 2))]),
        layer_case((4, 2), {}, [call(tensor(2, 4, 4, 6)), evaluate(), call(tensor(1, 4, 5, 3, seed=1))]),
        layer_case(
            (3, 2),
            {},
            [evaluate(), call(tensor(2, 3, 7, 4)), train(), call(tensor(2, 3, 4, 5, layout="channels_last"))],
            seed=1,
        ),
        layer_case(
            (),
            {"in_channels": 2, "out_channels": 3},
            [call(tensor(3, 2, 5, 2)), call(tensor(2, 2, 2, 3, seed=2))],
            seed=2,
        ),
    ],
    arguments=["in_channels", "out_channels"],
    numerics=block_numerics(lambda out_channels: (3, out_channels)),
    size=40,
    core=True,
)

# DenseNet, with blocks so narrow that a case takes a few milliseconds.


@st.composite
def net_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One to three narrow dense blocks over small images, in both modes."""
    num_convs = draw(st.sampled_from(((1,), (1, 2), (2, 1), (1, 1, 2), (2, 1, 1))))
    kwargs: dict[str, Any] = {"growth_rate": draw(sizes(1, 4)), "num_convs": num_convs}
    if draw(flags):
        kwargs["in_channels"] = draw(st.sampled_from((2, 3)))
    if draw(flags):
        kwargs["num_classes"] = draw(st.sampled_from((3, 1, 6)))
    least = 4 * 2 ** (len(num_convs) - 1)

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        batch = draw(sizes(6, 7)) if training else draw(sizes(1, 2))
        height, width = (least + draw(st.sampled_from((0, 3, 5))) for _ in range(2))
        scale, shift = draw(st.sampled_from(SPREADS))
        return tensor(batch, kwargs.get("in_channels", 1), height, width, seed=draw(seeds), scale=scale, shift=shift)

    return layer_case((), kwargs, draw(train_eval_programs(images, calls=2)), seed=draw(seeds))


DENSENET = Part(
    symbol="DenseNet",
    oracle=Net,
    cases=net_cases(),
    examples=[
        layer_case((), {}, [evaluate(), call(tensor(1, 1, 32, 32))]),
        layer_case((2, 3, 3, (1, 2)), {}, [call(tensor(6, 2, 13, 8)), evaluate(), call(tensor(1, 2, 9, 12, seed=1))]),
        layer_case(
            (),
            {"growth_rate": 1, "num_convs": (2, 1, 1)},
            [evaluate(), call(tensor(2, 1, 20, 17)), train(), call(tensor(6, 1, 16, 16))],
            seed=1,
        ),
    ],
    arguments=["in_channels", "num_classes", "growth_rate", "num_convs"],
    size=8,
    core=True,
)

exercise = Exercise(title="DenseNet", parts=[DENSE, TRANSITION, DENSENET])
