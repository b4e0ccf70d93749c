"""Known-wrong answers for the NiN block and its head, and the hint that each earns."""

import torch
import torch.nn.functional as F
from nin import GlobalAvgPoolHead, NiNBlock
from torch import nn

from grader.spec import misconception

# --- NiNBlock ---


@misconception("NiNBlock", "interface")
class OtherOrder(NiNBlock):
    """The arguments come in the order in_channels, out_channels, kernel_size, stride, padding, as in nn.Conv2d."""

    def __init__(self, in_channels, out_channels, kernel_size, padding, stride):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)


@misconception("NiNBlock", "parameters")
class NoBiases(NiNBlock):
    """All three convolutions have a bias."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv1.bias = self.conv2.bias = self.conv3.bias = None


@misconception("NiNBlock", "parameters")
class LinearPixels(NiNBlock):
    """A 1×1 convolution does what a linear layer would do at every pixel, but its weight has four dimensions:
    (out_channels, out_channels, 1, 1)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv2, self.conv3 = nn.Linear(out_channels, out_channels), nn.Linear(out_channels, out_channels)

    def forward(self, x):
        x = F.relu(self.conv1(x)).permute(0, 2, 3, 1)
        return F.relu(self.conv3(F.relu(self.conv2(x)))).permute(0, 3, 1, 2)


@misconception("NiNBlock", "parameters")
class KernelEverywhere(NiNBlock):
    """Only the first convolution has the kernel size asked for; the other two are 1×1."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv2 = nn.Conv2d(out_channels, out_channels, kernel_size, padding="same")
        self.conv3 = nn.Conv2d(out_channels, out_channels, kernel_size, padding="same")


@misconception("NiNBlock", "parameters")
class NumberedChildren(NiNBlock):
    """The children are to be called conv1, conv2 and conv3. Those of a plain Sequential are called 0, 2 and 4."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.net = nn.Sequential(self.conv1, nn.ReLU(), self.conv2, nn.ReLU(), self.conv3, nn.ReLU())
        del self.conv1, self.conv2, self.conv3

    def forward(self, x):
        return self.net(x)


@misconception("NiNBlock", "parameters")
class OneTooFew(NiNBlock):
    """Two 1×1 convolutions follow the first one. You have only one."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv3 = nn.Identity()


@misconception("NiNBlock", "shapes")
class StrideIgnored(NiNBlock):
    """stride belongs to the first convolution. You leave it out."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, 1, padding)


@misconception("NiNBlock", "shapes")
class PaddingIgnored(NiNBlock):
    """padding belongs to the first convolution. You leave it out, or pad as you see fit."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, kernel_size // 2)


@misconception("NiNBlock", "shapes")
class PaddedThrice(NiNBlock):
    """Only the first convolution is padded. A padded 1×1 convolution makes the image larger, by a border that holds
    nothing but its bias."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 1, padding=padding)
        self.conv3 = nn.Conv2d(out_channels, out_channels, 1, padding=padding)


@misconception("NiNBlock", "shapes")
class StridesTwice(NiNBlock):
    """Only the first convolution has the stride; the 1×1 convolutions look at every pixel."""

    def __init__(self, in_channels, out_channels, kernel_size, stride, padding):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 1, stride)


@misconception("NiNBlock", "values")
class LastNotRectified(NiNBlock):
    """There is a ReLU after each of the three convolutions, the last one too."""

    def forward(self, x):
        return self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)))))


@misconception("NiNBlock", "values")
class FirstNotRectified(NiNBlock):
    """There is a ReLU after each of the three convolutions. Without the first one, conv1 and conv2 are but a single
    convolution."""

    def forward(self, x):
        return F.relu(self.conv3(F.relu(self.conv2(self.conv1(x)))))


@misconception("NiNBlock", "values")
class OnlyTheLastRectified(NiNBlock):
    """There is a ReLU after each of the three convolutions. You have a single one at the end."""

    def forward(self, x):
        return F.relu(self.conv3(self.conv2(self.conv1(x))))


@misconception("NiNBlock", "values")
class PixelsSwapped(NiNBlock):
    """conv2 comes before conv3. You have exchanged them."""

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv3(F.relu(self.conv1(x))))))


