"""The mean square as an einsum over one row for each sample."""

import math

import torch
from torch import nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        self.sizes = torch.empty(normalized_shape).shape
        self.count = math.prod(self.sizes)
        self.eps = eps
        self.weight = None
        if elementwise_affine:
            self.weight = nn.Parameter(torch.empty(self.sizes))
            nn.init.ones_(self.weight)

    def forward(self, input):
        assert input.shape[-len(self.sizes) :] == self.sizes, f"{tuple(input.shape)} does not end in {self.sizes}"
        rows = input.reshape(-1, self.count)
        power = torch.einsum("nd,nd->n", rows, rows) / self.count
        power = power + (torch.finfo(input.dtype).eps if self.eps is None else self.eps)
        rows = rows * power.pow(-0.5).unsqueeze(1)
        if self.weight is not None:
            rows = rows * self.weight.reshape(1, -1)
        return rows.reshape(input.shape)
