"""The fully connected layer and Flatten, judged against ``torch.nn``."""

import math
from typing import Any

from hypothesis import strategies as st
from torch import nn

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
)
from grader.strategies import cotangents, flags, nasty_tensor, normal_tensor, seeds, sizes

OFF_LIMITS = OffLimits(
    classes=["Linear", "LazyLinear", "Bilinear", "LazyBilinear", "NonDynamicallyQuantizableLinear", "Flatten"],
    functions=["torch.flatten", "torch.Tensor.flatten"],
)


# --- Linear ---


@st.composite
def linear_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One to three calls in either mode, each with zero to three leading dimensions."""
    inside, outside = draw(sizes(1, 7)), draw(sizes(1, 7))
    kwargs = {"bias": draw(flags)} if draw(flags) else {}
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 3))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        leading = draw(st.sampled_from([[3], [], [1], [2, 3], [4, 1, 2], [1, 1], [5, 2]]))
        steps.append(call(draw(normal_tensor([*leading, inside])), cotangent=draw(cotangents())))
    return layer_case((inside, outside), kwargs, steps, seed=draw(seeds))


@st.composite
def linear_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Wide enough layers that the order of summation shows, and no more than that may."""
    inside, outside = draw(st.sampled_from([8, 33, 100])), draw(sizes(1, 6))
    step = call(draw(nasty_tensor([draw(sizes(1, 4)), inside])), cotangent=draw(seeds))
    return layer_case((inside, outside), {"bias": draw(flags)}, [step], dtype="float32", seed=draw(seeds))


NO_BIAS = "layer.bias is None and 'bias' in layer._parameters  # whether bias=False registers bias as None"
PIECES = "sorted(piece.strip() for piece in layer.extra_repr().split(','))  # what extra_repr() lists"
LINEAR = Part(
    symbol="Linear",
    oracle=nn.Linear,
    cases=linear_cases(),
    examples=[
        layer_case((3, 2), {}, [call(tensor(4, 3))]),
        layer_case((3, 2), {"bias": False}, [call(tensor(4, 3, seed=1))]),
        layer_case((5, 3), {}, [call(tensor(2, 3, 5, seed=2, layout="transposed"))]),
        layer_case((4, 3), {}, [call(tensor(4, seed=3))]),
        layer_case((3, 3), {}, [evaluate(), call(tensor(2, 3, seed=4)), train(), call(tensor(1, 3, seed=5))]),
        layer_case((2, 3), {}, [call(tensor(2, 2)), reload(), call(tensor(2, 2))]),
    ],
    arguments=["in_features", "out_features", "bias"],
    numerics=linear_numerics(),
    properties=[
        uniform_init(
            Fresh(args=(120, 100), bound=1 / math.sqrt(120), names=("weight",)),
            Fresh(args=(3, 3000), bound=1 / math.sqrt(3)),
            reset=True,
        )
    ],
    errors=listed(
        "in `Linear`, an input whose last dimension is not `in_features`, even if it is 1",
        raises(layer_case((3, 2), {}, [call(tensor(4, 5))]), "A last dimension of 5 where in_features is 3"),
        raises(
            layer_case((2, 3), {"bias": False}, [call(tensor(2, 3))]), "A last dimension of 3 where in_features is 2"
        ),
        raises(layer_case((4, 2), {}, [call(tensor(2, 2, 2))]), "A last dimension of 2 where in_features is 4"),
        raises(layer_case((2, 3), {}, [call(tensor(4))]), "A vector of 4 where in_features is 2"),
        raises(layer_case((3, 2), {}, [call(tensor(4, 1))]), "A last dimension of 1 where in_features is 3"),
        raises(
            layer_case((1, 2), {"bias": False}, [call(tensor(4, 3))]), "A last dimension of 3 where in_features is 1"
        ),
    ),
    growth=[
        growth("batch", lambda batch: layer_case((3, 3), {}, [call(tensor(batch, 3))])),
        growth("second leading dimension", lambda size: layer_case((3, 3), {}, [call(tensor(2, size, 3))])),
    ],
    interface=[
        layer_case((3, 2), {}, [run(PIECES)]),
        layer_case((3, 2), {"bias": False}, [run(NO_BIAS, PIECES)]),
        layer_case((3, 2), {"bias": False}, [run("layer.reset_parameters()", "sorted(layer.state_dict())")]),
        layer_case((3, 2), {}, [run("layer.float().weight.dtype", "layer.double().bias.dtype")]),
    ],
    off_limits=OFF_LIMITS,
)


