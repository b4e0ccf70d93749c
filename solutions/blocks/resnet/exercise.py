"""Residual blocks and ResNet-18, judged against the same composed of `torch.nn`."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from torch import Tensor, nn

from grader.spec import Exercise, Part, call, evaluate, layer_case, tensor, train
from grader.strategies import flags, normal_tensor, seeds, sizes, train_eval_programs

SPREADS = ((1.0, 0.0), (3.0, 0.5), (0.3, -0.2))

# The oracles: one class for the blocks, told what stands on the way.


class Residual(nn.Module):
    """A sum of two paths of named layers, of which None are the input itself, and perhaps a ReLU."""

    def __init__(self, path: dict[str, nn.Module | None], shortcut: dict[str, nn.Module], *, last: bool) -> None:
        super().__init__()
        self.path, self.around, self.last = list(path), list(shortcut), last
        for name, layer in (path | shortcut).items():
            if layer is not None:
                self.add_module(name, layer)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """What the answer should return."""
        y, way = x, x
        for name in self.path:
            y = self.get_submodule(name.partition(" ")[0])(y)
        for name in self.around:
            way = self.get_submodule(name)(way)
        return self.relu(y + way) if self.last else y + way


def conv(inside: int, outside: int, size: int, stride: int = 1, *, bias: bool = False) -> nn.Conv2d:
    """A convolution that keeps the size, but for its stride."""
    return nn.Conv2d(inside, outside, kernel_size=size, stride=stride, padding=size // 2, bias=bias)


def projection(inside: int, outside: int, stride: int) -> dict[str, nn.Module]:
    """torchvision's shortcut."""
    if inside == outside and stride == 1:
        return {}
    return {"downsample": nn.Sequential(conv(inside, outside, 1, stride), nn.BatchNorm2d(outside))}


def basic(in_channels: int, channels: int, stride: int = 1) -> Residual:
    """`BasicBlock`."""
    path: dict[str, nn.Module | None] = {
        "conv1": conv(in_channels, channels, 3, stride),
        "bn1": nn.BatchNorm2d(channels),
        "relu 1": None,
        "conv2": conv(channels, channels, 3),
        "bn2": nn.BatchNorm2d(channels),
    }
    return Residual(path, projection(in_channels, channels, stride), last=True)


def bottleneck(in_channels: int, channels: int, stride: int = 1) -> Residual:
    """`Bottleneck`."""
    path: dict[str, nn.Module | None] = {
        "conv1": conv(in_channels, channels, 1),
        "bn1": nn.BatchNorm2d(channels),
        "relu 1": None,
        "conv2": conv(channels, channels, 3, stride),
        "bn2": nn.BatchNorm2d(channels),
        "relu 2": None,
        "conv3": conv(channels, channels * 4, 1),
        "bn3": nn.BatchNorm2d(channels * 4),
    }
    return Residual(path, projection(in_channels, channels * 4, stride), last=True)


def preact(in_channels: int, channels: int, stride: int = 1) -> Residual:
    """`PreActBlock`."""
    path: dict[str, nn.Module | None] = {
        "bn1": nn.BatchNorm2d(in_channels),
        "relu 1": None,
        "conv1": conv(in_channels, channels, 3, stride),
        "bn2": nn.BatchNorm2d(channels),
        "relu 2": None,
        "conv2": conv(channels, channels, 3),
    }
    changes = (in_channels, 1) != (channels, stride)
    shortcut: dict[str, nn.Module] = {"conv3": conv(in_channels, channels, 1, stride, bias=True)} if changes else {}
    return Residual(path, shortcut, last=False)


