"""VGG: one kind of block, repeated."""

from collections.abc import Sequence

import torch
from torch import nn


def vgg_block(num_convs: int, in_channels: int, out_channels: int) -> nn.Sequential:
    """Make a block of convolutions that ends in a pooling.

    It is a Sequential of ``num_convs`` pairs of a convolution (3×3, padding 1, to ``out_channels``) and a ReLU, and of
    one 2×2 max pooling with stride 2. So the convolutions are at positions 0, 2, 4, ….

    Args:
        num_convs: Number of convolutions, at least one.
        in_channels: Channels of the input.
        out_channels: Channels of the output.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, out_channels, H // 2, W // 2).
    """
    layers: list[nn.Module] = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2))


class VGG(nn.Module):
    """A stack of VGG blocks and a classifier of three linear layers.

    ``blocks`` holds a block for each entry of ``arch``, in order: ``blocks.0``, ``blocks.1``, …. ``classifier`` is a
    Sequential: Flatten; Linear to 4096, ReLU, Dropout(0.5); Linear to 4096, ReLU, Dropout(0.5); Linear to num_classes
    (positions 1, 4 and 7 are the linear ones).

    Args:
        arch: One pair (num_convs, out_channels) for each block.
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, 224, 224). Each block halves height and width (rounding down), and the first linear
          layer is made for what is then left: 7×7 pixels after five blocks, 14×14 after four.
        - Output: (N, num_classes).
    """

    def __init__(self, arch: Sequence[tuple[int, int]], in_channels: int = 1, num_classes: int = 10) -> None:
        super().__init__()
        self.blocks = nn.Sequential()
        for num_convs, out_channels in arch:
            self.blocks.append(vgg_block(num_convs, in_channels, out_channels))
            in_channels = out_channels
        side = 224 // 2 ** len(arch)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(in_channels * side**2, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        return self.classifier(self.blocks(x))
