"""Multi-head attention: each query position mixes values, with weights that compare it to the keys."""

import torch
from torch import Tensor, nn


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
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        batch_first: bool = False,
    ) -> None:
        raise NotImplementedError("Write MultiheadAttention.__init__.")

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
        raise NotImplementedError("Write MultiheadAttention.forward.")
