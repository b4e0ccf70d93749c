"""Batch normalisation: each channel standardised over the batch, with running statistics for evaluation."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from grader.properties import Fresh, constant_init, graph_free
from grader.spec import (
    Exercise,
    Growth,
    OffLimits,
    Part,
    call,
    evaluate,
    function_case,
    growth,
    layer_case,
    listed,
    program,
    raises,
    reload,
    run,
    tensor,
    train,
    with_argument,
)
from grader.strategies import (
    SPREADS,
    UNTRAINED,
    cotangents,
    eps_values,
    flags,
    keywords,
    nasty_tensor,
    normal_tensor,
    seeds,
    shapes,
    sizes,
    train_eval_programs,
)

Case = dict[str, Any]

MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -0.2), (100.0, 30.0))
"""Spreads for a handful of values per channel, some of which are bound to lie close together."""

OFF_LIMITS = OffLimits(
    kernels=("*batch_norm*", "*layer_norm*", "*group_norm*", "*instance_norm*", "*rms_norm*"),
    classes=("*BatchNorm*", "*InstanceNorm*", "GroupNorm", "LayerNorm", "RMSNorm"),
)


def images(draw: st.DrawFn, dims: int, channels: int, *, several: bool, high: int = 4) -> list[int]:
    """The shape of a batch with `dims` axes after the channels; with several values per channel where asked for."""
    batch, rest = draw(sizes(1, 4)), draw(shapes(dims, 1, high))
    if several and batch * math.prod(rest) <= 2:
        # Of two values per channel hardly any gradient is left; there is an example with a large eps instead.
        batch += draw(sizes(2, 3))
    return [batch, channels, *rest]


def batch_of(shape: Sequence[int]) -> st.SearchStrategy[Case]:
    """An input without constant channels, whose output or gradient would be nothing but rounding."""
    few = math.prod(shape) < 8 * shape[1]
    return normal_tensor(shape, fills=("normal", "uniform"), spreads=MILD if few else SPREADS)


OTHER_DIMENSIONS = "an input with another number of dimensions than the table says"
"""Of the lesson's list of bad arguments."""


# The function.


