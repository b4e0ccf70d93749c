"""Pooling to a given size, judged against ``torch.nn``; windows that are drawn at random, by what must hold of them."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from torch import nn

from grader.pooling_properties import fractional_windows
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
    run,
    tensor,
    train,
    with_argument,
    with_dims,
)
from grader.strategies import cotangents, flags, normal_tensor, seeds, sizes

Case = dict[str, Any]
BATCHES = st.sampled_from(([2], [1], [3], []))
DISTINCT = ("normal", "uniform")
"""Fills without ties: which of two maxima gets the gradient is nobody's business."""
INDICES = {"return_indices": True}
SHORT = "not each.is_floating_point() and each.element_size() < 8"
WHETHER_SHORT = "  # whether its indices have fewer than 64 bits"
OFF_LIMITS = OffLimits(kernels=("*pool*",), classes=("*Pool*", "*pool*"))


def calls(draw: st.DrawFn, height: st.SearchStrategy[int], width: st.SearchStrategy[int]) -> list[Any]:
    """One or two calls, perhaps in another mode, on images of sizes that are drawn."""
    steps: list[Any] = []
    for _ in range(draw(sizes(1, 2))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        shape = [*draw(BATCHES), draw(sizes(1, 3)), draw(height), draw(width)]
        steps.append(call(draw(normal_tensor(shape, fills=DISTINCT)), cotangent=draw(cotangents())))
    return steps


def example(args: Sequence[Any], options: Case, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case(args, options, [call(tensor(*shape, seed=place, **more)) for place, shape in enumerate(shapes)])


def indices_of(*args: Any) -> Case:
    """Whether the indices of a call are too short."""
    lines = f"any({SHORT} for each in layer(torch.rand(1, 1, 4, 4))){WHETHER_SHORT}"
    return layer_case(args, INDICES, [run(lines)])


# Adaptive pooling.


@st.composite
def adaptive_cases(draw: st.DrawFn, *, indices: bool) -> Case:
    """Outputs smaller and larger than the image, of sizes that divide its and that do not."""
    entries = st.one_of(sizes(1, 4), sizes(3, 7), st.none())
    size: Any = (draw(entries), draw(entries)) if draw(st.sampled_from((True, True, False))) else draw(sizes(1, 6))
    kwargs: Case = {}
    if indices and draw(st.sampled_from((True, True, False))):
        kwargs["return_indices"] = draw(st.sampled_from((True, True, False)))
    return layer_case([size], kwargs, calls(draw, sizes(1, 9), sizes(1, 9)), seed=draw(seeds))


def has_none(case: Any) -> bool:
    """Whether a size is left as it is."""
    given = case["new"]["args"][:1] or [case["new"]["kwargs"].get("output_size")]
    return isinstance(given[0], dict) and None in given[0]["$tuple"]


AS_IT_IS = Family(name="None for a size", share=0.15, holds=has_none)

ADAPTIVE_SHAPES = (
    (3, [2, 2, 5, 7]),
    (2, [1, 2, 4, 6]),
    (1, [2, 3, 4, 5]),
    ((2, 3), [2, 2, 7, 8]),
    ((4, 3), [1, 2, 6, 7]),
    ((5, 4), [1, 1, 7, 9]),
    (4, [1, 2, 3, 3]),
    ((7, 2), [2, 1, 3, 5]),
    ((None, 2), [2, 2, 4, 5]),
    ((3, None), [1, 2, 5, 4]),
    ((None, None), [1, 2, 3, 2]),
    ((2, 3), [3, 5, 4]),
    ((None, 4), [2, 3, 6]),
    (2, [1, 1, 1, 1]),
    (7, [1, 1, 29, 29]),
)

ADAPTIVE_GROWTH = [
    growth("batch", lambda size: example([2], {}, [size, 2, 3, 5])),
    growth("image height", lambda size: example([2], {}, [2, 2, 2 * size + 1, 3])),
    growth("image width", lambda size: example([2], {}, [2, 2, 3, 2 * size + 1])),
]

AVERAGE = Part(
    symbol="AdaptiveAvgPool2d",
    oracle=nn.AdaptiveAvgPool2d,
    cases=adaptive_cases(indices=False),
    examples=[
        *(example([size], {}, shape) for size, shape in ADAPTIVE_SHAPES),
        example([(3, 2)], {}, [1, 2, 7, 5], [2, 1, 2, 6]),
        example([3], {}, [2, 3, 5, 4], layout="transposed"),
    ],
    arguments=("output_size",),
    families=[AS_IT_IS, with_dims(3, share=0.15)],
    growth=ADAPTIVE_GROWTH,
    off_limits=OFF_LIMITS,
)

MAXIMUM = Part(
    symbol="AdaptiveMaxPool2d",
    oracle=nn.AdaptiveMaxPool2d,
    cases=adaptive_cases(indices=True),
    examples=[
        *(example([size], {}, shape) for size, shape in ADAPTIVE_SHAPES),
        *(example([size], INDICES, shape) for size, shape in ADAPTIVE_SHAPES),
        example([(3, 2)], {}, [1, 2, 7, 5], [2, 1, 2, 6]),
        example([3], INDICES, [2, 3, 5, 4], layout="transposed"),
        example([2], {}, [2, 2, 3, 5], shift=-20.0),
    ],
    arguments=("output_size", "return_indices"),
    families=[
        AS_IT_IS,
        with_dims(3, share=0.15),
        with_argument("return_indices", value=True, share=0.25, name="return_indices=True"),
    ],
    interface=[indices_of(2)],
    growth=ADAPTIVE_GROWTH,
    off_limits=OFF_LIMITS,
)

# Fractional pooling, in cases where every step is the same whole number: nothing is left to chance there.


@st.composite
def fractional_cases(draw: st.DrawFn) -> Case:
    """Windows at equal steps, given by the size of the output or by its ratio."""
    kernel, step, count = ((draw(sizes(low, high)), draw(sizes(low, high))) for low, high in ((1, 3), (1, 3), (2, 4)))
    image = [k + s * (m - 1) for k, s, m in zip(kernel, step, count, strict=True)]
    kwargs: Case = {}
    if draw(flags) and all(size > m for size, m in zip(image, count, strict=True)):
        part = draw(st.sampled_from((0.7, 0.3)))
        ratio = tuple(round((m + part) / size, 3) for size, m in zip(image, count, strict=True))
        kwargs["output_ratio"] = ratio[0] if ratio[0] == ratio[1] and draw(flags) else ratio
    else:
        kwargs["output_size"] = count[0] if count[0] == count[1] and draw(flags) else count
    if draw(st.sampled_from((True, True, False))):
        kwargs["return_indices"] = draw(flags)
    window = kernel[0] if kernel[0] == kernel[1] and draw(flags) else kernel
    return layer_case([window], kwargs, calls(draw, st.just(image[0]), st.just(image[1])), seed=draw(seeds))


def fixed(size: int) -> Case:
    """Three windows of two in either direction, of which those in the image's height are so far apart."""
    return example([2, 3], {}, [2, 2, 2 + 2 * size, 4])


FRACTIONAL = Part(
    symbol="FractionalMaxPool2d",
    oracle=nn.FractionalMaxPool2d,
    cases=fractional_cases(),
    examples=[
        example([2, 3], {}, [2, 2, 6, 8]),
        example([2], {"output_size": (3, 2)}, [1, 2, 4, 5]),
        example([(2, 3), (3, 4)], {}, [2, 1, 6, 6]),
        example([3], {"output_size": 2}, [1, 2, 4, 6]),
        example([1], {"output_size": (2, 3)}, [1, 2, 4, 5]),
        example([2], {"output_ratio": 0.5}, [2, 2, 6, 6]),
        example([3], {"output_ratio": (0.5, 0.8)}, [1, 2, 7, 7]),
        example([2], {"output_ratio": (0.7, 0.5)}, [1, 2, 4, 5]),
        example([(2, 1)], {"output_ratio": 0.55}, [3, 6, 7]),
        example([2, 3], {}, [3, 4, 6]),
        example([2, 3], INDICES, [2, 2, 6, 8]),
        example([(3, 2)], {"output_size": (2, 3), **INDICES}, [2, 1, 6, 4], [1, 2, 5, 8]),
        example([2, 2], INDICES, [2, 5, 4]),
        example([2], {"output_ratio": 0.5, **INDICES}, [1, 2, 6, 6]),
        example([2, 3], {}, [2, 2, 6, 4], layout="transposed"),
        example([2, 3], {}, [1, 2, 6, 4], shift=-20.0),
    ],
    arguments=("kernel_size", "output_size", "output_ratio", "return_indices"),
    families=[
        with_dims(3, share=0.15),
        with_argument("output_ratio", share=0.2, name="output_ratio"),
        with_argument("return_indices", value=True, share=0.2, name="return_indices=True"),
    ],
    interface=[indices_of(2, 3)],
    properties=[fractional_windows((2, 3), (12, 14), (8, 8))],
    errors=listed(
        "both or neither of `output_size` and `output_ratio`",
        raises(example([2], {}, [1, 2, 6, 6]), "Neither a size nor a ratio"),
        raises(example([(2, 3)], INDICES, [2, 6, 6]), "Neither a size nor a ratio, with indices"),
        raises(example([2], {"output_size": 3, "output_ratio": 0.5}, [1, 2, 6, 6]), "Both a size and a ratio"),
        raises(
            example([2], {"output_size": (3, 3), "output_ratio": (0.5, 0.5)}, [2, 6, 6]),
            "Both a size and a ratio, as pairs",
        ),
    ),
    growth=[
        growth("batch", lambda size: example([2, 3], {}, [size, 2, 6, 4])),
        growth("image height", fixed),
        growth("image width", lambda size: example([2, 3], {}, [2, 2, 4, 2 + 2 * size])),
    ],
    off_limits=OFF_LIMITS,
)

# Statements of the reference that give places; a sum is put into parentheses where it is detached.
CALLED = (
    ("shift = ", "torch.rand(*x.shape[:-2], 1, device=x.device)"),
    ("numbers = ", "torch.arange(count, device=x.device)"),
    ("places = ", "places.flatten(-2)"),
)
ADDED = (
    ("starts = ", "((numbers + shift) * step).floor().long() - (shift * step).floor().long()"),
    ("return ", "starts[..., None] + torch.arange(kernel, device=x.device)"),
    ("places = ", "rows[..., :, None, :, None] * x.shape[-1] + columns[..., None, :, None, :]"),
)

exercise = Exercise(
    title="Adaptive and fractional pooling",
    parts=[AVERAGE, MAXIMUM, FRACTIONAL],
    equivalent_mutants={
        "1 → 2 in step = (size - kernel) / max(count - 1, 1)": "of two windows the first begins at 0, the last is set",
        "None if output_ratio is None else _pair(output_ratio) → if False": "a pair of None is not used, nor is None",
        **{f"{name}{value} → {name}{value}.detach()": "places have no gradient" for name, value in CALLED},
        **{f"{name}{value} → {name}({value}).detach()": "places have no gradient" for name, value in ADDED},
    },
)
