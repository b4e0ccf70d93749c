"""A functional core with a backward pass written by hand, and thin classes around it."""

import torch
from torch import nn


class Standardise(torch.autograd.Function):
    """Standardise the rows of a matrix."""

    @staticmethod
    def forward(ctx, rows, eps):
        mean = rows.mean(1, keepdim=True)
        inverse = (rows.sub(mean).square().mean(1, keepdim=True) + eps).rsqrt()
        y = (rows - mean) * inverse
        ctx.save_for_backward(y, inverse)
        return y

    @staticmethod
    def backward(ctx, grad):
        y, inverse = ctx.saved_tensors
        along_ones = grad.mean(1, keepdim=True)
        along_y = (grad * y).mean(1, keepdim=True)
        return (grad - along_ones - along_y * y) * inverse, None


def affine(x, weight, bias):
    """Scale and shift along dimension 1."""
    if weight is None:
        return x
    return torch.einsum("nc...,c->nc...", x, weight) + bias.view(-1, *[1] * (x.ndim - 2))


class GroupNorm(nn.Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError("num_channels must be divisible by num_groups")
        self.affine = affine
        self.eps = eps
        self.num_channels = num_channels
        self.num_groups = num_groups
        self.bias = nn.Parameter(torch.empty(num_channels)) if affine else None
        self.weight = nn.Parameter(torch.empty(num_channels)) if affine else None
        self.reset_parameters()

    def reset_parameters(self):
        if self.affine:
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)

    def forward(self, x):
        if x.ndim < 2 or x.shape[1] != self.num_channels:
            raise ValueError(f"cannot normalise an input of shape {tuple(x.shape)}")
        rows = x.reshape(x.shape[0] * self.num_groups, -1)
        return affine(Standardise.apply(rows, self.eps).reshape(x.shape), self.weight, self.bias)


class InstanceNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.track_running_stats = track_running_stats
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.int64) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if affine else None)
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)) if affine else None)

    def forward(self, x):
        if x.ndim not in (3, 4) or x.shape[-3] != self.num_features:
            raise ValueError(f"cannot normalise an input of shape {tuple(x.shape)}")
        batch = x if x.ndim == 4 else x[None]
        rows = batch.reshape(batch.shape[0] * self.num_features, -1)
        if self.training or not self.track_running_stats:
            if rows.shape[1] == 1:
                raise ValueError("one value a channel")
            y = Standardise.apply(rows, self.eps).reshape(batch.shape)
            if self.track_running_stats:
                self.track(batch.detach())
        else:
            inverse = (self.running_var + self.eps).rsqrt()
            y = torch.einsum("nchw,c->nchw", batch - self.shaped(self.running_mean), inverse)
        return affine(y, self.weight, self.bias).reshape(x.shape)

    def shaped(self, values):
        return values.view(-1, 1, 1)

    def track(self, batch):
        flat = batch.flatten(2)
        for running, observed in ((self.running_mean, flat.mean(2)), (self.running_var, flat.var(2))):
            running += self.momentum * (observed.mean(0) - running)
