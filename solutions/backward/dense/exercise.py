"""Backward passes by hand: a linear layer, and softmax cross-entropy, judged against autograd."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from grader.spec import Exercise, Family, OffLimits, Part, function_case, growth, program, tensor, with_dims
from grader.strategies import layouts, normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(autograd=True)


# --- linear_backward ---


def linear_backward(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
    """What autograd makes of `torch.nn.functional.linear`."""
    with torch.enable_grad():
        leaves = [item.detach().requires_grad_() for item in (x, weight, weight.new_zeros(len(weight)))]
        return torch.autograd.grad(F.linear(*leaves), leaves, grad)


LEADING = st.sampled_from([[3], [2], [1], [], [2, 3], [4, 1, 2], [1, 1], [5], [3, 2]])


@st.composite
def linear_cases(draw: st.DrawFn) -> Case:
    """Zero to three leading axes, wide and narrow weights."""
    leading, inside, outside = draw(LEADING), draw(sizes(1, 6)), draw(sizes(1, 6))
    shapes = ([*leading, outside], [*leading, inside], [outside, inside])
    return function_case(*(draw(normal_tensor(shape, grad=False)) for shape in shapes), cotangent=None)


def linear_call(leading: Sequence[int], inside: int, outside: int, seed: int = 0, **more: Any) -> Case:
    """A call on normal values."""
    shapes = ([*leading, outside], [*leading, inside], [outside, inside])
    tensors = (tensor(*shape, grad=False, seed=seed + place, **more) for place, shape in enumerate(shapes))
    return function_case(*tensors, cotangent=None)


SUMS = "[each.sum().item() for each in found]  # the sums of all gradients, after the arguments were overwritten"


def aliased(leading: str) -> Case:
    """Whether the gradients go on being what they were, when the arguments are written into."""
    return program(
        f"grad, x, weight = torch.full(({leading}2,), 3.0), torch.ones({leading}3), torch.ones(2, 3)",
        "found = linear_backward(grad, x, weight)",
        "_ = [given.zero_() for given in (grad, x, weight)]",
        SUMS,
    )


LINEAR = Part(
    symbol="linear_backward",
    oracle=linear_backward,
    cases=linear_cases(),
    examples=[
        linear_call([4], 3, 2),
        linear_call([3], 3, 3, seed=3),
        linear_call([2, 3], 4, 2, seed=6),
        linear_call([2, 2], 2, 2, seed=9, layout="transposed"),
        linear_call([], 3, 2, seed=12),
        linear_call([1], 2, 4, seed=15),
        linear_call([4, 1, 2], 2, 3, seed=18, layout="strided"),
        aliased(""),
        aliased("2, "),
    ],
    growth=[
        growth("batch", lambda size: linear_call([size], 3, 2)),
        growth("second leading dimension", lambda size: linear_call([2, size], 3, 2)),
    ],
    interface=[
        program("linear_backward(grad=torch.ones(2, 3), x=torch.ones(2, 3), weight=torch.ones(3, 3)) is not None")
    ],
    families=[
        with_dims(1, share=0.15, name="a single vector, without leading axes"),
        with_dims(3, 4, share=0.25, name="several leading axes"),
        Family(
            name="arguments that are overwritten afterwards",
            share=0.1,
            holds=lambda case: not any(step["do"] == "call" for step in case["steps"]),
        ),
    ],
    off_limits=OFF_LIMITS,
)


# --- softmax_cross_entropy_backward ---


def softmax_cross_entropy_backward(logits: Tensor, target: Tensor) -> Tensor:
    """What autograd makes of `torch.nn.functional.cross_entropy`."""
    with torch.enable_grad():
        leaf = logits.detach().requires_grad_()
        (grad,) = torch.autograd.grad(F.cross_entropy(leaf, target), leaf)
    return grad


# Not so far apart that an exponential overflows, in float32 either: that is for `numerics`.
SPREADS = ((1.0, 0.0), (3.0, 1.0), (0.1, -2.0), (0.01, 0.5), (8.0, 3.0))
LARGE = ((1.0, 1e3), (1.0, -1e3), (100.0, 0.0), (300.0, 0.0), (30.0, 1e3), (1.0, 1e4), (100.0, -1e3))


@st.composite
def entropy_cases(draw: st.DrawFn) -> Case:
    """One to six rows; classes that none of them has."""
    batch, classes = draw(sizes(1, 6)), draw(sizes(2, 7))
    fills = ("normal", "normal", "integers")
    logits = draw(normal_tensor([batch, classes], fills=fills, spreads=SPREADS, grad=False))
    target = tensor(batch, fill="integers", low=0, high=classes, dtype="int64", seed=draw(seeds), layout=draw(layouts))
    return function_case(logits, target, cotangent=None)


@st.composite
def entropy_numerics(draw: st.DrawFn) -> Case:
    """Rows of large logits, some of them far below the others.

    The first row is wrong about its class, so that the gradient is never nothing but rounding.
    """
    (scale, shift), batch, classes = draw(st.sampled_from(LARGE)), draw(sizes(2, 5)), draw(sizes(2, 6))
    rng = np.random.RandomState(draw(seeds))
    logits = rng.standard_normal((batch, classes)) * scale + shift * rng.choice((1, 1, -1), (batch, 1))
    target = [int(logits[0].argmin()), *rng.randint(classes, size=batch - 1).tolist()]
    return entropy_values(logits.tolist(), *target, dtype="float32")


def entropy_call(batch: int, classes: int, seed: int = 0, layout: str = "contiguous") -> Case:
    """A call on normal values."""
    target = tensor(batch, fill="integers", low=0, high=classes, dtype="int64", seed=seed + 1)
    return function_case(tensor(batch, classes, grad=False, seed=seed, layout=layout), target, cotangent=None)


def entropy_values(logits: Sequence[Sequence[float]], *target: int, dtype: str = "float64") -> Case:
    """A call on these values."""
    flat = [value for row in logits for value in row]
    return function_case(
        tensor(len(logits), len(logits[0]), fill="values", values=flat, grad=False),
        tensor(len(target), fill="values", values=target, dtype="int64"),
        dtype=dtype,
        cotangent=None,
    )


APART = entropy_values([[900.0, 901.0, 899.0], [-900.0, -902.0, -901.0]], 1, 0, dtype="float32")
"""Rows that lie so far apart that nothing is left of the lower one where it is measured by the higher."""

ENTROPY = Part(
    symbol="softmax_cross_entropy_backward",
    oracle=softmax_cross_entropy_backward,
    cases=entropy_cases(),
    examples=[
        entropy_call(4, 3),
        entropy_call(3, 3, seed=2),
        entropy_call(1, 4, seed=4),
        entropy_call(2, 5, seed=6, layout="transposed"),
        entropy_call(5, 2, seed=8, layout="strided"),
        entropy_values([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]], 0, 1, 1),
        entropy_values([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]], 0, 0),
    ],
    numerics=st.one_of(st.just(APART), entropy_numerics(), entropy_numerics()),
    # What overflows is not a number. How the logarithm of the sum is rounded on the way is of no interest.
    numerics_multiple=2000,
    growth=[growth("batch", lambda size: entropy_call(size, 3))],
    interface=[
        program("softmax_cross_entropy_backward(logits=torch.eye(3), target=torch.tensor([2, 0, 1])) is not None")
    ],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(
    title="Backward through a linear layer and softmax cross-entropy",
    parts=[LINEAR, ENTROPY],
)
