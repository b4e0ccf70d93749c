"""Backward passes by hand: a convolution and max pooling, judged against autograd."""

from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from grader.spec import Exercise, Family, OffLimits, Part, function_case, growth, program, tensor
from grader.strategies import flags, normal_tensor, sizes

Case = dict[str, Any]
Pair = tuple[int, int]

OFF_LIMITS = OffLimits(autograd=True)
MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -2.0), (10.0, 3.0))


@st.composite
def pairs(draw: st.DrawFn, low: int, high: int) -> Pair:
    """Down and across, equal or not."""
    first = draw(sizes(low, high))
    return (first, first) if draw(flags) else (first, draw(sizes(low, high)))


def windows(size: Pair, kernel: Pair, stride: Pair, padding: Pair = (0, 0)) -> list[int]:
    """How many windows fit, down and across."""
    return [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(size, kernel, stride, padding, strict=True)]


# conv2d_backward.


def conv2d_backward(grad: Tensor, x: Tensor, weight: Tensor, stride: Pair, padding: Pair) -> tuple[Tensor, ...]:
    """What autograd makes of `torch.nn.functional.conv2d`."""
    with torch.enable_grad():
        leaves = [item.detach().requires_grad_() for item in (x, weight, weight.new_zeros(len(weight)))]
        return torch.autograd.grad(F.conv2d(*leaves, stride=stride, padding=padding), leaves, grad)


@st.composite
def conv_cases(draw: st.DrawFn) -> Case:
    """Kernels of any shape, strides that leave pixels out, padding that is wider than the kernel."""
    batch, inside, outside = draw(sizes(1, 3)), draw(sizes(1, 3)), draw(sizes(1, 3))
    kernel = draw(pairs(1, 3))
    stride = draw(pairs(1, 3)) if draw(flags) else (1, 1)
    padding = draw(pairs(0, 3)) if draw(flags) else (0, 0)
    size = tuple(max(1, k - 2 * p) + draw(st.integers(0, 4)) for k, p in zip(kernel, padding, strict=True))
    shapes = (
        [batch, outside, *windows(size, kernel, stride, padding)],
        [batch, inside, *size],
        [outside, inside, *kernel],
    )
    tensors = [draw(normal_tensor(shape, spreads=MILD, grad=False)) for shape in shapes]
    return function_case(*tensors, stride, padding, cotangent=None)


def conv(
    image: Sequence[int],
    outside: int,
    kernel: Pair,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    seed: int = 0,
    **more: Any,
) -> Case:
    """A call on normal values for images of a shape."""
    batch, inside, height, width = image
    shapes = (
        [batch, outside, *windows((height, width), kernel, stride, padding)],
        image,
        [outside, inside, *kernel],
    )
    tensors = [tensor(*shape, grad=False, seed=seed + place, **more) for place, shape in enumerate(shapes)]
    return function_case(*tensors, stride, padding, cotangent=None)


def numbers(case: Any, place: int) -> set[int]:
    """The numbers of a pair, or a number, among a call's arguments, counted from the end."""
    value = case["steps"][0].get("args", [None] * 5)[place]
    return set(value["$tuple"]) if isinstance(value, dict) else {value}


def has_stride(case: Any) -> bool:
    """Whether a convolution has a stride."""
    return "args" in case["steps"][0] and numbers(case, -2) != {1}


def has_padding(case: Any) -> bool:
    """Whether a convolution has padding."""
    return "args" in case["steps"][0] and numbers(case, -1) != {0}


CONV = Part(
    symbol="conv2d_backward",
    oracle=conv2d_backward,
    cases=conv_cases(),
    examples=[
        conv([2, 3, 4, 5], 2, (3, 3)),
        conv([1, 1, 3, 4], 1, (2, 2), seed=3),
        conv([2, 2, 4, 4], 2, (2, 2), seed=6),
        conv([3, 2, 3, 5], 4, (1, 3), seed=9, layout="channels_last"),
        conv([2, 2, 3, 3], 3, (3, 3), seed=12, layout="strided"),
        conv([2, 3, 5, 4], 2, (1, 1), seed=15),
        conv([2, 2, 5, 7], 3, (2, 2), stride=(2, 3)),
        conv([1, 2, 6, 6], 2, (3, 3), stride=(2, 2), seed=3),
        conv([2, 1, 4, 7], 2, (1, 2), stride=(3, 2), seed=6, layout="transposed"),
        conv([2, 2, 3, 4], 3, (3, 3), padding=(1, 1)),
        conv([1, 3, 4, 3], 2, (2, 3), padding=(0, 2), seed=3),
        conv([2, 1, 2, 2], 2, (1, 2), padding=(2, 1), seed=6),
        conv([2, 2, 5, 6], 3, (3, 2), stride=(2, 1), padding=(1, 2)),
        conv([1, 2, 6, 5], 1, (3, 3), stride=(3, 2), padding=(1, 0), seed=3),
    ],
    growth=[
        growth("batch", lambda size: conv([size, 2, 3, 4], 3, (2, 2))),
        growth("image height", lambda size: conv([2, 2, size + 1, 3], 2, (2, 2))),
        growth("image width", lambda size: conv([2, 2, 3, size + 1], 2, (2, 2))),
        growth("number of input channels", lambda size: conv([2, size, 3, 3], 2, (2, 2))),
        growth("number of output channels", lambda size: conv([2, 2, 3, 3], size, (2, 2))),
    ],
    interface=[
        program(
            "conv2d_backward(grad=torch.ones(1, 1, 2, 2), x=torch.ones(1, 1, 2, 2), weight=torch.ones(1, 1, 1, 1), "
            "stride=(1, 1), padding=(0, 0)) is not None"
        )
    ],
    families=[
        Family(name="a stride other than 1", share=0.2, holds=has_stride),
        Family(name="padding", share=0.2, holds=has_padding),
    ],
    off_limits=OFF_LIMITS,
)


