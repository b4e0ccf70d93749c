"""Einstein summation, parameters made from random numbers, and a flatten that merges two dimensions at a time."""

import torch
from torch.nn import Module, Parameter


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.bias = Parameter(self.draw(out_features)) if bias else self.register_parameter("bias", None)
        self.weight = Parameter(self.draw(out_features, in_features))

    def draw(self, *shape):
        return (2 * torch.rand(shape) - 1) * self.in_features**-0.5

    def reset_parameters(self):
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(self.draw(*parameter.shape))

    def forward(self, x):
        if x.shape[-1] != self.in_features:
            raise ValueError(f"the last dimension is {x.shape[-1]}, not {self.in_features}")
        y = torch.einsum("...i,oi->...o", x, self.weight)
        if self.bias is not None:
            y = y + self.bias
        return y

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Flatten(Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        if not x.dim():
            x = x[None]
        dims = x.dim()
        if not (-dims <= self.start_dim < dims and -dims <= self.end_dim < dims):
            raise IndexError("no such dimension")
        first, last = self.start_dim % dims, self.end_dim % dims
        assert first <= last, "nothing to merge"
        for _ in range(last - first):
            shape = list(x.shape)
            shape[first : first + 2] = [shape[first] * shape[first + 1]]
            x = x.reshape(shape)
        return x

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