def expected(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    moving_mean: Tensor,
    moving_var: Tensor,
    eps: float,
    momentum: float,
    training: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """The function by way of `torch.nn.functional.batch_norm`, the moving statistics in plain arithmetic."""
    if x.dim() not in (2, 4):
        raise ValueError("2-D or 4-D")
    mean, var = moving_mean.detach().flatten(), moving_var.detach().flatten()
    y = F.batch_norm(x, mean.clone(), var.clone(), gamma.flatten(), beta.flatten(), training=training, eps=eps)
    if training:
        rows = x.detach().transpose(0, 1).flatten(1)
        mean = momentum * mean + (1 - momentum) * rows.mean(1)
        var = momentum * var + (1 - momentum) * rows.var(1, unbiased=False)
    return y, mean.reshape(moving_mean.shape), var.reshape(moving_var.shape)


def arguments(shape: Sequence[int], x: Case, seed: int = 0) -> list[Case]:
    """The five tensors of a call, those of the channels in the input's number of dimensions."""
    own = [1, shape[1], *[1] * (len(shape) - 2)]
    return [
        x,
        tensor(*own, seed=seed + 1),
        tensor(*own, seed=seed + 2),
        tensor(*own, seed=seed + 3, grad=False),
        tensor(*own, fill="uniform", scale=0.5, shift=1.0, seed=seed + 4, grad=False),
    ]


@st.composite
def function_cases(draw: st.DrawFn) -> Case:
    """Vectors and images, in training and not."""
    training = draw(flags)
    shape = images(draw, draw(st.sampled_from((0, 2))), draw(sizes(1, 4)), several=training)
    x = draw(batch_of(shape))
    eps, momentum = draw(eps_values), draw(st.sampled_from((0.9, 0.5, 0.3, 0.0, 1.0)))
    five = arguments(shape, x, draw(seeds))
    return function_case(*five, eps, momentum, training, cotangent=draw(cotangents()))


@st.composite
def function_numerics(draw: st.DrawFn) -> Case:
    """Training on images and vectors that float32 finds hard."""
    shape = draw(st.sampled_from(([8, 3, 4, 4], [32, 3], [4, 2, 5, 7])))
    five = arguments(shape, draw(nasty_tensor(shape)), draw(seeds))
    return function_case(*five, 1e-5, 0.9, True, dtype="float32", cotangent=draw(seeds))


def function_example(*shape: int, training: bool, eps: float = 1e-5, momentum: float = 0.9) -> Case:
    """A call on normal values."""
    return function_case(*arguments(shape, tensor(*shape)), eps, momentum, training)


def refused(why: str, *shape: int, dims: int, training: bool) -> Case:
    """A call that must raise, with parameters of so many dimensions."""
    four = [tensor(1, shape[1], *[1] * (dims - 2), fill="ones", grad=False)] * 4
    return raises(function_case(tensor(*shape), *four, 1e-5, 0.9, training, cotangent=None), why)


def growths(make: Callable[..., Case], dims: int) -> list[Growth]:
    """Growing batches and, where there are any, lengths, heights or depths, for what makes a case of a shape."""
    batches = growth("batch", lambda size: make(size, 3, *[4] * dims))
    if not dims:
        return [batches]
    first = ("length", "height", "depth")[dims - 1]
    return [batches, growth(first, lambda size: make(3, 2, size, *[3] * (dims - 1)))]


def trained(*shape: int) -> Case:
    """A training call of the function."""
    return function_example(*shape, training=True)


function = Part(
    symbol="batch_norm",
    oracle=expected,
    cases=function_cases(),
    examples=[
        function_example(4, 3, training=True),
        function_example(4, 3, training=False, eps=0.1),
        function_example(2, 3, 4, 5, training=True, momentum=0.3),
        function_example(2, 3, 4, 5, training=False),
        function_example(5, 2, 3, 1, training=True, eps=1.0),
        function_example(3, 2, training=True, momentum=0.5),
        function_example(1, 2, 2, 3, training=True, momentum=0.0),
        function_example(2, 3, training=True, eps=1.0),
    ],
    numerics=function_numerics(),
    errors=listed(
        OTHER_DIMENSIONS,
        refused("A 3-D input", 2, 3, 4, dims=3, training=True),
        refused("A 3-D input in evaluation", 2, 3, 4, dims=2, training=False),
        refused("A 5-D input", 2, 3, 4, 2, 2, dims=5, training=True),
        refused("A 5-D input in evaluation", 2, 3, 4, 2, 2, dims=4, training=False),
    ),
    growth=growths(trained, 0) + growths(trained, 2),
    interface=[
        program(
            "given = dict.fromkeys(['gamma', 'beta', 'moving_mean', 'moving_var'], torch.ones(1, 3))",
            "result = batch_norm(x=torch.eye(3), **given, eps=0.1, momentum=0.5, training=True)",
        )
    ],
    off_limits=OFF_LIMITS,
    state_outputs=(1, 2),
)


# The layers.

OPTIONS = keywords(
    eps=eps_values,
    momentum=st.sampled_from((0.3, None, 1.0, 0.0)),
    affine=flags,
    track_running_stats=flags,
)
MODES = ("layer.eval() is layer", "layer.training", "layer.train() is layer", "layer.training")
DTYPES = (
    "layer.to(torch.float32) is layer",
    "all(item.dtype is torch.float32 for item in layer.state_dict().values() if item.is_floating_point())"
    "  # whether layer.to(torch.float32) makes all of its state float32",
)


@st.composite
def layer_cases(draw: st.DrawFn, dims: Sequence[int]) -> Case:
    """Programs of training and evaluation on batches of changing size."""
    channels, options = draw(sizes(1, 4)), draw(OPTIONS)
    tracks = options.get("track_running_stats", True)

    @st.composite
    def inputs(draw: st.DrawFn, training: bool) -> Case:
        shape = images(draw, draw(st.sampled_from(dims)), channels, several=training or not tracks, high=3)
        return draw(batch_of(shape))

    return layer_case([channels], options, draw(train_eval_programs(inputs)), seed=draw(seeds))


@st.composite
def layer_numerics(draw: st.DrawFn, dims: Sequence[int]) -> Case:
    """Training, then evaluation, on what float32 finds hard."""
    extent = draw(st.sampled_from(dims))
    shape = [32 if extent == 0 else 6, 3, *[4, 5, 2][:extent]]
    steps = [call(draw(nasty_tensor(shape)), cotangent=draw(seeds))]
    if draw(flags):
        steps += [evaluate(), call(draw(nasty_tensor(shape)), cotangent=draw(seeds))]
    return layer_case([3], {}, steps, dtype="float32", seed=draw(seeds))


def examples(extent: Sequence[int]) -> list[Case]:
    """Cases for every suite; `extent` is the size of an image."""
    x, y, z = tensor(4, 3, *extent), tensor(2, 3, *extent, seed=1, shift=2.0), tensor(6, 3, *extent, seed=2, scale=3.0)
    return [
        layer_case([3], {}, [call(x)]),
        layer_case([3], {}, [evaluate(), call(x)]),
        layer_case([3], {}, [call(x), evaluate(), call(y)]),
        layer_case([3], {"momentum": None}, [call(x), call(y), call(z), evaluate(), call(x)]),
        layer_case([3], {"momentum": None}, [call(x), call(y)], seed=2),
        layer_case([3], {"momentum": 0.0, "eps": 0.1}, [call(y), evaluate(), call(x)]),
        layer_case([3], {"affine": False, "momentum": 0.5}, [call(x), call(z), evaluate(), call(y)]),
        layer_case([3], {"track_running_stats": False, "eps": 1.0}, [call(x), evaluate(), call(y)]),
        layer_case([3], {"affine": False, "track_running_stats": False, "momentum": None}, [evaluate(), call(z)]),
        layer_case([3], {}, [evaluate(), call(y), train(), call(x), evaluate(), call(tensor(1, 3, *extent))], seed=1),
        layer_case([3], {}, [call(tensor(4, 3, *extent, fill="ones", scale=2.0))]),
        layer_case([2], {"eps": 1.0}, [call(tensor(2, 2, *[1] * len(extent)))]),
        layer_case([3], {"eps": 1.0}, [evaluate(), call(x), call(y)]),
        layer_case([3], {}, [evaluate(), call(y), train(), call(x)], state=UNTRAINED),
        layer_case([3], {}, [call(tensor(1, 3, *extent, seed=4)), evaluate(), call(tensor(1, 3, *extent, seed=5))]),
        layer_case([3], {}, [evaluate(), call(x), reload(), call(x), train(), call(x), reload(), call(x)]),
    ]


def refusals(extent: Sequence[int], wrong: Sequence[Sequence[int]]) -> list[Case]:
    """Wrong numbers of dimensions, wrong channels, and one value per channel in training."""
    fixed, bare, free = {"affine": False}, {"affine": False, "momentum": None}, {"track_running_stats": False}
    dimensions = [
        raises(
            layer_case([3], options, [mode, call(tensor(*shape))]),
            f"An input with {len(shape)} dimension{'' if len(shape) == 1 else 's'}",
        )
        for shape in wrong
        for options, mode in (({}, train()), (bare, evaluate()), (free, train()))
    ]
    channels = [
        raises(
            layer_case([size], options, [mode, call(tensor(4, 3, *extent))]),
            f"An input with 3 channels where there should be {size}",
        )
        for size in (2, 4)
        for options, mode in (({}, train()), (fixed, evaluate()), (free, evaluate()))
    ]
    stretched = [
        raises(
            layer_case([size], options, [mode, call(tensor(4, given, *extent))]),
            f"An input of {given} channels where there should be {size}",
        )
        for size, given in ((1, 3), (3, 1))
        for options, mode in (({}, train()), ({}, evaluate()), (fixed, train()), (fixed, evaluate()), (free, train()))
    ]
    single = [
        raises(layer_case([3], options, [call(tensor(1, 3, *[1] * len(extent)))]), "One value per channel in training")
        for options in ({}, fixed)
    ]
    return [
        *listed(OTHER_DIMENSIONS, *dimensions),
        *listed(
            "in the layers, another number of channels than `num_features`, with a weight or running statistics",
            *channels,
        ),
        *listed("in the layers, a single channel where there should be several, or the reverse", *stretched),
        *listed("in the layers, a single value per channel in training, such as a batch of one vector", *single),
    ]


def layer(
    symbol: str, oracle: type[nn.Module], dims: Sequence[int], extent: Sequence[int], wrong: Sequence[Sequence[int]]
) -> Part:
    """The part of one layer: `dims` are the axes that an input may have after its channels."""
    made = examples(extent)
    if 0 in dims:
        both = layer_case([2], {}, [call(tensor(5, 2)), call(tensor(2, 2, 4))])
        made = [layer_case([3], {}, [call(tensor(4, 3))]), *made, both]
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=layer_cases(dims),
        examples=made,
        arguments=("num_features", "eps", "momentum", "affine", "track_running_stats"),
        numerics=layer_numerics(dims),
        properties=[
            constant_init(
                {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1, "num_batches_tracked": 0},
                Fresh(args=(3,)),
                Fresh(args=(5,), kwargs={"momentum": None, "eps": 0.1}),
            ),
            graph_free([3], [4, 3, *extent], "running_mean", "running_var"),
        ],
        errors=refusals(extent, wrong),
        growth=[
            item
            for extents in dims
            for item in growths(lambda *shape: layer_case([shape[1]], {}, [call(tensor(*shape))]), extents)
        ],
        interface=[
            layer_case([3], {"momentum": None}, [run(*MODES, *DTYPES)]),
            layer_case([2], {"affine": False, "track_running_stats": False}, [run(*MODES, *DTYPES)]),
        ],
        off_limits=OFF_LIMITS,
        families=[with_argument("momentum", value=None, share=0.25, name="momentum=None")],
    )


MOVING = {
    "moving_mean": "momentum * moving_mean + (1 - momentum) * mean",
    "moving_var": "momentum * moving_var + (1 - momentum) * var",
}

exercise = Exercise(
    title="Batch normalisation",
    equivalent_mutants={
        f"{name} = {value} → {name} = ({value}).detach()": "detached on return anyway" for name, value in MOVING.items()
    },
    parts=[
        function,
        layer("BatchNorm1d", nn.BatchNorm1d, (0, 1), (5,), ([3], [4, 3, 2, 2], [2, 3, 2, 2, 2])),
        layer("BatchNorm2d", nn.BatchNorm2d, (2,), (3, 5), ([4, 3], [4, 3, 5], [2, 3, 2, 2, 2])),
        layer("BatchNorm3d", nn.BatchNorm3d, (3,), (3, 1, 2), ([4, 3], [4, 3, 5], [4, 3, 3, 5])),
    ],
)
