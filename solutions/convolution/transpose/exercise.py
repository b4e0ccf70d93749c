"""The transposed convolution, judged against ``torch.nn.ConvTranspose2d``."""

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, uniform_init
from grader.spec import (
    Exercise,
    Family,
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
    with_dims,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -0.2))
PLAIN = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}


def either(values: tuple[int, int], draw: st.DrawFn) -> Any:
    """Two equal numbers as one, now and then; else a tuple."""
    return values[0] if values[0] == values[1] and draw(flags) else values


def least_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Height or width of the output, without output padding."""
    return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1


@st.composite
def pairs(draw: st.DrawFn, low: int, high: int) -> tuple[int, int]:
    """Height and width, equal or not."""
    first = draw(sizes(low, high))
    return (first, first) if draw(flags) else (first, draw(sizes(low, high)))


@st.composite
def geometry(draw: st.DrawFn) -> tuple[Case, Case, Any]:
    """Numbers by direction, the same as the constructor takes them, and the kernel."""
    kernel, numbers = draw(pairs(1, 3)), {}
    numbers["stride"] = draw(pairs(1, 3)) if draw(flags) else (1, 1)
    numbers["dilation"] = draw(pairs(1, 3 if max(kernel) < 3 else 2)) if draw(flags) else (1, 1)
    numbers["padding"] = draw(pairs(0, 2)) if draw(flags) else (0, 0)
    room = [max(numbers["stride"][way], numbers["dilation"][way]) - 1 for way in (0, 1)]
    extra = tuple(draw(st.integers(0, most)) for most in room) if draw(flags) else (0, 0)
    numbers["output_padding"] = extra
    given = {name: either(value, draw) for name, value in numbers.items() if set(value) != {PLAIN[name]}}
    return {**numbers, "kernel": kernel}, given, either(kernel, draw)


def spatial(draw: st.DrawFn, numbers: Case) -> tuple[list[int], list[int]]:
    """Height and width of an input whose output has at least one pixel, and the least size of that output."""
    found, least = [], []
    for way in (0, 1):
        kernel, stride, padding, dilation = (numbers[name][way] for name in ("kernel", "stride", "padding", "dilation"))
        smallest = next(size for size in range(1, 9) if least_size(size, kernel, stride, padding, dilation) >= 1)
        found.append(draw(st.integers(smallest, max(4, smallest))))
        least.append(least_size(found[-1], kernel, stride, padding, dilation))
    return found, least


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Everything varied together; one or two calls, with a batch or without, with an output size or without."""
    numbers, given, kernel = draw(geometry())
    groups = draw(st.sampled_from((1, 1, 2, 3)))
    inside, outside = groups * draw(sizes(1, 2)), groups * draw(sizes(1, 3 if groups == 1 else 2))
    if groups > 1:
        given["groups"] = groups
    if draw(flags):
        given["bias"] = draw(flags)
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        size, least = spatial(draw, numbers)
        batch = draw(st.sampled_from(([2], [1], [], [3])))
        x = draw(normal_tensor([*batch, inside, *size], spreads=MILD))
        form = draw(st.sampled_from(("none", "none", "last two", "full")))
        wanted = [low + draw(st.integers(0, stride - 1)) for low, stride in zip(least, numbers["stride"], strict=True)]
        seed = draw(cotangents())
        if form == "none":
            steps.append(call(x, cotangent=seed))
            continue
        full = [*batch, outside, *wanted] if form == "full" else wanted
        asked = tuple(full) if draw(flags) else full
        steps.append(call(x, output_size=asked, cotangent=seed) if draw(flags) else call(x, asked, cotangent=seed))
    return layer_case([inside, outside, kernel], given, steps, seed=draw(seeds))


UP = {"stride": 2, "padding": 1, "output_padding": 1}
WIDE = {"stride": (2, 3), "padding": (1, 2), "output_padding": (1, 2), "dilation": (2, 1)}


