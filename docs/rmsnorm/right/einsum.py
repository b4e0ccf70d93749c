"""The mean square as an einsum over the flattened axes."""

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.shape, self.eps = torch.ones(normalized_shape).shape, eps
        self.register_parameter("weight", nn.Parameter(torch.ones(self.shape)) if elementwise_affine else None)

    def forward(self, x):
        assert x.shape[-len(self.shape) :] == self.shape
        rows, eps = x.flatten(-len(self.shape)), torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = rows / (torch.einsum("...i,...i->...", rows, rows) / rows.shape[-1] + eps).sqrt()[..., None]
        return y.reshape(x.shape) * (1 if self.weight is None else self.weight)
