import math

import torch
import torch.nn.functional as F
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_features)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        k = 1 / self.in_features
        with torch.no_grad():
            self.weight.uniform_(-(k**0.5), k**0.5)
            if self.bias is not None:
                self.bias.uniform_(-(k**0.5), k**0.5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Flatten(nn.Module):
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        start, end = self.start_dim, self.end_dim
        while start < 0:
            start += x.dim()
        while end < 0:
            end += x.dim()
        if start > end or end >= x.dim():
            raise IndexError("no such dimensions")
        sizes = list(x.shape)
        sizes[start : end + 1] = [math.prod(sizes[start : end + 1])]
        return x.reshape(sizes)

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
