"""Padding layers: a frame of constants around an image, or the edge values repeated at the ends of a sequence."""

import torch
from torch import Tensor, nn


class ConstantPad2d(nn.Module):
    """Put rows and columns of a constant around each image, as `torch.nn.ConstantPad2d` does; negative amounts crop.

    Args:
        padding: How much on each side: a number for all four, or `(left, right, top, bottom)`. A negative amount takes
            as many rows or columns away on that side, while others may be padded.
        value: What the new elements are.

    Shape:
        - Input: $(N, C, H, W)$ or $(C, H, W)$
        - Output: $(N, C, H + top + bottom, W + left + right)$, or without $N$; a new tensor

    The gradient of the output reaches the elements that were kept; cropped ones get zero.
    """

    def __init__(self, padding: int | tuple[int, int, int, int], value: float) -> None:
        """Remember how much goes on each side."""
        raise NotImplementedError("Write ConstantPad2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Pad or crop each image."""
        raise NotImplementedError("Write ConstantPad2d.forward.")


class ZeroPad2d(ConstantPad2d):
    """Put rows and columns of zeros around each image, as `torch.nn.ZeroPad2d` does; negative amounts crop.

    Args:
        padding: How much on each side: a number for all four, or `(left, right, top, bottom)`; negative amounts crop.

    Shape:
        - Input: $(N, C, H, W)$ or $(C, H, W)$
        - Output: $(N, C, H + top + bottom, W + left + right)$, or without $N$; a new tensor
    """

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        """Pad with zeros."""
        raise NotImplementedError("Write ZeroPad2d.__init__.")


class ReplicationPad1d(nn.Module):
    """Repeat the first and the last value of each sequence beyond its ends, as `torch.nn.ReplicationPad1d` does.

    Args:
        padding: How often: a number for both ends, or `(left, right)`; not negative, and as large as you like.

    Shape:
        - Input: $(N, C, L)$ or $(C, L)$
        - Output: $(N, C, L + left + right)$, or without $N$; a new tensor

    The gradients of all copies of a value add up.
    """

    def __init__(self, padding: int | tuple[int, int]) -> None:
        """Remember how often each end is repeated."""
        raise NotImplementedError("Write ReplicationPad1d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Pad each sequence."""
        raise NotImplementedError("Write ReplicationPad1d.forward.")
