"""Known-wrong answers for the residual blocks and ResNet-18, and the hint that each earns."""

import torch
import torch.nn.functional as F
from resnet import BasicBlock, Bottleneck, PreActBlock, ResNet18, downsampling
from torch import nn

from grader.spec import misconception

# --- BasicBlock, and what Bottleneck shares with it ---


@misconception("BasicBlock", "interface")
class StrideRequired(BasicBlock):
    """stride is 1 unless given."""

    def __init__(self, in_channels, channels, stride):
        super().__init__(in_channels, channels, stride)


@misconception("BasicBlock", "parameters")
class BiasedConvolutions(BasicBlock):
    """No convolution here has a bias: the batch normalisation behind it would take it out again."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1)


@misconception("BasicBlock", "parameters")
class BiasedShortcut(BasicBlock):
    """The convolution of the shortcut, downsample.0, has no bias either."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if self.downsample is not None:
            self.downsample[0] = nn.Conv2d(in_channels, channels, 1, stride)


@misconception("BasicBlock", "parameters")
class ShortcutNotNormalised(BasicBlock):
    """The shortcut's convolution is followed by a batch normalisation, downsample.1."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if self.downsample is not None:
            self.downsample = self.downsample[:1]


@misconception("BasicBlock", "parameters")
class AlwaysDownsamples(BasicBlock):
    """Where neither the stride nor the number of channels changes anything, the shortcut is the input itself, and there
    is no downsample."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.downsample = nn.Sequential(
            nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
        )


@misconception("BasicBlock", "parameters")
class OnlyWhereChannelsChange(BasicBlock):
    """A stride changes the shape as well: there is a downsample where the stride is not 1, even if the numbers of
    channels agree."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if in_channels == channels:
            self.downsample = None

    def _shortcut(self, x):
        stride = self.conv1.stride[0]
        return super()._shortcut(x) if self.downsample is not None else x[:, :, ::stride, ::stride]


@misconception("BasicBlock", "parameters")
class OneNormalisation(BasicBlock):
    """bn1 and bn2 are two layers, each with parameters and statistics of its own. You use one twice."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        del self.bn2

    def _residual(self, x):
        return self.bn1(self.conv2(F.relu(self.bn1(self.conv1(x)))))


@misconception("BasicBlock", "shapes")
class StrideForgotten(BasicBlock):
    """conv1 and downsample.0 have the stride that the block is given. Yours leave it out."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1.stride = (1, 1)
        if self.downsample is not None:
            self.downsample[0].stride = (1, 1)


@misconception("BasicBlock", "state")
class SlowStatistics(BasicBlock):
    """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1.momentum = self.bn2.momentum = 0.01


@misconception("BasicBlock", "state")
class FirstNormalisedTwice(BasicBlock):
    """Every layer runs once in a call. You run conv1 and bn1 twice, so that their running statistics move twice."""

    def _residual(self, x):
        self.bn1(self.conv1(x))
        return super()._residual(x)


@misconception("BasicBlock", "values")
class NoShortcut(BasicBlock):
    """A residual block adds its input to what its layers make of it. You leave the input out."""

    def forward(self, x):
        self._shortcut(x)
        return F.relu(self._residual(x))


@misconception("BasicBlock", "values")
class RectifiedBeforeTheSum(BasicBlock):
    """The last ReLU comes after the sum, not before it."""

    def forward(self, x):
        return F.relu(self._residual(x)) + self._shortcut(x)


@misconception("BasicBlock", "values")
class SumNotRectified(BasicBlock):
    """The sum goes through a ReLU at the end."""

    def forward(self, x):
        return self._residual(x) + self._shortcut(x)


@misconception("BasicBlock", "state")
class InsideNotRectified(BasicBlock):
    """There is a ReLU between bn1 and conv2."""

    def _residual(self, x):
        return self.bn2(self.conv2(self.bn1(self.conv1(x))))


@misconception("BasicBlock", "state")
class RectifiesTheInput(BasicBlock):
    """The shortcut is the input as it came. Yours went through a ReLU first, perhaps one that works in place."""

    def forward(self, x):
        return super().forward(F.relu(x))


