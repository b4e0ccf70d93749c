import math

import torch
from torch import Tensor, nn


class MultiheadAttention(nn.Module):
    """Several heads, all in one product."""

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, batch_first: bool = False
    ) -> None:
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError("the heads do not divide the features")
        self.embed_dim, self.num_heads, self.batch_first = embed_dim, num_heads, batch_first
        self.head_dim = embed_dim // num_heads
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * embed_dim, embed_dim)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim)) if bias else None
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        if bias:
            nn.init.zeros_(self.out_proj.bias)
        self.drop = nn.Dropout(dropout)

    def project(self, x: Tensor, which: int) -> Tensor:
        """(N, length, E) to (N, heads, length, head_dim)."""
        rows = slice(which * self.embed_dim, (which + 1) * self.embed_dim)
        y = x @ self.in_proj_weight[rows].T
        if self.in_proj_bias is not None:
            y = y + self.in_proj_bias[rows]
        n, length, _ = y.shape
        return y.reshape(n, length, self.num_heads, self.head_dim).transpose(1, 2)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
    ) -> tuple[Tensor, Tensor | None]:
        batched = query.dim() == 3
        if not batched:
            query, key, value = query.unsqueeze(0), key.unsqueeze(0), value.unsqueeze(0)
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = (x.transpose(0, 1) for x in (query, key, value))
        q, k, v = self.project(query, 0), self.project(key, 1), self.project(value, 2)

        scores = q @ k.transpose(-2, -1) / math.sqrt(self.embed_dim)
        if attn_mask is not None:
            if attn_mask.dim() == 3:
                attn_mask = attn_mask.reshape(scores.shape)
            scores = self.hide(scores, attn_mask)
        if key_padding_mask is not None:
            scores = self.hide(scores, key_padding_mask[:, None, None, :])
        weights = self.drop(scores.softmax(dim=-1))

        output = (weights @ v).transpose(1, 2).reshape(query.shape)
        output = self.out_proj(output)
        if average_attn_weights:
            weights = weights.mean(dim=1)
        if not batched:
            output, weights = output[0], weights[0]
        elif not self.batch_first:
            output = output.transpose(0, 1)
        return output, weights if need_weights else None

    def hide(self, scores: Tensor, mask: Tensor) -> Tensor:
        if mask.dtype == torch.bool:
            return scores.masked_fill(mask, float("-inf"))
        return scores + mask
