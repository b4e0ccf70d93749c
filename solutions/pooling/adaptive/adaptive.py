"""Pooling to a size that is asked for: adaptive average and max pooling, and fractional max pooling."""

from typing import Any

import torch
from torch import Tensor, nn


def _pair(value: Any) -> tuple[Any, Any]:
    """One for the height and one for the width."""
    height, width = value if isinstance(value, tuple | list) else (value, value)
    return height, width


def _windows(size: int, count: int | None) -> list[tuple[int, int]]:
    """Where each of so many windows over one direction begins and ends; None stands for a window per pixel."""
    count = size if count is None else count
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


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
        super().__init__()
        self.output_size = _pair(output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Take the means.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$.
        """
        for dim in (-2, -1):
            windows = _windows(x.shape[dim], self.output_size[dim])
            x = torch.cat([x.narrow(dim, start, end - start).mean(dim, keepdim=True) for start, end in windows], dim)
        return x


class AdaptiveMaxPool2d(nn.Module):
    r"""Take maxima over windows that are chosen so that the output has a given size.

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

    def __init__(self, output_size: int | tuple[int | None, int | None], return_indices: bool = False) -> None:
        super().__init__()
        self.output_size = _pair(output_size)
        self.return_indices = return_indices

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Take the maxima.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$; with ``return_indices`` a tuple of it and the indices.
        """
        width = x.shape[-1]
        x, rows = self._maxima(x, -2)
        x, columns = self._maxima(x, -1)
        if not self.return_indices:
            return x
        return x, rows.gather(-1, columns) * width + columns

    def _maxima(self, x: Tensor, dim: int) -> tuple[Tensor, Tensor]:
        """The largest value of each window over one direction, and where it lies."""
        values, places = [], []
        for start, end in _windows(x.shape[dim], self.output_size[dim]):
            value, place = x.narrow(dim, start, end - start).max(dim, keepdim=True)
            values.append(value)
            places.append(place + start)
        return torch.cat(values, dim), torch.cat(places, dim)


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
        super().__init__()
        if (output_size is None) == (output_ratio is None):
            raise ValueError("exactly one of output_size and output_ratio has to be given")
        self.kernel_size = _pair(kernel_size)
        self.output_size = None if output_size is None else _pair(output_size)
        self.output_ratio = None if output_ratio is None else _pair(output_ratio)
        self.return_indices = return_indices

    def _places(self, x: Tensor, axis: int) -> Tensor:
        """The rows or columns of each window, of shape $(N, C, m, k)$."""
        size, kernel = x.shape[axis - 2], self.kernel_size[axis]
        count = int(size * self.output_ratio[axis]) if self.output_size is None else self.output_size[axis]
        step = (size - kernel) / max(count - 1, 1)
        shift = torch.rand(*x.shape[:-2], 1, device=x.device)
        numbers = torch.arange(count, device=x.device)
        starts = ((numbers + shift) * step).floor().long() - (shift * step).floor().long()
        starts[..., -1] = size - kernel
        return starts[..., None] + torch.arange(kernel, device=x.device)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Draw windows, and take their maxima.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$; with ``return_indices`` a tuple of it and the indices.
        """
        rows, columns = self._places(x, 0), self._places(x, 1)
        # (N, C, m, 1, k, 1) and (N, C, 1, m, 1, k): where the pixels of each window lie in the flat channel.
        places = rows[..., :, None, :, None] * x.shape[-1] + columns[..., None, :, None, :]
        places = places.flatten(-2)
        pixels = x.flatten(-2).gather(-1, places.flatten(-3)).view_as(places)
        values, chosen = pixels.max(-1, keepdim=True)
        if not self.return_indices:
            return values.squeeze(-1)
        return values.squeeze(-1), places.gather(-1, chosen).squeeze(-1)
