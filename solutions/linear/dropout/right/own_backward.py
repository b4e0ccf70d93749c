"""A function with a backward pass written by hand, which keeps the mask."""

import torch
from torch import nn


class _Mask(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factors):
        ctx.save_for_backward(factors)
        return x * factors

    @staticmethod
    def backward(ctx, grad):
        (factors,) = ctx.saved_tensors
        return grad * factors, None


def _drop(x, p, dims):
    """Draw for the first `dims` axes; those behind share."""
    if p >= 1.0:
        return x * 0
    shape = list(x.shape[:dims]) + [1] * (x.dim() - dims)
    factors = torch.empty(shape, device=x.device, dtype=x.dtype).uniform_().sub_(p).ge_(0).div_(1 - p)
    return _Mask.apply(x, factors)


def _check(p):
    assert 0.0 <= p <= 1.0, f"no probability: {p}"
    return float(p)


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.drop_prob = _check(p)

    def forward(self, input):
        return _drop(input, self.drop_prob, input.dim()) if self.training else input


class Dropout2d(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.drop_prob = _check(p)

    def forward(self, input):
        return _drop(input, self.drop_prob, 2) if self.training else input


class Dropout3d(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        self.drop_prob = _check(p)

    def forward(self, input):
        return _drop(input, self.drop_prob, 2) if self.training else input
