"""Known-wrong answers on separable convolution; each docstring is the hint that the mistake earns."""

import torch
from separable import DepthwiseSeparableConv2d
from torch import nn

from grader.spec import misconception


@misconception("DepthwiseSeparableConv2d", "interface")
class PaddingFirst(DepthwiseSeparableConv2d):
    """Look at the order of the arguments: stride comes before padding, as in nn.Conv2d."""

    def __init__(self, in_channels, out_channels, kernel_size, padding=0, stride=1, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)


@misconception("DepthwiseSeparableConv2d", "interface")
class NoDilation(DepthwiseSeparableConv2d):
    """The constructor should also take a dilation, between padding and bias."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, bias=bias)


@misconception("DepthwiseSeparableConv2d", "parameters")
class Mixes(DepthwiseSeparableConv2d):
    """Your first convolution sums over all input channels. A depthwise one keeps every channel to itself: it has as
    many groups as channels, and its weight is of shape (in_channels, 1, height, width)."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.depthwise = nn.Conv2d(in_channels, in_channels, kernel_size, stride, padding, dilation, bias=bias)


@misconception("DepthwiseSeparableConv2d", "parameters")
class PointwiseFirst(DepthwiseSeparableConv2d):
    """The depthwise convolution comes first, and works on the input channels. Yours comes second, on the output
    channels."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.depthwise = nn.Conv2d(
            out_channels, out_channels, kernel_size, stride, padding, dilation, groups=out_channels, bias=bias
        )

    def forward(self, x):
        return self.depthwise(self.pointwise(x))


@misconception("DepthwiseSeparableConv2d", "parameters")
class BiasAtTheEnd(DepthwiseSeparableConv2d):
    """bias=True gives both convolutions a bias. Your depthwise one has none."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.depthwise.bias = None


@misconception("DepthwiseSeparableConv2d", "parameters")
class AlwaysBiased(DepthwiseSeparableConv2d):
    """bias=False takes the bias from both convolutions. One of yours still has it."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1)


@misconception("DepthwiseSeparableConv2d", "parameters")
class OtherChildren(nn.Module):
    """The two children are to be called depthwise and pointwise; a state dict is loaded by name."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, in_channels, kernel_size, stride, padding, dilation, groups=in_channels, bias=bias
        )
        self.conv2 = nn.Conv2d(in_channels, out_channels, 1, bias=bias)

    def forward(self, x):
        return self.conv2(self.conv1(x))


@misconception("DepthwiseSeparableConv2d", "parameters")
class KernelAgain(DepthwiseSeparableConv2d):
    """The second convolution is pointwise: its kernel is 1×1, whatever kernel_size is."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, kernel_size, bias=bias)


@misconception("DepthwiseSeparableConv2d", "shapes")
class StridesTwice(DepthwiseSeparableConv2d):
    """The stride belongs to the depthwise convolution alone. Yours takes it twice, so the output is too small."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, stride, bias=bias)


@misconception("DepthwiseSeparableConv2d", "shapes")
class PadsTwice(DepthwiseSeparableConv2d):
    """The padding belongs to the depthwise convolution alone: a 1×1 kernel needs none."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, padding=padding, bias=bias)


@misconception("DepthwiseSeparableConv2d", "shapes")
class ForgetsTheDilation(DepthwiseSeparableConv2d):
    """dilation makes no difference in your answer. Hand it on to the depthwise convolution."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 1, bias)


@misconception("DepthwiseSeparableConv2d", "shapes")
class PadsThePointwise(DepthwiseSeparableConv2d):
    """The padding goes around the input, in the depthwise convolution. You add it after that one."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, 0, dilation, bias)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, padding=padding, bias=bias)


@misconception("DepthwiseSeparableConv2d", "values")
class Activates(DepthwiseSeparableConv2d):
    """There is no activation between the two convolutions."""

    def forward(self, x):
        return self.pointwise(torch.relu(self.depthwise(x)))


@misconception("DepthwiseSeparableConv2d", "values")
class AddsTheInput(DepthwiseSeparableConv2d):
    """This block has no shortcut: the input is not added to the output, even where the shapes would allow it."""

    def forward(self, x):
        y = super().forward(x)
        return y + x if y.shape == x.shape else y


@misconception("DepthwiseSeparableConv2d", "values")
class RepeatsTheEdge(DepthwiseSeparableConv2d):
    """The padding is zeros, as in nn.Conv2d by default."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, bias)
        self.depthwise = nn.Conv2d(
            in_channels,
            in_channels,
            kernel_size,
            stride,
            padding,
            dilation,
            groups=in_channels,
            bias=bias,
            padding_mode="replicate",
        )


@misconception("DepthwiseSeparableConv2d", "values")
class TheMiddleBiasOnly(DepthwiseSeparableConv2d):
    """The pointwise bias is there, but it never reaches the output."""

    def forward(self, x):
        return nn.functional.conv2d(self.depthwise(x), self.pointwise.weight)


@misconception("DepthwiseSeparableConv2d", "gradients")
class CutsInTheMiddle(DepthwiseSeparableConv2d):
    """Your output is right, but neither the depthwise weight nor the input gets a gradient: the graph is cut between
    the two convolutions."""

    def forward(self, x):
        return self.pointwise(self.depthwise(x).detach())


@misconception("DepthwiseSeparableConv2d", "numerics")
class AlwaysFloat64(DepthwiseSeparableConv2d):
    """A float32 input comes back as float64. A layer works in the dtype of its input and parameters."""

    def forward(self, x):
        return super().forward(x).double()


@misconception("DepthwiseSeparableConv2d", "errors")
class DropsChannels(DepthwiseSeparableConv2d):
    """An input with more channels than in_channels is the wrong input. Let the convolution raise its exception
    instead of dropping some."""

    def forward(self, x):
        return super().forward(x[:, : self.depthwise.in_channels])


@misconception("DepthwiseSeparableConv2d", "vectorized")
class OneByOne(DepthwiseSeparableConv2d):
    """The result is right, but it is put together in a Python loop over the batch, and that is slow. A convolution
    takes the whole batch at once."""

    def forward(self, x):
        return torch.cat([super(OneByOne, self).forward(one) for one in x.split(1)])