# --- Flatten ---


@st.composite
def flatten_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One or two inputs of one to five dimensions, any range of them by numbers from either end."""
    dims = draw(st.sampled_from([3, 4, 2, 4, 5, 3, 1]))
    start = draw(st.integers(0, dims - 1))
    end = draw(st.integers(start, dims - 1))
    kwargs: dict[str, Any] = {}
    if start != 1 or draw(flags):
        kwargs["start_dim"] = start - dims * draw(flags)
    if end != dims - 1 or draw(flags):
        kwargs["end_dim"] = end - dims * draw(flags)
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        shape = [draw(st.sampled_from([2, 3, 1, 4, 5])) for _ in range(dims)]
        steps.append(call(draw(normal_tensor(shape)), cotangent=draw(cotangents())))
    return layer_case((), kwargs, steps, seed=draw(seeds))


def refused(why: str, start: int, end: int, *shape: int) -> dict[str, Any]:
    """A range of dimensions that an input does not have."""
    return raises(layer_case((start, end), {}, [call(tensor(*(shape or (2, 3, 4))))]), why)


FLATTEN = Part(
    symbol="Flatten",
    oracle=nn.Flatten,
    cases=flatten_cases(),
    examples=[
        layer_case((), {}, [call(tensor(2, 3, 4))]),
        layer_case((), {"start_dim": 0}, [call(tensor(2, 3, seed=1))]),
        layer_case((), {"start_dim": 1, "end_dim": 2}, [call(tensor(2, 3, 4, 5, seed=2, layout="transposed"))]),
        layer_case((), {"start_dim": -3, "end_dim": -2}, [call(tensor(2, 3, 4, 5, seed=3))]),
        layer_case((), {"start_dim": 1, "end_dim": 1}, [call(tensor(2, 3, 4, seed=4)), call(tensor(3, 1, 2, seed=5))]),
        layer_case((), {}, [call(tensor(2, 3, 4)), call(tensor(4, 3, 2, seed=6))]),
        layer_case((), {"start_dim": 0}, [call(tensor(5, seed=6))]),
    ],
    arguments=["start_dim", "end_dim"],
    errors=[
        *listed(
            "in `Flatten`, an input that does not have `start_dim`, or not `end_dim`",
            refused("A start_dim of 3 for 3 dimensions", 3, -1),
            refused("An end_dim of 3 for 3 dimensions", 0, 3),
            refused("A start_dim of -4 for 3 dimensions", -4, 1),
            refused("An end_dim of -4 for 3 dimensions", 0, -4),
            refused("A start_dim and an end_dim of 3 for 3 dimensions", 3, 3),
            refused("A start_dim of 1 for 1 dimension", 1, -1, 5),
        ),
        *listed(
            "in `Flatten`, a `start_dim` after `end_dim`",
            refused("A start_dim of 2 after an end_dim of 1", 2, 1),
            refused("A start_dim of 1 after an end_dim of 0", 1, 0, 3, 2),
            refused("A start_dim of -1 after an end_dim of -2", -1, -2),
        ),
    ],
    growth=[
        growth("batch", lambda batch: layer_case((), {}, [call(tensor(batch, 2, 3, 3))])),
        growth("image height", lambda height: layer_case((), {}, [call(tensor(2, 2, height, 3))])),
    ],
    off_limits=OFF_LIMITS,
    points={"values": 2, "gradients": 1},
)

exercise = Exercise(
    title="Linear and Flatten",
    parts=[LINEAR, FLATTEN],
)
