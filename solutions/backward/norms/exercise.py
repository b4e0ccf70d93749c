"""Backward passes by hand: batch normalisation in training and layer normalisation, judged against autograd."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from grader.spec import Exercise, OffLimits, Part, function_case, growth, program, tensor, with_dims
from grader.strategies import SPREADS, eps_values, nasty_tensor, normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(autograd=True)
LARGE_EPS = st.sampled_from([0.1, 1.0])
MILD = ((1.0, 0.0), (3.0, 1.0), (0.5, -0.2))
"""Spreads for a few values per mean, some of which are bound to lie close together."""
FEW = 4
"""With fewer values than this, hardly any gradient is left unless eps is large: what is left is rounding."""


def leaves_of(x: Tensor, gamma: Tensor) -> list[Tensor]:
    """The input and the parameters of a normalisation, which ask for gradients."""
    return [item.detach().requires_grad_() for item in (x, gamma, torch.zeros_like(gamma))]


def conditioned(draw: st.DrawFn, shape: Sequence[int], several: int) -> tuple[Case, float]:
    """An input of that shape and an eps, for means over so many values, with more of a gradient than rounding."""
    spreads = MILD if several < 2 * FEW else SPREADS
    x = draw(normal_tensor(shape, fills=("normal", "uniform"), spreads=spreads, grad=False))
    return x, draw(LARGE_EPS if several < FEW else eps_values)


def call_on(
    x: Case, eps: float, features: int, *, seed: int = 0, layout: str = "contiguous", dtype: str = "float64"
) -> Case:
    """A call on an input, with a random gradient from above and a random scale."""
    grad = tensor(*x["shape"], grad=False, seed=seed + 1, layout=layout)
    gamma = tensor(features, grad=False, seed=seed + 2)
    return function_case(grad, x, gamma, eps, dtype=dtype, cotangent=None)


# --- batch_norm_backward ---


def batch_norm_backward(grad: Tensor, x: Tensor, gamma: Tensor, eps: float) -> tuple[Tensor, ...]:
    """What autograd makes of `torch.nn.functional.batch_norm` in training."""
    with torch.enable_grad():
        leaves = leaves_of(x, gamma)
        y = F.batch_norm(leaves[0], None, None, leaves[1], leaves[2], training=True, eps=eps)
        return torch.autograd.grad(y, leaves, grad)


@st.composite
def batch_cases(draw: st.DrawFn) -> Case:
    """Vectors and images, with two values per channel or more."""
    channels, batch = draw(sizes(1, 4)), draw(sizes(1, 5))
    rest = draw(st.sampled_from(([], [], [1, 1], [1, 3], [2, 1], [2, 3], [3, 2], [3, 4])))
    if batch * math.prod(rest) < 2:
        batch += draw(sizes(1, 3))
    x, eps = conditioned(draw, [batch, channels, *rest], batch * math.prod(rest))
    grad = draw(normal_tensor(x["shape"], spreads=MILD, grad=False))
    gamma = draw(normal_tensor([channels], fills=("normal", "uniform"), spreads=MILD, grad=False))
    return function_case(grad, x, gamma, eps, cotangent=None)


@st.composite
def batch_numerics(draw: st.DrawFn) -> Case:
    """Images and vectors that float32 finds hard."""
    shape = draw(st.sampled_from(([8, 3, 4, 4], [32, 3], [4, 2, 5, 7])))
    return call_on(draw(nasty_tensor(shape)), 1e-5, shape[1], seed=draw(seeds), dtype="float32")


def batch_call(*shape: int, eps: float = 1e-5, seed: int = 0, **more: Any) -> Case:
    """A call on normal values."""
    return call_on(tensor(*shape, grad=False, seed=seed, **more), eps, shape[1], seed=seed)


BATCH = Part(
    symbol="batch_norm_backward",
    oracle=batch_norm_backward,
    cases=batch_cases(),
    examples=[
        batch_call(4, 3),
        batch_call(2, 3, 4, 5, seed=3),
        batch_call(5, 2, eps=1.0, seed=6),
        batch_call(3, 2, 2, 3, eps=0.1, seed=9, layout="channels_last"),
        batch_call(1, 2, 3, 4, seed=12, layout="transposed"),
        batch_call(2, 3, eps=1.0, seed=15),
        batch_call(4, 4, 4, 4, seed=18),
        batch_call(6, 1, seed=21, shift=5.0),
        batch_call(4, 2, fill="ones", scale=2.0, seed=24),
        batch_call(6, 2, eps=0.1, seed=27, scale=0.1),
    ],
    numerics=batch_numerics(),
    growth=[
        growth("batch", lambda size: batch_call(size, 3)),
        growth("batch of images", lambda size: batch_call(size, 3, 2, 3)),
        growth("image height", lambda size: batch_call(2, 3, size, 3)),
        growth("image width", lambda size: batch_call(2, 3, 3, size)),
    ],
    interface=[
        program(
            "given = {'grad': torch.eye(3), 'x': torch.eye(3)}",
            "batch_norm_backward(**given, gamma=torch.ones(3), eps=0.1) is not None",
        )
    ],
    families=[with_dims(4, share=0.4, name="images, of four dimensions")],
    off_limits=OFF_LIMITS,
)


# --- layer_norm_backward ---


def layer_norm_backward(grad: Tensor, x: Tensor, gamma: Tensor, eps: float) -> tuple[Tensor, ...]:
    """What autograd makes of `torch.nn.functional.layer_norm`."""
    with torch.enable_grad():
        leaves = leaves_of(x, gamma)
        y = F.layer_norm(leaves[0], gamma.shape, leaves[1], leaves[2], eps)
        return torch.autograd.grad(y, leaves, grad)


@st.composite
def layer_cases(draw: st.DrawFn) -> Case:
    """Zero to three axes before the one that is normalised, which has two values or more."""
    leading = draw(st.sampled_from([[3], [2], [1], [], [2, 3], [4, 1, 2], [1, 1], [5], [3, 2]]))
    features = draw(st.sampled_from((4, 5, 3, 6, 2, 9)))
    x, eps = conditioned(draw, [*leading, features], features)
    grad = draw(normal_tensor(x["shape"], spreads=MILD, grad=False))
    gamma = draw(normal_tensor([features], fills=("normal", "uniform"), spreads=MILD, grad=False))
    return function_case(grad, x, gamma, eps, cotangent=None)


@st.composite
def layer_numerics(draw: st.DrawFn) -> Case:
    """Samples that float32 finds hard."""
    shape = draw(st.sampled_from(([4, 32], [2, 3, 16], [5, 48], [64])))
    return call_on(draw(nasty_tensor(shape)), 1e-5, shape[-1], seed=draw(seeds), dtype="float32")


def layer_call(*shape: int, eps: float = 1e-5, seed: int = 0, **more: Any) -> Case:
    """A call on normal values."""
    return call_on(tensor(*shape, grad=False, seed=seed, **more), eps, shape[-1], seed=seed)


LAYER = Part(
    symbol="layer_norm_backward",
    oracle=layer_norm_backward,
    cases=layer_cases(),
    examples=[
        layer_call(3, 4),
        layer_call(2, 3, 5, seed=3),
        layer_call(4, 4, eps=1.0, seed=6),
        layer_call(5, seed=9),
        layer_call(2, 3, 3, 4, eps=0.1, seed=12, layout="channels_last"),
        layer_call(3, 6, seed=15, layout="transposed"),
        layer_call(1, 8, seed=18, shift=5.0),
        layer_call(4, 2, eps=1.0, seed=21),
        layer_call(3, 5, fill="ones", scale=2.0, seed=24),
        layer_call(3, 6, eps=0.1, seed=27, scale=0.1),
    ],
    numerics=layer_numerics(),
    growth=[
        growth("batch", lambda size: layer_call(size, 4)),
        growth("second leading dimension", lambda size: layer_call(2, size, 4)),
    ],
    interface=[
        program(
            "given = {'grad': torch.eye(3), 'x': torch.eye(3)}",
            "layer_norm_backward(**given, gamma=torch.ones(3), eps=0.1) is not None",
        )
    ],
    families=[
        with_dims(1, share=0.1, name="a single vector, without leading axes"),
        with_dims(3, 4, share=0.25, name="several leading axes"),
    ],
    off_limits=OFF_LIMITS,
)

exercise = Exercise(
    title="Backward through batch and layer normalisation",
    parts=[BATCH, LAYER],
)