@misconception("BasicBlock", "state")
class NormalisesTooLate(BasicBlock):
    """The order is convolution, normalisation, ReLU. You have the ReLU before the normalisation."""

    def _residual(self, x):
        return self.bn2(self.conv2(self.bn1(F.relu(self.conv1(x)))))


@misconception("BasicBlock", "state")
class StrideOnTheSecond(BasicBlock):
    """The stride belongs to conv1, not to conv2."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1.stride, self.conv2.stride = (1, 1), (stride, stride)


@misconception("BasicBlock", "state")
class LargerEps(BasicBlock):
    """The batch normalisations have torch's eps of 1e-5."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1.eps = self.bn2.eps = 1e-3


@misconception("BasicBlock", "values")
class AddsInPlace(BasicBlock):
    """You add to the input in place; it belongs to the caller."""

    def forward(self, x):
        out = super().forward(x)
        with torch.no_grad():
            if self.downsample is None:
                x += self.conv2.weight.sum()
        return out


@misconception("BasicBlock", "gradients")
class ShortcutDetached(BasicBlock):
    """Gradients flow through the shortcut too: that is what it is for. Something on it is detached."""

    def _shortcut(self, x):
        return super()._shortcut(x.detach())


@misconception("BasicBlock", "numerics")
class BasicInDouble(BasicBlock):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- Bottleneck ---


@misconception("Bottleneck", "interface")
class BottleneckStrideRequired(Bottleneck):
    """stride is 1 unless given."""

    def __init__(self, in_channels, channels, stride):
        super().__init__(in_channels, channels, stride)


@misconception("Bottleneck", "parameters")
class NotExpanded(Bottleneck):
    """The output has four times as many channels as `channels` says: conv3 widens, conv1 and conv2 are narrow."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv3, self.bn3 = nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels)
        self.downsample = downsampling(in_channels, channels, stride)


@misconception("Bottleneck", "parameters")
class DividesTheChannels(Bottleneck):
    """`channels` is the narrow width, of conv1 and conv2; the output is four times as wide. Yours takes `channels` for
    the width of the output."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, max(1, channels // 4), stride)


@misconception("Bottleneck", "parameters")
class BottleneckBiased(Bottleneck):
    """No convolution here has a bias: the batch normalisation behind it would take it out again."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv3 = nn.Conv2d(channels, 4 * channels, 1)


@misconception("Bottleneck", "parameters")
class DownsamplesForTheWrongWidth(Bottleneck):
    """The shortcut is needed where in_channels differs from 4 · channels, the width of the output, not from
    `channels`."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if in_channels == channels and stride == 1:
            self.downsample = None
        elif self.downsample is None:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, 4 * channels, 1, bias=False), nn.BatchNorm2d(4 * channels)
            )

    def _shortcut(self, x):
        return x.repeat(1, 4, 1, 1) if self.downsample is None else self.downsample(x)


@misconception("Bottleneck", "shapes")
class BottleneckStrideForgotten(Bottleneck):
    """conv2 and downsample.0 have the stride that the block is given. Yours leave it out."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv2.stride = (1, 1)
        if self.downsample is not None:
            self.downsample[0].stride = (1, 1)


@misconception("Bottleneck", "state")
class BottleneckSlowStatistics(Bottleneck):
    """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn3.momentum = 0.01