@st.composite
def numerics(draw: st.DrawFn) -> Case:
    """Float32 images of several scales."""
    options = draw(st.sampled_from(({}, UP, {"groups": 2, "stride": (1, 3)})))
    spreads = ((1.0, 0.0), (1e3, 0.0), (1.0, 100.0), (1e-3, 0.0))
    x = draw(normal_tensor([2, 4, 3, 5], fills=("normal",), spreads=spreads, grad=True))
    return layer_case([4, 6, (3, 2)], options, [call(x, cotangent=draw(seeds))], dtype="float32", seed=draw(seeds))


def example(args: Sequence[Any], options: Case, *shapes: Sequence[int], size: Any = None) -> Case:
    """Calls on normal values, one per shape, all with the output size if there is one."""
    more = {} if size is None else {"output_size": size}
    return layer_case(args, options, [call(tensor(*shape, seed=place), **more) for place, shape in enumerate(shapes)])


def asks_for_size(case: Any) -> bool:
    """Whether a call gives `output_size`."""
    calls = (step for step in case["steps"] if step["do"] == "call")
    return any(len(step["args"]) > 1 or "output_size" in step.get("kwargs", {}) for step in calls)


CANVAS = "canvas = x.new_zeros(len(x), self.out_channels, rows + below, columns + right)"
EQUIVALENT = {
    f"{CANVAS} → {CANVAS}.detach()": "new zeros have no history to be detached from",
    "in_channels % groups or out_channels % groups → in_channels % groups and out_channels % groups": (
        "channels that do not fit make the call raise, too"
    ),
    "if in_channels % groups or out_channels % groups: "
    "raise ValueError('groups must divide in_channels and out_channels') → if False": (
        "channels that do not fit make the call raise, too"
    ),
}

