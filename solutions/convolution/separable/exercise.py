"""DepthwiseSeparableConv2d, judged against two convolutions of ``torch.nn``, one after the other."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import Tensor, nn

from grader.spec import Exercise, Part, call, evaluate, growth, layer_case, listed, raises, reload, tensor, train
from grader.strategies import cotangents, flags, nasty_tensor, normal_tensor, seeds, sizes

Case = dict[str, Any]


class Composed(nn.Module):
    """What is expected, from torch's layers and their functional form."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        bias: bool = True,
    ) -> None:
        super().__init__()
        options = {"stride": stride, "padding": padding, "dilation": dilation}
        self.depthwise = nn.Conv2d(in_channels, in_channels, kernel_size, groups=in_channels, bias=bias, **options)
        self.pointwise = nn.Conv2d(in_channels, out_channels, (1, 1), bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """One after the other."""
        z = self.depthwise(x)
        return self.pointwise(z)


def pair(draw: st.DrawFn, values: Sequence[int]) -> tuple[int, int]:
    """One number for the height and one for the width, sometimes the same."""
    first = draw(st.sampled_from(values))
    return first, draw(st.sampled_from((first, *values)))


def written(draw: st.DrawFn, numbers: tuple[int, int]) -> Any:
    """The numbers as an argument: a tuple, or where they are alike perhaps an int."""
    return numbers[0] if numbers[0] == numbers[1] and draw(st.sampled_from((True, True, False))) else numbers


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """One or two calls, of sizes of their own, on a layer whose arguments all vary together."""
    inside, outside, kernel = draw(sizes(1, 4)), draw(sizes(1, 4)), pair(draw, (2, 3, 1, 4))
    kwargs: Case = {}
    numbers = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1)}
    for name, values in (("stride", (2, 1, 3)), ("padding", (1, 0, 2, 3)), ("dilation", (2, 1, 3))):
        if draw(st.sampled_from((False, True, True))):
            numbers[name] = pair(draw, values)
            kwargs[name] = written(draw, numbers[name])
    if draw(flags):
        kwargs["bias"] = draw(flags)
    smallest = [
        max(1, d * (k - 1) + 1 - 2 * p) for k, p, d in zip(kernel, numbers["padding"], numbers["dilation"], strict=True)
    ]
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        extent = [low + draw(st.integers(0, 4)) for low in smallest]
        steps.append(call(draw(normal_tensor([draw(sizes(1, 3)), inside, *extent])), cotangent=draw(cotangents())))
    return layer_case((inside, outside, written(draw, kernel)), kwargs, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn) -> Case:
    """Enough channels that the order of summation shows, and no more than that may."""
    step = call(draw(nasty_tensor([draw(sizes(1, 3)), 8, 5, 6])), cotangent=draw(seeds))
    kwargs = {"padding": draw(st.sampled_from((0, 1))), "bias": draw(flags)}
    return layer_case((8, 4, draw(st.sampled_from((2, 3)))), kwargs, [step], dtype="float32", seed=draw(seeds))


def refused(why: str, inside: int, channels: int, **kwargs: Any) -> Case:
    """A call with other channels."""
    return raises(layer_case((inside, 3, 3), kwargs, [call(tensor(2, channels, 5, 4))]), why)


def counted(batch: int, height: int) -> Case:
    """A call on an input of that batch and height."""
    return layer_case((3, 4, 3), {"padding": 1}, [call(tensor(batch, 3, height, 4))])


separable = Part(
    symbol="DepthwiseSeparableConv2d",
    oracle=Composed,
    cases=cases(),
    examples=[
        layer_case((2, 3, 3), {}, [call(tensor(2, 2, 5, 4))]),
        layer_case((3, 2, 3), {"bias": False}, [call(tensor(2, 3, 5, 4, seed=1))]),
        layer_case((2, 4, (2, 3)), {"stride": (2, 1)}, [call(tensor(2, 2, 6, 5, seed=2))]),
        layer_case((2, 1, (3, 2)), {"padding": (1, 0)}, [call(tensor(1, 2, 4, 5, seed=3))]),
        layer_case((3, 3, 3), {"padding": 1}, [call(tensor(2, 3, 4, 5, seed=4))]),
        layer_case((2, 3, 2), {"dilation": (3, 2)}, [call(tensor(2, 2, 5, 4, seed=5))]),
        layer_case((1, 2, 2), {"padding": 1}, [call(tensor(1, 1, 3, 2, seed=10))]),
        layer_case((2, 3, 1), {"stride": 2}, [call(tensor(2, 2, 4, 5, seed=6))]),
        layer_case((2, 3, 3), {"stride": 2, "padding": 1}, [call(tensor(2, 2, 7, 6, seed=7))]),
        layer_case(
            (1, 1, 2), {"stride": 3, "padding": 2, "dilation": 2, "bias": False}, [call(tensor(1, 1, 3, 4, seed=8))]
        ),
        layer_case((1, 2, 2), {}, [call(tensor(1, 1, 3, 2)), reload(), call(tensor(1, 1, 3, 2))]),
        layer_case((2, 2, 2), {}, [evaluate(), call(tensor(2, 2, 3, 4)), train(), call(tensor(3, 2, 4, 3, seed=9))]),
    ],
    arguments=("in_channels", "out_channels", "kernel_size", "stride", "padding", "dilation", "bias"),
    numerics=numerics(),
    errors=listed(
        "an input whose channels are not in_channels, a single one for many and the reverse included",
        refused("An input of 4 channels where there should be 3", 3, 4),
        refused("An input of 3 channels where there should be 4", 4, 3, bias=False),
        refused("An input of 6 channels where there should be 2", 2, 6, padding=1),
        refused("An input of 1 channel where there should be 3", 3, 1),
        refused("An input of 3 channels where there should be 1", 1, 3),
    ),
    growth=[
        # The reference calls the convolutions of torch, an operation each; others go over the kernel's positions.
        growth("batch", lambda size: counted(size, 4), at_most=24, fine="kernel's positions"),
        growth("height", lambda size: counted(2, size), (4, 8, 16), at_most=24, fine="kernel's positions"),
    ],
    core=True,
)

exercise = Exercise(title="Depthwise separable convolution", parts=[separable])