@misconception("NiNBlock", "gradients")
class FrozenFirst(NiNBlock):
    """No gradient reaches conv1: something behind it is detached, or runs under no_grad."""

    def forward(self, x):
        return F.relu(self.conv3(F.relu(self.conv2(F.relu(self.conv1(x)).detach()))))


@misconception("NiNBlock", "numerics")
class BlockInDouble(NiNBlock):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- GlobalAvgPoolHead ---


@misconception("GlobalAvgPoolHead", "interface")
class HeadOtherOrder(GlobalAvgPoolHead):
    """The arguments come in the order in_channels, num_classes."""

    def __init__(self, num_classes, in_channels):
        super().__init__(in_channels, num_classes)


@misconception("GlobalAvgPoolHead", "parameters")
class HeadWithLinear(GlobalAvgPoolHead):
    """The head has no linear layer: the NiN block itself makes a channel for each class, and these are averaged."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)
        self.block = NiNBlock(in_channels, in_channels, 3, 1, 1)
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x):
        return self.fc(super().forward(x))


@misconception("GlobalAvgPoolHead", "parameters")
class HeadOfOneConvolution(GlobalAvgPoolHead):
    """A whole NiN block comes before the average, with its two 1×1 convolutions, not a single convolution."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)
        self.block = nn.Conv2d(in_channels, num_classes, 3, padding=1)


@misconception("GlobalAvgPoolHead", "parameters")
class HeadIsABlock(NiNBlock):
    """The NiN block is a child called block, so that its weights are block.conv1.weight and so on."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes, 3, 1, 1)

    def forward(self, x):
        return super().forward(x).mean((2, 3))


@misconception("GlobalAvgPoolHead", "shapes")
class NotFlattened(GlobalAvgPoolHead):
    """The output has shape (N, num_classes). Yours still has height and width, of one each."""

    def forward(self, x):
        return F.adaptive_avg_pool2d(self.block(x), 1)


@misconception("GlobalAvgPoolHead", "shapes")
class SqueezesEverything(GlobalAvgPoolHead):
    """`squeeze()` also takes away a batch of one image, or a single class. Flatten from the second dimension on."""

    def forward(self, x):
        return F.adaptive_avg_pool2d(self.block(x), 1).squeeze()


@misconception("GlobalAvgPoolHead", "values")
class HeadNotPadded(GlobalAvgPoolHead):
    """The block is 3×3 with padding 1. Without padding the border counts less than it should, and an image of two
    pixels is too small."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)
        self.block = NiNBlock(in_channels, num_classes, 3, 1, 0)


@misconception("GlobalAvgPoolHead", "values")
class TakesTheMaximum(GlobalAvgPoolHead):
    """Each class's score is the mean over all pixels, not the largest."""

    def forward(self, x):
        return self.block(x).amax((2, 3))


@misconception("GlobalAvgPoolHead", "values")
class SumsThePixels(GlobalAvgPoolHead):
    """Each class's score is the mean over all pixels. Yours is their sum, and grows with the image."""

    def forward(self, x):
        return self.block(x).sum((2, 3))


@misconception("GlobalAvgPoolHead", "values")
class SoftmaxAtTheEnd(GlobalAvgPoolHead):
    """The head returns scores, not probabilities: the softmax belongs to the loss."""

    def forward(self, x):
        return super().forward(x).softmax(1)


@misconception("GlobalAvgPoolHead", "values")
class RectifiedTooLittle(GlobalAvgPoolHead):
    """The last convolution of the block has its ReLU as well, before the average."""

    def forward(self, x):
        block = self.block
        return block.conv3(F.relu(block.conv2(F.relu(block.conv1(x))))).mean((2, 3))


@misconception("GlobalAvgPoolHead", "gradients")
class FrozenBlock(GlobalAvgPoolHead):
    """No gradient reaches the block: something behind it is detached, or runs under no_grad."""

    def forward(self, x):
        with torch.no_grad():
            x = self.block.conv2(self.block.conv1(x).relu()).relu()
        return self.block.conv3(x).relu().mean((2, 3))


@misconception("GlobalAvgPoolHead", "numerics")
class HeadInDouble(GlobalAvgPoolHead):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return self.block(x).mean((2, 3), dtype=torch.float64)
