"""Group normalisation and instance normalisation, judged against ``torch.nn``."""

from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, constant_init, graph_free
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
    with_dims,
)
from grader.strategies import (
    UNTRAINED,
    cotangents,
    eps_values,
    flags,
    keywords,
    nasty_tensor,
    normal_tensor,
    seeds,
    sizes,
    train_eval_programs,
)

OFF_LIMITS = OffLimits(
    kernels=["*batch_norm*", "*layer_norm*", "*group_norm*", "*instance_norm*", "*rms_norm*"],
    classes=["*BatchNorm*", "*LayerNorm*", "*GroupNorm*", "*InstanceNorm*", "RMSNorm"],
)


def inputs(shape: list[int]) -> st.SearchStrategy[Any]:
    """Well-conditioned inputs; integers (which bring constant stretches) only where every mean is exact."""
    plain = normal_tensor(shape, fills=("normal", "uniform"))
    return st.one_of(plain, plain, normal_tensor(shape, fills=("integers",), spreads=((1.0, 0.0), (3.0, 1.0))))


# --- GroupNorm ---

GROUPINGS = ((1, 1), (1, 2), (2, 4), (3, 6), (1, 3), (3, 3), (2, 6), (4, 8), (6, 6))
TRAILING = ([2, 3], [4, 4], [5, 1], [1, 7], [6], [3], [], [2, 3, 2], [1, 2, 1, 3])


@st.composite
def group_inputs(draw: st.DrawFn) -> tuple[tuple[int, int], list[int]]:
    """Groups, channels and the shape of an input whose groups have at least three values each."""
    groups, channels = draw(st.sampled_from(GROUPINGS))
    trailing = draw(st.sampled_from(TRAILING))
    values = channels // groups
    for size in trailing:
        values *= size
    if values < 3:
        trailing = [3, 2]
    return (groups, channels), [draw(sizes(1, 4)), channels, *trailing]


@st.composite
def group_cases(draw: st.DrawFn) -> dict[str, Any]:
    """One or two calls in either mode, of inputs with zero to four trailing dimensions."""
    args, shape = draw(group_inputs())
    kwargs = draw(keywords(eps=eps_values, affine=flags))
    steps = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        batch = draw(sizes(1, 4))
        steps.append(call(draw(inputs([batch, *shape[1:]])), cotangent=draw(cotangents())))
    return layer_case(args, kwargs, steps, seed=draw(seeds))


@st.composite
def group_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Groups of a few dozen values."""
    groups, channels = draw(st.sampled_from([(1, 2), (2, 4), (3, 6), (2, 2)]))
    shape = [draw(sizes(1, 2)), channels, draw(sizes(4, 7)), draw(sizes(4, 7))]
    step = call(draw(nasty_tensor(shape)), cotangent=draw(seeds))
    return layer_case((groups, channels), {}, [step], dtype="float32", seed=draw(seeds))


OTHER_CHANNELS = (
    "an input with another number of channels than the layer's, a single one for many and the reverse included; in "
    "`InstanceNorm2d` only with a weight or running statistics"
)
"""Of the lesson's list of bad arguments."""

