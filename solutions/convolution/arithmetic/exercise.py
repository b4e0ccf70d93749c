"""Convolution arithmetic in plain Python: sizes and counts, judged against what torch's own layers come to."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from grader.spec import Exercise, OffLimits, Part, program
from grader.strategies import flags

Case = dict[str, Any]
Arguments = tuple[list[Any], dict[str, Any]]
"""Those that are always given, and the options, by name."""
Layers = list[tuple[int, int, int, int]]

# What is expected: the shapes that torch infers without computing anything, and the parameters that its layers have.


def signal(size: int) -> torch.Tensor:
    """A sequence that has a size and no values."""
    return torch.empty(1, 1, size, device="meta")


def conv_output_size(i: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    """The size that torch infers."""
    return F.conv1d(signal(i), signal(k), None, s, p, d).shape[-1]


def conv_transpose_output_size(i: int, k: int, s: int = 1, p: int = 0, output_padding: int = 0, d: int = 1) -> int:
    """The size that torch infers."""
    return F.conv_transpose1d(signal(i), signal(k), None, s, p, output_padding, 1, d).shape[-1]


def pool_output_size(i: int, k: int, s: int | None = None, p: int = 0, d: int = 1, ceil_mode: bool = False) -> int:
    """The size that torch infers."""
    return F.max_pool2d(signal(i).unsqueeze(-2), (1, k), (1, s or k), (0, p), (1, d), ceil_mode).shape[-1]


def same_padding(k: int, d: int = 1) -> tuple[int, int]:
    """Both sides by the definition: they keep the size, and the left one is the smaller where they differ."""
    size = k * d
    both = size - conv_output_size(size, k, d=d)
    return both // 2, (both + 1) // 2


def dilated_kernel_size(k: int, d: int) -> int:
    """The size of the input that gives a single output."""
    return conv_transpose_output_size(1, k, d=d)


def receptive_field(layers: Layers) -> int:
    """The width of what a single output depends on, followed back from the output to the input."""
    first = last = 0
    for k, s, p, d in reversed(layers):
        first, last = first * s - p, last * s - p + (k - 1) * d
    return last - first + 1


def infer_input_size(layers: Layers, output_size: int) -> int:
    """The smallest size that leads to the output, found by halving; it is known to exist."""

    def output(size: int) -> int:
        for k, s, p, d in layers:
            size = (size + 2 * p - d * (k - 1) - 1) // s + 1
        return size

    low, high = 0, 1
    while output(high) < output_size:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if output(middle) >= output_size else (middle, high)
    return high


def parameters(layer: nn.Module) -> int:
    """The number of a layer's parameters."""
    return sum(item.numel() for item in layer.parameters())


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    """The parameters that torch's layer has."""
    return parameters(nn.Linear(in_features, out_features, bias, device="meta"))


def conv_parameter_count(
    in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1, bias: bool = True
) -> int:
    """The parameters that torch's layer has."""
    size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    kind = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[len(size) - 1]
    return parameters(kind(in_channels, out_channels, size, groups=groups, bias=bias, device="meta"))


def separable_parameter_count(in_channels: int, out_channels: int, kernel_size: Any, bias: bool = False) -> int:
    """The parameters that torch's two layers have."""
    depthwise = conv_parameter_count(in_channels, in_channels, kernel_size, in_channels, bias)
    return depthwise + conv_parameter_count(in_channels, out_channels, 1, 1, bias)


def rnn_parameter_count(
    kind: str, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True, bidirectional: bool = False
) -> int:
    """The parameters that torch's layer has."""
    made = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}[kind]
    return parameters(made(input_size, hidden_size, num_layers, bias=bias, bidirectional=bidirectional, device="meta"))


# Cases: lines that call the function, some arguments by name and some left out.

