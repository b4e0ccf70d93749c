"""Backward passes written by hand."""

import torch
from torch import nn


class Affine(torch.autograd.Function):
    """A product with a transposed weight over rows, and a bias that may be missing."""

    @staticmethod
    def forward(ctx, rows, weight, bias):
        ctx.save_for_backward(rows, weight)
        product = rows.mm(weight.t())
        return product if bias is None else product.add(bias)

    @staticmethod
    def backward(ctx, grad):
        rows, weight = ctx.saved_tensors
        wants_rows, wants_weight, wants_bias = ctx.needs_input_grad
        return (
            grad.mm(weight) if wants_rows else None,
            grad.t().mm(rows) if wants_weight else None,
            grad.sum(0) if wants_bias else None,
        )


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self.weight = nn.Parameter(torch.zeros(out_features, in_features))
        self.register_parameter("bias", nn.Parameter(torch.zeros(out_features)) if bias else None)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self):
        bound = self.in_features**-0.5
        self.weight.uniform_(-bound, bound)
        if self.bias is not None:
            self.bias.uniform_(-bound, bound)

    def forward(self, x):
        assert x.size(-1) == self.in_features, "the last dimension must be in_features"
        leading = x.shape[:-1]
        return Affine.apply(x.reshape(leading.numel(), self.in_features), self.weight, self.bias).view(*leading, -1)

    def extra_repr(self):
        fields = {"in_features": self.in_features, "out_features": self.out_features, "bias": self.bias is not None}
        return ", ".join(f"{name}={value}" for name, value in fields.items())


class Merge(torch.autograd.Function):
    """Reshape there and back."""

    @staticmethod
    def forward(ctx, x, shape):
        ctx.shape = x.shape
        return x.contiguous().view(shape)

    @staticmethod
    def backward(ctx, grad):
        return grad.reshape(ctx.shape), None


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x):
        sizes = list(x.shape) if x.dim() else [1]
        places = list(range(len(sizes)))
        start, end = places[self.start_dim], places[self.end_dim]
        if end < start:
            raise ValueError("end_dim comes before start_dim")
        merged = torch.Size(sizes[start : end + 1]).numel()
        return Merge.apply(x, (*sizes[:start], merged, *sizes[end + 1 :]))

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
