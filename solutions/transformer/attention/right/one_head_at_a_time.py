"""A beginner's: a function for one head, a loop over the heads, masks turned into numbers."""

import torch
import torch.nn as nn


def scaled_dot_product_attention(q, k, v, mask, dropout):
    # q: (N, L, d), k and v: (N, S, d), mask: something that can be added to (N, L, S)
    scores = torch.bmm(q, k.transpose(1, 2)) * q.size(-1) ** -0.5
    if mask is not None:
        scores = scores + mask
    attention = dropout(torch.softmax(scores, dim=2))
    return torch.bmm(attention, v), attention


def to_numbers(mask, dtype):
    if mask is None or mask.dtype != torch.bool:
        return mask
    numbers = torch.zeros(mask.shape, dtype=dtype, device=mask.device)
    numbers[mask] = float("-inf")
    return numbers


class MultiheadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, batch_first=False):
        super().__init__()
        assert embed_dim % num_heads == 0, "the heads must share the features equally"
        self.embed_dim = embed_dim
        self.num_heads = num_heads
        self.head_dim = embed_dim // num_heads
        self.batch_first = batch_first
        self.attn_dropout = nn.Dropout(dropout)
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        if bias:
            self.in_proj_bias = nn.Parameter(torch.empty(3 * embed_dim))
        else:
            self.register_parameter("in_proj_bias", None)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.xavier_uniform_(self.in_proj_weight)
        if self.in_proj_bias is not None:
            nn.init.constant_(self.in_proj_bias, 0.0)
            nn.init.constant_(self.out_proj.bias, 0.0)

    def project(self, x, part):
        rows = slice(part * self.embed_dim, (part + 1) * self.embed_dim)
        y = x @ self.in_proj_weight[rows].t()
        if self.in_proj_bias is not None:
            y = y + self.in_proj_bias[rows]
        return y

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
        unbatched = query.dim() == 2
        if unbatched:
            query, key, value = query[None], key[None], value[None]
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask[None]
        elif not self.batch_first:
            query, key, value = (t.permute(1, 0, 2) for t in (query, key, value))
        N, L, _ = query.shape
        S = key.shape[1]
        attn_mask = to_numbers(attn_mask, query.dtype)
        key_padding_mask = to_numbers(key_padding_mask, query.dtype)

        Q, K, V = self.project(query, 0), self.project(key, 1), self.project(value, 2)
        heads, weights = [], []
        for h in range(self.num_heads):
            mine = slice(h * self.head_dim, (h + 1) * self.head_dim)
            mask = None
            if attn_mask is not None:
                mask = attn_mask if attn_mask.dim() == 2 else attn_mask[h :: self.num_heads]
            if key_padding_mask is not None:
                padding = key_padding_mask.reshape(N, 1, S)
                mask = padding if mask is None else mask + padding
            out, attention = scaled_dot_product_attention(
                Q[..., mine], K[..., mine], V[..., mine], mask, self.attn_dropout
            )
            heads.append(out)
            weights.append(attention)
        output = self.out_proj(torch.cat(heads, dim=-1))
        attention = torch.stack(weights, dim=1)
        if unbatched:
            output, attention = output[0], attention[0]
        elif not self.batch_first:
            output = output.permute(1, 0, 2)
        if not need_weights:
            return output, None
        if average_attn_weights:
            attention = attention.mean(dim=-3)
        return output, attention
