"""Batch normalisation on a matrix of channels by samples: everything is a sum over rows."""

import torch
import torch.nn as nn


def to_rows(x):
    return torch.movedim(x, 1, 0).reshape(x.size(1), -1)


def from_rows(rows, x):
    shape = (x.size(1), x.size(0)) + tuple(x.shape[2:])
    return torch.movedim(rows.reshape(shape), 0, 1)


def moments(rows):
    n = rows.size(1)
    if n < 2:
        raise ValueError("cannot estimate a variance from one value per channel")
    mean = rows.sum(dim=1) / n
    centred = rows - mean[:, None]
    return mean, torch.einsum("cn,cn->c", centred, centred) / n, n


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    assert x.ndim == 2 or x.ndim == 4, "vectors or images only"
    rows = to_rows(x)
    c = rows.size(0)
    assert {gamma.numel(), beta.numel(), moving_mean.numel(), moving_var.numel()} == {c}, "one value a channel"
    mm, mv = moving_mean.detach().clone(), moving_var.detach().clone()
    if training:
        mean, var, _ = moments(rows)
        mm.mul_(momentum).add_(mean.detach().view_as(mm), alpha=1 - momentum)
        mv.mul_(momentum).add_(var.detach().view_as(mv), alpha=1 - momentum)
    else:
        mean, var = mm.reshape(-1), mv.reshape(-1)
    slope = gamma.reshape(-1) * (var + eps).rsqrt()
    y = slope[:, None] * (rows - mean[:, None]) + beta.reshape(-1)[:, None]
    return from_rows(y, x), mm, mv


class BatchNorm1d(nn.Module):
    accepts = (2, 3)

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super(BatchNorm1d, self).__init__()
        self.track_running_stats, self.affine = track_running_stats, affine
        self.momentum, self.eps = momentum, eps
        self.num_features = num_features
        if affine:
            self.weight = nn.Parameter(torch.empty(num_features))
            self.bias = nn.Parameter(torch.empty(num_features))
            nn.init.ones_(self.weight)
            nn.init.zeros_(self.bias)
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        if x.dim() not in self.accepts or x.size(1) != self.num_features:
            raise RuntimeError("unexpected shape %r" % (tuple(x.shape),))
        rows = to_rows(x)
        if self.track_running_stats and not self.training:
            mean, var = self.running_mean, self.running_var
        else:
            mean, var, n = moments(rows)
            if self.track_running_stats:
                with torch.no_grad():
                    self.num_batches_tracked.add_(1)
                    m = self.momentum
                    if m is None:
                        m = 1.0 / int(self.num_batches_tracked)
                    self.running_mean.copy_((1 - m) * self.running_mean + m * mean)
                    self.running_var.copy_((1 - m) * self.running_var + m * var * n / (n - 1))
        rows = (rows - mean.unsqueeze(1)) / (var.unsqueeze(1) + self.eps) ** 0.5
        if self.affine:
            rows = self.weight.unsqueeze(1) * rows + self.bias.unsqueeze(1)
        return from_rows(rows, x)


class BatchNorm2d(BatchNorm1d):
    accepts = (4,)


class BatchNorm3d(BatchNorm1d):
    accepts = (5,)
