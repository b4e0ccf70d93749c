"""Known-wrong answers for the dense blocks and DenseNet, and the hint that each earns."""

import torch
import torch.nn.functional as F
from densenet import DenseBlock, DenseNet, TransitionBlock
from torch import nn

from grader.spec import misconception

# --- DenseBlock ---


@misconception("DenseBlock", "interface")
class ChannelsFirst(DenseBlock):
    """The arguments come in the order num_convs, in_channels, growth_rate."""

    def __init__(self, in_channels, growth_rate, num_convs):
        super().__init__(num_convs, in_channels, growth_rate)


@misconception("DenseBlock", "parameters")
class WidthsNotGrowing(DenseBlock):
    """The input of layer i has in_channels + i · growth_rate channels: everything so far."""

    def __init__(self, num_convs, in_channels, growth_rate):
        super().__init__(num_convs, in_channels, growth_rate)
        self.layers = nn.ModuleList(
            self._make_layer(in_channels if index == 0 else growth_rate, growth_rate) for index in range(num_convs)
        )

    def forward(self, x):
        outputs = [x]
        for layer in self.layers:
            outputs.append(layer(outputs[-1]))
        return torch.cat(outputs, 1)


@misconception("DenseBlock", "parameters")
class DenseWithoutBias(DenseBlock):
    """The convolutions have a bias here."""

    def _make_layer(self, in_channels, growth_rate):
        made = super()._make_layer(in_channels, growth_rate)
        made[2].bias = None
        return made


@misconception("DenseBlock", "parameters")
class ConvolutionFirst(DenseBlock):
    """The order is batch normalisation, ReLU, convolution, so the normalisation works on the layer's input."""

    def _make_layer(self, in_channels, growth_rate):
        return nn.Sequential(nn.Conv2d(in_channels, growth_rate, 3, padding=1), nn.BatchNorm2d(growth_rate), nn.ReLU())


@misconception("DenseBlock", "parameters")
class LayersInAList(DenseBlock):
    """A plain list of layers is nothing that the module knows of: no parameters, nothing to train. Use an
    nn.ModuleList."""

    def __init__(self, num_convs, in_channels, growth_rate):
        super().__init__(num_convs, in_channels, growth_rate)
        layers = list(self.layers)
        del self.layers
        self.layers = layers


@misconception("DenseBlock", "parameters")
class OtherName(DenseBlock):
    """The layers are children of `layers`: layers.0.0.weight, layers.0.2.weight and so on."""

    def __init__(self, num_convs, in_channels, growth_rate):
        super().__init__(num_convs, in_channels, growth_rate)
        self.net = self.layers
        del self.layers

    def forward(self, x):
        for layer in self.net:
            x = self._join(x, layer(x))
        return x


@misconception("DenseBlock", "shapes")
class OnlyTheLast(DenseBlock):
    """The block returns its input and the outputs of all its layers. Yours returns the last output alone."""

    def forward(self, x):
        y = x
        for layer in self.layers:
            y = layer(x)
            x = self._join(x, y)
        return y


@misconception("DenseBlock", "shapes")
class WithoutTheInput(DenseBlock):
    """The block's own input is part of what it returns, in front."""

    def forward(self, x):
        return super().forward(x)[:, x.shape[1] :]


