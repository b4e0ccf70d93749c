"""A lookup with a backward pass of its own: rows are added to where they came from."""

import torch
from torch import nn


class Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weight, flat, padding):
        ctx.save_for_backward(flat)
        ctx.rows, ctx.padding = weight.shape[0], padding
        return weight.index_select(0, flat)

    @staticmethod
    def backward(ctx, grad):
        (flat,) = ctx.saved_tensors
        grad_weight = grad.new_zeros(ctx.rows, grad.shape[1]).index_add(0, flat, grad)
        if ctx.padding is not None:
            grad_weight[ctx.padding] = 0
        return grad_weight, None, None


class Embedding(nn.Module):
    def __init__(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> None:
        super().__init__()
        assert padding_idx is None or -num_embeddings <= padding_idx < num_embeddings
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.empty(num_embeddings, embedding_dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.normal_(self.weight)
        if self.padding_idx is not None:
            nn.init.zeros_(self.weight.data[self.padding_idx])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # index_select raises for indices that are too large, and for negative ones too.
        vectors = Lookup.apply(self.weight, x.reshape(-1), self.padding_idx)
        return vectors.view(*x.shape, -1)
