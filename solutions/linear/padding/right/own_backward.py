"""Autograd functions with a backward pass of their own: padding by a and cropping by a undo each other."""

import torch
from torch import nn
from torch.autograd import Function


def put(x, padding, value):
    """Pad where a side is positive, crop where it is negative."""
    left, right, top, bottom = padding
    h, w = x.shape[-2:]
    out = torch.empty(x.shape[:-2] + (h + top + bottom, w + left + right), dtype=x.dtype, device=x.device)
    out.fill_(value)
    source = x.narrow(-2, max(-top, 0), h + min(top, 0) + min(bottom, 0))
    source = source.narrow(-1, max(-left, 0), w + min(left, 0) + min(right, 0))
    target = out.narrow(-2, max(top, 0), source.size(-2)).narrow(-1, max(left, 0), source.size(-1))
    target.copy_(source)
    return out


class Put(Function):
    @staticmethod
    def forward(ctx, x, padding, value):
        ctx.padding = padding
        return put(x, padding, value)

    @staticmethod
    def backward(ctx, grad):
        return put(grad, [-side for side in ctx.padding], 0), None, None


class Repeat(Function):
    @staticmethod
    def forward(ctx, x, left, right):
        ctx.sides = left, x.size(-1), right
        before = x[..., :1].expand(*x.shape[:-1], left)
        after = x[..., -1:].expand(*x.shape[:-1], right)
        return torch.cat((before, x, after), -1)

    @staticmethod
    def backward(ctx, grad):
        before, kept, after = grad.split(ctx.sides, -1)
        kept = kept.clone()
        kept[..., 0] += before.sum(-1)
        kept[..., -1] += after.sum(-1)
        return kept, None, None


class ConstantPad2d(nn.Module):
    def __init__(self, padding, value):
        super().__init__()
        try:
            self.padding = tuple(padding)
        except TypeError:
            self.padding = (padding,) * 4
        self.value = value

    def forward(self, x):
        return Put.apply(x, self.padding, self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ZeroPad2d(ConstantPad2d):
    def __init__(self, padding):
        super(ZeroPad2d, self).__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


class ReplicationPad1d(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.padding = padding if isinstance(padding, tuple) else (padding, padding)

    def forward(self, x):
        return Repeat.apply(x, *self.padding)
