"""The Inception block, four paths side by side whose outputs are stacked by channel, and GoogLeNet, nine of them."""

import torch
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

    def __init__(
        self, in_channels: int, c1: int, c2: tuple[int, int], c3: tuple[int, int], c4: int
    ) -> None:
        raise NotImplementedError("Write Inception.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the four paths and concatenate them."""
        raise NotImplementedError("Write Inception.forward.")


class GoogLeNet(nn.Module):
    """A stem of convolutions, nine Inception blocks, a global average and a linear layer.

    ``stem`` is a Sequential: a convolution (0: 64 channels, 7×7, stride 2, padding 3), ReLU, pooling; a convolution
    (3: 64 channels, 1×1), ReLU; a convolution (5: 192 channels, 3×3, padding 1), ReLU, pooling. ``inceptions`` holds
    the blocks 3a, 3b, 4a, 4b, 4c, 4d, 4e, 5a and 5b under the numbers 0 to 8, of the widths below; after 3b and 4e
    comes a pooling. The mean of each channel goes into ``fc``. All poolings but that mean are 3×3 max poolings with
    stride 2 and padding 1.

    ======  =====  ===========  =========  =====  ======
    block   c1     c2           c3         c4     output
    ======  =====  ===========  =========  =====  ======
    3a      64     (96, 128)    (16, 32)   32     256
    3b      128    (128, 192)   (32, 96)   64     480
    4a      192    (96, 208)    (16, 48)   64     512
    4b      160    (112, 224)   (24, 64)   64     512
    4c      128    (128, 256)   (24, 64)   64     512
    4d      112    (144, 288)   (32, 64)   64     528
    4e      256    (160, 320)   (32, 128)  128    832
    5a      256    (160, 320)   (32, 128)  128    832
    5b      384    (192, 384)   (48, 128)  128    1024
    ======  =====  ===========  =========  =====  ======

    Args:
        in_channels: Channels of the image.
        num_classes: Size of the output.

    Shape:
        - Input: (N, in_channels, H, W), 96 by 96 or larger.
        - Output: (N, num_classes).
    """

    def __init__(self, in_channels: int = 1, num_classes: int = 10) -> None:
        raise NotImplementedError("Write GoogLeNet.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of every class."""
        raise NotImplementedError("Write GoogLeNet.forward.")
