"""Conv1d, Conv2d and Conv3d, judged against ``torch.nn``."""

import math
import warnings
from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from grader.properties import Fresh, uniform_init
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
    reload,
    run,
    tensor,
    train,
    with_argument,
    with_dims,
)
from grader.strategies import cotangents, flags, nasty_tensor, normal_tensor, seeds, sizes

Case = dict[str, Any]

with warnings.catch_warnings():
    # Torch remarks once in a process that uneven padding may cost a copy; let it be here, and not amid the cases.
    warnings.simplefilter("ignore")
    F.conv1d(torch.zeros(1, 1, 3), torch.zeros(1, 1, 2), padding="same")

ARGUMENTS = (
    "in_channels", "out_channels", "kernel_size",
    "stride", "padding", "dilation", "groups", "bias", "padding_mode",
)  # fmt: skip
MODES = ("zeros", "reflect", "replicate", "circular")
KERNELS = {1: (3, 2, 1, 4, 5), 2: (2, 3, 1, 4), 3: (2, 1, 3)}
DILATIONS = {1: (1, 2, 3), 2: (1, 2, 3), 3: (1, 2)}
EXTRA = {1: 9, 2: 5, 3: 2}
"""For each number of dimensions: sizes of kernels, dilations, and by how much an input is larger than it has to be."""


def per_dimension(draw: st.DrawFn, values: Sequence[int], dims: int) -> list[int]:
    """One number per dimension, often all alike."""
    if draw(st.sampled_from((False, False, True))):
        return [draw(st.sampled_from(values))] * dims
    return [draw(st.sampled_from(values)) for _ in range(dims)]


def written(draw: st.DrawFn, numbers: Sequence[int]) -> Any:
    """The numbers as an argument: a tuple, or where they are alike perhaps an int."""
    return numbers[0] if len(set(numbers)) == 1 and draw(st.sampled_from((True, True, False))) else tuple(numbers)


