import torch
from torch import nn


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    dims = (0,) if x.dim() == 2 else (0, 2, 3)
    shape = (1, -1) if x.dim() == 2 else (1, -1, 1, 1)
    if training:
        mean = x.mean(dims, keepdim=True)
        var = x.var(dims, keepdim=True, unbiased=False)
        # new = (1 - momentum) * old + momentum * batch, as in torch
        moving_mean = (1 - momentum) * moving_mean + momentum * mean.reshape(moving_mean.shape)
        moving_var = (1 - momentum) * moving_var + momentum * var.reshape(moving_var.shape)
    else:
        mean, var = moving_mean.reshape(shape), moving_var.reshape(shape)
    y = gamma.reshape(shape) * (x - mean) / torch.sqrt(var + eps) + beta.reshape(shape)
    return y, moving_mean.detach(), moving_var.detach()


class BatchNorm(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track_running_stats else None)

    def check(self, x):
        if x.dim() not in self.sizes or x.shape[1] != self.num_features:
            raise ValueError("wrong input shape")
        if self.training and x.numel() == x.shape[1]:
            raise ValueError("only one value per channel")

    def forward(self, x):
        self.check(x)
        dims = [0] + list(range(2, x.dim()))
        view = [1, -1] + [1] * (x.dim() - 2)
        if self.training or not self.track_running_stats:
            mean = x.mean(dims)
            var = self.variance(x, dims)
            if self.training and self.track_running_stats:
                self.num_batches_tracked += 1
                m = self.momentum if self.momentum is not None else 1 / self.num_batches_tracked.item()
                with torch.no_grad():
                    self.running_mean.mul_(1 - m).add_(m * mean)
                    self.running_var.mul_(1 - m).add_(m * self.stored_variance(x, dims))
        else:
            mean, var = self.running_mean, self.running_var
        y = (x - self.centre(mean).view(view)) / self.root(var).view(view)
        if self.affine:
            y = y * self.weight.view(view) + self.bias.view(view)
        return y

    def variance(self, x, dims):
        return x.var(dims, unbiased=False)

    def stored_variance(self, x, dims):
        return x.var(dims, unbiased=True)

    def centre(self, mean):
        return mean

    def root(self, var):
        return torch.sqrt(var + self.eps)


class BatchNorm1d(BatchNorm):
    sizes = (2, 3)

    # the running variance is the same one that normalises
    def stored_variance(self, x, dims):
        return self.variance(x, dims)


class BatchNorm2d(BatchNorm):
    sizes = (4,)

    def variance(self, x, dims):
        return x.var(dims)


class BatchNorm3d(BatchNorm):
    sizes = (5,)

    # the mean is a statistic, not something to learn
    def centre(self, mean):
        return mean.detach()