@misconception("Bottleneck", "state")
class StrideOnTheFirst(Bottleneck):
    """The stride stands on the 3×3 convolution, conv2, as in torchvision. The paper has it on conv1, which throws away
    most pixels unseen."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1.stride, self.conv2.stride = (stride, stride), (1, 1)


@misconception("Bottleneck", "values")
class BottleneckNoShortcut(Bottleneck):
    """A residual block adds its input to what its layers make of it. You leave the input out."""

    def forward(self, x):
        self._shortcut(x)
        return F.relu(self._residual(x))


@misconception("Bottleneck", "values")
class ThirdRectified(Bottleneck):
    """Between bn3 and the sum there is no ReLU; it comes after the sum."""

    def _residual(self, x):
        return F.relu(super()._residual(x))


@misconception("Bottleneck", "values")
class BottleneckSumNotRectified(Bottleneck):
    """The sum goes through a ReLU at the end."""

    def forward(self, x):
        return self._residual(x) + self._shortcut(x)


@misconception("Bottleneck", "state")
class SecondNotRectified(Bottleneck):
    """There is a ReLU after bn1 and another after bn2."""

    def _residual(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.bn3(self.conv3(self.bn2(self.conv2(x))))


@misconception("Bottleneck", "state")
class FirstNotRectified(Bottleneck):
    """There is a ReLU after bn1 and another after bn2."""

    def _residual(self, x):
        x = self.bn1(self.conv1(x))
        return self.bn3(self.conv3(F.relu(self.bn2(self.conv2(x)))))


@misconception("Bottleneck", "gradients")
class BottleneckShortcutDetached(Bottleneck):
    """Gradients flow through the shortcut too: that is what it is for. Something on it is detached."""

    def _shortcut(self, x):
        return super()._shortcut(x.detach())


@misconception("Bottleneck", "numerics")
class BottleneckInDouble(Bottleneck):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- PreActBlock ---


@misconception("PreActBlock", "interface")
class PreActStrideRequired(PreActBlock):
    """stride is 1 unless given."""

    def __init__(self, in_channels, channels, stride):
        super().__init__(in_channels, channels, stride)


@misconception("PreActBlock", "parameters")
class NormalisesTheOutput(PreActBlock):
    """bn1 comes before conv1, so it normalises in_channels channels, not the block's own."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)

    def _residual(self, x):
        return self.conv2(F.relu(self.bn2(F.relu(self.bn1(self.conv1(x))))))


@misconception("PreActBlock", "parameters")
class PreActBiased(PreActBlock):
    """conv1 and conv2 have no bias; only conv3 does."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, 1)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1)


@misconception("PreActBlock", "parameters")
class ThirdWithoutBias(PreActBlock):
    """conv3 has a bias: no normalisation follows it that would take it out."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if self.conv3 is not None:
            self.conv3.bias = None


@misconception("PreActBlock", "parameters")
class AlwaysAThird(PreActBlock):
    """Where neither the stride nor the number of channels changes anything, the shortcut is the input itself, and there
    is no conv3."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv3 = nn.Conv2d(in_channels, channels, 1, stride)


@misconception("PreActBlock", "parameters")
class OnlyWhereChannelsDiffer(PreActBlock):
    """A stride changes the shape as well: there is a conv3 where the stride is not 1, even if the numbers of channels
    agree."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        if in_channels == channels:
            self.conv3 = None

    def _shortcut(self, x):
        stride = self.conv1.stride[0]
        return x[:, :, ::stride, ::stride] if self.conv3 is None else self.conv3(x)


@misconception("PreActBlock", "shapes")
class PreActStrideForgotten(PreActBlock):
    """conv1 and conv3 have the stride that the block is given. Yours leave it out."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.conv1.stride = (1, 1)
        if self.conv3 is not None:
            self.conv3.stride = (1, 1)


@misconception("PreActBlock", "state")
class PreActSlowStatistics(PreActBlock):
    """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def __init__(self, in_channels, channels, stride=1):
        super().__init__(in_channels, channels, stride)
        self.bn1.momentum = self.bn2.momentum = 0.9


@misconception("PreActBlock", "values")
class ShortcutAfterActivation(PreActBlock):
    """conv3 works on the block's input as it came, before bn1 and its ReLU."""

    def forward(self, x):
        y = F.relu(self.bn1(x))
        way = x if self.conv3 is None else self.conv3(y)
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + way


@misconception("PreActBlock", "values")
class RectifiedAtTheEnd(PreActBlock):
    """Nothing comes after the sum: the next block begins with a normalisation and a ReLU of its own."""

    def forward(self, x):
        return F.relu(super().forward(x))


@misconception("PreActBlock", "values")
class PreActNoShortcut(PreActBlock):
    """A residual block adds its input to what its layers make of it. You leave the input out."""

    def forward(self, x):
        return self._residual(x)


@misconception("PreActBlock", "state")
class RectifiesBeforeNormalising(PreActBlock):
    """The order is normalisation, ReLU, convolution."""

    def _residual(self, x):
        x = self.conv1(self.bn1(F.relu(x)))
        return self.conv2(self.bn2(F.relu(x)))