exercise = Exercise(
    title="Transposed convolution",
    equivalent_mutants=EQUIVALENT,
    parts=[
        Part(
            symbol="ConvTranspose2d",
            oracle=nn.ConvTranspose2d,
            cases=cases(),
            core=True,
            size=96,
            examples=[
                example([2, 3, 3], {}, [2, 2, 4, 5]),
                example([2, 3, 3], {"stride": 2}, [1, 2, 3, 2]),
                example([2, 3, (2, 3)], {"stride": (3, 2), "padding": (0, 1)}, [2, 2, 2, 3]),
                example([2, 2, 3], UP, [2, 2, 3, 2]),
                example([4, 6, (3, 2)], WIDE | {"groups": 2}, [2, 4, 3, 4]),
                example([4, 6, (2, 3)], WIDE | {"groups": 2, "bias": False}, [1, 4, 2, 3]),
                example([3, 3, 2], {"groups": 3, "bias": False, "stride": 2}, [2, 3, 2, 3]),
                example([6, 4, 2], {"groups": 2}, [1, 6, 2, 3], [3, 6, 3, 2]),
                example([2, 3, (3, 1)], {"dilation": (2, 1), "output_padding": (1, 0)}, [2, 2, 3, 3]),
                example([2, 3, 3], {"stride": 2, "padding": 1}, [2, 3, 4], [2, 2, 2]),
                example([2, 3, 3], {"stride": 2, "padding": 1}, [2, 2, 3, 4], size=(6, 7)),
                example([2, 3, 3], {"stride": 3, "output_padding": 2}, [2, 2, 2, 3], size=[6, 10]),
                example([2, 3, 3], {"stride": (2, 3), "padding": 1}, [2, 2, 3, 4], size=(2, 3, 6, 12)),
                example([2, 3, 3], {"stride": 2}, [2, 3, 4], size=(3, 8, 9)),
                example([1, 1, 1], {"stride": 2, "padding": 1}, [1, 1, 4, 3]),
                example([1, 2, 5], {"stride": 3, "padding": 2, "output_padding": 2}, [1, 1, 2, 3]),
                example([2, 1, (4, 5)], {"stride": 2, "padding": (2, 3), "output_padding": 1}, [2, 2, 3, 4]),
                example([1, 1, 3], {"stride": (2, 3), "padding": (3, 2), "output_padding": (0, 2)}, [1, 1, 5, 3]),
                example([1, 1, (1, 4)], {}, [1, 1, 1, 1]),
                example([2, 1, 2], {"padding": (1, 0), "bias": False}, [2, 2, 3, 1], [2, 4, 2]),
                layer_case([1, 2, 2], {}, [call(tensor(1, 1, 2, 2)), reload(), call(tensor(1, 1, 2, 2))]),
            ],
            arguments=[
                *("in_channels", "out_channels", "kernel_size", "stride", "padding"),
                *("output_padding", "groups", "bias", "dilation"),
            ],
            numerics=numerics(),
            families=[
                with_dims(3, share=0.2),
                Family(name="output_size", share=0.2, holds=asks_for_size),
            ],
            properties=[
                uniform_init(
                    Fresh(args=(30, 12, (3, 5)), kwargs={"groups": 3}, bound=1 / math.sqrt(4 * 15), names=("weight",)),
                    Fresh(args=(300, 2, 2), bound=1 / math.sqrt(8), names=("weight",)),
                    Fresh(args=(4, 600, (2, 1)), kwargs={"groups": 2}, bound=1 / math.sqrt(600)),
                )
            ],
            errors=[
                *listed(
                    "an input whose channels are not `in_channels`, a single one for many and the reverse included",
                    raises(example([2, 3, 3], {}, [2, 3, 4, 4]), "An input of 3 channels where in_channels is 2"),
                    raises(
                        example([4, 2, 3], {"groups": 2}, [2, 2, 4, 4]), "An input of 2 channels where in_channels is 4"
                    ),
                    raises(example([3, 2, 3], {}, [2, 1, 4, 4]), "An input of 1 channel where in_channels is 3"),
                    raises(example([1, 2, 3], {}, [2, 3, 4, 4]), "An input of 3 channels where in_channels is 1"),
                ),
                *listed(
                    "`in_channels` or `out_channels` that `groups` does not divide",
                    raises(example([3, 4, 3], {"groups": 2}, [2, 3, 4, 4]), "3 input channels in 2 groups"),
                    raises(example([4, 5, 3], {"groups": 2}, [2, 4, 4, 4]), "5 output channels in 2 groups"),
                ),
                *listed(
                    "an `output_padding` that is neither smaller than the stride nor smaller than the dilation, in "
                    "either direction (without `output_size`, which overrides it)",
                    raises(
                        example([2, 3, 3], {"output_padding": 1}, [2, 2, 4, 4]),
                        "output_padding=1 with a stride and a dilation of 1",
                    ),
                    raises(
                        example([2, 3, 3], {"stride": 2, "output_padding": (1, 2)}, [2, 2, 4, 4]),
                        "output_padding=(1, 2) with a stride of 2",
                    ),
                    raises(
                        example([2, 3, 3], {"stride": 3, "output_padding": (3, 0)}, [2, 2, 4, 4]),
                        "output_padding=(3, 0) with a stride of 3",
                    ),
                ),
                *listed(
                    "an `output_size` that is smaller than the smallest output, or larger than that by the stride or "
                    "more",
                    *(
                        raises(example([2, 3, kernel], options, [2, 2, 4, 4], size=size), f"An output_size {problem}")
                        for kernel, options, size, problem in (
                            (3, {"stride": 2}, (8, 9), "below the smallest"),
                            (3, {"stride": 2}, (10, 11), "above the largest"),
                            (3, {"stride": 2}, (11, 10), "above the largest"),
                            (3, {}, (6, 7), "other than the only one"),
                            (2, {"dilation": 3}, (7, 8), "above the only one"),
                        )
                    ),
                ),
            ],
            growth=[
                growth("batch", lambda size: example([2, 3, 3], UP, [size, 2, 3, 4])),
                growth("image height", lambda size: example([2, 3, 3], UP, [2, 2, size, 3])),
                growth("image width", lambda size: example([2, 3, 3], UP, [2, 2, 3, size])),
            ],
            interface=[
                layer_case([2, 3, 3], {}, [run("_ = layer.double()(torch.ones(1, 2, 3, 3).double())")], dtype="float32")
            ],
            off_limits=OffLimits(
                kernels=("*conv*", "col2im"),
                classes=("*Conv*", "Fold"),
                functions=("torch.nn.functional.fold",),
            ),
        )
    ],
)
