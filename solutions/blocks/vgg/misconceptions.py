"""Known-wrong answers for the VGG block and VGG, and the hint that each earns."""

import torch
import torch.nn.functional as F
from torch import nn
from vgg import VGG, vgg_block

from grader.spec import misconception

RIGHT = vgg_block

# --- vgg_block ---


def with_layers(block, change):
    """The block with each layer replaced by what `change` makes of it."""
    return nn.Sequential(*(change(layer) for layer in block))


@misconception("vgg_block", "interface")
def ChannelsFirst(in_channels, out_channels, num_convs):
    """The arguments come in the order num_convs, in_channels, out_channels."""
    return RIGHT(num_convs, in_channels, out_channels)


@misconception("vgg_block", "interface")
def ListOfLayers(num_convs, in_channels, out_channels):
    """You return a list of layers. Put them into an nn.Sequential, so that the block is a module and can be called."""
    return list(RIGHT(num_convs, in_channels, out_channels))


@misconception("vgg_block", "parameters")
def OneConvolution(num_convs, in_channels, out_channels):
    """num_convs says how many convolutions there are. You make one."""
    return RIGHT(1, in_channels, out_channels)


@misconception("vgg_block", "parameters")
def WidensAtTheEnd(num_convs, in_channels, out_channels):
    """The first convolution goes to out_channels at once, and all later ones from out_channels to out_channels. Yours
    widen only in the last."""
    layers = []
    for _ in range(num_convs - 1):
        layers += [nn.Conv2d(in_channels, in_channels, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, 2))


@misconception("vgg_block", "parameters")
def NoBiases(num_convs, in_channels, out_channels):
    """The convolutions of VGG have a bias."""
    block = RIGHT(num_convs, in_channels, out_channels)
    for place in range(0, 2 * num_convs, 2):
        block[place].bias = None
    return block


@misconception("vgg_block", "parameters")
def NormalisedBlock(num_convs, in_channels, out_channels):
    """There is no batch normalisation in this VGG: each convolution is followed by its ReLU."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1), nn.BatchNorm2d(out_channels), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2))


@misconception("vgg_block", "parameters")
def ReLUOnlyAtTheEnd(num_convs, in_channels, out_channels):
    """Every convolution has its own ReLU, which also puts the convolutions at positions 0, 2, 4. You have a single one
    before the pooling."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1)]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.ReLU(), nn.MaxPool2d(2, 2))


@misconception("vgg_block", "parameters")
def FiveByFive(num_convs, in_channels, out_channels):
    """The kernels are 3×3, with padding 1."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 5, padding=2), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2))


@misconception("vgg_block", "shapes")
def NoPadding(num_convs, in_channels, out_channels):
    """Padding 1 keeps the size of a 3×3 convolution. Without it each one eats a border."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2, padding=0))


@misconception("vgg_block", "shapes")
def NoPooling(num_convs, in_channels, out_channels):
    """The block ends in a 2×2 max pooling with stride 2, which halves height and width."""
    return RIGHT(num_convs, in_channels, out_channels)[:-1]


@misconception("vgg_block", "shapes")
def PoolsWithoutStride(num_convs, in_channels, out_channels):
    """The pooling has stride 2, so that its windows do not overlap."""
    return with_layers(
        RIGHT(num_convs, in_channels, out_channels), lambda x: nn.MaxPool2d(2, 1) if isinstance(x, nn.MaxPool2d) else x
    )


@misconception("vgg_block", "shapes")
def RoundsUp(num_convs, in_channels, out_channels):
    """Of an odd height or width, the last row or column is left out: the pooling rounds down."""
    return with_layers(
        RIGHT(num_convs, in_channels, out_channels),
        lambda x: nn.MaxPool2d(2, 2, ceil_mode=True) if isinstance(x, nn.MaxPool2d) else x,
    )


@misconception("vgg_block", "values")
def AveragesPixels(num_convs, in_channels, out_channels):
    """The pooling takes the maximum of each window. Yours takes the mean."""
    return with_layers(
        RIGHT(num_convs, in_channels, out_channels), lambda x: nn.AvgPool2d(2, 2) if isinstance(x, nn.MaxPool2d) else x
    )


@misconception("vgg_block", "values")
def NothingRectified(num_convs, in_channels, out_channels):
    """Every convolution is followed by a ReLU."""
    return with_layers(
        RIGHT(num_convs, in_channels, out_channels), lambda x: nn.Identity() if isinstance(x, nn.ReLU) else x
    )


@misconception("vgg_block", "values")
def LastNotRectified(num_convs, in_channels, out_channels):
    """The last convolution of a block has a ReLU as well, before the pooling."""
    block = RIGHT(num_convs, in_channels, out_channels)
    block[-2] = nn.Identity()
    return block


