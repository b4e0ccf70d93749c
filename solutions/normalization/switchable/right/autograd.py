"""A functional core whose backward pass is written by hand, and a thin class."""

import torch
from torch import nn

DIMS = ((2, 3), (1, 2, 3), (0, 2, 3))


def biased(x, dims):
    mean = x.mean(dims, keepdim=True)
    return mean, (x - mean).square().mean(dims, keepdim=True)


class Normalise(torch.autograd.Function):
    """Normalise by a mixture; a constant pair may stand in for the batch's statistics."""

    @staticmethod
    def forward(ctx, x, of_mean, of_var, eps, stand_in):
        kinds = [biased(x, dims) for dims in (DIMS if stand_in is None else DIMS[:2])]
        if stand_in is not None:
            kinds.append(stand_in)
        mean = sum(of_mean[k] * kinds[k][0] for k in range(3))
        inverse = (sum(of_var[k] * kinds[k][1] for k in range(3)) + eps).rsqrt()
        ctx.save_for_backward(x, of_mean, of_var, mean, inverse, *(item for kind in kinds for item in kind))
        ctx.live = 3 if stand_in is None else 2
        return (x - mean) * inverse

    @staticmethod
    def backward(ctx, grad):
        x, of_mean, of_var, mean, inverse, *flat = ctx.saved_tensors
        grad_mean = -(grad * inverse).sum((2, 3), keepdim=True)
        grad_var = -0.5 * (grad * (x - mean)).sum((2, 3), keepdim=True) * inverse**3
        grad_of_mean = torch.stack([(grad_mean * flat[2 * k]).sum() for k in range(3)])
        grad_of_var = torch.stack([(grad_var * flat[2 * k + 1]).sum() for k in range(3)])
        grad_x = grad * inverse
        for k in range(ctx.live):
            rest = [dim for dim in DIMS[k] if dim < 2]
            down_mean = grad_mean.sum(rest, keepdim=True) if rest else grad_mean
            down_var = grad_var.sum(rest, keepdim=True) if rest else grad_var
            count = x.numel() // flat[2 * k].numel()
            grad_x = grad_x + of_mean[k] * down_mean / count + of_var[k] * down_var * 2 * (x - flat[2 * k]) / count
        return grad_x, grad_of_mean, grad_of_var, None, None


class SwitchableNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        sizes = {"weight": num_features, "bias": num_features, "mean_weight": 3, "var_weight": 3}
        for name, size in sizes.items():
            self.register_parameter(name, nn.Parameter(torch.full((size,), 0.0 if name == "bias" else 1.0)))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        assert x.ndim == 4, "expected a batch of images"
        assert x.shape[1] == self.num_features, "expected num_features channels"
        stand_in = None
        if self.training:
            with torch.no_grad():
                for running, observed in zip((self.running_mean, self.running_var), biased(x, DIMS[2]), strict=True):
                    running.mul_(1 - self.momentum).add_(observed.flatten(), alpha=self.momentum)
        else:
            stand_in = (self.running_mean.view(1, -1, 1, 1), self.running_var.view(1, -1, 1, 1))
        y = Normalise.apply(x, self.mean_weight.softmax(0), self.var_weight.softmax(0), self.eps, stand_in)
        return torch.einsum("nchw,c->nchw", y, self.weight) + self.bias.view(-1, 1, 1)
