"""Dropout: of single elements, and of whole channels of images and volumes."""

import torch
from torch import Tensor, nn


class Dropout(nn.Module):
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

    def __init__(self, p: float = 0.5) -> None:
        """Keep the probability.

        Raises:
            ValueError: if `p` is below 0 or above 1.
        """
        raise NotImplementedError("Write Dropout.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Drop elements of `x` in training; in evaluation return `x`."""
        raise NotImplementedError("Write Dropout.forward.")


class Dropout2d(nn.Module):
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

    def __init__(self, p: float = 0.5) -> None:
        """Keep the probability.

        Raises:
            ValueError: if `p` is below 0 or above 1.
        """
        raise NotImplementedError("Write Dropout2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Drop channels of `x`, of shape $(N, C, H, W)$, in training; in evaluation return `x`."""
        raise NotImplementedError("Write Dropout2d.forward.")


class Dropout3d(nn.Module):
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

    def __init__(self, p: float = 0.5) -> None:
        """Keep the probability.

        Raises:
            ValueError: if `p` is below 0 or above 1.
        """
        raise NotImplementedError("Write Dropout3d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Drop channels of `x`, of shape $(N, C, D, H, W)$, in training; in evaluation return `x`."""
        raise NotImplementedError("Write Dropout3d.forward.")
