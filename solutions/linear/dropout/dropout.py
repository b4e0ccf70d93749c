"""Dropout: of single elements, and of whole channels of images and volumes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class _Dropout(nn.Module):
    """What the three layers share: the probability, and how a mask is drawn and applied."""

    def __init__(self, p: float = 0.5) -> None:
        """Keep the probability.

        Raises:
            ValueError: if `p` is below 0 or above 1.
        """
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, from 0 to 1, not {p}")
        self.p = p

    def _drop(self, x: Tensor, draws: Sequence[int]) -> Tensor:
        """Drop from `x` what a mask of the shape `draws` says, broadcast to `x`."""
        if not self.training:
            return x
        keep = torch.rand(draws, dtype=x.dtype, device=x.device) >= self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return x * keep * scale


class Dropout(_Dropout):
    r"""In training set elements to zero at random, as `torch.nn.Dropout` does; in evaluation do nothing.

    $$y_i = \frac{m_i}{1 - p} \, x_i, \qquad m_i = 0 \text{ with probability } p, \text{ else } 1$$

    Every element has a draw of its own, in every call. What is kept is divided by $1 - p$, so that the expected output
    is the input. The gradient is multiplied by the very same $m_i / (1 - p)$. With $p = 1$ everything is zero. The
    input is not modified.

    Args:
        p: The probability that an element is dropped.

    Shape:
        - Input: any
        - Output: as the input
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop elements of `x` in training; in evaluation return `x`."""
        return self._drop(x, x.shape)


class Dropout2d(_Dropout):
    r"""In training set whole channels of images to zero at random, as `torch.nn.Dropout2d` does.

    $$y_{nchw} = \frac{m_{nc}}{1 - p} \, x_{nchw}, \qquad m_{nc} = 0 \text{ with probability } p, \text{ else } 1$$

    Every channel of every image has a draw of its own, in every call, for all of its pixels together. Everything else
    is as in `Dropout`.

    Args:
        p: The probability that a channel is dropped.

    Shape:
        - Input: $(N, C, H, W)$
        - Output: as the input
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop channels of `x`, of shape $(N, C, H, W)$, in training; in evaluation return `x`."""
        return self._drop(x, (*x.shape[:2], 1, 1))


class Dropout3d(_Dropout):
    r"""In training set whole channels of volumes to zero at random, as `torch.nn.Dropout3d` does.

    $$y_{ncdhw} = \frac{m_{nc}}{1 - p} \, x_{ncdhw}, \qquad m_{nc} = 0 \text{ with probability } p, \text{ else } 1$$

    Every channel of every volume has a draw of its own, in every call, for all of its voxels together. Everything else
    is as in `Dropout`.

    Args:
        p: The probability that a channel is dropped.

    Shape:
        - Input: $(N, C, D, H, W)$
        - Output: as the input
    """

    def forward(self, x: Tensor) -> Tensor:
        """Drop channels of `x`, of shape $(N, C, D, H, W)$, in training; in evaluation return `x`."""
        return self._drop(x, (*x.shape[:2], 1, 1, 1))
