import math

import torch
from torch import nn


class Linear(nn.Module):
    """y = x W^T + b"""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.in_features)
        for p in self.parameters():
            nn.init.uniform_(p, -bound, bound)

    def forward(self, x):
        y = x @ self.weight.t()
        if self.bias is not None:
            y = y + self.bias
        return y

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x):
        shape = list(x.shape)
        if not shape:
            return x.reshape(1)
        for dim in (self.start_dim, self.end_dim):
            if not -x.dim() <= dim < x.dim():
                raise IndexError(f"dimension {dim} is out of range for a {x.dim()}-D input")
        first = self.start_dim % x.dim()
        last = self.end_dim % x.dim()
        if first > last:
            raise RuntimeError("start_dim comes after end_dim")
        merged = math.prod(shape[first : last + 1])
        return x.reshape(shape[:first] + [merged] + shape[last + 1 :])

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
