"""DenseNet: every layer sees the outputs of all layers before it."""

from collections.abc import Sequence

import torch
from torch import nn


class DenseBlock(nn.Module):
    """Convolutions whose input is everything so far.

    ``layers.{i}`` is a Sequential of a batch normalisation (0), a ReLU and a convolution (2: 3×3, padding 1, with a
    bias) to ``growth_rate`` channels. Its input and its output, concatenated along the channels in this order, are the
    input of the next.

    Args:
        num_convs: Number of convolutions.
        in_channels: Channels of the input.
        growth_rate: Channels that each convolution adds.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, in_channels + num_convs · growth_rate, H, W).
    """

    def __init__(self, num_convs: int, in_channels: int, growth_rate: int) -> None:
        raise NotImplementedError("Write DenseBlock.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The input followed by the output of every layer."""
        raise NotImplementedError("Write DenseBlock.forward.")


class TransitionBlock(nn.Sequential):
    """What makes the channels fewer and the image smaller between two dense blocks.

    A Sequential: batch normalisation (0), ReLU, 1×1 convolution (2, with a bias), 2×2 average pooling with stride 2.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, out_channels, H // 2, W // 2).
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        raise NotImplementedError("Write TransitionBlock.__init__.")


class DenseNet(nn.Module):
    """Dense blocks with transitions between them, as in *Dive into Deep Learning*.

    ``stem`` begins with a convolution (0: 64 channels, 7×7, stride 2, padding 3, with a bias) and a batch normalisation
    (1); ReLU and a 3×3 max pooling with stride 2 and padding 1 follow. Then come ``blocks.0``, ``transitions.0``,
    ``blocks.1``, ``transitions.1``, …, and the last dense block, which no transition follows. Each transition halves
    the channels (rounding down). ``norm``, a batch normalisation, ReLU, global average pooling and ``fc``, linear, are
    the end.

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.
        growth_rate: Of every dense block.
        num_convs: Number of convolutions of each dense block.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, num_classes).
    """

    def __init__(
        self,
        in_channels: int = 1,
        num_classes: int = 10,
        growth_rate: int = 32,
        num_convs: Sequence[int] = (4, 4, 4, 4),
    ) -> None:
        raise NotImplementedError("Write DenseNet.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        raise NotImplementedError("Write DenseNet.forward.")
