"""Residual networks: blocks that add to their input rather than replace it."""

import torch
import torch.nn.functional as F
from torch import nn


def downsampling(in_channels: int, out_channels: int, stride: int) -> nn.Module:
    """What the shortcut does: where the shape changes, a 1×1 convolution without bias and a batch normalisation."""
    if stride == 1 and in_channels == out_channels:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels))


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a shortcut around them.

    ``conv1`` (3×3, with the stride, padding 1), ``bn1``, ReLU, ``conv2`` (3×3, padding 1), ``bn2``; the shortcut is
    added; ReLU. No convolution has a bias. The shortcut is the input itself, or ``downsample`` of it where the stride
    is not 1 or the numbers of channels differ: a Sequential of a 1×1 convolution (with the stride, without bias) and a
    batch normalisation.

    Args:
        in_channels: Channels of the input.
        channels: Channels of the output.
        stride: Of ``conv1`` and of ``downsample``.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, channels, ⌈H / stride⌉, ⌈W / stride⌉).
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = downsampling(in_channels, channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add the residual to the shortcut, then a ReLU."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + self.downsample(x))


class Bottleneck(nn.Module):
    """A 3×3 convolution between two 1×1 convolutions, and a shortcut around them.

    ``conv1`` (1×1), ``bn1``, ReLU, ``conv2`` (3×3, with the stride, padding 1), ``bn2``, ReLU, ``conv3`` (1×1, to
    4 · channels), ``bn3``; the shortcut is added; ReLU. No convolution has a bias. The shortcut is that of
    `BasicBlock`, to 4 · channels.

    Args:
        in_channels: Channels of the input.
        channels: Channels of ``conv1`` and ``conv2``; the output has four times as many.
        stride: Of ``conv2`` and of ``downsample``.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, 4 · channels, ⌈H / stride⌉, ⌈W / stride⌉).
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * channels)
        self.downsample = downsampling(in_channels, 4 * channels, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add the residual to the shortcut, then a ReLU."""
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        y = self.bn3(self.conv3(y))
        return F.relu(y + self.downsample(x))


class PreActBlock(nn.Module):
    """A residual block whose normalisation and ReLU come before the convolutions.

    ``bn1``, ReLU, ``conv1`` (3×3, with the stride, padding 1), ``bn2``, ReLU, ``conv2`` (3×3, padding 1); the shortcut
    is added, and nothing comes after it. ``conv1`` and ``conv2`` have no bias. The shortcut is the input itself, or
    ``conv3`` of it (1×1, with the stride and a bias) where the stride is not 1 or the numbers of channels differ.

    Args:
        in_channels: Channels of the input.
        channels: Channels of the output.
        stride: Of ``conv1`` and ``conv3``.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, channels, ⌈H / stride⌉, ⌈W / stride⌉).
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        same_shape = stride == 1 and in_channels == channels
        self.conv3 = nn.Identity() if same_shape else nn.Conv2d(in_channels, channels, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add the residual to the shortcut."""
        y = self.conv1(F.relu(self.bn1(x)))
        y = self.conv2(F.relu(self.bn2(y)))
        return y + self.conv3(x)


class ResNet18(nn.Module):
    """The residual network with 18 weighted layers, as torchvision builds it.

    ``conv1`` (64 channels, 7×7, stride 2, padding 3, without bias), ``bn1``, ReLU, 3×3 max pooling with stride 2 and
    padding 1; ``layer1`` to ``layer4``, each a Sequential of two `BasicBlock`, with 64, 128, 256 and 512 channels, the
    first block of ``layer2``, ``layer3`` and ``layer4`` with stride 2; global average pooling; ``fc``, linear.

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, H, W); 224×224 in the paper, but any size works.
        - Output: (N, num_classes).

    With three channels and 1000 classes it has 11,689,512 parameters.
    """

    def __init__(self, in_channels: int = 3, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512))
        self.fc = nn.Linear(512, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.max_pool2d(x, 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))
