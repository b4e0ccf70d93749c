"""Softmax, Softmin, LogSoftmax and AdaptiveLogSoftmaxWithLoss, judged against ``torch.nn``."""

import math
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.model import CaseBody, is_recipe
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
    reload,
    run,
    tensor,
    train,
    tuple_of,
    with_dims,
    with_tuples,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, shapes, sizes

Case = dict[str, Any]
PLAIN = ((1.0, 0.0), (2.0, 1.0), (0.1, -2.0), (0.01, 0.5), (1.0, 50.0))
"""Scale and shift of numbers that lie close together. Where one of them has all of the share, only rounding is
left of the gradient."""
HUGE = ((1.0, 1e4), (1.0, -1e4), (2.0, 9e3), (0.5, -7e3))
"""The same of numbers whose powers overflow, or are all rounded to 0."""
APART = ((1e4, 0.0), (100.0, 30.0), (3e3, -1e4))
"""The same of numbers far apart, of which values alone are judged."""


# --- Along a dimension: Softmax, Softmin, LogSoftmax ---


def is_huge(case: CaseBody) -> bool:
    """Whether numbers of about ±10⁴ go in."""
    given = [item for step in case["steps"] for item in step.get("args", []) if is_recipe(item)]
    return any(
        max(abs(item.get("scale", 1.0)), abs(item.get("shift", 0.0)), *map(_finite, item.get("values", []))) > 1e3
        for item in given
    )


def _finite(value: float) -> float:
    return abs(value) if math.isfinite(value) else 0.0


@st.composite
def along_cases(draw: st.DrawFn) -> Case:
    """One or two calls on inputs of one to five dimensions, along any of them, counted from either end."""
    dims = draw(st.sampled_from([2, 3, 1, 4, 2, 5, 3]))
    dim = draw(st.integers(0, dims - 1)) - dims * draw(flags)
    spreads = draw(st.sampled_from([PLAIN, PLAIN, PLAIN, HUGE, PLAIN, APART]))
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        shape = draw(shapes(dims, 1, 4))
        # A single number has the share 1 whatever it is: that shows little, so it is rare.
        shape[dim] = draw(st.sampled_from([2, 3, 4, 5, 3, 2, 4, 5, 1]))
        cotangent = None if spreads is APART else draw(cotangents())
        steps.append(call(draw(normal_tensor(shape, spreads=spreads)), cotangent=cotangent))
    named = draw(flags)
    return layer_case([] if named else [dim], {"dim": dim} if named else {}, steps, seed=draw(seeds))


@st.composite
def along_numerics(draw: st.DrawFn) -> Case:
    """Rows and columns that float32 finds hard."""
    dim = draw(st.sampled_from([-1, 0, 1]))
    spreads = draw(st.sampled_from([((1.0, 1e3), (1.0, -4e3), (1.0, 1e4), (2.0, 100.0), (1e-2, 3.0)), APART]))
    x = draw(normal_tensor([draw(sizes(2, 6)), draw(sizes(2, 20))], fills=("normal",), spreads=spreads, grad=True))
    step = call(x, cotangent=None if spreads is APART else draw(seeds))
    return layer_case([dim], {}, [step], dtype="float32", seed=draw(seeds))


