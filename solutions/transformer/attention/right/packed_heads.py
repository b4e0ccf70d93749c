"""Heads packed into the batch, as torch does it: three-dimensional products, one mask merged from both."""

import math

import torch
from torch import nn
from torch.nn.functional import dropout, linear, softmax


class MultiheadAttention(nn.Module):
    """Sequences first, (length, N * heads, size) after the projection."""

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, batch_first=False):
        super().__init__()
        self.embed_dim, self.num_heads, self.dropout, self.batch_first = embed_dim, num_heads, dropout, batch_first
        self.head_dim = embed_dim // num_heads
        if self.head_dim * num_heads != embed_dim:
            raise ValueError("embed_dim must be divisible by num_heads")
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty((3 * embed_dim, embed_dim))))
        self.register_parameter("in_proj_bias", nn.Parameter(torch.zeros(3 * embed_dim)) if bias else None)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        if self.out_proj.bias is not None:
            nn.init.zeros_(self.out_proj.bias)

    def _projected(self, inputs):
        """One product for all three where they are one tensor, else three."""
        if inputs[0] is inputs[1] and inputs[1] is inputs[2]:
            return linear(inputs[0], self.in_proj_weight, self.in_proj_bias).chunk(3, dim=-1)
        E, bias = self.embed_dim, self.in_proj_bias
        return [
            linear(x, self.in_proj_weight[i * E : (i + 1) * E], None if bias is None else bias[i * E : (i + 1) * E])
            for i, x in enumerate(inputs)
        ]

    def _merged(self, attn_mask, key_padding_mask, like):
        """A mask of shape (N * heads, L, S) or one that broadcasts to it, as numbers; None where there is none."""
        merged = None
        if attn_mask is not None:
            merged = self._numbers(attn_mask, like)
            merged = merged if merged.dim() == 3 else merged.unsqueeze(0)
        if key_padding_mask is not None:
            padding = self._numbers(key_padding_mask, like).repeat_interleave(self.num_heads, dim=0).unsqueeze(1)
            merged = padding if merged is None else merged + padding
        return merged

    @staticmethod
    def _numbers(mask, like):
        if mask.dtype == torch.bool:
            return torch.zeros_like(mask, dtype=like.dtype).masked_fill_(mask, float("-inf"))
        return mask.to(like.dtype)

    def forward(
        self,
        query,
        key,
        value,
        key_padding_mask=None,
        need_weights=True,
        attn_mask=None,
        average_attn_weights=True,
    ):
        batched = query.dim() == 3
        inputs = [query, key, value]
        if not batched:
            inputs = [x.unsqueeze(1) for x in inputs]
            key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            inputs = [x.transpose(0, 1) for x in inputs]
        L, N, E = inputs[0].shape
        S = inputs[1].shape[0]
        q, k, v = (x.reshape(-1, N * self.num_heads, self.head_dim).transpose(0, 1) for x in self._projected(inputs))
        q = q / math.sqrt(self.head_dim)
        mask = self._merged(attn_mask, key_padding_mask, q)
        scores = torch.bmm(q, k.transpose(1, 2))
        if mask is not None:
            scores = scores + mask
        weights = dropout(softmax(scores, dim=-1), p=self.dropout, training=self.training)
        output = torch.bmm(weights, v).transpose(0, 1).reshape(L, N, E)
        output = self.out_proj(output)
        weights = weights.view(N, self.num_heads, L, S)
        if not batched:
            output = output.squeeze(1)
        elif self.batch_first:
            output = output.transpose(0, 1)
        if not need_weights:
            return output, None
        weights = weights.mean(dim=1) if average_attn_weights else weights
        return output, weights if batched else weights.squeeze(0)
