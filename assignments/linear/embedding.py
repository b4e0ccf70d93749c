"""Embedding: a table with a learned vector for each word, looked up by number."""

import torch
from torch import Tensor, nn


class Embedding(nn.Module):
    r"""Replace every number by the row of a table that it stands for: $y_{\ldots j} = W_{x_{\ldots}\, j}$.

    Args:
        num_embeddings: How many rows the table has, $V$; the indices go from 0 to $V - 1$.
        embedding_dim: The length of a row, $D$.
        padding_idx: The number that only fills up sequences of different lengths, if there is one; a negative one
            counts from the end of the table. Its row is zero in a new layer, and its gradient is always zero. Nothing
            else about it is special: once another row has been loaded there, that row is what the layer returns.

    Shape:
        - Input: $(*)$, any shape, of int32 or int64.
        - Output: $(*, D)$.

    Attributes:
        weight: $W$, shape (num_embeddings, embedding_dim).

    Fresh values are drawn from the normal distribution $\mathcal{N}(0, 1)$, except for the row at ``padding_idx``.
    """

    def __init__(
        self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None
    ) -> None:
        raise NotImplementedError("Write Embedding.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Look up the rows.

        Args:
            x: Indices of any shape, int32 or int64.

        Returns:
            A tensor with one more dimension than ``x``, the last, of size ``embedding_dim``.

        Raises:
            IndexError: If an index is negative, or not below ``num_embeddings``.
        """
        raise NotImplementedError("Write Embedding.forward.")