# max_pool2d_backward.


def max_pool2d_backward(grad: Tensor, x: Tensor, kernel_size: int | Pair, stride: int | Pair) -> Tensor:
    """What autograd makes of `torch.nn.functional.max_pool2d`."""
    with torch.enable_grad():
        leaf = x.detach().requires_grad_()
        (found,) = torch.autograd.grad(F.max_pool2d(leaf, kernel_size, stride), leaf, grad)
    return found


def either(values: Pair, draw: st.DrawFn) -> Any:
    """Two equal numbers as one, mostly; else a tuple."""
    return values[0] if values[0] == values[1] and draw(st.sampled_from((True, True, False))) else values


@st.composite
def pool_cases(draw: st.DrawFn) -> Case:
    """Windows that overlap, that lie side by side and that leave pixels out; continuous values, so no ties."""
    square = draw(st.sampled_from((True, True, False)))
    kernel = draw(pairs(1, 3))
    kernel = (kernel[0], kernel[0]) if square else kernel
    stride = draw(pairs(1, 4)) if not square else (draw(sizes(1, 4)),) * 2
    stride = kernel if draw(flags) else stride
    size = tuple(k + draw(st.integers(0, 5)) for k in kernel)
    lead = [draw(sizes(1, 3)), draw(sizes(1, 3))]
    x = draw(normal_tensor([*lead, *size], fills=("normal", "uniform"), spreads=MILD, grad=False))
    grad = draw(normal_tensor([*lead, *windows(size, kernel, stride)], spreads=MILD, grad=False))
    return function_case(grad, x, either(kernel, draw), either(stride, draw), cotangent=None)


def pool(image: Sequence[int], kernel: int | Pair, stride: int | Pair, seed: int = 0, **more: Any) -> Case:
    """A call on normal values for images of a shape."""
    batch, channels, height, width = image
    down_across = [(value, value) if isinstance(value, int) else value for value in (kernel, stride)]
    grad = tensor(batch, channels, *windows((height, width), *down_across), grad=False, seed=seed + 1, **more)
    return function_case(grad, tensor(*image, grad=False, seed=seed, **more), kernel, stride, cotangent=None)


def overlaps(case: Any) -> bool:
    """Whether windows of max pooling share pixels."""
    if "args" not in case["steps"][0]:
        return False
    kernel, stride = (
        value["$tuple"] if isinstance(value, dict) else [value] * 2 for value in case["steps"][0]["args"][-2:]
    )
    return any(k > s for k, s in zip(kernel, stride, strict=True))


def has_pairs(case: Any) -> bool:
    """Whether windows or strides are given as pairs."""
    return any(isinstance(value, dict) and "$tuple" in value for value in case["steps"][0].get("args", ()))


POOL = Part(
    symbol="max_pool2d_backward",
    oracle=max_pool2d_backward,
    cases=pool_cases(),
    examples=[
        pool([2, 3, 4, 6], 2, 2),
        pool([1, 1, 4, 4], 2, 2, shift=-5.0),
        pool([2, 2, 5, 7], 2, 2, seed=3),
        pool([2, 2, 6, 4], 1, 2, seed=6),
        pool([1, 2, 7, 8], 2, 3, seed=9),
        pool([2, 2, 4, 4], 2, 2, seed=12, layout="channels_last"),
        pool([2, 1, 3, 3], 3, 3, seed=15, layout="strided"),
        pool([2, 2, 4, 5], 2, 1),
        pool([1, 1, 5, 5], 3, 2, seed=3),
        pool([2, 1, 3, 4], 3, 1, seed=6, layout="transposed"),
        pool([2, 2, 4, 6], (2, 3), (2, 3)),
        pool([1, 2, 5, 4], (1, 2), (2, 2), seed=3),
        pool([2, 1, 5, 6], (3, 2), (1, 3), seed=6),
    ],
    growth=[
        growth("batch", lambda size: pool([size, 2, 4, 4], 2, 2)),
        growth("image height", lambda size: pool([2, 2, size + 1, 4], 2, 1)),
        growth("image width", lambda size: pool([2, 2, 4, size + 1], 2, 1)),
        growth("number of channels", lambda size: pool([2, size, 4, 4], 2, 2)),
    ],
    interface=[
        program(
            "max_pool2d_backward(grad=torch.ones(1, 1, 1, 1), x=torch.arange(4.0).reshape(1, 1, 2, 2), kernel_size=2, "
            "stride=2) is not None"
        )
    ],
    families=[
        Family(name="windows that overlap", share=0.25, holds=overlaps),
        Family(name="a pair where a number is usual", share=0.15, holds=has_pairs),
    ],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(title="Backward through a convolution and max pooling", parts=[CONV, POOL])