@misconception("PreActBlock", "state")
class PreActOneReLU(PreActBlock):
    """There is a ReLU after bn1 and another after bn2."""

    def _residual(self, x):
        return self.conv2(F.relu(self.bn2(self.conv1(self.bn1(x)))))


@misconception("PreActBlock", "values")
class ActivatedInPlace(PreActBlock):
    """Your first ReLU works in place on the input, which the shortcut still needs, and which belongs to the caller."""

    def forward(self, x):
        out = super().forward(x)
        with torch.no_grad():
            x.clamp_(min=-0.1)
        return out


@misconception("PreActBlock", "gradients")
class PreActShortcutDetached(PreActBlock):
    """Gradients flow through the shortcut too: that is what it is for. Something on it is detached."""

    def _shortcut(self, x):
        return super()._shortcut(x.detach())


@misconception("PreActBlock", "numerics")
class PreActInDouble(PreActBlock):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- ResNet18 ---


@misconception("ResNet18", "interface")
class NoDefaults(ResNet18):
    """`ResNet18()` alone should work: three channels and a thousand classes unless told otherwise."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)


@misconception("ResNet18", "parameters")
class TenClasses(ResNet18):
    """There are a thousand classes unless told otherwise."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, num_classes)


@misconception("ResNet18", "parameters")
class StemWithBias(ResNet18):
    """conv1 has no bias: bn1 would take it out again."""

    def __init__(self, in_channels=3, num_classes=1000):
        super().__init__(in_channels, num_classes)
        self.conv1 = nn.Conv2d(in_channels, 64, 7, 2, 3)


@misconception("ResNet18", "shapes")
class Squeezed(ResNet18):
    """A batch of one image gives a batch of one row. You squeeze it away."""

    def forward(self, x):
        return super().forward(x).squeeze(0)


@misconception("ResNet18", "state")
class StemStandsStill(ResNet18):
    """bn1 is a batch normalisation like the others: it follows train() and eval(), and its running statistics move in
    training."""

    def _stem(self, x):
        y = F.batch_norm(self.conv1(x), None, None, self.bn1.weight, self.bn1.bias, training=True)
        y = y if self.training else self.bn1(self.conv1(x))
        return F.max_pool2d(F.relu(y), 3, 2, 1)


@misconception("ResNet18", "state")
class StemNotPooled(ResNet18):
    """Between bn1's ReLU and layer1 there is a 3×3 max pooling with stride 2 and padding 1."""

    def _stem(self, x):
        return F.relu(self.bn1(self.conv1(x)))


@misconception("ResNet18", "state")
class StemNotRectified(ResNet18):
    """bn1 is followed by a ReLU, before the pooling."""

    def _stem(self, x):
        return F.max_pool2d(self.bn1(self.conv1(x)), 3, 2, 1)


@misconception("ResNet18", "values")
class MaximumAtTheEnd(ResNet18):
    """Before fc there is the mean of each channel, not its largest value."""

    def _average(self, x):
        return x.amax((2, 3))


@misconception("ResNet18", "state")
class StrideOnTheSecondBlock(ResNet18):
    """The first block of a layer has the stride, the second keeps the shape."""

    def _layer(self, in_channels, channels, stride):
        made = super()._layer(in_channels, channels, stride)
        made[0].conv1.stride = (1, 1)
        if made[0].downsample is not None:
            made[0].downsample[0].stride = (1, 1)
        return nn.Sequential(*made) if stride == 1 else nn.Sequential(made[0], HalvedBlock(made[1]))


class HalvedBlock(nn.Module):
    """A block that leaves out every second pixel of its output."""

    def __init__(self, block):
        super().__init__()
        for name, child in block.named_children():
            self.add_module(name, child)
        self.run = [block]

    def forward(self, x):
        return self.run[0](x)[:, :, ::2, ::2]


@misconception("ResNet18", "gradients")
class StemFrozen(ResNet18):
    """No gradient reaches conv1 and bn1: something behind them is detached, or runs under no_grad."""

    def _stem(self, x):
        return super()._stem(x).detach()