def resnet18(in_channels: int = 3, num_classes: int = 1000) -> nn.Sequential:
    """`ResNet18` as one Sequential with names."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    layers["conv1"] = nn.Conv2d(in_channels, 64, kernel_size=7, stride=2, padding=3, bias=False)
    layers |= {
        "bn1": nn.BatchNorm2d(64),
        "relu": nn.ReLU(),
        "maxpool": nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    }
    inside = 64
    for number, outside in enumerate((64, 128, 256, 512), 1):
        layers[f"layer{number}"] = nn.Sequential(basic(inside, outside, outside // inside), basic(outside, outside))
        inside = outside
    layers |= {"avgpool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten(), "fc": nn.Linear(512, num_classes)}
    return nn.Sequential(layers)


# The blocks.


@st.composite
def block_cases(draw: st.DrawFn, expansion: int = 1) -> dict[str, Any]:
    """Blocks that keep the shape and blocks that do not, over programs of training and evaluation."""
    channels, stride = draw(sizes(1, 3)), draw(st.sampled_from((1, 1, 2, 3)))
    inside = channels * expansion if draw(flags) else draw(sizes(1, 5))
    args, kwargs = (inside, channels), {"stride": stride} if stride != 1 or draw(flags) else {}
    if draw(flags):
        args, kwargs = (), {"in_channels": inside, "channels": channels} | kwargs

    @st.composite
    def images(draw: st.DrawFn, training: bool) -> dict[str, Any]:
        height, width, batch = draw(sizes(1, 5)), draw(sizes(2, 6)), draw(sizes(1, 3))
        if training and batch * -(-height // stride) * -(-width // stride) < 6:
            # Of two values per channel hardly any gradient is left.
            batch += 5
        return draw(normal_tensor([batch, inside, height, width], fills=("normal", "uniform"), spreads=SPREADS))

    return layer_case(args, kwargs, draw(train_eval_programs(images, calls=2)), seed=draw(seeds))


@st.composite
def block_numerics(draw: st.DrawFn, expansion: int = 1) -> dict[str, Any]:
    """Images of any magnitude in float32, in either mode."""
    stride = draw(sizes(1, 2))
    image = draw(
        normal_tensor([4, 2 * expansion, 6, 5], fills=("normal",), spreads=((1.0, 0.0), (100.0, 30.0), (0.01, 0.1)))
    )
    mode = draw(st.sampled_from((train(), evaluate())))
    return layer_case((2 * expansion, 2), {"stride": stride}, [mode, call(image)], dtype="float32", seed=draw(seeds))


def block(symbol: str, oracle: Callable[..., nn.Module], expansion: int = 1) -> Part:
    """The part of one block."""
    same = 2 * expansion
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=block_cases(expansion),
        examples=[
            layer_case((expansion, 1), {}, [call(tensor(2, expansion, 2, 2))]),
            layer_case((same, 2), {}, [call(tensor(2, same, 4, 3)), evaluate(), call(tensor(1, same, 3, 5, seed=1))]),
            layer_case(
                (3, 2),
                {"stride": 2},
                [
                    call(tensor(3, 3, 5, 4)),
                    call(tensor(2, 3, 6, 5, seed=2)),
                    evaluate(),
                    call(tensor(1, 3, 3, 3, seed=1)),
                ],
            ),
            layer_case(
                (3, 2),
                {},
                [evaluate(), call(tensor(2, 3, 3, 4)), train(), call(tensor(2, 3, 4, 5, layout="channels_last"))],
                seed=1,
            ),
            layer_case((same, 2), {"stride": 2}, [evaluate(), call(tensor(2, same, 4, 5))], seed=2),
        ],
        arguments=["in_channels", "channels", "stride"],
        numerics=block_numerics(expansion),
        size=40,
        core=True,
    )


# ResNet-18: its eleven million parameters make each case slow, so there are few.

WIDE = [f"layer{layer}.{place}.conv{conv}.weight" for layer in (3, 4) for place in (0, 1) for conv in (1, 2)]
STATE = {name: {"$fill": "uniform", "scale": 0.025} for name in WIDE}
"""Uniform numbers are drawn faster than normal ones; everything else is as usual."""
PATIENCE = 4
"""A case takes a right answer half a second, and much longer where others want the processor too."""
FRESH = layer_case((), {}, [], state=None, dtype="float32")
"""Names and shapes of a network with defaults only."""


@st.composite
def resnet_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Four small images in training or one in evaluation, or (the simplest) none at all."""
    if not draw(flags):
        return FRESH
    channels, classes = draw(st.sampled_from((1, 2, 4))), draw(st.sampled_from((3, 1, 7)))
    height, width = draw(st.sampled_from(((33, 40), (40, 33), (36, 47))))
    if draw(flags):
        steps = [call(tensor(3, channels, height, width, seed=draw(seeds)), cotangent=draw(seeds))]
    else:
        steps = [evaluate(), call(tensor(1, channels, height, width, seed=draw(seeds)), cotangent=draw(seeds))]
    kwargs = {"in_channels": channels, "num_classes": classes}
    return layer_case((), kwargs, steps, state=STATE, seed=draw(seeds), patience=PATIENCE)


RESNET18 = Part(
    symbol="ResNet18",
    oracle=resnet18,
    cases=resnet_cases(),
    examples=[
        FRESH,
        layer_case(
            (2, 5),
            {},
            [call(tensor(4, 2, 40, 33)), evaluate(), call(tensor(1, 2, 33, 48, seed=1))],
            state=STATE,
            patience=PATIENCE,
        ),
    ],
    arguments=["in_channels", "num_classes"],
    interface=[layer_case((), {"num_classes": 2, "in_channels": 1}, [], state=None, dtype="float32")],
    size=2,
    positional=False,
    drawn=False,
    core=True,
)

exercise = Exercise(
    title="Residual networks",
    parts=[
        block("BasicBlock", basic),
        block("Bottleneck", bottleneck, 4),
        block("PreActBlock", preact),
        RESNET18,
    ],
)
