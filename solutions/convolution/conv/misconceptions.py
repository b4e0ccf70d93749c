"""Known-wrong answers on convolution; each docstring is the hint that the mistake earns.

A mistake is written once, for any number of dimensions; the marked classes below it are those it is looked for in.
"""

import math

import torch
from conv import Conv1d, Conv2d, Conv3d
from torch import nn
from torch.nn import functional as F

from grader.spec import misconception


class CallsTorch:
    """That is torch's own convolution under another name. Take the windows out of the input, and multiply them with
    the weight yourself."""

    def _multiply(self, windows, weight):
        return windows

    def _windows(self, x):
        function = (F.conv1d, F.conv2d, F.conv3d)[self.dims - 1]
        return function(x, self.weight, None, self.stride, 0, self.dilation, self.groups)


@misconception("Conv1d", "own_work")
class CallsTorch1d(CallsTorch, Conv1d):
    __doc__ = CallsTorch.__doc__


@misconception("Conv2d", "own_work")
class CallsTorch2d(CallsTorch, Conv2d):
    __doc__ = CallsTorch.__doc__


@misconception("Conv3d", "own_work")
class CallsTorch3d(CallsTorch, Conv3d):
    __doc__ = CallsTorch.__doc__


class NoPaddingMode:
    """The constructor should also take padding_mode, after bias. Compare its signature with the one in the handout,
    argument by argument."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)


@misconception("Conv1d", "interface")
class NoPaddingMode1d(NoPaddingMode, Conv1d):
    __doc__ = NoPaddingMode.__doc__


@misconception("Conv2d", "interface")
class NoPaddingMode2d(NoPaddingMode, Conv2d):
    __doc__ = NoPaddingMode.__doc__


@misconception("Conv3d", "interface")
class NoPaddingMode3d(NoPaddingMode, Conv3d):
    __doc__ = NoPaddingMode.__doc__


class PaddingBeforeStride:
    """Look at the order of the arguments: stride comes fourth, then padding."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        padding=0,
        stride=1,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode)


@misconception("Conv2d", "interface")
class PaddingBeforeStride2d(PaddingBeforeStride, Conv2d):
    __doc__ = PaddingBeforeStride.__doc__


class SeesAllChannels:
    """With groups, an output channel only sees the input channels of its own group. So the second dimension of the
    weight is in_channels / groups, not in_channels."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight = nn.Parameter(torch.empty(self.out_channels, self.in_channels, *self.kernel_size))

    def _multiply(self, windows, weight):
        return super()._multiply(windows, weight[:, : self.in_channels // self.groups])


@misconception("Conv1d", "parameters")
class SeesAllChannels1d(SeesAllChannels, Conv1d):
    __doc__ = SeesAllChannels.__doc__


@misconception("Conv2d", "parameters")
class SeesAllChannels2d(SeesAllChannels, Conv2d):
    __doc__ = SeesAllChannels.__doc__


@misconception("Conv3d", "parameters")
class SeesAllChannels3d(SeesAllChannels, Conv3d):
    __doc__ = SeesAllChannels.__doc__


class InputsFirst:
    """Torch stores the weight with the output channels first: (out_channels, in_channels / groups, kernel). Yours has
    the input channels first."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight = nn.Parameter(self.weight.detach().transpose(0, 1).contiguous())

    def _multiply(self, windows, weight):
        return super()._multiply(windows, weight.transpose(0, 1))


@misconception("Conv1d", "parameters")
class InputsFirst1d(InputsFirst, Conv1d):
    __doc__ = InputsFirst.__doc__


@misconception("Conv2d", "parameters")
class InputsFirst2d(InputsFirst, Conv2d):
    __doc__ = InputsFirst.__doc__


@misconception("Conv3d", "parameters")
class InputsFirst3d(InputsFirst, Conv3d):
    __doc__ = InputsFirst.__doc__