@misconception("DenseBlock", "state")
class DenseSlowStatistics(DenseBlock):
    """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def _make_layer(self, in_channels, growth_rate):
        made = super()._make_layer(in_channels, growth_rate)
        made[0].momentum = 0.01
        return made


@misconception("DenseBlock", "state")
class EveryLayerTwice(DenseBlock):
    """Every layer runs once in a call. Yours run twice, so that their running statistics move twice."""

    def forward(self, x):
        for layer in self.layers:
            layer(x)
            x = self._join(x, layer(x))
        return x


@misconception("DenseBlock", "state")
class NewestFirst(DenseBlock):
    """What a layer gets comes first, what it gives comes after it."""

    def _join(self, x, y):
        return torch.cat((y, x), dim=1)


@misconception("DenseBlock", "state")
class DenseNotRectified(DenseBlock):
    """Between normalisation and convolution there is a ReLU."""

    def _make_layer(self, in_channels, growth_rate):
        made = super()._make_layer(in_channels, growth_rate)
        made[1] = nn.Identity()
        return made


@misconception("DenseBlock", "state")
class RectifiedOutputs(DenseBlock):
    """Nothing comes after the convolution: the ReLU stands before it."""

    def _join(self, x, y):
        return torch.cat((x, F.relu(y)), dim=1)


@misconception("DenseBlock", "values")
class InPlaceOnTheInput(DenseBlock):
    """Something works in place on the block's input, which the concatenation still needs, and which belongs to the
    caller."""

    def forward(self, x):
        out = super().forward(x)
        with torch.no_grad():
            x.clamp_(min=0)
        return out


@misconception("DenseBlock", "gradients")
class NewestDetached(DenseBlock):
    """Gradients flow back through every layer to all before it. You detach what a layer gets."""

    def forward(self, x):
        for layer in self.layers:
            x = self._join(x, layer(x.detach()))
        return x


@misconception("DenseBlock", "numerics")
class DenseInDouble(DenseBlock):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- TransitionBlock ---


@misconception("TransitionBlock", "interface")
class HalvesByItself(TransitionBlock):
    """out_channels is an argument: `TransitionBlock(in_channels, out_channels)`."""

    def __init__(self, in_channels):
        super().__init__(in_channels, in_channels // 2)


@misconception("TransitionBlock", "parameters")
class IgnoresTheWidth(TransitionBlock):
    """The convolution goes to out_channels, whatever half of in_channels may be."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, max(1, in_channels // 2))


@misconception("TransitionBlock", "parameters")
class ThreeByThree(TransitionBlock):
    """The convolution of a transition is 1×1: it mixes channels, not pixels."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[2] = nn.Conv2d(in_channels, out_channels, 3, padding=1)


@misconception("TransitionBlock", "parameters")
class TransitionWithoutBias(TransitionBlock):
    """The convolution has a bias here."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[2] = nn.Conv2d(in_channels, out_channels, 1, bias=False)


@misconception("TransitionBlock", "parameters")
class NamedChildren(nn.Module):
    """The block is a Sequential: its normalisation is called 0 and its convolution 2."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.bn = nn.BatchNorm2d(in_channels)
        self.conv = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


@misconception("TransitionBlock", "parameters")
class NormalisesTheOutput(TransitionBlock):
    """The order is normalisation, ReLU, convolution, pooling: the normalisation works on in_channels channels."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[0] = nn.BatchNorm2d(out_channels)

    def forward(self, x):
        return self[3](self[1](self[0](self[2](x))))


@misconception("TransitionBlock", "shapes")
class NotPooled(TransitionBlock):
    """The block ends in a 2×2 average pooling with stride 2, which halves height and width."""

    def forward(self, x):
        return self[2](self[1](self[0](x)))


@misconception("TransitionBlock", "shapes")
class PoolsWithoutStride(TransitionBlock):
    """The pooling has stride 2, so that its windows do not overlap."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[3] = nn.AvgPool2d(2, 1)


@misconception("TransitionBlock", "shapes")
class RoundsUp(TransitionBlock):
    """Of an odd height or width, the last row or column is left out: the pooling rounds down."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[3] = nn.AvgPool2d(2, 2, ceil_mode=True)


@misconception("TransitionBlock", "state")
class TransitionSlowStatistics(TransitionBlock):
    """The batch normalisation has torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[0].momentum = 0.01


@misconception("TransitionBlock", "values")
class TakesTheMaximum(TransitionBlock):
    """The pooling takes the mean of each 2×2 window, not its maximum."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[3] = nn.MaxPool2d(2, 2)


@misconception("TransitionBlock", "values")
class TransitionNotRectified(TransitionBlock):
    """Between normalisation and convolution there is a ReLU."""

    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels)
        self[1] = nn.Identity()


@misconception("TransitionBlock", "values")
class RectifiedAfterwards(TransitionBlock):
    """The ReLU stands between normalisation and convolution, not after the convolution."""

    def forward(self, x):
        return self[3](self[1](self[2](self[0](x))))


@misconception("TransitionBlock", "gradients")
class TransitionFrozen(TransitionBlock):
    """No gradient reaches the normalisation: something behind it is detached, or runs under no_grad."""

    def forward(self, x):
        return self[3](self[2](self[1](self[0](x)).detach()))


@misconception("TransitionBlock", "numerics")
class TransitionInDouble(TransitionBlock):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- DenseNet ---


