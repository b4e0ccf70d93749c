import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = tuple(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        self.weight = nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None

    def forward(self, x):
        n = len(self.normalized_shape)
        if x.shape[-n:] != self.normalized_shape:
            raise ValueError(f"expected {self.normalized_shape} at the end of {tuple(x.shape)}")
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        axes = tuple(range(-n, 0))
        y = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight
