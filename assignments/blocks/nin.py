"""Network in network: convolutions that end in two small fully connected layers at every pixel."""

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
