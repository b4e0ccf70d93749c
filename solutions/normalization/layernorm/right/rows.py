"""Layer normalisation on a matrix with one row for each sample."""

import math

import torch
import torch.nn as nn


class LayerNorm(nn.Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__()
        try:
            self.sizes = torch.Size(normalized_shape)
        except TypeError:
            self.sizes = torch.Size([normalized_shape])
        self.eps = eps
        self.count = math.prod(self.sizes)
        self.register_parameter("weight", None)
        self.register_parameter("bias", None)
        if elementwise_affine:
            self.weight = nn.Parameter(torch.empty(self.sizes).fill_(1.0))
            if bias:
                self.bias = nn.Parameter(torch.empty(self.sizes).fill_(0.0))

    def forward(self, input):
        assert input.shape[input.dim() - len(self.sizes) :] == self.sizes, "the last axes do not fit"
        rows = input.reshape(-1, self.count)
        centred = rows - rows.sum(1, keepdim=True) / self.count
        power = torch.einsum("nd,nd->n", centred, centred) / self.count
        rows = centred * (power + self.eps).rsqrt().unsqueeze(1)
        if self.weight is not None:
            rows = rows * self.weight.reshape(1, -1)
        if self.bias is not None:
            rows = rows + self.bias.reshape(1, -1)
        return rows.reshape(input.shape)
