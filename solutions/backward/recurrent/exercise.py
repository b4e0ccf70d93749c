"""Backward passes by hand: one step of an LSTM and of a GRU, judged against autograd."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from hypothesis import strategies as st
from torch import Tensor

from grader.spec import Exercise, OffLimits, Part, function_case, growth, program, tensor
from grader.strategies import normal_tensor, seeds, sizes

Case = dict[str, Any]

OFF_LIMITS = OffLimits(autograd=True)
SPREADS = ((1.0, 0.0), (0.5, 0.3), (2.0, -1.0), (0.1, 0.0))
"""Scale and shift of inputs and states; no gate is so far shut that only rounding is left of its gradient."""
HUGE = ((30.0, 10.0), (100.0, 0.0), (300.0, -100.0), (1e4, 0.0))
"""Sums so large that their exponentials overflow in float32."""


def lstm_cell_backward(
    grad_h: Tensor,
    grad_c: Tensor,
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> tuple[Tensor, ...]:
    """What autograd makes of torch's LSTM cell."""
    with torch.enable_grad():
        given = (x, h, c, weight_ih, weight_hh, bias_ih, bias_hh)
        leaves = [item.detach().requires_grad_() for item in given]
        x, h, c, *parameters = leaves
        outputs = torch.lstm_cell(x, (h, c), *parameters)
        return torch.autograd.grad(outputs, leaves, (grad_h, grad_c))


def gru_cell_backward(
    grad_h: Tensor,
    x: Tensor,
    h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> tuple[Tensor, ...]:
    """What autograd makes of torch's GRU cell."""
    with torch.enable_grad():
        given = (x, h, weight_ih, weight_hh, bias_ih, bias_hh)
        leaves = [item.detach().requires_grad_() for item in given]
        return torch.autograd.grad(torch.gru_cell(*leaves), leaves, grad_h)


def shapes_of(blocks: int, batch: int, inside: int, hidden: int) -> tuple[list[list[int]], list[list[int]]]:
    """The shapes of gradients, input and states; and of weights and biases."""
    states = 2 if blocks == 4 else 1
    rows = blocks * hidden
    state = [batch, hidden]
    return [*[state] * states, [batch, inside], *[state] * states], [[rows, inside], [rows, hidden], [rows], [rows]]


@st.composite
def cases(
    draw: st.DrawFn, blocks: int, spreads: Sequence[tuple[float, float]] = SPREADS, dtype: str = "float64"
) -> Case:
    """A step with any numbers of samples, inputs and hidden units."""
    batch, inside, hidden = draw(sizes(1, 4)), draw(sizes(1, 4)), draw(sizes(1, 4))
    given, parameters = shapes_of(blocks, batch, inside, hidden)
    fills = ("normal",) if dtype == "float32" else ("normal", "uniform")
    tensors = [draw(normal_tensor(shape, fills=fills, spreads=spreads, grad=False)) for shape in given]
    seed = draw(seeds)
    tensors += [tensor(*shape, grad=False, seed=seed + place, scale=0.7) for place, shape in enumerate(parameters)]
    return function_case(*tensors, dtype=dtype, cotangent=None)


def step(blocks: int, batch: int, inside: int, hidden: int, seed: int = 0, **more: Any) -> Case:
    """A step on normal values."""
    given, parameters = shapes_of(blocks, batch, inside, hidden)
    tensors = [
        tensor(*shape, grad=False, seed=seed + place, **more) for place, shape in enumerate([*given, *parameters])
    ]
    return function_case(*tensors, cotangent=None)


def named(symbol: str, blocks: int, names: Sequence[str]) -> Case:
    """A call with every argument by name."""
    given, parameters = shapes_of(blocks, 1, 1, 1)
    arguments = (
        f"{name}=torch.ones({', '.join(map(str, shape))})"
        for name, shape in zip(names, [*given, *parameters], strict=True)
    )
    return program(f"{symbol}({', '.join(arguments)}) is not None")


def cell(symbol: str, blocks: int, oracle: Callable[..., object], names: Sequence[str]) -> Part:
    """The part of one cell."""
    return Part(
        symbol=symbol,
        oracle=oracle,
        cases=cases(blocks),
        examples=[
            step(blocks, 3, 2, 4),
            step(blocks, 2, 3, 3, seed=10),
            step(blocks, 1, 3, 2, seed=20),
            step(blocks, 4, 1, 1, seed=30),
            step(blocks, 1, 1, 1, seed=40),
            step(blocks, 3, 3, 3, seed=50, layout="transposed"),
            step(blocks, 2, 4, 2, seed=60, layout="strided"),
            step(blocks, 3, 2, 5, seed=70, scale=0.2),
        ],
        numerics=cases(blocks, HUGE, "float32"),
        # A product for each gate instead of one for all of them is vectorized too.
        growth=[growth("batch", lambda size: step(blocks, size, 2, 3), at_most=8)],
        interface=[named(symbol, blocks, names)],
        off_limits=OFF_LIMITS,
        size=48,
    )


PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")

exercise = Exercise(
    title="Backward through an LSTM cell and a GRU cell",
    parts=[
        cell("lstm_cell_backward", 4, lstm_cell_backward, ("grad_h", "grad_c", "x", "h", "c", *PARAMETERS)),
        cell("gru_cell_backward", 3, gru_cell_backward, ("grad_h", "x", "h", *PARAMETERS)),
    ],
)
