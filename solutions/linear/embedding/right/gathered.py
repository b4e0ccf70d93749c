"""`gather` along the rows of an expanded table, and a mask in place of the padding's row."""

import torch
import torch.nn as nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super(Embedding, self).__init__()
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        weight = torch.normal(0.0, 1.0, size=(num_embeddings, embedding_dim))
        if self.padding_idx is not None:
            if self.padding_idx < 0:
                self.padding_idx = num_embeddings + self.padding_idx
            weight[self.padding_idx, :] = 0.0
        self.weight = nn.Parameter(weight)

    def forward(self, x):
        table = self.weight
        if self.padding_idx is not None:
            before = table[: self.padding_idx]
            row = table[self.padding_idx : self.padding_idx + 1].detach()
            after = table[self.padding_idx + 1 :]
            table = torch.cat([before, row, after], dim=0)
        index = x.reshape(-1, 1).to(torch.int64).expand(-1, self.embedding_dim)
        return torch.gather(table, 0, index).reshape(x.shape + (self.embedding_dim,))
