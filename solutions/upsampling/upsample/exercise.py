"""Upsample, judged against ``torch.nn.Upsample`` where that agrees with itself."""

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st
from torch import nn

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
    with_dims,
    with_tuples,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
MILD = ((1.0, 0.0), (3.0, 1.0), (0.1, -0.2), (100.0, 30.0))
FACTORS = (2.0, 3.0, 1.5, 0.5, 2.5, 1.0, 1.25, 0.75, 1.7, 0.4, 2.3, 1.3)
LARGEST = 7

# Nearest: only where the index comes out the same however it is worked out.


@cache
def same_by_size(old: int, new: int) -> bool:
    """Whether float32 (as in torch), float64 and exact arithmetic take the same elements for a size."""
    return all(_same(place * old / new, place * (old / new), old, new, place) for place in range(new))


def _same(divided: float, multiplied: float, old: int, new: int, place: int) -> bool:
    single = np.float32(place) * (np.float32(old) / np.float32(new))
    other = np.float32(place) * np.float32(old) / np.float32(new)
    return {int(divided), int(multiplied), int(single), int(other)} == {place * old // new}


@cache
def same_by_factor(old: int, factor: float) -> bool:
    """The same for a factor; and torch does not agree with itself where a fractional one keeps or doubles the size."""
    new = int(old * factor)
    if new < 1 or not clear_size(old, factor):
        return False
    if new in (old, 2 * old) and new != old * factor:
        return False
    step, single = np.float32(1 / factor), np.float32(factor)
    for place in range(new):
        exact = place / Fraction(str(factor))
        doubles = {int(place / factor), int(place * (1 / factor))}
        found = doubles | {int(np.float32(place) * step), int(np.float32(place) / single)}
        if found != {math.floor(exact)} or exact >= old:
            return False
    return True


def clear_size(old: int, factor: float) -> bool:
    """Whether rounding plays no part in the new size, and there is anything left."""
    product = old * factor
    whole = round(product)
    return product >= 1 and ((product == whole and Fraction(factor) * old == whole) or abs(product - whole) > 1e-6)


# Cases.


def fits(name: str, value: Any, length: int, nearest: bool) -> bool:
    """Whether a size or a factor may be judged on a dimension of that length."""
    if name == "size":
        return not nearest or same_by_size(length, value)
    return (same_by_factor if nearest else clear_size)(length, value)


@st.composite
def targets(draw: st.DrawFn, name: str, old: Sequence[int], nearest: bool) -> Any:
    """New sizes or factors: a tuple, or a number for all."""
    values = range(1, 10) if name == "size" else FACTORS
    choices = [[value for value in values if fits(name, value, length, nearest)] for length in old]
    common = [value for value in choices[0] if all(value in found for found in choices)]
    for_all = st.sampled_from((False, False, True)) if name == "size" else flags
    if draw(for_all) and common:
        value = draw(st.sampled_from(common))
        return int(value) if name != "size" and value == int(value) and draw(flags) else value
    return tuple(draw(st.sampled_from(found)) for found in choices)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Each mode on what it is for; one or two inputs of different sizes."""
    mode = draw(st.sampled_from(("bilinear", "nearest", "linear", "bilinear")))
    dims = {"linear": 1, "bilinear": 2}.get(mode) or draw(st.sampled_from((2, 1, 3)))
    nearest, largest = mode == "nearest", 5 if dims == 3 else LARGEST
    old = [draw(sizes(1, largest)) for _ in range(dims)]
    name = "size" if draw(flags) else "scale_factor"
    value = draw(targets(name, old, nearest))
    options: Case = {name: value}
    if not nearest or draw(flags):
        options["mode"] = mode
    if not nearest and draw(st.sampled_from((True, True, False))):
        options["align_corners"] = draw(st.sampled_from((True, False)))
    more = [draw(sizes(1, largest)) for _ in range(dims)]
    each = value if isinstance(value, tuple) else (value,) * dims
    fit = all(fits(name, one, length, nearest) for one, length in zip(each, more, strict=True))
    images = [old, more] if draw(flags) and fit else [old]
    steps: list[Case] = []
    for image in images:
        if draw(flags):
            steps.append(evaluate())
        shape = [draw(sizes(1, 2)), draw(sizes(1, 3)), *image]
        steps.append(call(draw(normal_tensor(shape, spreads=MILD)), cotangent=draw(cotangents())))
    return layer_case([], options, steps, seed=draw(seeds))


@st.composite
def numerics(draw: st.DrawFn) -> Case:
    """Float32 sequences and images, near zero and far from it."""
    mode, shape = draw(st.sampled_from((("linear", [2, 2, 7]), ("bilinear", [2, 2, 5, 6]), ("nearest", [2, 2, 4, 3]))))
    linear = mode != "nearest"
    options: Case = draw(st.sampled_from(({"size": 9 if linear else 8}, {"scale_factor": 2.5}, {"scale_factor": 0.5})))
    if linear:
        options = options | {"align_corners": draw(flags)}
    spreads = ((1.0, 0.0), (1e3, 0.0), (1.0, 100.0), (1e-3, 0.0))
    x = draw(normal_tensor(shape, fills=("normal",), spreads=spreads, grad=True))
    return layer_case([], options | {"mode": mode}, [call(x, cotangent=draw(seeds))], dtype="float32", seed=draw(seeds))


def example(options: Case, *shapes: Sequence[int], layout: str = "contiguous") -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(
        [], options, [call(tensor(*shape, seed=place, layout=layout)) for place, shape in enumerate(shapes)]
    )


def refused(why: str, options: Case, *shape: int) -> Case:
    """A constructor call or an input that must raise."""
    return raises(example(options, shape), why)


LINE, PLANE = {"mode": "linear"}, {"mode": "bilinear"}
ALIGNED, APART = {"align_corners": True}, {"align_corners": False}

OUTPUTS, POINTS = "x.new_tensor(range(size), dtype=torch.float64)", "outputs * (old - 1) / max(size - 1, 1)"
NEW_NUMBERS = (
    f"outputs = {OUTPUTS}",
    "places = ((outputs + 0.5) * step - 0.5).clamp(min=0)",
    "lower = places.long()",
    "upper = (lower + 1).clamp(max=old - 1)",
    "shares = (places - lower).to(x.dtype).reshape(-1, *[1] * (x.dim() - 1 - axis))",
)
DETACHED = [f"{line} → {line}.detach()" for line in NEW_NUMBERS] + [f"places = {POINTS} → places = ({POINTS}).detach()"]

exercise = Exercise(
    title="Upsample",
    equivalent_mutants={
        **dict.fromkeys(DETACHED, "new numbers have no history to be detached from"),
        f"{OUTPUTS} → x.new_tensor(range(size))": "places in the input's own dtype are as good as torch's",
    },
    parts=[
        Part(
            symbol="Upsample",
            oracle=nn.Upsample,
            core=True,
            cases=cases(),
            size=112,
            examples=[
                example({"scale_factor": 2}, [2, 3, 2, 3]),
                example({"size": 5}, [2, 2, 3]),
                example({"size": (4, 6)}, [2, 3, 3, 4]),
                example({"size": 3}, [2, 2, 4, 5]),
                example({"size": (3, 4, 2)}, [2, 1, 2, 3, 4]),
                example({"scale_factor": 2}, [1, 1, 2, 1, 3]),
                example({"scale_factor": (1.5, 2.0, 0.5)}, [1, 2, 2, 1, 4]),
                example({"scale_factor": 2.5}, [1, 2, 3, 4]),
                example({"scale_factor": 1.5}, [2, 2, 5]),
                example({"scale_factor": (2.0, 3.0)}, [1, 2, 3, 2], [2, 1, 2, 4]),
                example({"scale_factor": 0.5}, [2, 2, 5, 4]),
                example({"scale_factor": 2, **LINE}, [2, 3, 4]),
                example({"scale_factor": 2, **LINE, **ALIGNED}, [2, 3, 4]),
                example({"size": 3, **LINE, **APART}, [2, 2, 7]),
                example({"size": 1, **LINE, **ALIGNED}, [1, 2, 4]),
                example({"size": 4, **LINE, **ALIGNED}, [2, 2, 1]),
                example({"scale_factor": 1.7, **LINE}, [2, 1, 5]),
                example({"scale_factor": 1.3, **LINE}, [2, 2, 3]),
                example({"scale_factor": 2.3, **LINE, **ALIGNED}, [2, 2, 4]),
                example({"scale_factor": 2, **PLANE}, [2, 3, 3, 4]),
                example({"scale_factor": 2, **PLANE, **ALIGNED}, [2, 3, 3, 4]),
                example({"size": (5, 3), **PLANE}, [1, 2, 3, 6]),
                example({"size": (2, 7), **PLANE, **ALIGNED}, [1, 2, 4, 3], [2, 1, 3, 2]),
                example({"size": 4, **PLANE}, [1, 2, 2, 5]),
                example({"scale_factor": (1.7, 0.4), **PLANE, **APART}, [2, 1, 4, 7]),
                example({"scale_factor": (1.2, 2.5), **PLANE}, [1, 2, 4, 3]),
                example({"scale_factor": 0.4, **PLANE}, [1, 2, 6, 7]),
                example({"scale_factor": 1, **PLANE}, [2, 2, 3, 2], layout="channels_last"),
                # With all arguments given: these are the cases that are also passed by position.
                example({"size": None, "scale_factor": (2.0, 3.0), **PLANE, **ALIGNED}, [1, 1, 3, 2]),
                example({"size": (5, 3), "scale_factor": None, **PLANE, **APART}, [1, 1, 2, 4]),
                example({"size": 7, "scale_factor": None, "mode": "nearest", "align_corners": None}, [1, 2, 3]),
            ],
            arguments=("size", "scale_factor", "mode", "align_corners"),
            numerics=numerics(),
            families=[
                with_tuples(share=0.2, name="a tuple of sizes or factors"),
                with_dims(5, share=0.1, name="volumes"),
            ],
            errors=[
                *listed(
                    "`size` and `scale_factor` together, or neither",
                    refused("A size and a factor together", {"size": 4, "scale_factor": 2}, 1, 2, 2, 2),
                    refused(
                        "A size and a factor together",
                        {"size": (4, 6), "scale_factor": (2.0, 2.0), **PLANE},
                        1,
                        2,
                        2,
                        3,
                    ),
                    refused("Neither a size nor a factor", {}, 1, 2, 3, 4),
                    refused("Neither a size nor a factor", PLANE, 1, 2, 3, 4),
                ),
                *listed(
                    "`align_corners=True` with `nearest`",
                    refused("align_corners=True with the nearest mode", {"scale_factor": 2, **ALIGNED}, 1, 2, 3, 4),
                ),
                *listed(
                    "a mode other than the three",
                    refused("The mode 'quadratic'", {"scale_factor": 2, "mode": "quadratic"}, 1, 2, 3, 4),
                ),
                *listed(
                    "a mode on an input of the wrong number of dimensions: `linear` takes 3, `bilinear` 4",
                    refused("The linear mode on an input of 4 dimensions", {"scale_factor": 2, **LINE}, 1, 2, 3, 4),
                    refused("The bilinear mode on an input of 3 dimensions", {"scale_factor": 2, **PLANE}, 1, 2, 3),
                    refused(
                        "The bilinear mode on an input of 5 dimensions", {"scale_factor": 2, **PLANE}, 1, 2, 2, 3, 4
                    ),
                ),
            ],
            growth=[
                growth("batch", lambda size: example({"scale_factor": 2}, [size, 2, 3, 4]), at_most=8),
                growth("image height", lambda size: example({"scale_factor": 2}, [2, 2, size, 3]), at_most=8),
                growth("batch", lambda size: example({"scale_factor": 2, **PLANE}, [size, 2, 3, 4]), at_most=8),
                growth("image height", lambda size: example({"scale_factor": 2, **PLANE}, [2, 2, size, 3]), at_most=8),
            ],
            interface=[
                layer_case([], options, [run("_ = layer(torch.ones(1, 1, 2, 3).double())")], dtype="float32")
                for options in ({"scale_factor": 2}, {"size": 3, **PLANE})
            ],
            off_limits=OffLimits(
                kernels=("*upsample*", "grid_sampler*", "*interpolate*"),
                classes=("Upsample*", "UpsamplingNearest2d", "UpsamplingBilinear2d"),
                functions=(
                    "torch.nn.functional.interpolate",
                    "torch.nn.functional.upsample",
                    "torch.nn.functional.upsample_nearest",
                    "torch.nn.functional.upsample_bilinear",
                    "torch.nn.functional.grid_sample",
                ),
            ),
        )
    ],
)
