"""Max pooling and unpooling: judged against ``torch.nn``, where it is defined and no two elements tie."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

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
    with_tuples,
)
from grader.strategies import cotangents, flags, layouts, normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(kernels=("*pool*",), classes=("*Pool*", "MaxUnpool*"))

ARGUMENTS = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
KERNELS = {1: (2, 3, 1, 4, 5), 2: (2, 3, 1, 4), 3: (2, 1, 3)}
DILATIONS = {1: (1, 2, 3), 2: (1, 2, 3), 3: (1, 2)}
CHOICES = {1: 8, 2: 5, 3: 3}
"""For each number of dimensions: sizes of windows, dilations, and from how many sizes of the input one is drawn."""
# All of them from continuous families: at ties any index is right, and any split of the gradient.
SPREADS = ((1.0, 0.0), (1.0, -5.0), (3.0, 1.0), (0.1, -2.0), (1e30, -5e30))
"""Scale and shift of inputs: many are negative throughout, a few below every number that stands in for infinity."""
FILLS = ("normal", "normal", "uniform")
OFTEN = st.sampled_from((False, True, True))
SHORT = "not each.is_floating_point() and each.element_size() < 8"
WHETHER_SHORT = "  # whether its indices have fewer than 64 bits"
PLAIN = st.sampled_from((True, False))
"""Whether a case is in no family: numbers for all dimensions, a batch, no more than the maxima."""


def windows_of(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> list[list[int]]:
    """The places that each window along a dimension looks at, those in the padding included."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return [[at * stride - padding + dilation * tap for tap in range(kernel)] for at in range(count)]


