"""LeNet and AlexNet: the two networks with which convolutional architectures began."""

import torch
import torch.nn.functional as F
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
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        # 32 → 28 → 14 → 10 → 5
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class, as they come out of ``fc3``."""
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = F.relu(self.fc1(x.flatten(1)))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


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
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(in_channels, 96, 11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(96, 256, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 384, 3, padding=1), nn.ReLU(),
            nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        )  # fmt: skip
        # 224 → 54 → 26 → 12 → 5
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(256 * 5 * 5, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(4096, num_classes),
        )  # fmt: skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        return self.classifier(self.features(x))