GROUP_NORM = Part(
    symbol="GroupNorm",
    oracle=nn.GroupNorm,
    cases=group_cases(),
    examples=[
        layer_case((2, 4), {}, [call(tensor(2, 4, 3, 2))]),
        layer_case((2, 6), {"eps": 0.1}, [call(tensor(3, 6, 5, 3, seed=1, scale=0.1, shift=-2.0))]),
        layer_case((1, 3), {"affine": False}, [call(tensor(1, 3, 2, 2, seed=2))]),
        layer_case((2, 6), {}, [call(tensor(2, 6, seed=3))]),
        layer_case((1, 2), {}, [call(tensor(2, 2, 3)), reload(), call(tensor(2, 2, 3))]),
    ],
    arguments=["num_groups", "num_channels", "eps", "affine"],
    numerics=group_numerics(),
    families=[with_dims(2, 3, 5, 6, share=0.25, name="input that is no batch of images")],
    properties=[constant_init({"weight": 1, "bias": 0}, Fresh(args=(2, 4)), Fresh(args=(3, 9)))],
    errors=[
        *listed(
            "in `GroupNorm`, channels that are not divisible by the groups, in the constructor or in the call",
            raises(layer_case((4, 6), {}, [call(tensor(2, 6, 4))]), "6 channels in 4 groups"),
            raises(layer_case((3, 4), {"affine": False}, [call(tensor(2, 4, 4))]), "4 channels in 3 groups"),
        ),
        *listed(
            OTHER_CHANNELS,
            raises(
                layer_case((2, 4), {}, [call(tensor(2, 6, 3, 3))]), "An input of 6 channels where num_channels is 4"
            ),
            raises(
                layer_case((2, 4), {}, [call(tensor(2, 2, 3, 3))]), "An input of 2 channels where num_channels is 4"
            ),
            raises(layer_case((1, 4), {}, [call(tensor(2, 1, 3, 3))]), "An input of 1 channel where num_channels is 4"),
            raises(
                layer_case((1, 1), {}, [call(tensor(2, 3, 3, 3))]), "An input of 3 channels where num_channels is 1"
            ),
        ),
        *listed(
            "in `GroupNorm`, an input with fewer than two dimensions",
            raises(layer_case((2, 4), {}, [call(tensor(4))]), "An input of one dimension"),
        ),
    ],
    growth=[
        growth("batch", lambda size: layer_case((2, 4), {}, [call(tensor(size, 4, 3, 3))])),
        growth("image height", lambda size: layer_case((2, 4), {}, [call(tensor(2, 4, size, 3))])),
    ],
    off_limits=OFF_LIMITS,
)


# --- InstanceNorm2d ---

BOTH = {"affine": True, "track_running_stats": True}
IMAGES = ((2, 3), (3, 3), (4, 2), (1, 5), (7, 1), (5, 4), (3, 6))


@st.composite
def instance_input(draw: st.DrawFn, channels: int, own: bool) -> Any:
    """A batch of images or one image; of a single element only where running statistics are used."""
    images = IMAGES if own else (*IMAGES, (1, 1))
    shape = [channels, *draw(st.sampled_from(images))]
    batch = draw(st.sampled_from([2, 0, 1, 3, 0, 4]))
    return draw(inputs([batch, *shape] if batch else shape))