def example(dim: int, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case([dim], {}, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


def given(dim: int, shape: Sequence[int], *values: float) -> Case:
    """A call on these values."""
    return layer_case([dim], {}, [call(tensor(*shape, fill="values", values=values))])


def examples(nothing: float) -> list[Case]:
    """Cases in every suite; of the number ``nothing`` the share is 0."""
    return [
        example(1, [2, 3]),
        example(0, [3, 2], [4, 2]),
        example(-1, [2, 3, 4]),
        example(1, [2, 3, 2, 2]),
        example(-2, [3, 4, 2], layout="transposed"),
        example(0, [4]),
        example(0, [1, 3]),
        example(0, []),
        layer_case([2], {}, [evaluate(), call(tensor(2, 1, 3)), train(), call(tensor(1, 2, 3, seed=1))]),
        layer_case([1], {}, [call(tensor(2, 4, fill="integers"))]),
        given(0, [3], 0.0, 0.0, 0.0),
        given(1, [2, 3], nothing, 0.0, 1.0, 2.0, nothing, nothing),
        given(0, [2, 2], nothing, 3.0, 1.0, -2.0),
        # Beside numbers far on the same side an infinite one still has no share.
        given(1, [1, 3], nothing, math.copysign(1e4, nothing), math.copysign(9999.0, nothing)),
        # Each alone overflows or underflows; together in a batch, no single shift does for all rows.
        given(1, [1, 3], 1e4, 9999.0, 9998.5),
        given(1, [1, 3], -1e4, -9999.0, -9998.5),
        given(1, [3, 2], 1e4, 9999.0, 1.0, 2.0, -1e4, -9998.0),
        given(0, [2, 3], 1e4, 1.0, -1e4, 9999.0, 2.0, -9998.0),
        given(-1, [4], 1e4, -1e4, 0.0, 9999.0),
    ]


def along(symbol: str, oracle: type[nn.Module], off_limits: OffLimits, nothing: float, **more: Any) -> Part:
    """A part that works along a dimension."""
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=along_cases(),
        examples=examples(nothing),
        arguments=["dim"],
        numerics=along_numerics(),
        growth=[
            growth("batch", lambda size: example(1, [size, 3])),
            growth("size of the dimension", lambda size: example(1, [2, size])),
            growth("last dimension", lambda size: example(1, [2, 3, size])),
        ],
        families=[
            Family(name="inputs of ±10⁴", share=0.25, holds=is_huge),
            with_dims(0, share=0.05, name="a number without dimensions"),
        ],
        off_limits=off_limits,
        **more,
    )


KERNELS = ("softmax", "softmin", "_softmax", "log_softmax", "_log_softmax", "_safe_softmax", "_masked_softmax",
           "special_softmax", "special_log_softmax")  # fmt: skip
SHARES = OffLimits(kernels=(*KERNELS, "gumbel_softmax"), classes=("Softmax", "Softmax2d", "Softmin", "LogSoftmax"))
LOGS = OffLimits(
    kernels=(*SHARES.kernels, "cross_entropy", "cross_entropy_loss"), classes=(*SHARES.classes, "CrossEntropyLoss")
)


# --- AdaptiveLogSoftmaxWithLoss ---

MILD = ((0.3, 0.0), (0.1, 0.2), (0.5, -0.1))
"""Scale and shift that leave every class some probability. Where one has all of it, only rounding is
left of the gradient."""


def targets(classes: int, *shape: int, seed: int = 0) -> Any:
    """Random classes."""
    return tensor(*shape, fill="integers", low=0, high=classes, seed=seed, dtype="int64")


def these(*classes: int) -> Any:
    """These classes, one for each row."""
    return tensor(len(classes), fill="values", values=classes, dtype="int64")


@st.composite
def adaptive_cases(draw: st.DrawFn) -> Case:
    """One to three clusters of one to three classes, and calls of all three methods."""
    clusters = draw(sizes(1, 3))
    cutoffs = [draw(sizes(1, 4))]
    for _ in range(clusters - 1):
        cutoffs.append(cutoffs[-1] + draw(sizes(1, 3)))
    classes = cutoffs[-1] + draw(sizes(1, 3))
    kwargs: Case = {}
    if draw(flags):
        kwargs["div_value"] = draw(st.sampled_from([2.0, 1.0, 1.5, 3.0, 2]))
    if draw(flags):
        kwargs["head_bias"] = draw(st.sampled_from([True, True, False]))
    # The last projection keeps a feature.
    features = math.ceil(kwargs.get("div_value", 4.0) ** clusters) + draw(st.integers(0, 3))
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        method = draw(st.sampled_from([*[None] * 10, "log_prob", "predict"]))
        rows = {None: [[3], [5], [1], [2], []], "log_prob": [[2], [1], [4]], "predict": [[7], [9]]}
        batch = draw(st.sampled_from(rows[method]))
        x = draw(normal_tensor([*batch, features], spreads=MILD))
        more = [targets(classes, *batch, seed=draw(seeds))] if method is None else []
        steps.append(call(x, *more, method=method, cotangent=draw(cotangents())))
    given = tuple_of(*cutoffs) if draw(st.sampled_from([False, False, True])) else cutoffs
    return layer_case([features, classes, given], kwargs, steps, seed=draw(seeds))


@st.composite
def adaptive_numerics(draw: st.DrawFn) -> Case:
    """Scores so far apart that probabilities are rounded to 0, in float32."""
    method = draw(st.sampled_from([None, "log_prob"]))
    x = tensor(6, 8, scale=draw(st.sampled_from([30.0, 100.0, 1.0])), seed=draw(seeds))
    more = [targets(8, 6, seed=draw(seeds))] if method is None else []
    step = call(x, *more, method=method, cotangent=draw(seeds))
    return layer_case([8, 8, [2, 4]], {"div_value": 2.0}, [step], dtype="float32", seed=draw(seeds))


def adaptive(args: Sequence[Any], options: Case, *steps: Any, **more: Any) -> Case:
    """A case of the adaptive softmax."""
    return layer_case(args, options, steps, **more)


def a_batch(size: int, method: str | None = None) -> Case:
    """A call on so many rows, with targets in the shortlist and in the cluster."""
    more = [] if method else [tensor(size, fill="arange", scale=5 / size, dtype="int64")]
    return adaptive([4, 5, [3]], {}, call(tensor(size, 4), *more, method=method))


ADAPTIVE = Part(
    symbol="AdaptiveLogSoftmaxWithLoss",
    oracle=nn.AdaptiveLogSoftmaxWithLoss,
    cases=adaptive_cases(),
    examples=[
        adaptive([16, 8, [2, 5]], {}, call(tensor(6, 16), these(0, 7, 2, 4, 1, 5))),
        adaptive([4, 5, [2]], {}, call(tensor(3, 4), these(4, 0, 2))),
        adaptive([4, 6, [2, 4]], {"div_value": 2.0}, call(tensor(5, 4), these(5, 3, 0, 2, 4))),
        adaptive([4, 6, [2, 4]], {"div_value": 2.0, "head_bias": True}, call(tensor(4, 4), these(3, 5, 1, 2))),
        adaptive([9, 6, [1, 3, 4]], {"div_value": 2.0}, call(tensor(6, 9), these(5, 0, 1, 3, 4, 2))),
        adaptive([5, 6, [2, 4]], {"div_value": 1.5}, call(tensor(3, 5), method="log_prob")),
        # No target in the shortlist; none outside of it; none in one of the clusters.
        adaptive(
            [4, 6, [2, 4]], {"div_value": 2.0}, call(tensor(2, 4), these(3, 5)), call(tensor(3, 4), these(1, 0, 0))
        ),
        adaptive([4, 6, [2, 4]], {"div_value": 1.0}, call(tensor(2, 4), these(5, 1)), call(tensor(1, 4), these(2))),
        adaptive([4, 5, [2]], {"head_bias": True}, call(tensor(4), targets(2))),
        adaptive([4, 5, [2]], {}, call(tensor(4), tensor(fill="values", values=[4], dtype="int64"))),
        adaptive([4, 6, [2, 4]], {"div_value": 2.0}, call(tensor(4, 4), method="log_prob")),
        adaptive([4, 6, [2, 4]], {"div_value": 2.0}, call(tensor(8, 4, scale=3.0), method="predict")),
        adaptive([4, 7, [1, 3]], {"div_value": 2.0}, call(tensor(12, 4), method="predict", cotangent=None)),
        adaptive([4, 5, [2]], {}, run("layer.predict(torch.ones(2, 4)).dtype  # the dtype of the predicted classes")),
        # Dividing 7 twice, and rounding each time, is not dividing it by the square.
        adaptive([7, 6, [2, 4]], {"div_value": 1.5}, call(tensor(3, 7), these(5, 0, 2))),
        adaptive([4, 6, tuple_of(1, 4)], {"div_value": 2.0}, call(tensor(3, 4), these(5, 0, 2))),
        adaptive(
            [4, 6, [2, 4]],
            {"div_value": 2.0},
            call(tensor(3, 4), these(0, 4, 2)),
            reload(),
            call(tensor(3, 4), these(0, 4, 2)),
        ),
    ],
    arguments=["in_features", "n_classes", "cutoffs", "div_value", "head_bias"],
    numerics=adaptive_numerics(),
    properties=[
        uniform_init(
            Fresh(
                args=(64, 160, [40, 80]),
                bound=1 / 8,
                names=(
                    "head.weight",
                    "get_parameter('tail.0.0.weight')",
                    "get_parameter('tail.1.0.weight')",
                ),
            ),
            Fresh(args=(64, 160, [40, 80]), bound=1 / 4, names=("get_parameter('tail.0.1.weight')",)),
            Fresh(args=(64, 160, [40, 80]), bound=1 / 2, names=("get_parameter('tail.1.1.weight')",)),
            Fresh(args=(16, 320, [300]), kwargs={"head_bias": True}, bound=1 / 4, names=("head.weight", "head.bias")),
        )
    ],
    growth=[
        growth("batch", lambda size: a_batch(size), sizes=(5, 10, 40)),
        growth("batch of log_prob", lambda size: a_batch(size, "log_prob")),
    ],
    interface=[
        adaptive([4, 6, [2, 4]], {"div_value": 2.0}, run("callable(layer.log_prob)", "callable(layer.predict)")),
        adaptive(
            [4, 6, [2, 4]],
            {"div_value": 2.0},
            run(
                "cuts = [2, 4]",
                "_ = type(layer)(4, 6, cuts, 2.0)",
                "len(cuts)  # how long the list of cutoffs is after the layer is made",
            ),
        ),
    ],
    families=[with_dims(1, share=0.15), with_tuples(share=0.1, name="a tuple of cutoffs")],
    off_limits=OffLimits(classes=("AdaptiveLogSoftmaxWithLoss",)),
)

LAST = "of two dimensions torch takes the second where none is given, and warns"
WHOLE = "whole numbers have no history to be detached from"
ROWS = "((target >= first) & (target < end)).nonzero().squeeze(1)"
BEST = "self.log_prob(x).argmax(dim=1)"

exercise = Exercise(
    title="Softmax, and softmax for many classes",
    parts=[
        along("Softmax", nn.Softmax, SHARES, -math.inf),
        along("Softmin", nn.Softmin, SHARES, math.inf, points={"values": 2, "gradients": 1}),
        along("LogSoftmax", nn.LogSoftmax, LOGS, -math.inf),
        ADAPTIVE,
    ],
    equivalent_mutants={
        "F.log_softmax(self.head(x), dim=1) → F.log_softmax(self.head(x))": LAST,
        "F.log_softmax(self.tail[i](x[rows]), dim=1) → F.log_softmax(self.tail[i](x[rows]))": LAST,
        "F.log_softmax(cluster(x), dim=1) → F.log_softmax(cluster(x))": LAST,
        f"rows = {ROWS} → rows = {ROWS}.detach()": WHOLE,
        f"return {BEST} → return {BEST}.detach()": WHOLE,
    },
)
