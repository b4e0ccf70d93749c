"""Padding layers: a frame of constants around an image, or the edge values repeated at the ends of a sequence."""

import torch
from torch import Tensor, nn


class ConstantPad2d(nn.Module):
    r"""Put rows and columns of a constant around each image, as `torch.nn.ConstantPad2d` does; negative amounts crop.

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
        super().__init__()
        self.padding = (padding,) * 4 if isinstance(padding, int) else tuple(padding)
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        """Pad or crop each image."""
        left, right, top, bottom = self.padding
        height, width = x.shape[-2:]
        rows = slice(max(-top, 0), height - max(-bottom, 0))
        columns = slice(max(-left, 0), width - max(-right, 0))
        kept = x[..., rows, columns]
        canvas = x.new_full((*x.shape[:-2], height + top + bottom, width + left + right), self.value)
        first, start = max(top, 0), max(left, 0)
        canvas[..., first : first + kept.shape[-2], start : start + kept.shape[-1]] = kept
        return canvas


class ZeroPad2d(ConstantPad2d):
    r"""Put rows and columns of zeros around each image, as `torch.nn.ZeroPad2d` does; negative amounts crop.

    Args:
        padding: How much on each side: a number for all four, or `(left, right, top, bottom)`; negative amounts crop.

    Shape:
        - Input: $(N, C, H, W)$ or $(C, H, W)$
        - Output: $(N, C, H + top + bottom, W + left + right)$, or without $N$; a new tensor
    """

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        """Pad with zeros."""
        super().__init__(padding, 0.0)


class ReplicationPad1d(nn.Module):
    r"""Repeat the first and the last value of each sequence beyond its ends, as `torch.nn.ReplicationPad1d` does.

    Args:
        padding: How often: a number for both ends, or `(left, right)`; not negative, and as large as you like.

    Shape:
        - Input: $(N, C, L)$ or $(C, L)$
        - Output: $(N, C, L + left + right)$, or without $N$; a new tensor

    The gradients of all copies of a value add up.
    """

    def __init__(self, padding: int | tuple[int, int]) -> None:
        """Remember how often each end is repeated."""
        super().__init__()
        self.padding = (padding,) * 2 if isinstance(padding, int) else tuple(padding)

    def forward(self, x: Tensor) -> Tensor:
        """Pad each sequence."""
        left, right = self.padding
        length = x.shape[-1]
        positions = torch.arange(-left, length + right, device=x.device)
        return x[..., positions.clamp(0, length - 1)]