@misconception("vgg_block", "values")
def PadsByReflection(num_convs, in_channels, out_channels):
    """The padding is of zeros, as in every convolution that is not told otherwise."""
    layers = []
    for _ in range(num_convs):
        layers += [nn.Conv2d(in_channels, out_channels, 3, padding=1, padding_mode="replicate"), nn.ReLU()]
        in_channels = out_channels
    return nn.Sequential(*layers, nn.MaxPool2d(2, 2))


@misconception("vgg_block", "gradients")
def FrozenBlock(num_convs, in_channels, out_channels):
    """No gradient gets through the block: something in it is detached, or runs under no_grad."""

    class Detached(nn.ReLU):
        def forward(self, x):
            return super().forward(x.detach())

    return with_layers(
        RIGHT(num_convs, in_channels, out_channels), lambda x: Detached() if isinstance(x, nn.ReLU) else x
    )


@misconception("vgg_block", "numerics")
def RectifiesInDouble(num_convs, in_channels, out_channels):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    class Doubled(nn.MaxPool2d):
        def forward(self, x):
            return super().forward(x.double())

    return with_layers(
        RIGHT(num_convs, in_channels, out_channels), lambda x: Doubled(2, 2) if isinstance(x, nn.MaxPool2d) else x
    )


# --- VGG ---


@misconception("VGG", "interface")
class NoDefaults(VGG):
    """`VGG(arch)` alone should work: one channel and ten classes unless told otherwise."""

    def __init__(self, arch, in_channels, num_classes):
        super().__init__(arch, in_channels, num_classes)


@misconception("VGG", "parameters")
class ColourByDefault(VGG):
    """Without an argument this VGG takes one channel."""

    def __init__(self, arch, in_channels=3, num_classes=10):
        super().__init__(arch, in_channels, num_classes)


@misconception("VGG", "parameters")
class AlwaysSevenBySeven(VGG):
    """How many pixels are left for the classifier depends on the number of blocks: 7×7 after five, but 14×14 after
    four."""

    def _side(self, blocks):
        return 7


@misconception("VGG", "parameters")
class NarrowClassifier(VGG):
    """The two hidden layers of the classifier are 4096 wide."""

    def _make_classifier(self, features, num_classes):
        return nn.Sequential(
            nn.Flatten(), nn.Linear(features, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 512), nn.ReLU(),
            nn.Dropout(0.5), nn.Linear(512, num_classes),
        )  # fmt: skip


@misconception("VGG", "parameters")
class BlocksSideBySide(VGG):
    """The blocks are children of `blocks`: their parameters are called blocks.0.0.weight, blocks.0.0.bias and so on."""

    def __init__(self, arch, in_channels=1, num_classes=10):
        super().__init__(arch, in_channels, num_classes)
        self.features = self.blocks
        del self.blocks

    def forward(self, x):
        return self.classifier(self.features(x))


@misconception("VGG", "shapes")
class Squeezed(VGG):
    """A batch of one image gives a batch of one row. You squeeze it away."""

    def forward(self, x):
        return super().forward(x).squeeze(0)


@misconception("VGG", "values")
class SoftmaxAtTheEnd(VGG):
    """The network returns scores, not probabilities: the softmax belongs to the loss."""

    def forward(self, x):
        return super().forward(x).softmax(1)


@misconception("VGG", "values")
class NoReLUInTheClassifier(VGG):
    """Both hidden layers of the classifier are followed by a ReLU."""

    def _make_classifier(self, features, num_classes):
        made = super()._make_classifier(features, num_classes)
        made[2] = made[5] = nn.Identity()
        return made


@misconception("VGG", "values")
class NeverDrops(VGG):
    """Both hidden layers of the classifier are followed by Dropout(0.5), in training."""

    def _make_classifier(self, features, num_classes):
        made = super()._make_classifier(features, num_classes)
        made[3] = made[6] = nn.Identity()
        return made


@misconception("VGG", "values")
class DropsOnce(VGG):
    """Both hidden layers of the classifier are followed by Dropout(0.5): the second as well."""

    def _make_classifier(self, features, num_classes):
        made = super()._make_classifier(features, num_classes)
        made[6] = nn.Identity()
        return made


@misconception("VGG", "values")
class DropsInEvaluation(VGG):
    """Dropout is for training. F.dropout drops always unless it is given `training=self.training`; nn.Dropout knows by
    itself."""

    def forward(self, x):
        x = self.blocks(x)
        for layer in self.classifier:
            x = F.dropout(x) if isinstance(layer, nn.Dropout) else layer(x)
        return x


@misconception("VGG", "gradients")
class FrozenBlocks(VGG):
    """No gradient reaches the blocks: something between them and the classifier is detached, or runs under no_grad."""

    def forward(self, x):
        with torch.no_grad():
            x = self.blocks(x)
        return self.classifier(x)
