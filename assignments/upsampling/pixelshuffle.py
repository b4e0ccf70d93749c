"""PixelShuffle: channels become pixels."""

from torch import Tensor, nn


class PixelShuffle(nn.Module):
    r"""Spread groups of $r^2$ channels over blocks of $r$ by $r$ pixels.

    $$y_{c,\; h r + i,\; w r + j} = x_{c r^2 + i r + j,\; h,\; w} \qquad 0 \le i, j < r$$

    Args:
        upscale_factor: By how much height and width grow, $r$.

    Shape:
        - Input: $(*, C r^2, H, W)$, where $*$ is any number of dimensions, or none.
        - Output: $(*, C, H r, W r)$.
    """

    def __init__(self, upscale_factor: int) -> None:
        raise NotImplementedError("Write PixelShuffle.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Spread the channels over the pixels.

        Args:
            x: Input of shape $(*, C r^2, H, W)$.

        Returns:
            A tensor of shape $(*, C, H r, W r)$ with the same elements.

        Raises:
            RuntimeError: If $r^2$ does not divide the number of channels.
        """
        raise NotImplementedError("Write PixelShuffle.forward.")
