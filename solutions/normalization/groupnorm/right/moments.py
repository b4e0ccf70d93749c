"""Plain sums and products, no reduction but ``sum``; everything inside ``forward``."""

import torch
from torch.nn import Module, Parameter


def centred(x, dims):
    """Deviations from the mean over ``dims``, that mean, and the biased variance."""
    count = 1
    for dim in dims:
        count *= x.size(dim)
    mean = x.sum(dims, keepdim=True) / count
    deviation = x - mean
    return deviation, mean, (deviation * deviation).sum(dims, keepdim=True) / count


class GroupNorm(Module):
    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__()
        assert num_channels % num_groups == 0, "channels must divide into groups"
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        for name, start in (("weight", 1.0), ("bias", 0.0)):
            self.register_parameter(name, Parameter(torch.full((num_channels,), start)) if affine else None)

    def forward(self, x):
        n, c, *rest = x.shape
        if c != self.num_channels:
            raise RuntimeError("wrong number of channels")
        grouped = x.unflatten(1, (self.num_groups, c // self.num_groups))
        deviation, _, var = centred(grouped, tuple(range(2, grouped.dim())))
        y = (deviation * (var + self.eps) ** -0.5).reshape_as(x)
        if self.affine:
            y = (y.transpose(1, -1) * self.weight + self.bias).transpose(1, -1)
        return y


class InstanceNorm2d(Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = Parameter(torch.ones(num_features))
            self.bias = Parameter(torch.zeros(num_features))
        else:
            self.weight = self.bias = None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))
        else:
            self.running_mean = self.running_var = self.num_batches_tracked = None

    def forward(self, x):
        if x.dim() == 3:
            return self.forward(x[None])[0]
        if x.dim() != 4:
            raise ValueError("expected an image or a batch of images")
        if x.size(1) != self.num_features:
            raise ValueError("wrong number of channels")
        if self.training or self.running_mean is None:
            count = x.size(2) * x.size(3)
            if count < 2:
                raise ValueError("one value has no variance")
            deviation, mean, var = centred(x, (2, 3))
            if self.running_mean is not None:
                keep, m = 1 - self.momentum, self.momentum
                self.running_mean = keep * self.running_mean + m * mean.detach().mean((0, 2, 3))
                self.running_var = keep * self.running_var + m * count / (count - 1) * var.detach().mean((0, 2, 3))
        else:
            deviation = x - self.running_mean[:, None, None]
            var = self.running_var[:, None, None]
        y = deviation / (var + self.eps).sqrt()
        return y if self.weight is None else torch.addcmul(self.bias[:, None, None], y, self.weight[:, None, None])
