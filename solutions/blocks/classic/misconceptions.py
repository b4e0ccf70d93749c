"""Known-wrong answers for LeNet and AlexNet, and the hint that each earns."""

import torch
import torch.nn.functional as F
from classic import AlexNet, LeNet
from torch import nn

from grader.spec import misconception

# --- LeNet ---


@misconception("LeNet", "interface")
class LeNetWithoutDefaults(LeNet):
    """`LeNet()` alone should work: three channels and ten classes unless told otherwise."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)


@misconception("LeNet", "parameters")
class PaddedForDigits(LeNet):
    """Your first convolution is padded, as one does for 28×28 digits. Here images are 32×32 and nothing is padded, so
    5×5 pixels are left before fc1."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.conv1 = nn.Conv2d(in_channels, 6, 5, padding=2)
        self.fc1 = nn.Linear(16 * 6 * 6, 120)


@misconception("LeNet", "parameters")
class LayersInALump(LeNet):
    """The children are to be called conv1, conv2, fc1, fc2 and fc3, each an attribute of its own."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.features = nn.ModuleDict({"conv1": self.conv1, "conv2": self.conv2})
        del self.conv1, self.conv2

    def _extract(self, x):
        x = self._pool(F.relu(self.features["conv1"](x)))
        return self._pool(F.relu(self.features["conv2"](x)))


@misconception("LeNet", "parameters")
class ConvolutionsWithoutBias(LeNet):
    """The convolutions have a bias, as nn.Conv2d has unless told otherwise."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.conv1 = nn.Conv2d(in_channels, 6, 5, bias=False)
        self.conv2 = nn.Conv2d(6, 16, 5, bias=False)


