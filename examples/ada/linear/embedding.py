import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.weight = nn.Parameter(torch.randn(num_embeddings, embedding_dim))
        if padding_idx is not None:
            self.weight.data[padding_idx] = 0

    def forward(self, x):
        x = x.long()
        if ((x < 0) | (x >= self.num_embeddings)).any():
            raise IndexError(f"an index is not in 0 ... {self.num_embeddings - 1}")
        y = self.weight[x]
        if self.padding_idx is None:
            return y
        # the same numbers, but padding must not learn
        is_padding = (x == self.padding_idx).unsqueeze(-1)
        return torch.where(is_padding, y.detach(), y)