SIZES = st.one_of(
    st.integers(1, 12), st.integers(1, 64), st.integers(65, 700), st.sampled_from((1000, 4096, 44_100, 999_983))
)
KERNELS = st.one_of(st.integers(1, 7), st.integers(1, 7), st.integers(8, 40), st.sampled_from((64, 127, 1024)))
STRIDES = st.one_of(st.integers(1, 5), st.integers(1, 5), st.integers(6, 40), st.sampled_from((64, 160)))
DILATIONS = st.one_of(st.integers(1, 4), st.integers(1, 4), st.integers(5, 30))
CHANNELS = st.one_of(st.integers(1, 12), st.integers(1, 64), st.sampled_from((96, 128, 257, 512, 1024)))
TAPS = st.one_of(
    st.integers(1, 11),
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.tuples(st.integers(1, 40)),
    st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 6)),
)


@st.composite
def lines(draw: st.DrawFn, oracle: Callable[..., Any], arguments: Callable[[st.DrawFn], Arguments]) -> Case:
    """One or two calls of a function: with all arguments by position, or with some of the options by name."""
    calls = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        first, options = arguments(draw)
        if draw(flags):
            given = [repr(value) for value in (*first, *options.values())]
        else:
            options = {name: value for name, value in options.items() if draw(flags)}
            if options.get("output_padding", 0) >= max(options.get("s") or 1, options.get("d", 1)):
                # The stride or dilation that made room for it was left out.
                options["output_padding"] = 0
            given = [*map(repr, first), *(f"{name}={value!r}" for name, value in options.items())]
        calls.append(f"{oracle.__name__}({', '.join(given)})")
    return program(*calls)


def span(k: int, d: int) -> int:
    """What a dilated kernel spans."""
    return d * (k - 1) + 1


def conv_arguments(draw: st.DrawFn) -> Arguments:
    """A kernel that fits, also if options are left out: padding only adds, and dilation is in the size."""
    k, d = draw(KERNELS), draw(DILATIONS)
    i = span(k, d) - 1 + draw(SIZES)
    return [i, k], {"s": draw(STRIDES), "p": draw(st.one_of(st.integers(0, 4), st.integers(0, 60))), "d": d}


