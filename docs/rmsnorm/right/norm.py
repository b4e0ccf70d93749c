"""The root mean square by way of the norm."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape, self.eps = torch.ones(normalized_shape).shape, eps
        self.weight = nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None

    def forward(self, x):
        assert x.shape[-len(self.shape) :] == self.shape
        norm = torch.linalg.vector_norm(x, dim=[*range(-len(self.shape), 0)], keepdim=True)
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x / (norm**2 / self.shape.numel() + eps).sqrt()
        return y if self.weight is None else y * self.weight
