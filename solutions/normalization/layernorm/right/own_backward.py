"""Layer normalisation with a backward pass written by hand."""

import torch
from torch import nn


class _Normalise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, dims, eps):
        mu = x.mean(dims, keepdim=True)
        xc = x - mu
        r = (xc.pow(2).mean(dims, keepdim=True) + eps).pow(-0.5)
        x_hat = xc * r
        ctx.dims = dims
        ctx.has_bias = bias is not None
        ctx.save_for_backward(x_hat, r, weight)
        y = x_hat
        if weight is not None:
            y = y * weight
        if bias is not None:
            y = y + bias
        return y.clone()

    @staticmethod
    def backward(ctx, dy):
        x_hat, r, weight = ctx.saved_tensors
        leading = tuple(range(dy.dim() - len(ctx.dims)))

        def total(t):
            return t.sum(leading) if leading else t

        dw = total(dy * x_hat) if weight is not None else None
        db = total(dy) if ctx.has_bias else None
        g = dy if weight is None else dy * weight
        dx = r * (g - g.mean(ctx.dims, keepdim=True) - x_hat * (g * x_hat).mean(ctx.dims, keepdim=True))
        return dx, dw, db, None, None


class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super(LayerNorm, self).__init__()
        shape = [normalized_shape] if type(normalized_shape) is int else list(normalized_shape)
        self.bias = nn.Parameter(torch.zeros(*shape)) if bias and elementwise_affine else None
        self.weight = nn.Parameter(torch.ones(*shape)) if elementwise_affine else None
        self.shape, self.eps = shape, eps

    def forward(self, x):
        k = len(self.shape)
        if x.dim() < k or list(x.shape)[x.dim() - k :] != self.shape:
            raise RuntimeError(f"{list(x.shape)} does not end in {self.shape}")
        return _Normalise.apply(x, self.weight, self.bias, tuple(range(-k, 0)), self.eps)
