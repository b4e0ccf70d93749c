"""Plain indexing; a hook on the table clears the padding's gradient."""

import torch
from torch import nn


class Embedding(nn.Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        super().__init__()
        self.num_embeddings, self.embedding_dim, self.padding_idx = num_embeddings, embedding_dim, padding_idx
        self.weight = nn.Parameter(torch.randn((num_embeddings, embedding_dim)))
        if padding_idx is not None:
            self.weight.data[padding_idx] = torch.zeros(embedding_dim)
            self.weight.register_hook(self.without_padding)

    def without_padding(self, grad):
        grad = grad.clone()
        grad[self.padding_idx] = 0
        return grad

    def forward(self, words):
        if words.numel() > 0:
            if words.min().item() < 0:
                raise IndexError("indices may not be negative")
            if words.max().item() >= self.num_embeddings:
                raise IndexError("there are only %d embeddings" % self.num_embeddings)
        return self.weight[words.long()]
