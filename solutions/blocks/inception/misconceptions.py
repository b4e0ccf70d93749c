"""Known-wrong answers for Inception, and the hint that each earns."""

import torch
import torch.nn.functional as F
from inception import Inception
from torch import nn

from grader.spec import misconception


@misconception("Inception", "interface")
class PairsApart(Inception):
    """c2 and c3 are pairs: `Inception(192, 64, (96, 128), (16, 32), 32)`. Yours wants six numbers in a row."""

    def __init__(self, in_channels, c1, c2_1, c2_2, c3_1, c3_2, c4):
        super().__init__(in_channels, c1, (c2_1, c2_2), (c3_1, c3_2), c4)


@misconception("Inception", "interface")
class PoolPathFirst(Inception):
    """The arguments come in the order in_channels, c1, c2, c3, c4."""

    def __init__(self, in_channels, c4, c1, c2, c3):
        super().__init__(in_channels, c1, c2, c3, c4)


@misconception("Inception", "parameters")
class NoBiases(Inception):
    """All six convolutions have a bias."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        for conv in self.children():
            conv.bias = None


@misconception("Inception", "parameters")
class PairsReversed(Inception):
    """The first number of a pair belongs to the 1×1 convolution that comes first, the second to the larger one behind
    it."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2[::-1], c3[::-1], c4)


@misconception("Inception", "parameters")
class NoBottleneck(Inception):
    """The larger convolutions work on the few channels that the 1×1 convolution before them leaves, not on the
    input."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.b2_2 = nn.Conv2d(in_channels, c2[1], 3, padding=1)
        self.b3_2 = nn.Conv2d(in_channels, c3[1], 5, padding=2)

    def _paths(self, x):
        return [F.relu(self.b1_1(x)), F.relu(self.b2_2(x)), F.relu(self.b3_2(x)), F.relu(self.b4_2(self._pool(x)))]


@misconception("Inception", "parameters")
class TwoTimesThree(Inception):
    """The third path has a 5×5 convolution (padding 2). Yours is 3×3 once more."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.b3_2 = nn.Conv2d(c3[0], c3[1], 3, padding=1)


@misconception("Inception", "parameters")
class PathsAsSequentials(Inception):
    """The convolutions are children of the block itself, called b1_1, b2_1, b2_2, b3_1, b3_2 and b4_2. Yours are in
    Sequentials of their own, and so have longer names."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.b1 = nn.Sequential(self.b1_1, nn.ReLU())
        self.b2 = nn.Sequential(self.b2_1, nn.ReLU(), self.b2_2, nn.ReLU())
        self.b3 = nn.Sequential(self.b3_1, nn.ReLU(), self.b3_2, nn.ReLU())
        self.b4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), self.b4_2, nn.ReLU())
        del self.b1_1, self.b2_1, self.b2_2, self.b3_1, self.b3_2, self.b4_2

    def _paths(self, x):
        return [self.b1(x), self.b2(x), self.b3(x), self.b4(x)]


@misconception("Inception", "shapes")
class StackedByRow(Inception):
    """The paths are stacked along the channels, dimension 1. Yours end up along the batch, or are refused."""

    def forward(self, x):
        paths = self._paths(x)
        most = max(path.shape[1] for path in paths)
        return torch.cat([F.pad(path, (0, 0, 0, 0, 0, most - path.shape[1])) for path in paths], dim=0)


@misconception("Inception", "values")
class UnpaddedFive(Inception):
    """A 5×5 convolution needs padding 2 to keep the size, a 3×3 one padding 1. Otherwise the paths cannot be
    concatenated."""

    def __init__(self, in_channels, c1, c2, c3, c4):
        super().__init__(in_channels, c1, c2, c3, c4)
        self.b3_2 = nn.Conv2d(c3[0], c3[1], 5, padding=1)


@misconception("Inception", "values")
class PoolsWithStride(Inception):
    """The pooling has stride 1, and padding 1, so that the size stays. By default a pooling's stride is its kernel
    size."""

    def _pool(self, x):
        return F.max_pool2d(x, 3, padding=1)


@misconception("Inception", "values")
class AveragesInPathFour(Inception):
    """The fourth path takes the maximum of each 3×3 window. Yours takes the mean."""

    def _pool(self, x):
        return F.avg_pool2d(x, 3, stride=1, padding=1)


@misconception("Inception", "values")
class PadsThePoolWithZeros(Inception):
    """The padding of a max pooling never wins: it counts as minus infinity. You pad with zeros, which beat negative
    pixels at the border."""

    def _pool(self, x):
        return F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1)


@misconception("Inception", "values")
class OtherOrder(Inception):
    """The outputs are concatenated in the order of the paths: 1×1, 3×3, 5×5, pooling."""

    def _paths(self, x):
        return super()._paths(x)[::-1]


@misconception("Inception", "values")
class NoReLUInside(Inception):
    """Each of the six convolutions is followed by a ReLU, also the 1×1 convolutions at the start of the second and
    third path."""

    def _paths(self, x):
        return [
            F.relu(self.b1_1(x)), F.relu(self.b2_2(self.b2_1(x))), F.relu(self.b3_2(self.b3_1(x))),
            F.relu(self.b4_2(self._pool(x))),
        ]  # fmt: skip


@misconception("Inception", "values")
class NoReLUAtTheEnds(Inception):
    """Each of the six convolutions is followed by a ReLU, also the last one of every path."""

    def _paths(self, x):
        return [
            self.b1_1(x), self.b2_2(F.relu(self.b2_1(x))), self.b3_2(F.relu(self.b3_1(x))), self.b4_2(self._pool(x)),
        ]  # fmt: skip


@misconception("Inception", "values")
class FourthNotRectified(Inception):
    """The fourth path ends in a ReLU like the others: the pooling is no substitute."""

    def _paths(self, x):
        return [*super()._paths(x)[:3], self.b4_2(self._pool(x))]


@misconception("Inception", "values")
class PoolsAfterwards(Inception):
    """In the fourth path the pooling comes first, and the 1×1 convolution after it."""

    def _paths(self, x):
        return [*super()._paths(x)[:3], self._pool(F.relu(self.b4_2(x)))]


@misconception("Inception", "gradients")
class FrozenBottlenecks(Inception):
    """No gradient reaches the 1×1 convolutions at the start of a path: something behind them is detached, or runs under
    no_grad."""

    def _paths(self, x):
        paths = super()._paths(x)
        with torch.no_grad():
            second, third = F.relu(self.b2_1(x)), F.relu(self.b3_1(x))
        return [paths[0], F.relu(self.b2_2(second)), F.relu(self.b3_2(third)), paths[3]]


@misconception("Inception", "numerics")
class InDouble(Inception):
    """The output has the dtype of the input and the parameters. Yours is float64 whatever comes in."""

    def forward(self, x):
        return super().forward(x).double()
