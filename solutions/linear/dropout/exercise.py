"""Dropout of elements and of channels: by values where nothing is random, else by the distribution."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.dropout_properties import drops, same_mask_backward
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
    run,
    tensor,
    train,
)
from grader.strategies import keywords, layouts, normal_tensor, seeds, shapes, sizes, train_eval_programs

Case = dict[str, Any]

OFF_LIMITS = OffLimits(
    kernels=["*dropout*"],
    classes=["*Dropout*"],
    functions=[
        f"torch.nn.functional.{name}"
        for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
    ],
)

PROBABILITIES = st.sampled_from((0.5, 0.0, 1.0, 0.25, 0.9, 0, 1))


def nothing(shape: Sequence[int], layout: str = "contiguous") -> Case:
    """Zeros that ask for no gradient: whatever is dropped of them, zeros come out."""
    return tensor(*shape, fill="zeros", grad=False, layout=layout)


@st.composite
def cases(draw: st.DrawFn, dims: int | None) -> Case:
    """Calls in both modes. In training something can be told of them where p is 0 or 1, or where the input is zero."""
    kwargs = draw(keywords(p=PROBABILITIES))
    is_certain = kwargs.get("p", 0.5) in (0, 1)

    @st.composite
    def inputs(draw: st.DrawFn, training: bool) -> Case:
        shape = draw(shapes(draw(sizes(0, 4)) if dims is None else dims, 1, 4))
        if training and not is_certain:
            return nothing(shape, draw(layouts))
        return draw(normal_tensor(shape))

    steps = draw(train_eval_programs(inputs, calls=2))
    if kwargs.get("p", 0.5) != 0:
        # So that zeros are nowhere all that there is to see.
        steps += [evaluate(), call(draw(inputs(False)), cotangent=draw(seeds))]
    return layer_case((), kwargs, steps, seed=draw(seeds))


def counted(shape: Sequence[int]) -> Case:
    """A call in training whose operations are counted, and one in evaluation that shows more than zeros."""
    return layer_case((), {}, [call(nothing(shape), count=True), evaluate(), call(tensor(*shape))])


def layer(symbol: str, oracle: Callable[..., Any], shape: Sequence[int], many: Sequence[int], p: float) -> Part:
    """The part of one layer.

    Args:
        symbol: Its name.
        oracle: The layer of torch.
        shape: Of a small input.
        many: Of the input by which the distribution is judged. The probability that a correct answer fails is
            below 1e-10 for p = 0.5 and for the other one (see `drops`).
        p: The other probability by which it is judged.
    """
    x, other, zeros = tensor(*shape), tensor(*shape, seed=1, layout="transposed"), nothing(shape)
    dims = None if symbol == "Dropout" else len(shape)
    whole = dims is not None

    def refused(p: float) -> Case:
        return raises(layer_case((p,), {}, []), f"A probability of {p}")

    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=cases(dims),
        examples=[
            layer_case((), {}, [evaluate(), call(x), call(other)]),
            layer_case((), {}, [call(zeros), evaluate(), call(x, cotangent=None), train(), call(zeros)]),
            layer_case((0.0,), {}, [call(x), call(other), evaluate(), call(x)]),
            layer_case((1.0,), {}, [call(x), call(other), evaluate(), call(x)]),
            layer_case((), {"p": 0}, [call(x), call(x, cotangent=None)]),
            layer_case((), {"p": 1}, [call(x), call(x, cotangent=None), evaluate(), call(x)]),
            layer_case((0.9,), {}, [evaluate(), call(x), train(), call(nothing(shape, "strided"))]),
            layer_case((0.25,), {}, [evaluate(), call(tensor(*([1] * len(shape)))), call(x)]),
        ],
        arguments=["p"],
        properties=[
            drops((), {}, shape=many, p=0.5, whole_channels=whole),
            drops((p,), {}, shape=many, p=p, whole_channels=whole),
            same_mask_backward((), {}, shape=many[:1] + shape[1:], p=0.5),
            same_mask_backward((p,), {}, shape=many[:1] + shape[1:], p=p),
        ],
        errors=listed(
            "a `p` below 0 or above 1, in the constructor",
            *(refused(p) for p in (-0.001, 1.001, -0.1, 1.1, -1, 2, 50)),
        ),
        growth=[
            growth("batch", lambda size: counted((size, *shape[1:]))),
            growth("last axis", lambda size: counted((*shape[:-1], size))),
        ],
        interface=[layer_case((0.2,), {}, [run("layer.eval().training", "layer.train().training")])],
        off_limits=OFF_LIMITS,
        size=32,
    )  # fmt: skip


# Failing by chance, by the terms of `drops`, for p = 0.5 and for 0.35, each with 1e-11 for the share. Equal masks:
# 0.55^96 * 120 pairs * 10 calls < 1e-18 for the first layer, 0.55^64 * 1200 and 0.55^64 * 280 < 1e-12 for the others.
# Places along another axis: 0.55^1280 * 66 pairs for the first layer, 0.55^160 * 2016 and 0.55^80 * 2016 < 1e-17 for
# the others. Equal counts: of 1536, 1024 and 512 draws, 0.022^9, 0.027^9 and 0.038^9 < 1e-12.
DRAWN = "torch.rand(draws, dtype=x.dtype, device=x.device)"

exercise = Exercise(
    title="Dropout",
    equivalent_mutants={
        f"keep = {DRAWN} >= self.p → keep = ({DRAWN} >= self.p).detach()": "whether an element is kept has no history",
        f"{DRAWN} >= self.p → {DRAWN} > self.p": "a draw is next to never p itself",
        f"{DRAWN} → torch.rand(draws, device=x.device)": "draws of any floating dtype are below p as often",
        "0.0 → 1.0 in scale = 1 / (1 - self.p) if self.p < 1 else 0.0": "with p = 1 nothing is kept to be scaled",
    },
    parts=[
        layer("Dropout", nn.Dropout, (2, 3, 4), (16, 8, 12), 0.35),
        layer("Dropout2d", nn.Dropout2d, (2, 3, 4, 5), (16, 64, 2, 2), 0.35),
        layer("Dropout3d", nn.Dropout3d, (2, 3, 2, 4, 3), (8, 64, 2, 2, 2), 0.35),
    ],
)