def fitting(kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> list[int]:
    """Sizes with a window, and none wholly in the padding: what torch gives for such a one is not defined."""
    found = []
    for size in range(1, 20):
        windows = windows_of(size, kernel, stride, padding, dilation, ceil_mode)
        if windows and all(any(0 <= place < size for place in window) for window in windows):
            found.append(size)
    return found


def refuse_undefined(layer: Any, x: torch.Tensor) -> None:
    """Raise where torch would read beside the input: what a diagnosis tries out may have such windows."""
    dims = len(layer.dims_pooled)
    numbers = (layer.kernel_size, layer.stride, layer.padding, layer.dilation)
    columns = [[number] * dims if isinstance(number, int) else number for number in numbers]
    for size, *one in zip(x.shape[-dims:], *columns, strict=True):
        windows = windows_of(size, *one, layer.ceil_mode)
        if one[-1] > 1 and not all(any(0 <= place < size for place in window) for window in windows):
            raise ValueError("a window lies wholly in the padding")


class DefinedMaxPool1d(nn.MaxPool1d):
    """Torch's, where it is defined."""

    dims_pooled = ("length",)

    def forward(self, input: torch.Tensor) -> Any:
        """Pool."""
        refuse_undefined(self, input)
        return super().forward(input)


class DefinedMaxPool2d(nn.MaxPool2d):
    """Torch's, where it is defined."""

    dims_pooled = ("height", "width")

    def forward(self, input: torch.Tensor) -> Any:
        """Pool."""
        refuse_undefined(self, input)
        return super().forward(input)


class DefinedMaxPool3d(nn.MaxPool3d):
    """Torch's, where it is defined."""

    dims_pooled = ("depth", "height", "width")

    def forward(self, input: torch.Tensor) -> Any:
        """Pool."""
        refuse_undefined(self, input)
        return super().forward(input)


def per_dimension(draw: st.DrawFn, values: Sequence[int], dims: int, plain: bool) -> list[int]:
    """One number per dimension, often all alike."""
    if plain or draw(st.sampled_from((False, False, True))):
        return [draw(st.sampled_from(values))] * dims
    return [draw(st.sampled_from(values)) for _ in range(dims)]


def written(draw: st.DrawFn, numbers: Sequence[int], plain: bool) -> Any:
    """The numbers as an argument: a tuple, or where they are alike perhaps an int."""
    return numbers[0] if len(set(numbers)) == 1 and (plain or draw(OFTEN)) else tuple(numbers)


@st.composite
def cases(draw: st.DrawFn, dims: int) -> Case:
    """One or two calls, of sizes of their own, on a layer whose arguments all vary together."""
    plain = draw(PLAIN)
    kernel = per_dimension(draw, KERNELS[dims], dims, plain)
    stride, padding, dilation = list(kernel), [0] * dims, [1] * dims
    kwargs: Case = {}
    if draw(OFTEN):
        stride = per_dimension(draw, (1, 2, 3), dims, plain)
        kwargs["stride"] = written(draw, stride, plain)
    if draw(flags):
        wanted = per_dimension(draw, (1, 2, 0), dims, plain)
        padding = [min(p, k // 2) for p, k in zip(wanted, kernel, strict=True)]
        kwargs["padding"] = written(draw, padding, plain)
    if draw(flags):
        dilation = per_dimension(draw, DILATIONS[dims], dims, plain)
        kwargs["dilation"] = written(draw, dilation, plain)
    for name in ("return_indices", "ceil_mode"):
        if draw(flags):
            kwargs[name] = not plain and draw(OFTEN)
    ceil_mode = kwargs.get("ceil_mode", False)
    choices = [fitting(*one, ceil_mode)[: CHOICES[dims]] for one in zip(kernel, stride, padding, dilation, strict=True)]
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        shape = [*draw(st.sampled_from(([2], [1], [3]) if plain else ([2], [1], [], [3]))), draw(sizes(1, 3))]
        shape += [draw(st.sampled_from(found)) for found in choices]
        x = draw(normal_tensor(shape, fills=FILLS, spreads=SPREADS))
        steps.append(call(x, cotangent=draw(cotangents())))
    return layer_case([written(draw, kernel, plain)], kwargs, steps, seed=draw(seeds))


def example(kernel: Any, options: Case, *shapes: Sequence[int], **more: Any) -> Case:
    """Calls on normal values, one per shape."""
    return layer_case([kernel], options, [call(tensor(*shape, seed=at, **more)) for at, shape in enumerate(shapes)])


def examples(dims: int) -> list[Case]:
    """Cases for every suite: plain ones, and each of the corners that a random draw may miss."""
    size, rest = (7, 6, 5)[:dims], [4, 3][: dims - 1]
    mixed, odd = (2, 3, 2)[:dims], (3, 4, 1)[:dims]
    indices, up = {"return_indices": True}, {"ceil_mode": True}
    return [
        example(2, {}, [2, 3, *size]),
        example(3, {"stride": 1}, [1, 2, *size]),
        example(3, {"stride": 2}, [2, 1, *size]),
        example(2, {"stride": 3}, [2, 2, *size]),
        example(mixed, {"stride": (1, 2, 3)[:dims]}, [2, 2, *size]),
        example(2, {"padding": 1}, [2, 2, *size], shift=-5.0),
        example(odd, {"padding": (1, 2, 0)[:dims], "stride": 2}, [1, 2, *size], shift=-5.0),
        example(odd, {"padding": (1, 0, 0)[:dims], "stride": 1}, [2, 1, *size], shift=-5.0),
        example(3, {"padding": 1}, [1, 2, *size], scale=1e30, shift=-5e30),
        example(2, {"dilation": 2, "stride": 1}, [2, 2, *size]),
        example(mixed, {"dilation": (3, 2, 2)[:dims]}, [1, 2, *size]),
        example(3, {"dilation": 2, "padding": 1}, [2, 1, *size], shift=-5.0),
        example(2, indices, [2, 3, *size]),
        example(mixed, indices | {"stride": 1}, [1, 2, *size]),
        example(3, indices | {"padding": 1, "stride": 2}, [2, 2, *size], shift=-5.0),
        example(odd, indices | {"dilation": 2, "stride": 1, "padding": (1, 2, 0)[:dims]}, [2, 1, *[9, 8, 5][:dims]]),
        example(2, indices, [3, *size]),
        example(2, indices, [2, 1, 4, *rest], [1, 3, 8, *rest]),
        example(2, up, [2, 2, *size]),
        example(2, up, [1, 2, 5, *rest], shift=-5.0),
        example(3, up | {"stride": 2}, [2, 1, 6, *rest]),
        # Rounded up there would be a window that begins in the padding.
        example(2, up | {"padding": 1}, [2, 2, *[2, 4, 3][:dims]], shift=-5.0),
        example(2, up | {"padding": 1}, [2, 2, *[5, 7, 3][:dims]], shift=-5.0),
        example(3, up | {"padding": 1, "stride": 3}, [1, 2, *[3, 6, 4][:dims]], shift=-5.0),
        example(2, up | {"stride": 3}, [2, 1, *[3, 6, 4][:dims]]),
        example(1, up | {"stride": 2}, [2, 2, *[4, 5, 2][:dims]]),
        example(3, up | {"stride": 2, "dilation": 2}, [2, 1, *[8, 6, 6][:dims]]),
        example(3, up | {"stride": 2, "padding": 1}, [1, 2, *[4, 6, 4][:dims]], shift=-5.0),
        example(2, up | indices | {"padding": 1}, [2, 2, *[4, 5, 3][:dims]]),
        example(3, up | indices | {"stride": 2}, [2, *[6, 4, 4][:dims]]),
        example(1, {}, [1, 1, *[1] * dims]),
        example(2, {}, [2, *size], [3, 2, *size]),
        example(2, {}, [2, 2, *size], layout="transposed"),
        example(mixed, {"stride": 2, "padding": 1}, [1, 3, *size], layout="strided", shift=-5.0),
    ]


TOO_MUCH = "a padding of more than half of `kernel_size`, in any direction"
"""Of the lesson's list of bad arguments."""


def errors(dims: int) -> list[Case]:
    """Paddings that are too large, in one dimension or in all of them."""
    size = [6] * dims
    found = [(3, 2, {}), (2, 2, {}), (1, 1, {}), (5, 3, {}), (3, 2, {"return_indices": True}), (2, 2, {"stride": 1})]
    found += [(3, 2, {"dilation": 2})]
    if dims > 1:
        first, last = (1, 0, 0)[:dims], (0, 0, 1)[-dims:]
        found += [((1, 4, 4)[:dims], first, {}), ((4, 4, 1)[-dims:], last, {}), ((2, 3, 3)[:dims], 2, {})]
        found += [((5, 5, 3)[-dims:], 2, {})]
    return listed(
        TOO_MUCH,
        *(
            raises(
                example(kernel, {"padding": padding, **more}, [2, 2, *size]),
                f"A padding of {padding} with a window of {kernel}"
                + (" and a dilation of 2" if "dilation" in more else ""),
            )
            for kernel, padding, more in found
        ),
    )


POSITIONS = "window's positions"
"""What may be looped over."""


def part(dims: int, oracle: type[nn.Module]) -> Part:
    """The part of one layer."""
    rest, counted = [5] * (dims - 1), {"padding": 1, "return_indices": True}
    along = ("length", "height", "depth")[dims - 1]
    # A loop over the positions of a window is vectorized, too.
    return Part(
        symbol=f"MaxPool{dims}d",
        oracle=oracle,
        cases=cases(dims),
        examples=examples(dims),
        arguments=ARGUMENTS,
        size=96,
        errors=errors(dims),
        families=[
            with_dims(dims + 1, share=0.15),
            with_argument("return_indices", value=True, share=0.2, name="return_indices=True"),
            with_argument("ceil_mode", value=True, share=0.15, name="ceil_mode=True"),
            with_tuples(share=0.1),
        ],
        growth=[
            growth("batch", lambda size: example(2, counted, [size, 2, 5, *rest]), at_most=8 * dims, fine=POSITIONS),
            growth(along, lambda size: example(2, {}, [2, 2, size, *rest]), (4, 8, 16), 8 * dims, POSITIONS),
            growth(along, lambda size: example(2, counted, [2, 2, size, *rest]), (4, 8, 16), 8 * dims, POSITIONS),
        ],
        interface=[
            layer_case([2], {}, [run(f"_ = layer(torch.ones({(1, 1, *[4] * dims)}).double())")], dtype="float32"),
            layer_case(
                [2],
                {"return_indices": True},
                [run(f"any({SHORT} for each in layer(torch.rand({(1, 1, *[4] * dims)}))){WHETHER_SHORT}")],
            ),
        ],
        off_limits=OFF_LIMITS,
    )


# Unpooling: the indices are those of a pooling that really was, and where two windows had one maximum, so are the
# values, since one comes back for both. Torch's backward pass wants memory in order.


def pooled(shape: Sequence[int], settings: Sequence[Any], seed: int) -> tuple[Any, Any, bool]:
    """The maxima of distinct numbers of that shape, their indices, and whether any number is there twice."""
    rng = np.random.RandomState(seed)
    area = shape[-2] * shape[-1]
    planes = [rng.permutation(area) - area // 2 for _ in range(int(np.prod(shape[:-2])))]
    images = torch.from_numpy(np.stack(planes).reshape(shape)).double()
    maxima, indices = F.max_pool2d(images, *settings, return_indices=True)
    rows = indices.flatten(0, -3).flatten(1)
    return maxima, indices, any(len(row.unique()) < row.numel() for row in rows)


def values_of(found: Any, **more: Any) -> Any:
    """A tensor as a recipe."""
    return tensor(*found.shape, fill="values", values=found.flatten().tolist(), **more)


def unpooling(
    image: Sequence[int],
    settings: Sequence[Any],
    seed: int = 0,
    *,
    cotangent: int | None = 0,
    layout: str = "contiguous",
    **more: Any,
) -> Any:
    """A call that puts back what was pooled from an image of that shape."""
    maxima, indices, is_shared = pooled(image, settings, seed)
    if is_shared:
        cotangent = None
    if cotangent is not None:
        layout = "contiguous"
    where = values_of(indices, dtype="int64", grad=False, layout=layout)
    if is_shared:
        return call(values_of(maxima, layout=layout), where, cotangent=cotangent, **more)
    return call(tensor(*maxima.shape, seed=seed, layout=layout), where, cotangent=cotangent, **more)


def default_size(pooled_size: int, kernel: int, stride: int, padding: int) -> int:
    """How large an image comes back."""
    return (pooled_size - 1) * stride - 2 * padding + kernel


@st.composite
def unpool_cases(draw: st.DrawFn) -> Case:
    """One or two calls, of sizes of their own, some told the size that was pooled."""
    plain = draw(PLAIN)
    kernel = per_dimension(draw, (2, 3, 1), 2, plain)
    stride, padding = list(kernel), [0, 0]
    kwargs: Case = {}
    if draw(OFTEN):
        stride = per_dimension(draw, (2, 1, 3), 2, plain)
        kwargs["stride"] = written(draw, stride, plain)
    if draw(flags):
        wanted = per_dimension(draw, (1, 0), 2, plain)
        padding = [min(p, k // 2) for p, k in zip(wanted, kernel, strict=True)]
        kwargs["padding"] = written(draw, padding, plain)
    steps: list[Any] = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        if draw(flags):
            steps.append(draw(st.sampled_from([evaluate(), train()])))
        image = []
        for k, s, p in zip(kernel, stride, padding, strict=True):
            counts = [count for count in (1, 2, 3, 4) if default_size(count, k, s, p) > 0]
            image.append(default_size(draw(st.sampled_from(counts[:3])), k, s, p))
        more: Case = {}
        leading = [*draw(st.sampled_from(([2], [1]) if plain else ([2], [1], []))), draw(sizes(1, 2))]
        if not plain and draw(flags):
            image = [size + draw(st.integers(0, s - 1)) for size, s in zip(image, stride, strict=True)]
            whole = len(leading) == 2 and draw(flags)
            shape = [*leading, *image] if whole else image
            more["output_size"] = draw(st.sampled_from((tuple(shape), shape)))
        options = {"cotangent": draw(cotangents()), "layout": draw(layouts)}
        settings = (tuple(kernel), tuple(stride), tuple(padding))
        steps.append(unpooling([*leading, *image], settings, draw(seeds), **options, **more))
    return layer_case([written(draw, kernel, plain)], kwargs, steps, seed=draw(seeds))


def unpool_example(kernel: Any, options: Case, image: Sequence[int], **more: Any) -> Case:
    """One call that puts back what was pooled from an image of that shape."""
    settings = (kernel, options.get("stride"), options.get("padding", 0))
    return layer_case([kernel], options, [unpooling(image, settings, **more)])


UNPOOL = Part(
    symbol="MaxUnpool2d",
    oracle=nn.MaxUnpool2d,
    cases=unpool_cases(),
    examples=[
        unpool_example(2, {}, [2, 2, 4, 6]),
        unpool_example(3, {}, [1, 2, 6, 3]),
        unpool_example((2, 3), {}, [2, 1, 4, 6]),
        unpool_example(2, {"stride": 3}, [2, 2, 5, 8]),
        unpool_example(2, {"stride": (3, 2)}, [1, 1, 5, 4]),
        unpool_example(2, {"padding": 1}, [2, 2, 4, 6]),
        unpool_example((2, 3), {"padding": (0, 1), "stride": (2, 3)}, [2, 1, 4, 4]),
        unpool_example((3, 2), {"padding": (1, 0), "stride": (3, 2)}, [2, 1, 4, 4]),
        unpool_example(3, {"stride": 1}, [2, 2, 5, 6]),
        unpool_example(3, {"stride": 1, "padding": 1}, [1, 2, 4, 5]),
        unpool_example(3, {"stride": 2}, [1, 2, 7, 5]),
        unpool_example(2, {}, [2, 4, 6]),
        unpool_example(2, {}, [2, 2, 5, 7], output_size=(5, 7)),
        unpool_example(2, {}, [2, 2, 5, 7], output_size=[2, 2, 5, 7]),
        unpool_example(2, {}, [2, 5, 4], output_size=[5, 4]),
        unpool_example(2, {"stride": 3}, [2, 1, 7, 6], output_size=(7, 6)),
        unpool_example(1, {}, [1, 1, 1, 1]),
        unpool_example(2, {}, [2, 2, 4, 6], cotangent=None, layout="transposed"),
        layer_case([2], {}, [unpooling([2, 2, 4, 6], (2,)), unpooling([1, 3, 6, 4], (2,), 1)]),
    ],
    arguments=("kernel_size", "stride", "padding"),
    families=[
        with_dims(3, share=0.15),
        with_tuples(share=0.1),
        Family(
            name="an output_size",
            share=0.2,
            holds=lambda case: any("output_size" in step.get("kwargs", {}) for step in case["steps"]),
        ),
    ],
    growth=[
        growth("batch", lambda size: unpool_example(2, {}, [size, 2, 4, 6]), at_most=8),
        growth("image height", lambda size: unpool_example(2, {}, [2, 2, 2 * size, 4]), at_most=8),
    ],
    interface=[
        layer_case(
            [2],
            {},
            [run("_ = layer(torch.ones(1, 1, 2, 2).double(), torch.tensor([[[[0, 3], [9, 15]]]]))")],
            dtype="float32",
        )
    ],
    off_limits=OFF_LIMITS,
)

NUMBERS = "numbers = torch.arange(math.prod(size), device=x.device).reshape(size)"
TAKEN = "numbers = self._windows(numbers, 0).expand(windows.shape)"
PLANE = "plane = x.new_zeros(*x.shape[:-2], height * width)"
WHOLE = "whole numbers have no gradient"
LENGTHS = "all of these tuples have one number per dimension"
ZIPPED = (
    "zip(self.kernel_size, self.padding",
    "zip(self.kernel_size, self.dilation",
    "zip(x.shape[first:], self.kernel_size, self.stride, self.padding, self.dilation, spans",
    "zip(spans, self.stride, self.dilation",
    "zip(x.shape[-2:], self.kernel_size, self.stride, self.padding",
)
STRICT = (
    "if any((2 * p > k for k, p in zip(self.kernel_size, self.padding, strict=True))):",
    "spans = [d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]",
    "for n, k, s, p, d, span in zip(x.shape[first:], self.kernel_size, self.stride, self.padding, self.dilation, "
    "spans, stri…",
    "for axis, (span, s, d) in enumerate(zip(spans, self.stride, self.dilation, strict=True), first):",
    "sizes = zip(x.shape[-2:], self.kernel_size, self.stride, self.padding, strict=True)",
)

exercise = Exercise(
    title="Max pooling",
    parts=[part(1, DefinedMaxPool1d), part(2, DefinedMaxPool2d), part(3, DefinedMaxPool3d), UNPOOL],
    equivalent_mutants={
        **{f"{zipped}, strict=True) → {zipped})": LENGTHS for zipped in ZIPPED},
        **{f"True → False in {statement}": LENGTHS for statement in STRICT},
        f"{NUMBERS} → {NUMBERS}.detach()": WHOLE,
        f"{TAKEN} → {TAKEN}.detach()": WHOLE,
        f"0 → 1 in {TAKEN}": "what stands in the padding of the numbers is never taken",
        f"{PLANE} → {PLANE}.detach()": "new zeros have no history to be detached from",
        "torch.arange(math.prod(size), device=x.device) → torch.arange(math.prod(size))": (
            "`device` is judged on cases of no family, and those with indices are one"
        ),
    },
)
