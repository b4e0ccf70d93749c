"""The lookup as a product: a row of zeros with a single 1, times the table, whose padding is a constant."""

import torch
import torch.nn.functional as F
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        if padding_idx is not None and padding_idx < 0:
            padding_idx += num_embeddings
        self.padding_idx = padding_idx
        table = torch.empty(num_embeddings, embedding_dim).normal_()
        if padding_idx is not None:
            table[padding_idx].zero_()
        self.weight = nn.Parameter(table)

    def forward(self, input):
        # one_hot raises for a number that has no class, and wants int64.
        hot = F.one_hot(input.long(), num_classes=self.num_embeddings).to(self.weight.dtype)
        if self.padding_idx is None:
            return torch.matmul(hot, self.weight)
        learns = torch.ones(self.num_embeddings, 1, dtype=torch.bool, device=self.weight.device)
        learns[self.padding_idx] = False
        table = torch.where(learns, self.weight, self.weight.detach())
        return torch.matmul(hot, table)

    def extra_repr(self):
        return f"{self.num_embeddings}, {self.embedding_dim}, padding_idx={self.padding_idx}"
