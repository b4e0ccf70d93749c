"""Unfold and Fold: the windows of an image as columns, and columns added up to an image again."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """A number for the height and one for the width."""
    if isinstance(value, int):
        return value, value
    height, width = value
    return height, width


class _Windows(nn.Module):
    """What both layers know of their windows: size, dilation, padding and stride in both directions."""

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        dilation: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        stride: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__()
        self.kernel_size = _pair(kernel_size)
        self.dilation = _pair(dilation)
        self.padding = _pair(padding)
        self.stride = _pair(stride)

    def _grid(self, height: int, width: int) -> tuple[int, int]:
        """How many windows fit below and beside each other."""
        (kh, kw), (dh, dw), (ph, pw), (sh, sw) = self.kernel_size, self.dilation, self.padding, self.stride
        rows = (height + 2 * ph - dh * (kh - 1) - 1) // sh + 1
        columns = (width + 2 * pw - dw * (kw - 1) - 1) // sw + 1
        if rows < 1 or columns < 1:
            raise ValueError(f"no window of {self.kernel_size} fits into an image of {height} by {width}")
        return rows, columns

    def _positions(self, rows: int, columns: int) -> Iterator[tuple[slice, slice]]:
        """For each position within the window, row by row, where it lies in the padded image for all the windows."""
        (kh, kw), (dh, dw), (sh, sw) = self.kernel_size, self.dilation, self.stride
        for i in range(kh):
            for j in range(kw):
                top, left = i * dh, j * dw
                yield slice(top, top + rows * sh, sh), slice(left, left + columns * sw, sw)


class Unfold(_Windows):
    r"""Take every window of an image and lay it out as a column.

    The windows are as many as a convolution with the same arguments would look through: in each direction

    $$\left\lfloor \frac{H + 2 p - d \, (k - 1) - 1}{s} \right\rfloor + 1$$

    Args:
        kernel_size: Height and width of the window, $k$; like the others, an int stands for both.
        dilation: How far apart the elements of a window lie, $d$.
        padding: How many rows and columns of zeros surround the image, $p$.
        stride: How far apart the windows lie, $s$.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C \, k_h \, k_w, L)$ or $(C \, k_h \, k_w, L)$, for $L$ windows. A column goes through the window
          row by row, channel after channel; the windows are in order row by row, too.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Lay the windows out as columns.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C \\, k_h \\, k_w, L)$ or $(C \\, k_h \\, k_w, L)$.

        Raises:
            ValueError: If the window is larger than the padded image.
        """
        rows, columns = self._grid(*x.shape[-2:])
        top, left = self.padding
        padded = F.pad(x, (left, left, top, top))
        taken = [padded[..., down, right].flatten(-2) for down, right in self._positions(rows, columns)]
        return torch.stack(taken, -2).flatten(-3, -2)


class Fold(_Windows):
    r"""Put columns back where `Unfold` would take them from, and add up what overlaps.

    `Fold` is the transpose of `Unfold`, not its inverse: a pixel that lies in three windows comes back as the sum of
    three values, and one that lies in none as 0.

    Args:
        output_size: Height and width of the image; like the others, an int stands for both.
        kernel_size: Height and width of the window.
        dilation: How far apart the elements of a window lie.
        padding: How many rows and columns surround the image; what is put there is dropped.
        stride: How far apart the windows lie.

    Shape:
        - Input: $(N, C \, k_h \, k_w, L)$, or $(C \, k_h \, k_w, L)$ without a batch, for $L$ windows.
        - Output: $(N, C, H, W)$ or $(C, H, W)$, where $(H, W)$ is the output size.
    """

    def __init__(
        self,
        output_size: int | tuple[int, int],
        kernel_size: int | tuple[int, int],
        dilation: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        stride: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = _pair(output_size)

    def forward(self, x: Tensor) -> Tensor:
        """Add the columns up to an image.

        Args:
            x: Columns of shape $(N, C \\, k_h \\, k_w, L)$ or $(C \\, k_h \\, k_w, L)$.

        Returns:
            A tensor of shape $(N, C, H, W)$ or $(C, H, W)$.

        Raises:
            ValueError: If the window is larger than the padded image.
            RuntimeError: If there are not as many columns as windows.
        """
        rows, columns = self._grid(*self.output_size)
        blocks = x.unflatten(-1, (rows, columns)).unflatten(-3, (-1, math.prod(self.kernel_size)))
        (height, width), (top, left) = self.output_size, self.padding
        canvas = x.new_zeros(*blocks.shape[:-3], height + 2 * top, width + 2 * left)
        for position, (down, right) in enumerate(self._positions(rows, columns)):
            canvas[..., down, right] += blocks[..., position, :, :]
        return canvas[..., top : top + height, left : left + width]
