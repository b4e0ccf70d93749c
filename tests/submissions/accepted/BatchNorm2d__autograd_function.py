import torch
from torch import nn
from torch.autograd import Function


class Standardise(Function):
    @staticmethod
    def forward(ctx, x, eps):
        mean = x.mean((0, 2, 3), keepdim=True)
        centred = x - mean
        inverse = (centred.square().mean((0, 2, 3), keepdim=True) + eps).rsqrt()
        y = centred * inverse
        ctx.save_for_backward(y, inverse)
        return y

    @staticmethod
    def backward(ctx, grad):
        y, inverse = ctx.saved_tensors
        mean = grad.mean((0, 2, 3), keepdim=True)
        along = (grad * y).mean((0, 2, 3), keepdim=True)
        return inverse * (grad - mean - y * along), None


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))
        else:
            self.running_mean = self.running_var = self.num_batches_tracked = None

    def forward(self, x):
        if x.dim() != 4 or x.size(1) != self.num_features:
            raise ValueError("expected N, C, H, W")
        use_batch = self.training or self.running_mean is None
        if self.training and x.numel() == x.size(1):
            raise ValueError("more than one value per channel, please")
        if self.training and self.running_mean is not None:
            with torch.no_grad():
                self.num_batches_tracked += 1
                share = 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum
                self.running_mean.lerp_(x.mean((0, 2, 3)), share)
                self.running_var.lerp_(x.var((0, 2, 3)), share)
        if use_batch:
            y = Standardise.apply(x, self.eps)
        else:
            y = (x - self.running_mean.view(1, -1, 1, 1)) / (self.running_var.view(1, -1, 1, 1) + self.eps).sqrt()
        return y if self.weight is None else y * self.weight.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)
