"""Unfold and Fold: the windows of an image as columns, and columns added up to an image again."""

import torch
from torch import Tensor, nn


class Unfold(nn.Module):
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

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        dilation: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        stride: int | tuple[int, int] = 1,
    ) -> None:
        raise NotImplementedError("Write Unfold.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        r"""Lay the windows out as columns.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C \, k_h \, k_w, L)$ or $(C \, k_h \, k_w, L)$.

        Raises:
            ValueError: If the window is larger than the padded image.
        """
        raise NotImplementedError("Write Unfold.forward.")


class Fold(nn.Module):
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
        raise NotImplementedError("Write Fold.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        r"""Add the columns up to an image.

        Args:
            x: Columns of shape $(N, C \, k_h \, k_w, L)$ or $(C \, k_h \, k_w, L)$.

        Returns:
            A tensor of shape $(N, C, H, W)$ or $(C, H, W)$.

        Raises:
            ValueError: If the window is larger than the padded image.
            RuntimeError: If there are not as many columns as windows.
        """
        raise NotImplementedError("Write Fold.forward.")