def transpose_arguments(draw: st.DrawFn) -> Arguments:
    """Something is left after the padding is cut off, also if options are left out."""
    k, d, s = draw(KERNELS), draw(DILATIONS), draw(STRIDES)
    i = draw(SIZES)
    p = draw(st.integers(0, (i + k - 2) // 2 if i + k < 12 else 5))
    # Without the stride, output_padding would have to be smaller than the dilation.
    return [i, k], {"s": s, "p": p, "output_padding": draw(st.integers(0, max(s, d) - 1)), "d": d}


def pool_arguments(draw: st.DrawFn) -> Arguments:
    """Padding up to half a window, and strides longer than the window as well as shorter ones."""
    k, d = draw(st.one_of(st.integers(1, 7), KERNELS)), draw(DILATIONS)
    i = span(k, d) - 1 + draw(st.one_of(st.integers(1, 30), SIZES))
    s, p = draw(st.one_of(st.none(), STRIDES)), draw(st.integers(0, k // 2))
    return [i, k], {"s": s, "p": p, "d": d, "ceil_mode": draw(st.sampled_from((True, False, True)))}


def same_arguments(draw: st.DrawFn) -> Arguments:
    """Even and odd kernels and dilations."""
    return [draw(KERNELS)], {"d": draw(DILATIONS)}


def dilated_arguments(draw: st.DrawFn) -> Arguments:
    """Small and large."""
    return [draw(st.one_of(KERNELS, SIZES)), draw(st.one_of(DILATIONS, SIZES))], {}


def stack(draw: st.DrawFn) -> Layers:
    """One to five layers."""
    size = st.one_of(st.integers(1, 5), st.integers(1, 11))
    return [
        (draw(size), draw(st.integers(1, 4)), draw(st.integers(0, 3)), draw(st.sampled_from((1, 1, 2, 3, 4))))
        for _ in range(draw(st.integers(1, 5)))
    ]


@st.composite
def field_lines(draw: st.DrawFn) -> Case:
    """A call on a stack of layers; or two, and a look at whether the list is still what it was."""
    layers = stack(draw)
    if draw(st.sampled_from((True, True, False))):
        return program(f"receptive_field({layers!r})")
    return program(f"layers = {layers!r}", "receptive_field(layers)", "list(layers)", "receptive_field(layers=layers)")


def inferable(layers: Layers, output_size: int) -> Layers:
    """The layers with no more padding than leaves an input of at least one before each of them."""
    size, fitting = output_size, []
    for k, s, p, d in reversed(layers):
        p = min(p, ((size - 1) * s + span(k, d) - 1) // 2)
        size = (size - 1) * s - 2 * p + span(k, d)
        fitting.append((k, s, p, d))
    return fitting[::-1]


@st.composite
def input_lines(draw: st.DrawFn) -> Case:
    """As `field_lines`, for outputs of up to 40."""
    size = draw(st.one_of(st.integers(1, 9), st.integers(1, 40)))
    layers = inferable(stack(draw), size)
    if draw(st.sampled_from((True, True, False))):
        return program(f"infer_input_size({layers!r}, {size})")
    again = f"infer_input_size(layers, output_size={size})"
    return program(f"layers = {layers!r}", f"infer_input_size(layers, {size})", "list(layers)", again)


def linear_arguments(draw: st.DrawFn) -> Arguments:
    """Small and large."""
    return [draw(CHANNELS), draw(CHANNELS)], {"bias": draw(st.sampled_from((False, True)))}


def conv_count_arguments(draw: st.DrawFn) -> Arguments:
    """Channels that the groups divide; as many groups as channels among them."""
    groups = draw(st.sampled_from((1, 2, 3, 4, 8, 32)))
    inside, outside = groups * draw(st.integers(1, 16)), groups * draw(st.integers(1, 16))
    return [inside, outside, draw(TAPS)], {"groups": groups, "bias": draw(flags)}


def separable_arguments(draw: st.DrawFn) -> Arguments:
    """Small and large; the kernel is a number or a pair."""
    kernel = draw(st.one_of(st.integers(1, 7), st.tuples(st.integers(1, 7), st.integers(1, 7))))
    return [draw(CHANNELS), draw(CHANNELS), kernel], {"bias": draw(st.sampled_from((True, False)))}


def rnn_arguments(draw: st.DrawFn) -> Arguments:
    """All three kinds, up to five layers."""
    size = st.one_of(st.integers(1, 9), st.integers(1, 80), st.sampled_from((128, 300, 512)))
    kind = draw(st.sampled_from(("RNN", "LSTM", "GRU")))
    options = {"num_layers": draw(st.integers(1, 5)), "bias": draw(flags), "bidirectional": draw(flags)}
    return [kind, draw(size), draw(size)], options


# The parts.


def part(oracle: Callable[..., Any], cases: st.SearchStrategy[Case], examples: Sequence[str], by_name: str) -> Part:
    """The part of one function; an example is the arguments of a call, and `by_name` names every argument."""
    name = oracle.__name__
    return Part(
        symbol=name,
        oracle=oracle,
        cases=cases,
        examples=[program(f"{name}({given})") for given in examples],
        # Whether it takes the names, not yet whether the answer is correct.
        interface=[program(f"{name}({by_name}) is not None")],
        off_limits=OffLimits(modules=["torch"]),
        points={"interface": 1, "values": 3},
    )


exercise = Exercise(
    title="Convolution arithmetic",
    parts=[
        part(conv_output_size, lines(conv_output_size, conv_arguments),
             ["5, 3", "5, 2, 2", "224, 7, s=2, p=3", "224, 11, 4, 1", "5, 2, d=2", "28, 5, p=2", "1, 1, 3",
              "44100, 3, 2, 512, 512", "3, 3, s=7", "9, 4, s=3, p=1, d=2"],
             "i=17, k=4, s=3, p=2, d=2"),
        part(conv_transpose_output_size, lines(conv_transpose_output_size, transpose_arguments),
             ["4, 3", "7, 4, 2, 1", "7, 3, s=2, p=1, output_padding=1", "1, 4", "5, 3, d=3", "5, 3, 1, 0, 2, 3",
              "1, 1, s=5, output_padding=4", "32, 2, 2"],
             "i=6, k=4, s=3, p=2, output_padding=1, d=2"),
        part(pool_output_size, lines(pool_output_size, pool_arguments),
             ["4, 2", "5, 2", "5, 2, ceil_mode=True", "54, 3, 2", "7, 3, 1", "112, 3, s=2, p=1, ceil_mode=True",
              "5, 2, 4, 1, 1, True", "5, 2, 3, 1, 1, True", "4, 1, s=3, ceil_mode=True", "6, 1, s=3, ceil_mode=True",
              "9, 3, d=2, ceil_mode=True", "9, 3, None, 1, 2, False", "9, 2, 3, d=4, ceil_mode=True"],
             "i=12, k=3, s=2, p=1, d=2, ceil_mode=True"),
        part(same_padding, lines(same_padding, same_arguments),
             ["3", "2", "1", "4, 2", "4, d=3", "3, 5", "1, 7"],
             "k=6, d=3"),
        part(dilated_kernel_size, lines(dilated_kernel_size, dilated_arguments),
             ["3, 1", "3, 2", "1, 9", "2, 5"],
             "k=5, d=3"),
        part(receptive_field, field_lines(),
             ["[(3, 1, 0, 1)]", "[(3, 1, 1, 1), (3, 1, 1, 1)]", "[(2, 2, 0, 1), (3, 1, 0, 1)]",
              "[(3, 1, 0, 1), (2, 2, 0, 1)]", "[(3, 1, 1, 1), (3, 1, 2, 2), (3, 1, 4, 4)]",
              "[(7, 2, 3, 1), (3, 2, 1, 1), (3, 1, 1, 1), (3, 1, 1, 1)]", "[(1, 2, 0, 1), (1, 3, 0, 5), (2, 1, 0, 1)]",
              "[(1, 3, 0, 1)]"],
             "layers=[(4, 3, 1, 2), (3, 2, 0, 1)]"),
        part(infer_input_size, input_lines(),
             ["[(3, 1, 0, 1)], 1", "[(3, 1, 1, 1)], 28", "[(2, 2, 0, 1), (3, 1, 0, 1)], 4",
              "[(3, 1, 0, 1), (2, 2, 0, 1)], 4", "[(5, 1, 0, 1), (2, 2, 0, 1), (5, 1, 0, 1), (2, 2, 0, 1)], 5",
              "[(7, 2, 3, 1), (3, 2, 1, 1)], 56", "[(3, 2, 2, 2)], 3", "[(1, 5, 0, 1)], 2"],
             "layers=[(4, 3, 1, 2), (3, 2, 0, 1)], output_size=6"),
        part(linear_parameter_count, lines(linear_parameter_count, linear_arguments),
             ["3, 2", "784, 10, False", "9216, 4096", "1, 5"],
             "in_features=7, out_features=3, bias=False"),
        part(conv_parameter_count, lines(conv_parameter_count, conv_count_arguments),
             ["1, 6, 5", "3, 64, 7, bias=False", "4, 6, (3, 2)", "8, 12, 3, 4", "6, 6, 3, groups=6", "2, 3, (5,)",
              "2, 4, (1, 2, 3), 2, False", "16, 5, 1"],
             "in_channels=4, out_channels=6, kernel_size=(2, 3), groups=2, bias=False"),
        part(separable_parameter_count, lines(separable_parameter_count, separable_arguments),
             ["64, 32, 3", "3, 5, 3, True", "5, 3, (3, 2)", "2, 7, (1, 5), bias=True", "4, 4, (5, 5)", "1, 1, 1"],
             "in_channels=4, out_channels=6, kernel_size=(2, 3), bias=True"),
        part(rnn_parameter_count, lines(rnn_parameter_count, rnn_arguments),
             ["'RNN', 3, 5", "'LSTM', 3, 5", "'GRU', 3, 5", "'LSTM', 3, 5, 2", "'GRU', 3, 5, bias=False",
              "'RNN', 3, 5, bidirectional=True", "'LSTM', 4, 2, 3, True, True", "'GRU', 300, 512, 2, False, True"],
             "kind='GRU', input_size=3, hidden_size=4, num_layers=2, bias=False, bidirectional=True"),
    ],
)  # fmt: skip