class FlatKernel:
    """The kernel keeps its dimensions in the weight: (out_channels, in_channels / groups, height, width). Flatten it
    where you multiply, not where you store it."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight = nn.Parameter(self.weight.detach().flatten(1))


@misconception("Conv2d", "parameters")
class FlatKernel2d(FlatKernel, Conv2d):
    __doc__ = FlatKernel.__doc__


class AlwaysABias:
    """bias=False makes no difference: the layer still has a bias among its parameters."""

    def _create_parameters(self, bias):
        super()._create_parameters(True)


@misconception("Conv2d", "parameters")
class AlwaysABias2d(AlwaysABias, Conv2d):
    __doc__ = AlwaysABias.__doc__


class AlwaysABatch:
    """An input without a batch dimension gives an output without one. You return a batch of one."""

    def forward(self, x):
        return self._convolve(x if x.dim() == self.dims + 2 else x.unsqueeze(0))


@misconception("Conv1d", "shapes")
class AlwaysABatch1d(AlwaysABatch, Conv1d):
    __doc__ = AlwaysABatch.__doc__


@misconception("Conv2d", "shapes")
class AlwaysABatch2d(AlwaysABatch, Conv2d):
    __doc__ = AlwaysABatch.__doc__


@misconception("Conv3d", "shapes")
class AlwaysABatch3d(AlwaysABatch, Conv3d):
    __doc__ = AlwaysABatch.__doc__


class SameForOddKernels:
    """With padding="same" your output is too small where the kernel is even: d * (k - 1) is odd then, and the two
    sides need different amounts."""

    def _sides(self):
        if self.padding != "same":
            return super()._sides()
        return [(d * (k - 1) // 2,) * 2 for k, d in zip(self.kernel_size, self.dilation, strict=True)]


@misconception("Conv1d", "shapes")
class SameForOddKernels1d(SameForOddKernels, Conv1d):
    __doc__ = SameForOddKernels.__doc__


@misconception("Conv2d", "shapes")
class SameForOddKernels2d(SameForOddKernels, Conv2d):
    __doc__ = SameForOddKernels.__doc__


@misconception("Conv3d", "shapes")
class SameForOddKernels3d(SameForOddKernels, Conv3d):
    __doc__ = SameForOddKernels.__doc__


class SameWithoutDilation:
    """padding="same" has to make up for the whole span of the kernel. A dilated one spans more: pad d * (k - 1) in
    all, not k - 1."""

    def _sides(self):
        if self.padding != "same":
            return super()._sides()
        return [((k - 1) // 2, k // 2) for k in self.kernel_size]


@misconception("Conv2d", "shapes")
class SameWithoutDilation2d(SameWithoutDilation, Conv2d):
    __doc__ = SameWithoutDilation.__doc__


class WidthFirst:
    """`F.pad` begins with the last dimension: (left, right, top, bottom). You hand it the first dimension first, which
    shows as soon as the amounts differ."""

    def _pad(self, x):
        flat = [size for sides in self._sides() for size in sides]
        return F.pad(x, flat, mode="constant" if self.padding_mode == "zeros" else self.padding_mode)


@misconception("Conv2d", "shapes")
class WidthFirst2d(WidthFirst, Conv2d):
    __doc__ = WidthFirst.__doc__


@misconception("Conv3d", "shapes")
class WidthFirst3d(WidthFirst, Conv3d):
    __doc__ = WidthFirst.__doc__


class FirstStrideForAll:
    """The stride may differ from dimension to dimension. You use the first one for all of them."""

    def _windows(self, x):
        stride, self.stride = self.stride, self.stride[:1] * self.dims
        try:
            return super()._windows(x)
        finally:
            self.stride = stride


@misconception("Conv2d", "shapes")
class FirstStrideForAll2d(FirstStrideForAll, Conv2d):
    __doc__ = FirstStrideForAll.__doc__


@misconception("Conv3d", "shapes")
class FirstStrideForAll3d(FirstStrideForAll, Conv3d):
    __doc__ = FirstStrideForAll.__doc__


class IgnoresDilation:
    """dilation makes no difference in your answer. The taps of the kernel should lie that far apart, so the kernel
    spans d * (k - 1) + 1."""

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
        padding_mode="zeros",
    ):  # fmt: skip
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, 1, groups, bias, padding_mode)


@misconception("Conv1d", "shapes")
class IgnoresDilation1d(IgnoresDilation, Conv1d):
    __doc__ = IgnoresDilation.__doc__


@misconception("Conv2d", "shapes")
class IgnoresDilation2d(IgnoresDilation, Conv2d):
    __doc__ = IgnoresDilation.__doc__


@misconception("Conv3d", "shapes")
class IgnoresDilation3d(IgnoresDilation, Conv3d):
    __doc__ = IgnoresDilation.__doc__


class StaysWithTheFirstSize:
    """The second call goes wrong, if its input is of another size than the first. Work sizes out anew in every call,
    instead of remembering them."""

    def _convolve(self, x):
        height, width = self.__dict__.setdefault("first", x.shape[2:])
        return super()._convolve(x[:, :, :height, :width])


@misconception("Conv2d", "shapes")
class StaysWithTheFirstSize2d(StaysWithTheFirstSize, Conv2d):
    __doc__ = StaysWithTheFirstSize.__doc__


class RefusesASingleOne:
    """The batch dimension may be missing: (C, H, W) is a single image. Add the dimension, and take it away again."""

    def forward(self, x):
        if x.dim() != self.dims + 2:
            raise ValueError("expected a batch")
        return self._convolve(x)


@misconception("Conv1d", "values")
class RefusesASingleOne1d(RefusesASingleOne, Conv1d):
    __doc__ = RefusesASingleOne.__doc__


@misconception("Conv2d", "values")
class RefusesASingleOne2d(RefusesASingleOne, Conv2d):
    __doc__ = RefusesASingleOne.__doc__


@misconception("Conv3d", "values")
class RefusesASingleOne3d(RefusesASingleOne, Conv3d):
    __doc__ = RefusesASingleOne.__doc__


class Flipped:
    """You flip the kernel, as convolutions in mathematics do. Those of deep learning do not: the first tap meets the
    first element of the window."""

    def _multiply(self, windows, weight):
        return super()._multiply(windows, weight.flip(list(range(2, 2 + self.dims))))


@misconception("Conv1d", "values")
class Flipped1d(Flipped, Conv1d):
    __doc__ = Flipped.__doc__


@misconception("Conv2d", "values")
class Flipped2d(Flipped, Conv2d):
    __doc__ = Flipped.__doc__


@misconception("Conv3d", "values")
class Flipped3d(Flipped, Conv3d):
    __doc__ = Flipped.__doc__


class TransposedKernel:
    """Are the rows of the kernel laid on the rows of the window? Yours are laid on its columns, which no square,
    symmetric kernel would show."""

    def _multiply(self, windows, weight):
        height, width = self.kernel_size
        return super()._multiply(windows, weight.transpose(2, 3).reshape(*weight.shape[:2], height, width))


@misconception("Conv2d", "values")
class TransposedKernel2d(TransposedKernel, Conv2d):
    __doc__ = TransposedKernel.__doc__


class ForgetsTheBias:
    """The bias is there, but it never reaches the output."""

    def _add_bias(self, y):
        return y


@misconception("Conv1d", "values")
class ForgetsTheBias1d(ForgetsTheBias, Conv1d):
    __doc__ = ForgetsTheBias.__doc__


@misconception("Conv2d", "values")
class ForgetsTheBias2d(ForgetsTheBias, Conv2d):
    __doc__ = ForgetsTheBias.__doc__


@misconception("Conv3d", "values")
class ForgetsTheBias3d(ForgetsTheBias, Conv3d):
    __doc__ = ForgetsTheBias.__doc__


class BiasForEveryTap:
    """The bias is added once for each output, after the sum over channels and taps. You add it for every input
    channel."""

    def _add_bias(self, y):
        return y if self.bias is None else y + self.weight.shape[1] * self.bias.reshape(-1, 1, 1)


@misconception("Conv2d", "values")
class BiasForEveryTap2d(BiasForEveryTap, Conv2d):
    __doc__ = BiasForEveryTap.__doc__


class InterleavedGroups:
    """Groups are made of neighbouring channels: with two groups, the first half and the second half. You deal the
    channels out in turn."""

    def _convolve(self, x):
        split = x.unflatten(1, (-1, self.groups)) if x.shape[1] % self.groups == 0 else x.unsqueeze(2)
        return super()._convolve(split.transpose(1, 2).flatten(1, 2))


@misconception("Conv1d", "values")
class InterleavedGroups1d(InterleavedGroups, Conv1d):
    __doc__ = InterleavedGroups.__doc__


@misconception("Conv2d", "values")
class InterleavedGroups2d(InterleavedGroups, Conv2d):
    __doc__ = InterleavedGroups.__doc__


@misconception("Conv3d", "values")
class InterleavedGroups3d(InterleavedGroups, Conv3d):
    __doc__ = InterleavedGroups.__doc__


class OneKernelForAllGroups:
    """Every group has kernels of its own. You use those of the first group for all."""

    def _multiply(self, windows, weight):
        own = weight[: self.out_channels // self.groups]
        return super()._multiply(windows, own.repeat(self.groups, *[1] * (1 + self.dims)))


@misconception("Conv1d", "values")
class OneKernelForAllGroups1d(OneKernelForAllGroups, Conv1d):
    __doc__ = OneKernelForAllGroups.__doc__


@misconception("Conv3d", "values")
class OneKernelForAllGroups3d(OneKernelForAllGroups, Conv3d):
    __doc__ = OneKernelForAllGroups.__doc__


class OutputsInTurn:
    """The outputs of a group stay together: first all outputs of the first group, then those of the second. Look at
    the order of your last reshape."""

    def _multiply(self, windows, weight):
        y = super()._multiply(windows, weight)
        return y.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


@misconception("Conv2d", "values")
class OutputsInTurn2d(OutputsInTurn, Conv2d):
    __doc__ = OutputsInTurn.__doc__


class LargerHalfBefore:
    """With padding="same" and an even kernel, the two sides differ by one. torch puts the larger half behind, you put
    it in front."""

    def _sides(self):
        return [(after, before) for before, after in super()._sides()]


@misconception("Conv1d", "values")
class LargerHalfBefore1d(LargerHalfBefore, Conv1d):
    __doc__ = LargerHalfBefore.__doc__


@misconception("Conv2d", "values")
class LargerHalfBefore2d(LargerHalfBefore, Conv2d):
    __doc__ = LargerHalfBefore.__doc__


@misconception("Conv3d", "values")
class LargerHalfBefore3d(LargerHalfBefore, Conv3d):
    __doc__ = LargerHalfBefore.__doc__


class PaddingInFront:
    """The size is right, but everything is shifted: half of the padding belongs behind the input."""

    def _sides(self):
        return [(before + after, 0) for before, after in super()._sides()]


@misconception("Conv2d", "values")
class PaddingInFront2d(PaddingInFront, Conv2d):
    __doc__ = PaddingInFront.__doc__


class AlwaysZeros:
    """padding_mode makes no difference: your padding is always zeros."""

    def _pad(self, x):
        return F.pad(x, [size for sides in reversed(self._sides()) for size in sides])


@misconception("Conv1d", "values")
class AlwaysZeros1d(AlwaysZeros, Conv1d):
    __doc__ = AlwaysZeros.__doc__


@misconception("Conv2d", "values")
class AlwaysZeros2d(AlwaysZeros, Conv2d):
    __doc__ = AlwaysZeros.__doc__


@misconception("Conv3d", "values")
class AlwaysZeros3d(AlwaysZeros, Conv3d):
    __doc__ = AlwaysZeros.__doc__


class SameMeansZeros:
    """padding="same" says how much is padded, padding_mode says with what. With "same" you always pad zeros."""

    def _pad(self, x):
        flat = [size for sides in reversed(self._sides()) for size in sides]
        return F.pad(x, flat) if self.padding == "same" else super()._pad(x)


@misconception("Conv2d", "values")
class SameMeansZeros2d(SameMeansZeros, Conv2d):
    __doc__ = SameMeansZeros.__doc__


class RepeatsTheEdge:
    """In "reflect" mode the edge is the mirror and is not repeated: 1 2 3 padded by two is 3 2 1 2 3 2 1. Yours
    repeats it, 2 1 1 2 3 3 2."""

    def _pad(self, x):
        if self.padding_mode != "reflect":
            return super()._pad(x)
        for axis, (before, after) in enumerate(self._sides(), 2):
            size = x.shape[axis]
            order = [*reversed(range(before)), *range(size), *reversed(range(size - after, size))]
            x = x.index_select(axis, torch.tensor(order, device=x.device))
        return x


@misconception("Conv1d", "values")
class RepeatsTheEdge1d(RepeatsTheEdge, Conv1d):
    __doc__ = RepeatsTheEdge.__doc__


@misconception("Conv2d", "values")
class RepeatsTheEdge2d(RepeatsTheEdge, Conv2d):
    __doc__ = RepeatsTheEdge.__doc__


@misconception("Conv3d", "values")
class RepeatsTheEdge3d(RepeatsTheEdge, Conv3d):
    __doc__ = RepeatsTheEdge.__doc__


class CircularIsReflect:
    """In "circular" mode padding goes on at the other end of the input; in "reflect" mode it turns back. Which of the
    two is yours?"""

    def _pad(self, x):
        flat = [size for sides in reversed(self._sides()) for size in sides]
        if self.padding_mode != "circular" or max(flat) >= min(x.shape[2:]):
            return super()._pad(x)
        return F.pad(x, flat, mode="reflect")


@misconception("Conv2d", "values")
class CircularIsReflect2d(CircularIsReflect, Conv2d):
    __doc__ = CircularIsReflect.__doc__


class CutsTheWeightOff:
    """Your output is right, but the weight gets no gradient. Use the parameter itself, not its data or a detached
    copy."""

    def _multiply(self, windows, weight):
        return super()._multiply(windows, weight.detach())


@misconception("Conv1d", "gradients")
class CutsTheWeightOff1d(CutsTheWeightOff, Conv1d):
    __doc__ = CutsTheWeightOff.__doc__


@misconception("Conv2d", "gradients")
class CutsTheWeightOff2d(CutsTheWeightOff, Conv2d):
    __doc__ = CutsTheWeightOff.__doc__


@misconception("Conv3d", "gradients")
class CutsTheWeightOff3d(CutsTheWeightOff, Conv3d):
    __doc__ = CutsTheWeightOff.__doc__


class CutsTheInputOff:
    """Your output is right, but no gradient comes back to the input. Take the windows out of `x` itself, not out of a
    new tensor or a detached copy."""

    def _convolve(self, x):
        return super()._convolve(x.detach())


@misconception("Conv2d", "gradients")
class CutsTheInputOff2d(CutsTheInputOff, Conv2d):
    __doc__ = CutsTheInputOff.__doc__


class AlwaysFloat64:
    """A float32 input comes back as float64. A layer works in the dtype of its input and parameters; new tensors
    should take it over."""

    def _multiply(self, windows, weight):
        return super()._multiply(windows.double(), weight.double())


@misconception("Conv1d", "numerics")
class AlwaysFloat641d(AlwaysFloat64, Conv1d):
    __doc__ = AlwaysFloat64.__doc__


@misconception("Conv2d", "numerics")
class AlwaysFloat642d(AlwaysFloat64, Conv2d):
    __doc__ = AlwaysFloat64.__doc__


@misconception("Conv3d", "numerics")
class AlwaysFloat643d(AlwaysFloat64, Conv3d):
    __doc__ = AlwaysFloat64.__doc__


class AlwaysFloat32:
    """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the dtype
    of the input."""

    def _multiply(self, windows, weight):
        return super()._multiply(windows.float(), weight.float())


@misconception("Conv2d", "numerics")
class AlwaysFloat322d(AlwaysFloat32, Conv2d):
    __doc__ = AlwaysFloat32.__doc__


class FanOfAllChannels:
    """The bound of the fresh values is 1 / sqrt(f), where f counts what one output sums over: the taps of the input
    channels of its *group*. You count all input channels."""

    def _draw_parameters(self):
        bound = 1 / math.sqrt(self.in_channels * math.prod(self.kernel_size))
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


@misconception("Conv1d", "init")
class FanOfAllChannels1d(FanOfAllChannels, Conv1d):
    __doc__ = FanOfAllChannels.__doc__


@misconception("Conv2d", "init")
class FanOfAllChannels2d(FanOfAllChannels, Conv2d):
    __doc__ = FanOfAllChannels.__doc__


@misconception("Conv3d", "init")
class FanOfAllChannels3d(FanOfAllChannels, Conv3d):
    __doc__ = FanOfAllChannels.__doc__


class ZeroBias:
    """A fresh bias is drawn from the same distribution as the weight; yours is zero."""

    def _draw_parameters(self):
        super()._draw_parameters()
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@misconception("Conv1d", "init")
class ZeroBias1d(ZeroBias, Conv1d):
    __doc__ = ZeroBias.__doc__


@misconception("Conv2d", "init")
class ZeroBias2d(ZeroBias, Conv2d):
    __doc__ = ZeroBias.__doc__


@misconception("Conv3d", "init")
class ZeroBias3d(ZeroBias, Conv3d):
    __doc__ = ZeroBias.__doc__


class KaimingDefault:
    """`nn.init.kaiming_uniform_` left to itself draws up to sqrt(6 / f); here it is 1 / sqrt(f)."""

    def _draw_parameters(self):
        super()._draw_parameters()
        nn.init.kaiming_uniform_(self.weight)


@misconception("Conv2d", "init")
class KaimingDefault2d(KaimingDefault, Conv2d):
    __doc__ = KaimingDefault.__doc__


class IgnoresExtraChannels:
    """An input with more channels than in_channels is the wrong input. Raise an exception instead of dropping some."""

    def _check_input(self, x):
        if x.shape[1] < self.in_channels:
            super()._check_input(x)

    def _convolve(self, x):
        return super()._convolve(x[:, : self.in_channels])


@misconception("Conv1d", "errors")
class IgnoresExtraChannels1d(IgnoresExtraChannels, Conv1d):
    __doc__ = IgnoresExtraChannels.__doc__


@misconception("Conv2d", "errors")
class IgnoresExtraChannels2d(IgnoresExtraChannels, Conv2d):
    __doc__ = IgnoresExtraChannels.__doc__


@misconception("Conv3d", "errors")
class IgnoresExtraChannels3d(IgnoresExtraChannels, Conv3d):
    __doc__ = IgnoresExtraChannels.__doc__


class RoundsGroupsDown:
    """Channels that the groups do not divide cannot be split evenly. Raise a ValueError instead of leaving the rest
    out."""

    def _check_arguments(self):
        groups, self.groups = self.groups, 1
        super()._check_arguments()
        self.groups = groups

    def _convolve(self, x):
        self._check_input(x)
        return self._add_bias(self._multiply(self._windows(self._pad(x)), self.weight))

    def _multiply(self, windows, weight):
        return super()._multiply(windows[:, : self.in_channels // self.groups * self.groups], weight)


@misconception("Conv1d", "errors")
class RoundsGroupsDown1d(RoundsGroupsDown, Conv1d):
    __doc__ = RoundsGroupsDown.__doc__


@misconception("Conv2d", "errors")
class RoundsGroupsDown2d(RoundsGroupsDown, Conv2d):
    __doc__ = RoundsGroupsDown.__doc__


@misconception("Conv3d", "errors")
class RoundsGroupsDown3d(RoundsGroupsDown, Conv3d):
    __doc__ = RoundsGroupsDown.__doc__


class SameWithAStride:
    """With a stride the output is smaller than the input, whatever the padding, so "same" makes no sense. Raise a
    ValueError."""

    def _check_arguments(self):
        stride, self.stride = self.stride, (1,) * self.dims
        super()._check_arguments()
        self.stride = stride


@misconception("Conv1d", "errors")
class SameWithAStride1d(SameWithAStride, Conv1d):
    __doc__ = SameWithAStride.__doc__


@misconception("Conv2d", "errors")
class SameWithAStride2d(SameWithAStride, Conv2d):
    __doc__ = SameWithAStride.__doc__


@misconception("Conv3d", "errors")
class SameWithAStride3d(SameWithAStride, Conv3d):
    __doc__ = SameWithAStride.__doc__


class AnyMode:
    """A padding mode that does not exist is most likely a typing error. Raise a ValueError instead of padding
    zeros."""

    def _check_arguments(self):
        if self.padding_mode not in ("reflect", "replicate", "circular"):
            self.padding_mode = "zeros"
        super()._check_arguments()


@misconception("Conv1d", "errors")
class AnyMode1d(AnyMode, Conv1d):
    __doc__ = AnyMode.__doc__


@misconception("Conv2d", "errors")
class AnyMode2d(AnyMode, Conv2d):
    __doc__ = AnyMode.__doc__


@misconception("Conv3d", "errors")
class AnyMode3d(AnyMode, Conv3d):
    __doc__ = AnyMode.__doc__


class OneByOne:
    """The result is right, but it is put together in a Python loop over the batch, and that is slow. All functions
    that you need take the whole batch at once."""

    def _convolve(self, x):
        return torch.cat([super(OneByOne, self)._convolve(one) for one in x.split(1)])


@misconception("Conv1d", "vectorized")
class OneByOne1d(OneByOne, Conv1d):
    __doc__ = OneByOne.__doc__


@misconception("Conv2d", "vectorized")
class OneByOne2d(OneByOne, Conv2d):
    __doc__ = OneByOne.__doc__


@misconception("Conv3d", "vectorized")
class OneByOne3d(OneByOne, Conv3d):
    __doc__ = OneByOne.__doc__


class PlaceByPlace:
    """The result is right, but there is a Python loop over the places of the window, and images have many. Loop over
    the few taps of the kernel if you like, and treat all places at once."""

    def _multiply(self, windows, weight):
        rows = [super(PlaceByPlace, self)._multiply(row, weight) for row in windows.split(1, dim=2)]
        return torch.cat(rows, dim=2)


@misconception("Conv1d", "vectorized")
class PlaceByPlace1d(PlaceByPlace, Conv1d):
    __doc__ = PlaceByPlace.__doc__


@misconception("Conv2d", "vectorized")
class PlaceByPlace2d(PlaceByPlace, Conv2d):
    __doc__ = PlaceByPlace.__doc__


@misconception("Conv3d", "vectorized")
class PlaceByPlace3d(PlaceByPlace, Conv3d):
    __doc__ = PlaceByPlace.__doc__
