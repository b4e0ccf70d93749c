"""RMS normalisation: each sample divided by the root mean square over its last axes."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.properties import Fresh, constant_init
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
    tuple_of,
)
from grader.strategies import (
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

NORMALISED = ([3], [4], [2, 3], [3, 5], [7], [5], [1, 6], [4, 1], [2, 3, 2], [3, 2, 1, 2], [2])
"""More than one value each: with `eps=None` the gradient through a single one is rounding."""

OFF_LIMITS = OffLimits(
    kernels=("*batch_norm*", "*layer_norm*", "*group_norm*", "*instance_norm*", "*rms_norm*"),
    classes=("*BatchNorm*", "*InstanceNorm*", "GroupNorm", "LayerNorm", "RMSNorm"),
)


def inputs(leading: Sequence[int], normalised: Sequence[int]) -> st.SearchStrategy[Case]:
    """An input none of whose rows is zero."""
    return normal_tensor([*leading, *normalised], fills=("normal", "normal", "uniform"))


@st.composite
def normalised_shapes(draw: st.DrawFn, sizes: Sequence[int]) -> Any:
    """The sizes as a list, as a tuple, or as a number where there is one."""
    forms = [list(sizes), tuple_of(*sizes)]
    return draw(st.sampled_from([sizes[0], *forms] if len(sizes) == 1 else forms))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to four axes normalised and up to three before them, with every argument, over a few calls."""
    normalised = draw(st.sampled_from(NORMALISED))
    options = draw(keywords(eps=eps_values, elementwise_affine=flags))

    @st.composite
    def batches(draw: st.DrawFn, training: bool) -> Case:
        return draw(inputs(draw(shapes(draw(sizes(0, 3)), 1, 4)), normalised))

    return layer_case(
        [draw(normalised_shapes(normalised))], options, draw(train_eval_programs(batches, calls=2)), seed=draw(seeds)
    )


@st.composite
def numerics(draw: st.DrawFn) -> Case:
    """Rows that float32 finds hard."""
    normalised = draw(st.sampled_from(([16], [4, 6], [64])))
    shape = [*draw(st.sampled_from(([4], [2, 3], []))), *normalised]
    return layer_case([normalised], {"eps": 1e-6}, [call(draw(nasty_tensor(shape)))], dtype="float32", seed=draw(seeds))


def refused(why: str, normalised: Any, *shape: int) -> list[Case]:
    """Calls that must raise, with a weight, which may raise by itself, and without."""
    return [
        raises(layer_case([normalised], {}, [call(tensor(*shape))]), why),
        raises(
            layer_case([normalised], {"elementwise_affine": False}, [call(tensor(*shape))]),
            f"{why}, without affine parameters",
        ),
    ]


def called(normalised: list[int], *leading: int) -> Case:
    """A call on normal values."""
    return layer_case([normalised], {}, [call(tensor(*leading, *normalised))])


def tiny(value: float, dtype: str = "float32", *first: str, **options: float) -> Case:
    """An input so small that it shows which eps is added in its dtype, after some first lines."""
    lines = [
        *first,
        f"small = layer.to(torch.{dtype}).requires_grad_(False)",
        "_ = small.weight.fill_(1)",
        f"y = small(torch.tensor([{value}, -{value}], dtype=torch.{dtype}))",
        f"[round(item, 3) for item in y.tolist()]  # the {dtype} output for [{value}, -{value}] with a weight of ones",
    ]
    return layer_case([2], options, [run(*lines)])


rms_norm = Part(
    symbol="RMSNorm",
    oracle=nn.RMSNorm,
    cases=cases(),
    examples=[
        layer_case([4], {}, [call(tensor(2, 4))]),
        layer_case([[3, 5]], {}, [call(tensor(2, 3, 5))]),
        layer_case([tuple_of(2, 3)], {"eps": 0.1}, [call(tensor(4, 2, 3, shift=2.0)), call(tensor(5, 1, 2, 3))]),
        layer_case([4], {"eps": 1.0}, [call(tensor(3, 5, 4)), evaluate(), call(tensor(3, 5, 4, seed=1))]),
        layer_case([[3, 4]], {"elementwise_affine": False}, [call(tensor(2, 3, 4)), train(), call(tensor(3, 4))]),
        layer_case([5], {"elementwise_affine": False, "eps": 1.0}, [call(tensor(1, 5))]),
        layer_case([6], {}, [call(tensor(3, 2, 6, layout="transposed"))]),
        layer_case([1], {"eps": 0.1}, [call(tensor(4, 1))]),
        layer_case([2], {"eps": 1e-3}, [call(tensor(3, 2, scale=0.01))]),
        layer_case([4], {}, [call(tensor(3, 4, fill="ones", scale=-2.0))]),
        layer_case([4], {"eps": 1e-5}, [call(tensor(2, 4, fill="zeros"))]),
        layer_case([3], {"eps": 0.0}, [call(tensor(2, 3))]),
        layer_case([3], {}, [call(tensor(2, 3)), reload(), call(tensor(2, 3))]),
        tiny(1e-4),
        tiny(1e-3),
        tiny(1e-8, "float64"),
        tiny(1e-4, eps=0.0),
        tiny(1e-4, "float32", "_ = layer(torch.ones(2, dtype=torch.float64))"),
        tiny(1e-8, "float64", "_ = layer.to(torch.float32)(torch.ones(2, dtype=torch.float32))"),
        tiny(1e-8, "float64", "torch.set_default_dtype(torch.float32)"),
    ],
    arguments=("normalized_shape", "eps", "elementwise_affine"),
    numerics=numerics(),
    properties=[constant_init({"weight": 1}, Fresh(args=(4,)), Fresh(args=([2, 3],), kwargs={"eps": 0.1}))],
    errors=[
        *listed(
            "an input whose last axes are not `normalized_shape`, with affine parameters and without",
            *refused("An input that ends in 5 where 4 is normalised", 4, 2, 5),
            *refused("An input that begins with the normalised size", 4, 4, 2),
            *refused("An input with its last axes in another order", [3, 4], 2, 4, 3),
            *refused("An input with only the last of two axes right", [3, 4], 2, 5, 4),
            *refused("An input with only the first of two axes right", [3, 4], 2, 3, 5),
        ),
        *listed(
            "an input that has a single value in one of these axes, where there should be several, or the reverse",
            *refused("An input that ends in 1 where 4 is normalised", 4, 2, 1),
            *refused("An input that ends in 5 where 1 is normalised", 1, 2, 5),
            *refused("An input with 1 in the first of two axes", [3, 4], 2, 1, 4),
            *refused("An input with 1 in the last of two axes", [3, 4], 2, 3, 1),
            *refused("An input with 5 in the first of two axes where it should be 1", [1, 4], 2, 5, 4),
        ),
        *listed(
            "an input with fewer axes than are normalised",
            *refused("An input with one axis where two are normalised", [3, 4], 12),
            *refused("An input with the last of two axes only", [3, 4], 4),
        ),
    ],
    growth=[
        growth("batch", lambda size: called([4], size, 3)),
        growth("length", lambda size: called([3, 2], 2, size)),
        growth("normalised size", lambda size: called([size, 3], 3)),
    ],
    interface=[
        layer_case([4], {}, [run("layer.eval() is layer", "layer.train() is layer")]),
        layer_case([[2, 3]], {"elementwise_affine": False}, [run("layer.to(torch.float32) is layer")]),
    ],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(title="RMS normalisation", parts=[rms_norm])
