"""Batch normalisation with a backward pass written by hand."""

import torch
from torch import nn
from torch.autograd import Function


class Standardise(Function):
    """Standardise every channel by its own mean and variance."""

    @staticmethod
    def forward(ctx, x, eps):
        axes = tuple(i for i in range(x.dim()) if i != 1)
        mean = torch.mean(x, axes, keepdim=True)
        x_mu = x - mean
        var = torch.mean(x_mu * x_mu, axes, keepdim=True)
        inv_std = 1.0 / torch.sqrt(var + eps)
        x_hat = x_mu * inv_std
        ctx.axes = axes
        ctx.save_for_backward(x_hat, inv_std)
        ctx.mark_non_differentiable(mean, var)
        return x_hat, mean, var

    @staticmethod
    def backward(ctx, g, _mean, _var):
        x_hat, inv_std = ctx.saved_tensors
        along = g.mean(ctx.axes, keepdim=True)
        across = (g * x_hat).mean(ctx.axes, keepdim=True)
        return inv_std * (g - along - x_hat * across), None


class Affine(Function):
    """Multiply by a slope and add an offset, both of shape (1, C, 1, ...)."""

    @staticmethod
    def forward(ctx, x, slope, offset):
        ctx.save_for_backward(x, slope)
        return x * slope + offset

    @staticmethod
    def backward(ctx, g):
        x, slope = ctx.saved_tensors
        axes = tuple(i for i in range(g.dim()) if i != 1)
        return g * slope, (g * x).sum(axes, keepdim=True), g.sum(axes, keepdim=True)


def enough(x):
    if x.numel() // x.shape[1] == 1:
        raise ValueError(f"one value per channel: {tuple(x.shape)}")


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    if x.dim() not in {2, 4}:
        raise ValueError("x must have 2 or 4 dimensions")
    view = (1, x.shape[1]) + (1,) * (x.dim() - 2)
    gamma, beta = gamma.view(view), beta.view(view)
    mean, var = moving_mean.detach().view(view), moving_var.detach().view(view)
    new_mean, new_var = moving_mean.detach(), moving_var.detach()
    if training:
        enough(x)
        x_hat, mean, var = Standardise.apply(x, eps)
        new_mean = torch.lerp(mean.view(new_mean.shape), new_mean, momentum)
        new_var = torch.lerp(var.view(new_var.shape), new_var, momentum)
    else:
        x_hat = (x - mean) / (var + eps).sqrt()
    return Affine.apply(x_hat, gamma, beta), new_mean, new_var


class _Norm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        for name, value in list(locals().items()):
            if name not in ("self", "__class__"):
                setattr(self, name, value)
        for name, start in (("weight", 1.0), ("bias", 0.0)):
            start = torch.full((num_features,), start)
            self.register_parameter(name, nn.Parameter(start) if affine else None)
        for name, start in (("running_mean", 0.0), ("running_var", 1.0)):
            start = torch.full((num_features,), start)
            self.register_buffer(name, start if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.int64) if track_running_stats else None)

    def forward(self, x):
        if x.dim() not in self.dims:
            raise ValueError(f"{x.dim()} dimensions")
        if x.shape[1] != self.num_features:
            raise ValueError(f"{x.shape[1]} channels")
        view = [1, -1] + [1] * (x.dim() - 2)
        if self.training or self.running_mean is None:
            enough(x)
            y, mean, var = Standardise.apply(x, self.eps)
            if self.running_mean is not None:
                self.update(mean.flatten(), var.flatten(), x.numel() / x.shape[1])
        else:
            y = (x - self.running_mean.view(view)) * torch.rsqrt(self.running_var.view(view) + self.eps)
        return Affine.apply(y, self.weight.view(view), self.bias.view(view)) if self.affine else y

    @torch.no_grad()
    def update(self, mean, var, n):
        self.num_batches_tracked = self.num_batches_tracked + 1
        m = self.momentum if self.momentum is not None else 1 / self.num_batches_tracked.item()
        self.running_mean = torch.lerp(self.running_mean, mean, m)
        self.running_var = torch.lerp(self.running_var, var * (n / (n - 1)), m)


class BatchNorm1d(_Norm):
    dims = 2, 3


class BatchNorm2d(_Norm):
    dims = (4,)


class BatchNorm3d(_Norm):
    dims = (5,)
