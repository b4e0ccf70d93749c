import torch
from torch import nn


class GroupNorm(nn.Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__()
        if num_channels % num_groups != 0:
            raise ValueError("num_channels must be divisible by num_groups")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self.weight = nn.Parameter(torch.ones(num_channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_channels)) if affine else None

    def forward(self, x):
        if x.dim() < 2 or x.shape[1] != self.num_channels:
            raise ValueError(f"expected {self.num_channels} channels in dimension 1, got {tuple(x.shape)}")
        groups = x.reshape(x.shape[0], self.num_groups, -1)
        centred = groups - groups.mean(-1, keepdim=True)
        var = centred.square().mean(-1, keepdim=True)
        y = (centred * torch.rsqrt(var + self.eps)).reshape(x.shape)
        if self.affine:
            view = [self.num_channels] + [1] * (x.dim() - 2)
            y = y * self.weight.view(view) + self.bias.view(view)
        return y


class InstanceNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track_running_stats else None)

    def forward(self, x):
        if x.dim() not in (3, 4):
            raise ValueError(f"expected (N, C, H, W) or (C, H, W), got {tuple(x.shape)}")
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        if x.shape[1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.shape[1]}")
        per_channel = (-1, 1, 1)
        if self.training or not self.track_running_stats:
            n = x.shape[2] * x.shape[3]
            if n < 2:
                raise ValueError("an image needs more than one pixel here")
            mean = x.mean((2, 3), keepdim=True)
            var = ((x - mean) ** 2).mean((2, 3), keepdim=True)
            if self.track_running_stats:
                with torch.no_grad():
                    batch_mean = mean.mean(0).flatten()
                    batch_var = var.mean(0).flatten() * n / (n - 1)
                    self.running_mean.mul_(1 - self.momentum).add_(self.momentum * batch_mean)
                    self.running_var.mul_(1 - self.momentum).add_(self.momentum * batch_var)
        else:
            mean = self.running_mean.view(per_channel)
            var = self.running_var.view(per_channel)
        y = (x - mean) / torch.sqrt(var + self.eps)
        if self.affine:
            y = y * self.weight.view(per_channel) + self.bias.view(per_channel)
        return y
