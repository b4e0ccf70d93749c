"""With an attention of its own, shared by both layers, and functions for the rest."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    def __init__(self, features, heads, dropout, batch_first):
        super().__init__()
        if features % heads:
            raise ValueError("the heads get unequal shares")
        self.heads, self.p, self.batch_first = heads, dropout, batch_first
        self.in_proj_weight = nn.Parameter(torch.empty(3 * features, features))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * features))
        self.out_proj = nn.Linear(features, features)
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x, memory, mask, padding):
        alone = x.dim() == 2
        if alone:
            x, memory = x[None], memory[None]
        elif not self.batch_first:
            x, memory = x.transpose(0, 1), memory.transpose(0, 1)
        size = x.shape[-1]
        q = F.linear(x, self.in_proj_weight[:size], self.in_proj_bias[:size])
        k, v = F.linear(memory, self.in_proj_weight[size:], self.in_proj_bias[size:]).chunk(2, -1)
        q, k, v = (item.reshape(*item.shape[:2], self.heads, -1).transpose(1, 2) for item in (q, k, v))
        scores = q @ k.transpose(2, 3) / math.sqrt(size // self.heads)
        if mask is not None and mask.dim() == 3:
            mask = mask.reshape(scores.shape)
        if padding is not None:
            padding = padding.reshape(len(k), 1, 1, -1)
        for hides in (mask, padding):
            if hides is not None:
                hides = (
                    torch.zeros_like(hides, dtype=x.dtype).masked_fill(hides, -math.inf)
                    if hides.dtype == torch.bool
                    else hides
                )
                scores = scores + hides
        weights = F.dropout(scores.softmax(-1), self.p, self.training)
        y = self.out_proj((weights @ v).transpose(1, 2).flatten(2))
        return y[0] if alone else y if self.batch_first else y.transpose(0, 1)


def activation_of(activation):
    if callable(activation):
        return activation
    return getattr(F, {"relu": "relu", "gelu": "gelu"}[activation])


class _Layer(nn.Module):
    blocks = 2

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        batch_first=False,
        norm_first=False,
    ):
        super().__init__()
        self.self_attn = Attention(d_model, nhead, dropout, batch_first)
        if self.blocks == 3:
            self.multihead_attn = Attention(d_model, nhead, dropout, batch_first)
        self.linear1, self.linear2 = nn.Linear(d_model, dim_feedforward), nn.Linear(dim_feedforward, d_model)
        for number in range(1, self.blocks + 1):
            setattr(self, f"norm{number}", nn.LayerNorm(d_model, eps=layer_norm_eps))
        self.p, self.norm_first, self.f = dropout, norm_first, activation_of(activation)

    def drop(self, x):
        return F.dropout(x, self.p, self.training)

    def network(self, x):
        return self.linear2(self.drop(self.f(self.linear1(x))))

    def through(self, x, *blocks):
        """One block after the other, each with its residual and its norm."""
        for number, block in enumerate(blocks, 1):
            norm = getattr(self, f"norm{number}")
            x = x + self.drop(block(norm(x))) if self.norm_first else norm(x + self.drop(block(x)))
        return x


class TransformerEncoderLayer(_Layer):
    def forward(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
        return self.through(src, lambda x: self.self_attn(x, x, src_mask, src_key_padding_mask), self.network)


class TransformerDecoderLayer(_Layer):
    blocks = 3

    def forward(
        self,
        tgt,
        memory,
        tgt_mask=None,
        memory_mask=None,
        tgt_key_padding_mask=None,
        memory_key_padding_mask=None,
        tgt_is_causal=False,
        memory_is_causal=False,
    ):
        return self.through(
            tgt,
            lambda x: self.self_attn(x, x, tgt_mask, tgt_key_padding_mask),
            lambda x: self.multihead_attn(x, memory, memory_mask, memory_key_padding_mask),
            self.network,
        )
