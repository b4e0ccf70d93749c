"""Autograd functions with backward passes of our own; the mean is a sum of weighted losses."""

import torch
from torch import nn
from torch.autograd import Function


def shares(losses, reduction, total=None):
    if reduction == "none":
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean":
        return losses.sum() / (losses.numel() if total is None else total)
    raise NotImplementedError(reduction)


class Squares(Function):
    @staticmethod
    def forward(ctx, x, t):
        ctx.save_for_backward(d := x - t)
        return d.square()

    @staticmethod
    def backward(ctx, grad):
        (d,) = ctx.saved_tensors
        return 2 * d * grad, -2 * d * grad


class MSELoss(nn.Module):
    def __init__(self, reduction="mean"):
        super().__init__()
        self.reduction = reduction

    def forward(self, x, t):
        return shares(Squares.apply(x, t), self.reduction)


class Binary(Function):
    @staticmethod
    def forward(ctx, x, t):
        ctx.save_for_backward(x, t)
        one, zero = torch.log(x).clamp(-100), torch.log(1 - x).clamp(-100)
        return -(zero + t * (one - zero))

    @staticmethod
    def backward(ctx, grad):
        x, t = ctx.saved_tensors
        return grad * (x - t) / (x * (1 - x)).clamp(min=1e-12), grad * (torch.log(1 - x) - torch.log(x))


class BCELoss(nn.Module):
    def __init__(self, weight=None, reduction="mean"):
        super().__init__()
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, x, t):
        if list(x.shape) != list(t.shape):
            raise RuntimeError("sizes")
        losses = Binary.apply(x, t)
        return shares(losses if self.weight is None else losses * self.weight, self.reduction)


class CrossEntropyLoss(nn.Module):
    def __init__(self, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.smoothing = label_smoothing

    def forward(self, x, t):
        dim = min(1, x.dim() - 1)
        c = x.shape[dim]
        logp = x - x.logsumexp(dim, keepdim=True)
        if self.weight is not None:
            w = self.weight.reshape([c if d == dim else 1 for d in range(x.dim())])
        else:
            w = x.new_ones([1] * x.dim())
        spread = (w * logp).sum(dim) * (self.smoothing / c)
        if torch.is_floating_point(t):
            return shares(-(1 - self.smoothing) * (w * logp * t).sum(dim) - spread, self.reduction)
        rest = [size for d, size in enumerate(x.shape) if d != dim]
        if rest != list(t.shape):
            raise ValueError("shape of the classes")
        keep = t != self.ignore_index
        if bool((keep & (t < 0)).any()) or bool((keep & (t >= c)).any()):
            raise IndexError("class")
        index = (t * keep).unsqueeze(dim)
        own = w.expand_as(x).gather(dim, index).squeeze(dim) * keep
        losses = -(1 - self.smoothing) * own * logp.gather(dim, index).squeeze(dim) - keep * spread
        return shares(losses, self.reduction, own.sum())
