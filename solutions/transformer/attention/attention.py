"""Multi-head attention: each query position mixes values, with weights that compare it to the keys."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class MultiheadAttention(nn.Module):
    r"""Attend to several positions at once, with several heads.

    With $E$ for ``embed_dim``, $H$ for ``num_heads`` and $d = E / H$, head $h$ reads features $h d$ to $(h + 1) d$ of

    $$Q = x_q W_q^\top + b_q, \qquad K = x_k W_k^\top + b_k, \qquad V = x_v W_v^\top + b_v$$

    and gives

    $$A_h = \mathrm{softmax}\Big(\frac{Q_h K_h^\top}{\sqrt d} + M\Big), \qquad O_h = A_h V_h,$$

    where the softmax runs over the keys and $M$ holds the masks. The heads' results, one after the other along the
    features, go through ``out_proj``.

    Args:
        embed_dim: Number of features $E$ of queries, keys, values and output.
        num_heads: Number of heads $H$, a divisor of ``embed_dim``.
        dropout: In training, the probability with which each weight of $A_h$ is zeroed; the others are divided by
            1 - dropout.
        bias: Whether there are biases; if not, ``in_proj_bias`` and ``out_proj.bias`` are None.
        batch_first: Whether batched inputs and outputs are (N, length, E) instead of (length, N, E). The weights are
            (N, ...) in any case, and inputs without a batch are not affected.

    Attributes:
        in_proj_weight: $W_q$, $W_k$ and $W_v$ on top of each other, shape (3 * embed_dim, embed_dim). Fresh values are
            those of ``nn.init.xavier_uniform_`` for the whole of it.
        in_proj_bias: $b_q$, $b_k$ and $b_v$ in the same order, shape (3 * embed_dim,), zeros at first.
        out_proj: An ``nn.Linear(embed_dim, embed_dim)`` with its usual weight; its bias is zeros at first.

    Raises:
        ValueError: If ``embed_dim`` is not divisible by ``num_heads`` (here or in the first call).
    """

    def __init__(
        self, embed_dim: int, num_heads: int, dropout: float = 0.0, bias: bool = True, batch_first: bool = False
    ) -> None:
        super().__init__()
        if embed_dim % num_heads != 0:
            raise ValueError(f"{embed_dim} features cannot be shared equally by {num_heads} heads")
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * embed_dim)) if bias else None
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)
        nn.init.xavier_uniform_(self.in_proj_weight)
        if bias:
            nn.init.zeros_(self.out_proj.bias)

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
        """Let every query position read from all key positions.

        Args:
            query: Shape (L, N, E), or (N, L, E) with ``batch_first``, or (L, E) without a batch.
            key: Shape (S, N, E), or (N, S, E), or (S, E), in the same layout.
            value: As ``key``.
            key_padding_mask: Shape (N, S), or (S,) without a batch: which keys nobody may read.
            need_weights: Whether the attention weights are returned too.
            attn_mask: Shape (L, S), or (N * num_heads, L, S) for masks that differ, those of the first sequence's heads
                first: which query may not read which key.
            average_attn_weights: Whether the weights returned are the mean over the heads.

        Both masks are boolean, where True forbids, or of the inputs' dtype and then added to the scaled scores. Where
        both are given, both hold. A query to which every key is forbidden does not occur.

        Returns:
            The output, in the shape of ``query``; and the weights that it was made with (in training those after
            dropout), of shape (N, L, S), or (N, num_heads, L, S) if they are not averaged, without N where the input
            has no batch. None takes their place if they are not needed.
        """
        batched = query.dim() == 3
        if not batched:
            query, key, value = query.unsqueeze(0), key.unsqueeze(0), value.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = query.transpose(0, 1), key.transpose(0, 1), value.transpose(0, 1)

        # From here on there is a batch, and it is first.
        w_q, w_k, w_v = self.in_proj_weight.chunk(3)
        b_q, b_k, b_v = (None, None, None) if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        q = self._split(F.linear(query, w_q, b_q))
        k = self._split(F.linear(key, w_k, b_k))
        v = self._split(F.linear(value, w_v, b_v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if attn_mask is not None:
            if attn_mask.dim() == 3:
                attn_mask = attn_mask.unflatten(0, (-1, self.num_heads))
            scores = self._mask(scores, attn_mask)
        if key_padding_mask is not None:
            # The same for all heads and queries.
            scores = self._mask(scores, key_padding_mask[..., None, None, :])
        weights = F.dropout(scores.softmax(-1), self.dropout, self.training)
        output = self.out_proj((weights @ v).transpose(1, 2).flatten(2))

        if average_attn_weights:
            weights = weights.mean(1)
        if not batched:
            output, weights = output.squeeze(0), weights.squeeze(0)
        elif not self.batch_first:
            output = output.transpose(0, 1)
        return output, (weights if need_weights else None)

    def _split(self, x: Tensor) -> Tensor:
        """(N, length, E) as (N, heads, length, E / heads)."""
        return x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)

    def _mask(self, scores: Tensor, mask: Tensor) -> Tensor:
        """The scores after a mask: minus infinity where it says True, or its numbers added."""
        return scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask
