"""A pure function from (input, statistics) to (output, new statistics), and layers that only store things."""

from typing import NamedTuple, Optional

import torch
from torch import nn


class Stats(NamedTuple):
    mean: torch.Tensor
    var: torch.Tensor
    count: int = 0

    def shaped(self, like: torch.Tensor) -> "Stats":
        return Stats(self.mean.reshape(like.shape), self.var.reshape(like.shape), self.count)

    def detached(self) -> "Stats":
        return Stats(self.mean.detach(), self.var.detach(), self.count)


def measure(x: torch.Tensor) -> Stats:
    others = [d for d in range(x.ndim) if d != 1]
    count = 1
    for d in others:
        count *= x.shape[d]
    if count <= 1:
        raise ValueError("more than one value per channel is needed")
    var, mean = torch.var_mean(x, others, unbiased=False)
    return Stats(mean, var, count)


def mix(old: torch.Tensor, new: torch.Tensor, share_of_new) -> torch.Tensor:
    return (1 - share_of_new) * old + share_of_new * new


def apply(x: torch.Tensor, stats: Stats, eps: float, scale=None, shift=None) -> torch.Tensor:
    last = x.transpose(1, -1)  # channels last, so plain broadcasting does the rest
    last = (last - stats.mean) / (stats.var + eps).sqrt()
    if scale is not None:
        last = last * scale
    if shift is not None:
        last = last + shift
    return last.transpose(1, -1)


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    if x.ndim not in (2, 4):
        raise TypeError("vectors or images")
    c = x.shape[1]
    for t in (gamma, beta, moving_mean, moving_var):
        if t.shape.numel() != c:
            raise ValueError("channels")
    old = Stats(moving_mean, moving_var)
    if not training:
        flat = Stats(moving_mean.reshape(c), moving_var.reshape(c)).detached()
        return (apply(x, flat, eps, gamma.reshape(c), beta.reshape(c)), *old.detached()[:2])
    now = measure(x)
    y = apply(x, now, eps, gamma.reshape(c), beta.reshape(c))
    new_mean = mix(old.mean, now.detached().shaped(moving_mean).mean, 1 - momentum)
    new_var = mix(old.var, now.detached().shaped(moving_var).var, 1 - momentum)
    return y, new_mean.detach(), new_var.detach()


def make(name, dims):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: Optional[float] = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ):
        nn.Module.__init__(self)
        self.config = (num_features, eps, momentum, track_running_stats)
        if track_running_stats:
            for buffer, value in {
                "running_mean": torch.zeros(num_features),
                "running_var": torch.ones(num_features),
                "num_batches_tracked": torch.tensor(0),
            }.items():
                self.register_buffer(buffer, value)
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None

    def forward(self, x):
        num_features, eps, momentum, track = self.config
        if x.ndim not in dims or x.shape[1] != num_features:
            raise ValueError(f"{name} got {list(x.shape)}")
        if not self.training and track:
            return apply(x, Stats(self.running_mean, self.running_var), eps, self.weight, self.bias)
        now = measure(x)
        if track:
            self.num_batches_tracked += 1
            share = 1.0 / self.num_batches_tracked if momentum is None else momentum
            seen = now.detached()
            self.running_mean = mix(self.running_mean, seen.mean, share)
            self.running_var = mix(self.running_var, seen.var * (now.count / (now.count - 1)), share)
        return apply(x, now, eps, self.weight, self.bias)

    return type(name, (nn.Module,), {"__init__": __init__, "forward": forward})


BatchNorm1d = make("BatchNorm1d", (2, 3))
BatchNorm2d = make("BatchNorm2d", (4,))
BatchNorm3d = make("BatchNorm3d", (5,))
