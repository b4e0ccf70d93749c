"""Properties of layers that multiply every element below 0 by a random slope of its own while they train."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from grader.model import Argument, Observation
from grader.spec import Property, layer_case, run
from grader.spec.properties import ks_uniform, line_values, recorded

_ROWS, _COLUMNS = 30, 40
_BELOW = 30
"""Columns of the input whose elements are below 0."""
_ROUNDING = 1e-6
_DIFFERENT = 0.9
"""The share of slopes that differ at least: a few of 900 draws in float32 may coincide, ninety never."""
_LINES = (
    f"x = -1 - torch.rand({_ROWS}, {_COLUMNS}, dtype=torch.float64)",
    f"x[:, {_BELOW}:] *= -1",
    "x.requires_grad_()",
    "layer.double().train()",
    "y, z = layer(x), layer(x)",
    "x.detach()",
    "y.detach()",
    "z.detach()",
)
_GRADIENT = "torch.autograd.grad(y.sum(), x)[0]"
_SHOWS = (
    "x = torch.tensor([[-1.0, -1.0, 2.0], [-1.0, -1.0, 2.0]], requires_grad=True)",
    "for call in (1, 2):",
    "    y = layer.train()(x)",
    '    print("slopes of call", call, (y / x).tolist())',
    '    print("gradient of call", call, torch.autograd.grad(y.sum(), x)[0].tolist())',
)


@recorded
def random_slopes(
    low: float,
    high: float,
    *,
    args: Sequence[Argument] = (),
    kwargs: Mapping[str, Argument] | None = None,
    criterion: str = "values",
) -> Property:
    """In training, elements below 0 are multiplied by slopes drawn from U(low, high), others are kept.

    Each element of each call has a slope of its own. With another criterion than ``gradients`` this is asked of the
    outputs: a correct answer fails with a probability below 2e-11, by the tests of both calls' distribution (see
    `grader.spec.properties`). With ``gradients`` it is asked that the gradient is the slope of the same call, which
    cannot give a false alarm.

    Args:
        low: The smallest slope.
        high: The largest.
        args: Of the constructor.
        kwargs: Of the constructor, by name.
        criterion: The criterion to which the property belongs.
    """
    of_gradient = criterion == "gradients"
    case = layer_case(args, kwargs, [run(*_LINES, *([_GRADIENT] if of_gradient else []))], state=None)

    def holds(observations: Sequence[Observation]) -> str | None:
        values = line_values(observations[0])
        if isinstance(values, str):
            return values
        tensors = values[-4:] if of_gradient else values[-3:]
        for found in tensors:
            if not isinstance(found, Tensor) or found.shape != (_ROWS, _COLUMNS):
                return "in training, the output and its gradient should have the shape of the input"
        x, first, second, *grads = (found.double() for found in tensors)
        said = _gradient(x, first, grads[0]) if grads else _outputs(low, high, x, first, second)
        return f"in training {said}" if said else None

    return Property(criterion=criterion, cases=[case], holds=holds, shows=_SHOWS)


def _outputs(low: float, high: float, x: Tensor, first: Tensor, second: Tensor) -> str | None:
    """What is wrong with the outputs of two calls."""
    for y in (first, second):
        if not _close(y[:, _BELOW:], x[:, _BELOW:]):
            return "elements above 0 should be kept as they are"
        slopes = y[:, :_BELOW] / x[:, :_BELOW]
        if torch.unique(slopes.round(decimals=9)).numel() < _DIFFERENT * slopes.numel():
            return "elements share slopes, but each element should have one of its own"
        said = ks_uniform(slopes, low, high)
        if said:
            return f"the slopes {said}"
    if _close(first, second):
        return "two calls have the same slopes"
    return None


def _gradient(x: Tensor, first: Tensor, grad: Tensor) -> str | None:
    """What is wrong with the gradient of the sum of the first call's outputs."""
    if not _close(grad[:, _BELOW:], torch.ones_like(grad[:, _BELOW:])):
        return "the gradient of elements above 0 should be 1"
    if not _close(grad[:, :_BELOW], first[:, :_BELOW] / x[:, :_BELOW]):
        return "the gradient of an element below 0 should be the slope that it had in the forward pass of that call"
    return None


def _close(one: Tensor, other: Tensor) -> bool:
    return bool((one - other).abs().max() <= _ROUNDING)
