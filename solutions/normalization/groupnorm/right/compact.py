"""Group normalisation as a special case of one function, which instance normalisation uses with a group a channel."""

import torch
import torch.nn as nn


def normalise(x, groups, eps):
    shape = x.shape
    x = x.reshape(shape[0], groups, shape[1] // groups, *shape[2:])
    axes = tuple(range(2, x.dim()))
    mean, std = x.mean(axes, keepdim=True), torch.sqrt(x.var(axes, unbiased=False, keepdim=True) + eps)
    return torch.div(x - mean, std).reshape(shape)


def per_channel(v, x):
    return v[(None, slice(None)) + (None,) * (x.dim() - 2)]


class GroupNorm(nn.Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        if num_channels % num_groups:
            raise ValueError(f"{num_channels} channels do not make {num_groups} groups")
        super().__init__()
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = nn.Parameter(torch.ones(num_channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_channels)) if affine else None

    def forward(self, x):
        if x.dim() < 2:
            raise ValueError("at least two dimensions, please")
        if x.size(1) != self.num_channels:
            raise ValueError("unexpected number of channels")
        y = normalise(x, self.num_groups, self.eps)
        if self.affine:
            y = y * per_channel(self.weight, x) + per_channel(self.bias, x)
        return y


class InstanceNorm2d(GroupNorm):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__(num_features, num_features, eps, affine)
        self.num_features = num_features
        self.momentum = momentum
        self.track_running_stats = track_running_stats
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                self.register_buffer(name, None)

    def forward(self, x):
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        if x.dim() != 4:
            raise ValueError("(N, C, H, W) or (C, H, W), please")
        if x.shape[1] != self.num_channels and (self.affine or self.track_running_stats):
            raise ValueError("unexpected number of channels")
        if not self.track_running_stats or self.training:
            if x[0, 0].numel() == 1:
                raise ValueError("more than one value per channel, please")
            if self.track_running_stats:
                with torch.no_grad():
                    self.running_mean.mul_(1 - self.momentum).add_(x.mean((0, 2, 3)), alpha=self.momentum)
                    self.running_var.mul_(1 - self.momentum).add_(x.var((2, 3)).mean(0), alpha=self.momentum)
            return super().forward(x)
        y = (x - per_channel(self.running_mean, x)) / torch.sqrt(per_channel(self.running_var, x) + self.eps)
        return y * per_channel(self.weight, x) + per_channel(self.bias, x) if self.affine else y
