"""The Inception block: four paths side by side, their outputs stacked by channel."""

import torch
import torch.nn.functional as F
from torch import nn


class Inception(nn.Module):
    """Four parallel paths over the same input, concatenated along the channels in this order:

    1. ``b1_1``: 1×1 convolution to ``c1`` channels;
    2. ``b2_1``: 1×1 convolution to ``c2[0]`` channels, then ``b2_2``: 3×3 (padding 1) to ``c2[1]``;
    3. ``b3_1``: 1×1 convolution to ``c3[0]`` channels, then ``b3_2``: 5×5 (padding 2) to ``c3[1]``;
    4. 3×3 max pooling with stride 1 and padding 1, then ``b4_2``: 1×1 convolution to ``c4`` channels.

    Each convolution is followed by a ReLU. Height and width stay as they are.

    Args:
        in_channels: Channels of the input.
        c1: Channels of the first path.
        c2: Pair of channels of the second path.
        c3: Pair of channels of the third path.
        c4: Channels of the fourth path.

    Shape:
        - Input: (N, in_channels, H, W).
        - Output: (N, c1 + c2[1] + c3[1] + c4, H, W).
    """

    def __init__(self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int) -> None:
        super().__init__()
        self.b1_1 = nn.Conv2d(in_channels, c1, 1)
        self.b2_1 = nn.Conv2d(in_channels, c2[0], 1)
        self.b2_2 = nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.b3_1 = nn.Conv2d(in_channels, c3[0], 1)
        self.b3_2 = nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.b4_2 = nn.Conv2d(in_channels, c4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the four paths and concatenate them."""
        path1 = F.relu(self.b1_1(x))
        path2 = F.relu(self.b2_2(F.relu(self.b2_1(x))))
        path3 = F.relu(self.b3_2(F.relu(self.b3_1(x))))
        path4 = F.relu(self.b4_2(F.max_pool2d(x, 3, stride=1, padding=1)))
        return torch.cat((path1, path2, path3, path4), dim=1)