@misconception("DenseNet", "interface")
class NoDefaults(DenseNet):
    """`DenseNet()` alone should work: every argument has a default."""

    def __init__(self, in_channels, num_classes, growth_rate, num_convs):
        super().__init__(in_channels, num_classes, growth_rate, num_convs)


@misconception("DenseNet", "parameters")
class ThirtyTwoAlways(DenseNet):
    """growth_rate is an argument, and 32 only where it is not given."""

    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__(in_channels, num_classes, 32, num_convs)


@misconception("DenseNet", "parameters")
class FourAlways(DenseNet):
    """num_convs says how many dense blocks there are, and how many convolutions each of them has."""

    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__(in_channels, num_classes, growth_rate)


@misconception("DenseNet", "parameters")
class TransitionAtTheEnd(DenseNet):
    """Transitions stand between dense blocks: none follows the last one."""

    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__(in_channels, num_classes, growth_rate, num_convs)
        channels = self.norm.num_features
        self.transitions.append(TransitionBlock(channels, channels // 2))
        self.norm, self.fc = nn.BatchNorm2d(channels // 2), nn.Linear(channels // 2, num_classes)

    def forward(self, x):
        x = self.stem(x)
        for block, transition in zip(self.blocks, self.transitions, strict=True):
            x = transition(block(x))
        return self.fc(self._average(F.relu(self.norm(x))))


@misconception("DenseNet", "parameters")
class StemWithoutBias(DenseNet):
    """The stem's convolution has a bias here, unlike ResNet's."""

    def _make_stem(self, in_channels, channels):
        made = super()._make_stem(in_channels, channels)
        made[0].bias = None
        return made


@misconception("DenseNet", "parameters")
class NoLastNorm(DenseNet):
    """After the last dense block there is a batch normalisation called norm, and a ReLU."""

    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__(in_channels, num_classes, growth_rate, num_convs)
        self.norm = nn.Identity()


@misconception("DenseNet", "shapes")
class Squeezed(DenseNet):
    """A batch of one image gives a batch of one row. You squeeze it away."""

    def forward(self, x):
        return super().forward(x).squeeze(0)


@misconception("DenseNet", "state")
class NetSlowStatistics(DenseNet):
    """The batch normalisations have torch's momentum of 0.1. In yours the running statistics follow at another pace."""

    def __init__(self, in_channels=1, num_classes=10, growth_rate=32, num_convs=(4, 4, 4, 4)):
        super().__init__(in_channels, num_classes, growth_rate, num_convs)
        self.norm.momentum = 0.01


@misconception("DenseNet", "state")
class StemNotPooled(DenseNet):
    """The stem ends in a 3×3 max pooling with stride 2 and padding 1."""

    def _make_stem(self, in_channels, channels):
        return super()._make_stem(in_channels, channels)[:3]


@misconception("DenseNet", "state")
class StemNotRectified(DenseNet):
    """In the stem, a ReLU follows the normalisation."""

    def _make_stem(self, in_channels, channels):
        made = super()._make_stem(in_channels, channels)
        made[2] = nn.Identity()
        return made


@misconception("DenseNet", "state")
class StemPoolsUnpadded(DenseNet):
    """The stem's max pooling has padding 1."""

    def _make_stem(self, in_channels, channels):
        made = super()._make_stem(in_channels, channels)
        made[3] = nn.MaxPool2d(3, 2, ceil_mode=True)
        return made


@misconception("DenseNet", "values")
class EndNotRectified(DenseNet):
    """Between norm and the average there is a ReLU."""

    def forward(self, x):
        x = self.blocks[0](self.stem(x))
        for transition, block in zip(self.transitions, self.blocks[1:], strict=True):
            x = block(transition(x))
        return self.fc(self._average(self.norm(x)))


@misconception("DenseNet", "values")
class MaximumAtTheEnd(DenseNet):
    """Before fc there is the mean of each channel, not its largest value."""

    def _average(self, x):
        return x.amax((2, 3))


@misconception("DenseNet", "gradients")
class StemFrozen(DenseNet):
    """No gradient reaches the stem: something behind it is detached, or runs under no_grad."""

    def _make_stem(self, in_channels, channels):
        class Detached(nn.MaxPool2d):
            def forward(self, x):
                return super().forward(x).detach()

        made = super()._make_stem(in_channels, channels)
        made[3] = Detached(3, 2, 1)
        return made
