import torch
from torch import nn


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    if x.dim() not in (2, 4):
        raise ValueError("x must be 2-D or 4-D")
    channels = x.shape[1]
    for t in (gamma, beta, moving_mean, moving_var):
        if t.numel() != channels:
            raise ValueError("one value per channel, please")

    shape = (1, channels) + (1,) * (x.dim() - 2)
    if not training:
        mean = moving_mean.reshape(shape)
        var = moving_var.reshape(shape)
        new_mean, new_var = moving_mean, moving_var
    else:
        if x.numel() // max(channels, 1) < 2:
            raise ValueError("more than one value per channel is needed in training")
        dims = (0,) if x.dim() == 2 else (0, 2, 3)
        mean = x.mean(dims, keepdim=True)
        var = ((x - mean) ** 2).mean(dims, keepdim=True)
        new_mean = momentum * moving_mean + (1 - momentum) * mean.reshape(moving_mean.shape)
        new_var = momentum * moving_var + (1 - momentum) * var.reshape(moving_var.shape)
    y = gamma.reshape(shape) * (x - mean) / torch.sqrt(var + eps) + beta.reshape(shape)
    return y, new_mean.detach().clone(), new_var.detach().clone()


class MyBatchNorm(nn.Module):
    dims = ()

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = nn.Parameter(torch.ones(num_features))
            self.bias = nn.Parameter(torch.zeros(num_features))
        else:
            self.register_parameter("weight", None)
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)

    def forward(self, x):
        if x.dim() not in self.dims:
            raise ValueError(f"expected an input with {self.dims} dimensions, got {x.dim()}")
        if x.shape[1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.shape[1]}")
        view = [1, -1] + [1] * (x.dim() - 2)

        if self.training or not self.track_running_stats:
            axes = [d for d in range(x.dim()) if d != 1]
            n = x.numel() // x.shape[1]
            if n < 2:
                raise ValueError("I need more than one value per channel")
            mean = x.mean(axes)
            centred = x - mean.view(view)
            var = (centred * centred).mean(axes)
            if self.training and self.track_running_stats:
                self.remember(mean, var * n / (n - 1))
        else:
            mean = self.running_mean
            centred = x - mean.view(view)
            var = self.running_var

        y = centred / torch.sqrt(var + self.eps).view(view)
        if self.affine:
            y = y * self.weight.view(view) + self.bias.view(view)
        return y

    @torch.no_grad()
    def remember(self, mean, var):
        self.num_batches_tracked += 1
        if self.momentum is None:
            m = 1 / float(self.num_batches_tracked)
        else:
            m = self.momentum
        self.running_mean += m * (mean - self.running_mean)
        self.running_var += m * (var - self.running_var)


class BatchNorm1d(MyBatchNorm):
    dims = (2, 3)


class BatchNorm2d(MyBatchNorm):
    dims = (4,)


class BatchNorm3d(MyBatchNorm):
    dims = (5,)
