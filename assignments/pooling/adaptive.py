"""Pooling to a size that is asked for: adaptive average and max pooling, and fractional max pooling."""

import torch
from torch import Tensor, nn


class AdaptiveAvgPool2d(nn.Module):
    r"""Take means over windows that are chosen so that the output has a given size.

    In each direction, window $i$ of $m$, counted from 0, covers those of the $n$ pixels of which any part lies in the
    $i$-th of $m$ equal shares of the image: from $\lfloor i n / m \rfloor$ up to, and without,
    $\lceil (i + 1) n / m \rceil$. Where $m$ does not divide $n$, neighbours overlap, and sizes differ by one at most.

    Args:
        output_size: Height and width of the output; an int stands for both, and None, in a pair, for the size of the
            input. It may be larger than the input.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H', W')$ or $(C, H', W')$, where $(H', W')$ is the output size.
    """

    def __init__(self, output_size: int | tuple[int | None, int | None]) -> None:
        raise NotImplementedError("Write AdaptiveAvgPool2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Take the means.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$.
        """
        raise NotImplementedError("Write AdaptiveAvgPool2d.forward.")


class AdaptiveMaxPool2d(nn.Module):
    """Take maxima over windows that are chosen so that the output has a given size.

    The windows are those of `AdaptiveAvgPool2d`.

    Args:
        output_size: Height and width of the output; an int stands for both, and None, in a pair, for the size of the
            input. It may be larger than the input.
        return_indices: Whether to return as well where each maximum lies.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H', W')$ or $(C, H', W')$, where $(H', W')$ is the output size. Of the same shape are the
          indices, of dtype int64: a pixel in row $r$ and column $c$ of its channel has the index $r W + c$.
    """

    def __init__(
        self, output_size: int | tuple[int | None, int | None], return_indices: bool = False
    ) -> None:
        raise NotImplementedError("Write AdaptiveMaxPool2d.__init__.")

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Take the maxima.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$; with ``return_indices`` a tuple of it and the indices.
        """
        raise NotImplementedError("Write AdaptiveMaxPool2d.forward.")


class FractionalMaxPool2d(nn.Module):
    r"""Take maxima over windows of one size, placed at random so that the output has a given size.

    In each direction, $m$ windows of $k$ pixels lie in an image of $n$. The first one begins at its first pixel, the
    last one ends at its last. From one window to the next it is $\lfloor \alpha \rfloor$ or $\lceil \alpha \rceil$
    pixels, with

    $$\alpha = \frac{n - k}{m - 1},$$

    and the order of short and long steps is random: with a number $u$ drawn uniformly between 0 and 1, window $i$
    begins at $\lfloor (i + u) \alpha \rfloor - \lfloor u \alpha \rfloor$. It is drawn anew in every call, in training
    and in evaluation, for either direction, and for every channel of every image.

    Args:
        kernel_size: Height and width of the window; an int stands for both, as for the next two.
        output_size: Height and width of the output.
        output_ratio: Height and width of the output as fractions of the input's, between 0 and 1; the product is
            rounded down. Exactly one of ``output_size`` and ``output_ratio`` has to be given.
        return_indices: Whether to return as well where each maximum lies.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H', W')$ or $(C, H', W')$, where $(H', W')$ is the output size. Of the same shape are the
          indices, of dtype int64: a pixel in row $r$ and column $c$ of its channel has the index $r W + c$.

    Raises:
        ValueError: If both or neither of ``output_size`` and ``output_ratio`` are given.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        output_size: int | tuple[int, int] | None = None,
        output_ratio: float | tuple[float, float] | None = None,
        return_indices: bool = False,
    ) -> None:
        raise NotImplementedError("Write FractionalMaxPool2d.__init__.")

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Draw windows, and take their maxima.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$; with ``return_indices`` a tuple of it and the indices.
        """
        raise NotImplementedError("Write FractionalMaxPool2d.forward.")
