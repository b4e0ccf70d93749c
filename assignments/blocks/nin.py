"""Network in network: convolutions that end in two small fully connected layers at every pixel, and a net of them."""

import torch
from torch import nn


class NiNBlock(nn.Module):
    """A convolution and two 1×1 convolutions, each followed by a ReLU.

    A 1×1 convolution is a linear layer that works on every pixel by itself.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of all three convolutions.
        kernel_size: Of ``conv1``; ``conv2`` and ``conv3`` are 1×1.
        stride: Of ``conv1``.
        padding: Of ``conv1``.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, out_channels, H', W') as ``conv1`` leaves it.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int, padding: int
    ) -> None:
        raise NotImplementedError("Write NiNBlock.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the three convolutions, a ReLU after each."""
        raise NotImplementedError("Write NiNBlock.forward.")


class GlobalAvgPoolHead(nn.Module):
    """A classifier without linear layers: a channel for each class, averaged over all pixels.

    The child ``block`` is a NiN block (3×3, stride 1, padding 1) that makes ``num_classes`` channels.

    Args:
        in_channels: Channels of the input.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, H, W), of any size.
        - Output: (N, num_classes).
    """

    def __init__(self, in_channels: int, num_classes: int) -> None:
        raise NotImplementedError("Write GlobalAvgPoolHead.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The mean of each class's channel."""
        raise NotImplementedError("Write GlobalAvgPoolHead.forward.")


class NiN(nn.Module):
    """Three NiN blocks, each followed by a max pooling, a dropout and the head.

    ``blocks.0`` makes 96 channels (11×11, stride 4, no padding), ``blocks.1`` makes 256 (5×5, padding 2), ``blocks.2``
    makes 384 (3×3, padding 1). After each block comes a 3×3 max pooling with stride 2 and without padding.
    Dropout(0.5) and ``head``, which averages a channel for each class, are the end.

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, H, W), made for 224 by 224; 67 by 67 is the least.
        - Output: (N, num_classes).
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        raise NotImplementedError("Write NiN.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        raise NotImplementedError("Write NiN.forward.")
