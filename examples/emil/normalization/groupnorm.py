import torch
from torch import nn


class GroupNorm(nn.Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError("num_channels must be a multiple of num_groups")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.weight = nn.Parameter(torch.ones(num_channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_channels)) if affine else None

    def forward(self, x):
        if x.dim() < 2 or x.size(1) != self.num_channels:
            raise ValueError("wrong number of channels")
        y = []
        for sample in x:  # one group of one sample at a time
            for group in sample.chunk(self.num_groups):
                centred = group - group.mean()
                y.append(centred / torch.sqrt((centred**2).mean() + self.eps))
        y = torch.stack(y).reshape(x.shape)
        if self.affine:
            shape = [-1] + [1] * (x.dim() - 2)
            y = y * self.weight.reshape(shape) + self.bias.reshape(shape)
        return y


class InstanceNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__()
        self.norm = GroupNorm(num_features, num_features, eps, affine)

    def forward(self, x):
        return self.norm(x.unsqueeze(0)).squeeze(0) if x.dim() == 3 else self.norm(x)