def sides_of(padding: Any, kernel: Sequence[int], dilation: Sequence[int]) -> list[tuple[int, int]]:
    """The padding before and after, for each dimension."""
    if padding == "same":
        both = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [(total // 2, (total + 1) // 2) for total in both]
    return [(0, 0)] * len(kernel) if padding == "valid" else [(p, p) for p in padding]


def least(kernel: int, dilation: int, sides: tuple[int, int], mode: str) -> int:
    """The smallest input that torch takes: a window fits, and there is enough to mirror or to go round."""
    fits = dilation * (kernel - 1) + 1 - sum(sides)
    enough = {"reflect": max(sides) + 1, "circular": max(sides)}.get(mode, 1)
    return max(fits, enough, 1)


@st.composite
def cases(draw: st.DrawFn, dims: int) -> Case:
    """One or two calls, of sizes of their own, on a layer whose arguments all vary together."""
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    inside, outside = groups * draw(sizes(1, 3 if groups == 1 else 2)), groups * draw(sizes(1, 3 if groups == 1 else 2))
    kernel = per_dimension(draw, KERNELS[dims], dims)
    often = st.sampled_from((False, True, True))
    dilation = per_dimension(draw, DILATIONS[dims], dims) if draw(often) else [1] * dims
    stride = per_dimension(draw, (1, 2, 3), dims) if draw(often) else [1] * dims
    padding: Any = draw(st.sampled_from(("none", "numbers", "numbers", "same", "valid")))
    if padding == "same":
        stride = [1] * dims
    elif padding == "numbers":
        padding = per_dimension(draw, (1, 2, 0, 3), dims)
    mode = draw(st.sampled_from(("zeros", *MODES)))
    kwargs: Case = {}
    for name, numbers in (("stride", stride), ("dilation", dilation)):
        if set(numbers) != {1} or draw(flags):
            kwargs[name] = written(draw, numbers)
    if padding != "none":
        kwargs["padding"] = padding if isinstance(padding, str) else written(draw, padding)
    if groups > 1 or draw(st.sampled_from((False, False, True))):
        kwargs["groups"] = groups
    if draw(flags):
        kwargs["bias"] = draw(flags)
    if mode != "zeros" or draw(st.sampled_from((False, False, True))):
        kwargs["padding_mode"] = mode
    sides = sides_of([0] * dims if padding == "none" else padding, kernel, dilation)
    smallest = [least(*item, mode) for item in zip(kernel, dilation, sides, strict=True)]
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        leading = draw(st.sampled_from(([2], [1], [3], [])))
        extent = [low + draw(st.integers(0, EXTRA[dims])) for low in smallest]
        steps.append(call(draw(normal_tensor([*leading, inside, *extent])), cotangent=draw(cotangents())))
    return layer_case((inside, outside, written(draw, kernel)), kwargs, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn, dims: int) -> Case:
    """Enough channels that the order of summation shows, and no more than that may."""
    groups = draw(st.sampled_from((1, 2)))
    shape = [draw(sizes(1, 3)), 8, *[(9,), (5, 6), (3, 4, 3)][dims - 1]]
    kwargs = {"groups": groups, "padding": draw(st.sampled_from((0, 1))), "bias": draw(flags)}
    step = call(draw(nasty_tensor(shape)), cotangent=draw(seeds))
    return layer_case((8, 2 * groups, draw(st.sampled_from((2, 3)))), kwargs, [step], dtype="float32", seed=draw(seeds))


def on(*shape: int, **more: Any) -> list[Any]:
    """A single call."""
    return [call(tensor(*shape, **more))]


def examples(dims: int) -> list[Case]:
    """Cases for every suite: plain ones, and each of the corners that a random draw may miss."""
    size = (7, 6, 5)[:dims]
    odd, even, mixed = (3, 5, 1)[:dims], (4, 2, 2)[:dims], (2, 3, 2)[:dims]
    found = [
        layer_case((2, 3, 3), {}, on(2, 2, *size)),
        layer_case((2, 3, 1), {"bias": False}, on(2, 2, *size, seed=1)),
        layer_case((1, 2, mixed), {"stride": (2, 3, 2)[:dims]}, on(1, 1, *size, seed=2)),
        layer_case((2, 1, mixed), {"padding": (2, 0, 1)[:dims], "stride": 2}, on(2, 2, *size, seed=3)),
        layer_case((1, 2, mixed), {"dilation": (3, 2, 1)[:dims]}, on(2, 1, *size, seed=4)),
        layer_case((2, 2, even), {"padding": "same"}, on(2, 2, *size, seed=5)),
        layer_case((1, 2, even), {"padding": "same", "dilation": (1, 3, 2)[:dims]}, on(1, 1, *size, seed=6)),
        layer_case((1, 1, 2), {"padding": "same", "dilation": 3}, on(1, 1, *size, seed=18)),
        layer_case((1, 1, (4, 2, 2)[:dims]), {"padding": "same", "dilation": 3}, on(1, 1, *size, seed=19)),
        layer_case((1, 1, 2), {"padding": "same", "dilation": 3, "padding_mode": "circular"}, on(1, 1, *size, seed=20)),
        layer_case((2, 1, odd), {"padding": "same", "bias": False}, on(2, *size, seed=7)),
        layer_case(
            (2, 2, odd), {"padding": "valid", "stride": 2, "dilation": (2, 1, 3)[:dims]}, on(1, 2, *size, seed=8)
        ),
        layer_case((4, 6, 2), {"groups": 2}, on(2, 4, *size, seed=9)),
        layer_case((3, 6, 2), {"groups": 3, "padding": 1}, on(2, 3, *size, seed=10)),
        layer_case((2, 3, 2), {}, on(2, *size, seed=11)),
        layer_case((1, 1, 2), {"padding": 3}, on(1, 1, *[1] * dims, seed=12)),
        layer_case((1, 2, 2), {}, [*on(1, 1, *[3] * dims), reload(), *on(1, 1, *[3] * dims)]),
        layer_case((2, 2, 2), {}, [*on(2, 2, *size), *on(3, 2, *[item + 1 for item in size], seed=13)]),
        layer_case((2, 2, 2), {}, [evaluate(), *on(1, 2, *size, layout="transposed"), train(), *on(2, *size)]),
    ]
    for mode in MODES[1:]:
        kwargs: Case = {"padding": (2, 1, 1)[:dims], "padding_mode": mode}
        found.append(layer_case((1, 2, 3), kwargs, on(2, 1, *size, seed=14)))
        found.append(layer_case((1, 1, even), kwargs | {"padding": "same"}, on(1, 1, *size, seed=15)))
        found.append(layer_case((1, 1, 2), kwargs | {"padding": "same"}, on(1, 1, *[3] * dims, seed=17)))
        found.append(layer_case((2, 1, mixed), kwargs | {"stride": 2, "dilation": 2}, on(2, *size, seed=16)))
    return found


def errors(dims: int) -> list[Case]:
    """The bad arguments that the handout names."""
    size = [5] * dims
    mixed = (1, 2, 1)[:dims] if dims > 1 else (2,)
    groups = [
        ("3 channels in 2 groups", (3, 4, 2), {"groups": 2}, on(2, 3, *size)),
        ("4 channels in 3 groups", (4, 3, 2), {"groups": 3}, on(2, 4, *size)),
        ("3 output channels in 2 groups", (4, 3, 2), {"groups": 2}, on(2, 4, *size)),
        ("2 output channels in 4 groups", (4, 2, 1), {"groups": 4}, on(1, 4, *size)),
    ]
    channels = [
        ("An input of 4 channels where there should be 3", (3, 2, 2), {}, on(2, 4, *size)),
        ("An input of 3 channels where there should be 4", (4, 2, 2), {}, on(2, 3, *size)),
        ("An input of 6 channels where there should be 4", (4, 2, 2), {"groups": 2}, on(2, 6, *size)),
        # What broadcasts would take these.
        ("An input of 2 channels where there should be 1", (1, 2, 2), {}, on(2, 2, *size)),
        ("An input of 1 channel where there should be 2", (2, 2, 2), {}, on(2, 1, *size)),
        ("An input of 1 channel where there should be 4", (4, 4, 2), {"groups": 4}, on(2, 1, *size)),
    ]
    same = [
        ("padding='same' with a stride of 2", (2, 2, 3), {"padding": "same", "stride": 2}, on(2, 2, *size)),
        (
            f"padding='same' with a stride of {mixed}",
            (2, 2, 3),
            {"padding": "same", "stride": mixed},
            on(2, 2, *size),
        ),
    ]
    modes = [
        ("padding_mode='mirror'", (2, 2, 3), {"padding": 1, "padding_mode": "mirror"}, on(2, 2, *size)),
        ("padding_mode='wrap'", (2, 2, 3), {"padding": 1, "padding_mode": "wrap"}, on(2, 2, *size)),
    ]
    lists = {
        "groups that do not divide both in_channels and out_channels": groups,
        "an input whose channels are not in_channels: more, fewer, a single one for many, or the reverse": channels,
        '`padding="same"` with a stride other than 1': same,
        "a padding mode that is none of the four": modes,
    }
    return [
        case
        for item, found in lists.items()
        for case in listed(item, *(raises(layer_case(*about), why) for why, *about in found))
    ]


POSITIONS = "kernel's positions"
"""What may be looped over."""


def counted(*shape: int) -> Case:
    """A call on an input of that shape."""
    return layer_case((2, 4, 3), {"groups": 2, "padding": 1}, on(*shape))


def fresh(inside: int, outside: int, *kernel: int, groups: int = 1) -> Fresh:
    """A construction with enough values to judge."""
    fan_in = inside // groups * math.prod(kernel)
    kwargs = {"groups": groups} if groups > 1 else {}
    return Fresh(args=(inside, outside, tuple(kernel)), kwargs=kwargs, bound=fan_in**-0.5)


def part(dims: int, oracle: type[nn.Module]) -> Part:
    """The part of one layer."""
    # No product of some of these numbers is that of all of them, so that a fan that leaves an axis out shows.
    kernel = ((5,), (3, 2), (2, 3, 4))[dims - 1]
    # As many as are sent whole: of a larger tensor the judge gets a sketch.
    outside = (800, 800, 240)[dims - 1]
    rest = [5] * (dims - 1)
    doubled = f"_ = layer.double()(torch.ones({(1, 2, *[3] * dims)}).double())"
    return Part(
        symbol=f"Conv{dims}d",
        oracle=oracle,
        cases=cases(dims),
        examples=examples(dims),
        arguments=ARGUMENTS,
        numerics=numerics(dims),
        properties=[uniform_init(fresh(3, outside, *kernel), fresh(8, outside, *kernel, groups=4))],
        errors=errors(dims),
        families=[
            with_dims(dims + 1, share=0.15),
            with_argument("padding", value="same", share=0.1, name='padding="same"'),
            with_argument("padding_mode", share=0.2, name="padding modes"),
        ],
        growth=[
            # A loop over the kernel's positions is vectorized too: there are 27 in Conv3d.
            growth("batch", lambda size: counted(size, 2, 5, *rest), at_most=8 * dims, fine=POSITIONS),
            growth(
                ("length", "height", "depth")[dims - 1],
                lambda size: counted(2, 2, size, *rest),
                (4, 8, 16),
                at_most=8 * dims,
                fine=POSITIONS,
            ),
        ],
        interface=[layer_case((2, 3, 2), {}, [run(doubled)], dtype="float32")],
        off_limits=OffLimits(kernels=["*conv*"], classes=["*Conv*"]),
        size=96,
        core=True,
    )


SPLIT = "channels that cannot be split into groups make `unflatten` fail anyway, only later and less plainly"
LENGTHS = "all of these tuples have one number per dimension"

exercise = Exercise(
    title="Convolution",
    parts=[part(1, nn.Conv1d), part(2, nn.Conv2d), part(3, nn.Conv3d)],
    equivalent_mutants={
        "if in_channels % groups or out_channels % groups: "
        "raise ValueError(f'{groups} groups do not divide {in_channels} and {o… → if False": SPLIT,
        "in_channels % groups or out_channels % groups → in_channels % groups and out_channels % groups": SPLIT,
        "if padding_mode not in ('zeros', 'reflect', 'replicate', 'circular'): "
        "raise ValueError(f'unknown padding_mode {padding_… → if False": "F.pad refuses an unknown mode itself",
        "zip(self.kernel_size, self.dilation, strict=True) → zip(self.kernel_size, self.dilation)": LENGTHS,
        "True → False in both = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]": LENGTHS,
        "zip(self.kernel_size, self.stride, self.dilation, strict=True) → "
        "zip(self.kernel_size, self.stride, self.dilation)": LENGTHS,
        "True → False in for axis, (k, s, d) in "
        "enumerate(zip(self.kernel_size, self.stride, self.dilation, strict=True), 2):": LENGTHS,
    },
)
