"""LeNet and AlexNet: the two networks with which convolutional architectures began."""

import torch
from torch import nn


class LeNet(nn.Module):
    """Two convolutions, three fully connected layers: LeNet-5 with ReLU and max pooling.

    In order: ``conv1`` (6 channels, 5×5), ReLU, 2×2 max pooling; ``conv2`` (16 channels, 5×5), ReLU, 2×2 max pooling;
    flattened; ``fc1`` (120), ReLU; ``fc2`` (84), ReLU; ``fc3`` (num_classes), and nothing after it.

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, 32, 32).
        - Output: (N, num_classes).

    With three channels and ten classes it has 62,006 parameters.
    """

    def __init__(self, in_channels: int = 3, num_classes: int = 10) -> None:
        raise NotImplementedError("Write LeNet.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class, as they come out of ``fc3``."""
        raise NotImplementedError("Write LeNet.forward.")


class AlexNet(nn.Module):
    """Five convolutions, three fully connected layers: AlexNet as in *Dive into Deep Learning*.

    ``features``, a Sequential:

    | position | layer |
    | --- | --- |
    | 0, 1, 2 | convolution to 96 channels, 11×11, stride 4, padding 1; ReLU; 3×3 max pooling with stride 2 |
    | 3, 4, 5 | convolution to 256 channels, 5×5, padding 2; ReLU; 3×3 max pooling with stride 2 |
    | 6, 7 | convolution to 384 channels, 3×3, padding 1; ReLU |
    | 8, 9 | convolution to 384 channels, 3×3, padding 1; ReLU |
    | 10, 11, 12 | convolution to 256 channels, 3×3, padding 1; ReLU; 3×3 max pooling with stride 2 |

    ``classifier``, another: Flatten; Linear to 4096, ReLU, Dropout(0.5); Linear to 4096, ReLU, Dropout(0.5); Linear to
    num_classes (positions 1, 4 and 7 are the linear ones).

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, 224, 224).
        - Output: (N, num_classes).
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        raise NotImplementedError("Write AlexNet.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        raise NotImplementedError("Write AlexNet.forward.")