@misconception("LeNet", "parameters")
class AlwaysTenClasses(LeNet):
    """num_classes is an argument: the last layer has that many outputs."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, 10)


@misconception("LeNet", "parameters")
class GreyByDefault(LeNet):
    """Without an argument this LeNet takes three channels."""

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__(in_channels, num_classes)


@misconception("LeNet", "shapes")
class SqueezedLeNet(LeNet):
    """A batch of one image gives a batch of one row. You squeeze it away."""

    def forward(self, x):
        return super().forward(x).squeeze(0)


@misconception("LeNet", "values")
class AveragePools(LeNet):
    """The original LeNet averaged; this one takes the maximum of each 2×2 window."""

    def _pool(self, x):
        return F.avg_pool2d(x, 2)


@misconception("LeNet", "values")
class SigmoidsOfOld(LeNet):
    """The original LeNet used sigmoids; this one uses ReLU."""

    def _extract(self, x):
        x = self._pool(torch.sigmoid(self.conv1(x)))
        return self._pool(torch.sigmoid(self.conv2(x)))

    def _classify(self, x):
        return self.fc3(torch.sigmoid(self.fc2(torch.sigmoid(self.fc1(x)))))


@misconception("LeNet", "values")
class ReLUAtTheEnd(LeNet):
    """There is no ReLU after the last layer: scores may be negative."""

    def forward(self, x):
        return F.relu(super().forward(x))


@misconception("LeNet", "values")
class SoftmaxAtTheEnd(LeNet):
    """The network returns scores, not probabilities: the softmax belongs to the loss."""

    def forward(self, x):
        return super().forward(x).softmax(1)


@misconception("LeNet", "values")
class NoReLUBetweenConvolutions(LeNet):
    """Each convolution is followed by a ReLU. Yours go straight into the pooling."""

    def _extract(self, x):
        return self._pool(self.conv2(self._pool(self.conv1(x))))


@misconception("LeNet", "values")
class NoReLUBetweenLinearLayers(LeNet):
    """fc1 and fc2 are followed by a ReLU each. Without one, three linear layers are no more than one."""

    def _classify(self, x):
        return self.fc3(self.fc2(self.fc1(x)))


@misconception("LeNet", "values")
class OneReLUTooFew(LeNet):
    """fc1 is followed by a ReLU, and so is fc2. You have only one of them."""

    def _classify(self, x):
        return self.fc3(self.fc2(F.relu(self.fc1(x))))


@misconception("LeNet", "values")
class ChannelsLastWhenFlattened(LeNet):
    """You move the channels to the end before you flatten, so that fc1's weights meet the wrong pixels."""

    def _flatten(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


@misconception("LeNet", "values")
class DropsInLeNet(LeNet):
    """LeNet has no dropout: it does the same in training as in evaluation."""

    def _classify(self, x):
        return super()._classify(F.dropout(x, 0.5, self.training))


@misconception("LeNet", "values")
class ReLUInPlaceOnTheImage(LeNet):
    """Your ReLU works in place on the image itself, which belongs to the caller."""

    def forward(self, x):
        with torch.no_grad():
            x.clamp_(min=-1)
        return super().forward(x)


@misconception("LeNet", "gradients")
class FrozenConvolutions(LeNet):
    """No gradient reaches the convolutions: something between them and fc1 is detached, or runs under no_grad."""

    def _extract(self, x):
        with torch.no_grad():
            return super()._extract(x)


@misconception("LeNet", "numerics")
class AnswersInDouble(LeNet):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()


# --- AlexNet ---


@misconception("AlexNet", "interface")
class AlexNetWithoutDefaults(AlexNet):
    """`AlexNet()` alone should work: one channel and ten classes unless told otherwise."""

    def __init__(self, in_channels, num_classes):
        super().__init__(in_channels, num_classes)


@misconception("AlexNet", "parameters")
class ColourByDefault(AlexNet):
    """Without an argument this AlexNet takes one channel."""

    def __init__(self, in_channels=3, num_classes=10):
        super().__init__(in_channels, num_classes)


@misconception("AlexNet", "parameters")
class TwoMoreRows(AlexNet):
    """The last pooling leaves 5×5 pixels: the first convolution has padding 1 and every pooling a 3×3 window with
    stride 2. Yours leave 6×6."""

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.features[0] = nn.Conv2d(in_channels, 96, 11, 4, 2)
        self.classifier[1] = nn.Linear(256 * 6 * 6, 4096)


@misconception("AlexNet", "shapes")
class SqueezedAlexNet(AlexNet):
    """A batch of one image gives a batch of one row. You squeeze it away."""

    def forward(self, x):
        return super().forward(x).squeeze(0)


@misconception("AlexNet", "values")
class NoReLUAfterConvolutions(AlexNet):
    """Each convolution is followed by a ReLU, those without pooling as well."""

    def _conv(self, *sizes):
        return [super()._conv(*sizes)[0], nn.Identity()]


@misconception("AlexNet", "values")
class AverageAlexNet(AlexNet):
    """All three poolings take the maximum of their window. Yours take the mean."""

    def _pool(self):
        return nn.AvgPool2d(3, 2)


@misconception("AlexNet", "values")
class DropsInEvaluation(AlexNet):
    """Dropout is for training. F.dropout drops always unless it is given `training=self.training`; nn.Dropout knows by
    itself."""

    def forward(self, x):
        drops = [F.dropout if isinstance(layer, nn.Dropout) else layer for layer in self.classifier]
        x = self.features(x)
        for layer in drops:
            x = layer(x)
        return x


@misconception("AlexNet", "values")
class NeverDrops(AlexNet):
    """Both hidden layers of the classifier are followed by Dropout(0.5), in training."""

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.classifier[3] = self.classifier[6] = nn.Identity()


@misconception("AlexNet", "values")
class DropsTooFew(AlexNet):
    """Half of the units are dropped, in both places: Dropout(0.5)."""

    def __init__(self, in_channels=1, num_classes=10):
        super().__init__(in_channels, num_classes)
        self.classifier[3], self.classifier[6] = nn.Dropout(0.2), nn.Dropout(0.2)


@misconception("AlexNet", "values")
class SoftmaxInAlexNet(AlexNet):
    """The network returns scores, not probabilities: the softmax belongs to the loss."""

    def forward(self, x):
        return super().forward(x).softmax(1)


@misconception("AlexNet", "gradients")
class FrozenFeatures(AlexNet):
    """No gradient reaches the features: something between them and the classifier is detached or runs under no_grad."""

    def forward(self, x):
        return self.classifier(self.features(x).detach())
