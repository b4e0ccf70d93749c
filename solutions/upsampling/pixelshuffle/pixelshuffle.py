"""PixelShuffle: channels become pixels."""

from torch import Tensor, nn


class PixelShuffle(nn.Module):
    r"""Spread groups of $r^2$ channels over blocks of $r$ by $r$ pixels.

    $$y_{c,\; h r + i,\; w r + j} = x_{c r^2 + i r + j,\; h,\; w} \qquad 0 \le i, j < r$$

    Args:
        upscale_factor: By how much height and width grow, $r$.

    Shape:
        - Input: $(*, C r^2, H, W)$, where $*$ is any number of dimensions, none included.
        - Output: $(*, C, H r, W r)$.
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x: Tensor) -> Tensor:
        """Spread the channels over the pixels.

        Args:
            x: Input of shape $(*, C r^2, H, W)$.

        Returns:
            A tensor of shape $(*, C, H r, W r)$ with the same elements.

        Raises:
            RuntimeError: If $r^2$ does not divide the number of channels.
        """
        return self._merge(self._interleave(self._split(x)))

    def _split(self, x: Tensor) -> Tensor:
        """The channels in three dimensions, shape (*, C, r, r, H, W); `unflatten` raises where they do not fit."""
        return x.unflatten(-3, (-1, self.upscale_factor, self.upscale_factor))

    def _interleave(self, blocks: Tensor) -> Tensor:
        """The rows of a block next to H, its columns next to W: shape (*, C, H, r, W, r)."""
        return blocks.movedim((-2, -4, -1, -3), (-4, -3, -2, -1))

    def _merge(self, pixels: Tensor) -> Tensor:
        """Height and width in one dimension each."""
        return pixels.flatten(-2).flatten(-3, -2)
