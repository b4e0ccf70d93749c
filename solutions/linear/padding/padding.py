"""Padding: a frame of one number around an image, and the ends of a sequence repeated."""

import torch
from torch import Tensor, nn


def _sides(padding: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """One number for each side: an int stands for all of them."""
    return (padding,) * count if isinstance(padding, int) else tuple(padding)


class ConstantPad2d(nn.Module):
    r"""Surround an image with a number.

    With padding $(l, r, t, b)$ the image gets $l$ columns on the left, $r$ on the right, $t$ rows above and $b$ below,
    all filled with `value`. Where one of the four is negative, so many rows or columns are cut off on that side
    instead.

    Args:
        padding: The tuple (left, right, top, bottom), or an int for all four sides.
        value: What the new rows and columns are filled with.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H + t + b, W + l + r)$ or $(C, H + t + b, W + l + r)$.
    """

    def __init__(self, padding: int | tuple[int, int, int, int], value: float) -> None:
        super().__init__()
        self.padding = _sides(padding, 4)
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        """Pad the last two dimensions.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$. It is left as it is.

        Returns:
            The padded image, of the dtype of `x`.
        """
        left, right, top, bottom = self.padding
        height, width = x.shape[-2:]
        # What negative numbers leave of the image, and where that begins in the output.
        kept = x[..., max(-top, 0) : height - max(-bottom, 0), max(-left, 0) : width - max(-right, 0)]
        row, column = max(top, 0), max(left, 0)
        out = x.new_full((*x.shape[:-2], height + top + bottom, width + left + right), self.value)
        out[..., row : row + kept.shape[-2], column : column + kept.shape[-1]] = kept
        return out


class ZeroPad2d(ConstantPad2d):
    r"""Surround an image with zeros.

    With padding $(l, r, t, b)$ the image gets $l$ columns on the left, $r$ on the right, $t$ rows above and $b$ below,
    all filled with 0. Where one of the four is negative, so many rows or columns are cut off on that side instead.

    Args:
        padding: The tuple (left, right, top, bottom), or an int for all four sides.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H + t + b, W + l + r)$ or $(C, H + t + b, W + l + r)$.
    """

    def __init__(self, padding: int | tuple[int, int, int, int]) -> None:
        super().__init__(padding, 0.0)


class ReplicationPad1d(nn.Module):
    r"""Extend a sequence at both ends by repeating its first and its last element.

    With padding $(l, r)$ the first element stands $l$ more times before the sequence, and the last one $r$ more times
    after it. Both numbers may be larger than the sequence is long.

    Args:
        padding: The tuple (left, right), or an int for both ends; not negative.

    Shape:
        - Input: $(N, C, L)$, or $(C, L)$ without a batch.
        - Output: $(N, C, L + l + r)$ or $(C, L + l + r)$.
    """

    def __init__(self, padding: int | tuple[int, int]) -> None:
        super().__init__()
        self.padding = _sides(padding, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Pad the last dimension.

        Args:
            x: Input of shape $(N, C, L)$ or $(C, L)$. It is left as it is.

        Returns:
            The extended sequence.
        """
        left, right = self.padding
        length = x.shape[-1]
        places = torch.arange(-left, length + right, device=x.device).clamp(0, length - 1)
        return x.index_select(-1, places)