@st.composite
def instance_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A program of calls in both modes, batched and not."""
    channels = draw(sizes(1, 4))
    momenta = st.sampled_from([0.1, 0.5, 0.9, 1.0, 0.0])
    kwargs = draw(keywords(eps=eps_values, momentum=momenta, affine=flags))
    tracked = draw(st.sampled_from([False, True, True]))
    if tracked or draw(flags):
        kwargs["track_running_stats"] = tracked
    steps = draw(train_eval_programs(lambda training: instance_input(channels, training or not tracked)))
    return layer_case((channels,), kwargs, steps, seed=draw(seeds))


@st.composite
def instance_numerics(draw: st.DrawFn) -> dict[str, Any]:
    """Images of a few dozen values, with and without running statistics."""
    channels = draw(sizes(1, 3))
    shape = [draw(sizes(1, 2)), channels, draw(sizes(4, 7)), draw(sizes(4, 7))]
    kwargs = {"affine": draw(flags), "track_running_stats": draw(flags)}
    step = call(draw(nasty_tensor(shape)), cotangent=draw(seeds))
    return layer_case((channels,), kwargs, [step], dtype="float32", seed=draw(seeds))


IMAGE = tensor(2, 3, 2)
INSTANCE_NORM = Part(
    symbol="InstanceNorm2d",
    oracle=nn.InstanceNorm2d,
    cases=instance_cases(),
    examples=[
        layer_case((3,), {}, [call(tensor(2, 3, 4, 5))]),
        layer_case((3,), BOTH, [call(tensor(2, 3, 4, 5)), evaluate(), call(tensor(2, 3, 4, 5, seed=1))]),
        layer_case(
            (2,), BOTH | {"momentum": 0.5, "eps": 0.1}, [call(tensor(2, 3, 3, seed=2)), call(tensor(2, 3, 3, seed=3))]
        ),
        layer_case((2,), {"track_running_stats": True}, [evaluate(), call(tensor(2, 1, 1, seed=4))]),
        layer_case((2,), {"affine": True}, [call(tensor(2, 5, 1, seed=5)), call(tensor(2, 1, 4, seed=6))]),
        layer_case((2,), BOTH, [call(IMAGE), evaluate(), call(IMAGE), reload(), call(IMAGE)]),
        layer_case((2,), BOTH, [evaluate(), call(IMAGE), train(), call(IMAGE)], state=UNTRAINED),
        layer_case((2,), {"track_running_stats": True, "momentum": 0.0}, [call(IMAGE)]),
    ],
    arguments=["num_features", "eps", "momentum", "affine", "track_running_stats"],
    numerics=instance_numerics(),
    families=[with_dims(3, share=0.25)],
    properties=[
        constant_init(
            {"weight": 1, "bias": 0, "running_mean": 0, "running_var": 1, "num_batches_tracked": 0},
            Fresh(args=(3,), kwargs=BOTH),
        ),
        graph_free([3, 1e-5, 0.1, False, True], [2, 3, 2, 2], "running_mean", "running_var"),
    ],
    errors=[
        *listed(
            "in `InstanceNorm2d`, an input with other than three or four dimensions",
            raises(layer_case((3,), {}, [call(tensor(2, 3))]), "An input of 2 dimensions"),
            raises(layer_case((3,), {}, [call(tensor(2, 3, 4, 4, 4))]), "An input of 5 dimensions"),
            raises(layer_case((3,), {}, [call(tensor(2, 3, 3, 4, 4))]), "An input of 5 dimensions"),
        ),
        *listed(
            OTHER_CHANNELS,
            raises(
                layer_case((3,), {"affine": True}, [call(tensor(2, 4, 3, 3))]),
                "An input of 4 channels where num_features is 3",
            ),
            raises(layer_case((3,), BOTH, [call(tensor(4, 3, 3))]), "One image of 4 channels where num_features is 3"),
            raises(
                layer_case((3,), {"affine": True}, [call(tensor(2, 1, 3, 3))]),
                "An input of 1 channel where num_features is 3",
            ),
            raises(
                layer_case((1,), BOTH, [call(tensor(2, 3, 3, 3))]), "An input of 3 channels where num_features is 1"
            ),
            raises(
                layer_case((3,), BOTH, [evaluate(), call(tensor(2, 1, 3, 3))]),
                "An input of 1 channel in evaluation where num_features is 3",
            ),
        ),
        *listed(
            "in `InstanceNorm2d`, a height and width of one in training, because a single value has no variance",
            raises(layer_case((3,), {}, [call(tensor(2, 3, 1, 1))]), "A single value per channel"),
            raises(layer_case((3,), BOTH, [call(tensor(4, 3, 1, 1))]), "A single value per channel in training"),
            raises(layer_case((3,), {}, [call(tensor(3, 1, 1))]), "One image of a single value per channel"),
        ),
    ],
    growth=[
        growth("batch", lambda size: layer_case((3,), BOTH, [call(tensor(size, 3, 3, 3))])),
        growth("image height", lambda size: layer_case((3,), BOTH, [call(tensor(2, 3, size, 3))])),
    ],
    interface=[
        layer_case((3,), BOTH, [run("layer.double().running_var.dtype", "layer.float().running_mean.dtype")]),
    ],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(title="Group and instance normalisation", parts=[GROUP_NORM, INSTANCE_NORM])
