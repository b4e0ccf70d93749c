"""Known-wrong answers for ConvTranspose2d, and the hint that each earns."""

import torch
from torch import nn
from torch.nn import functional as F
from transpose import ConvTranspose2d

from grader.spec import misconception


@misconception("ConvTranspose2d", "own_work")
class AsksTorch(ConvTranspose2d):
    """`F.conv_transpose2d` does all the work here. Multiply every pixel by the kernel and add up what overlaps
    yourself."""

    def forward(self, x, output_size=None):
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


@misconception("ConvTranspose2d", "own_work")
class AsksFold(ConvTranspose2d):
    """`F.fold` adds up the overlapping stamps for you, and that is the very heart of this layer. A loop over the
    positions of the kernel and a strided slice do it too."""

    def _overlap_add(self, stamps, extra):
        height, width = stamps.shape[-2:]
        size = self._reach(height, 0) + extra[0], self._reach(width, 1) + extra[1]
        columns = stamps.flatten(4).flatten(1, 3)
        return F.fold(columns, size, self.kernel_size, dilation=self.dilation, stride=self.stride)


@misconception("ConvTranspose2d", "interface")
class ArgumentsAsInConv2d(ConvTranspose2d):
    """The order of the arguments differs from Conv2d's: stride, padding, output_padding, groups, bias, dilation."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        output_padding=0,
    ):
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation
        )


@misconception("ConvTranspose2d", "parameters")
class WeightAsInConv2d(ConvTranspose2d):
    """The weight of a transposed convolution begins with the *input* channels: (in_channels, out_channels / groups,
    kernel height, kernel width). Yours is laid out as Conv2d's."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight = nn.Parameter(torch.empty(self.out_channels, self.in_channels // self.groups, *self.kernel_size))

    def _stamps(self, x):
        grouped, kernels = x.unflatten(1, (self.groups, -1)), self.weight.unflatten(0, (self.groups, -1))
        stamps = torch.einsum("ngihw,goiab->ngoabhw", grouped, kernels)
        return stamps.reshape(x.shape[0], self.out_channels, *self.kernel_size, *x.shape[2:])


@misconception("ConvTranspose2d", "init")
class FanInOfConv2d(ConvTranspose2d):
    """The bound of the fresh values is 1/sqrt(n) with n = *out*_channels / groups times the kernel's area, as torch
    reads it off the weight's second dimension. Yours counts input channels."""

    def _fan_in(self):
        return self.in_channels // self.groups * self.kernel_size[0] * self.kernel_size[1]


@misconception("ConvTranspose2d", "init")
class BiasOfZeros(ConvTranspose2d):
    """The bias is drawn at random as well, from the same interval as the weight. Yours starts at zero."""

    def reset_parameters(self):
        super().reset_parameters()
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@misconception("ConvTranspose2d", "shapes")
class ForgetsOutputPadding(ConvTranspose2d):
    """`output_padding` makes the output larger, at the bottom and on the right. You leave it out."""

    def _extra(self, x, output_size):
        super()._extra(x, output_size)
        return (0, 0) if output_size is None else super()._extra(x, output_size)


@misconception("ConvTranspose2d", "shapes")
class ForgetsOutputSize(ConvTranspose2d):
    """`output_size` says how large this one output should be, and takes the place of `output_padding`. You ignore
    it."""

    def _extra(self, x, output_size):
        super()._extra(x, output_size)
        return super()._extra(x, None)


@misconception("ConvTranspose2d", "shapes")
class OutputSizeOnTop(ConvTranspose2d):
    """`output_size` overrides `output_padding`; you add the two."""

    def _extra(self, x, output_size):
        extra = super()._extra(x, output_size)
        if output_size is None:
            return extra
        return extra[0] + self.output_padding[0], extra[1] + self.output_padding[1]


@misconception("ConvTranspose2d", "shapes")
class LargestByDefault(ConvTranspose2d):
    """Where stride leaves a choice of sizes, the smallest is taken unless `output_padding` or `output_size` ask for
    more. Yours comes out as large as it can."""

    def _extra(self, x, output_size):
        extra = super()._extra(x, output_size)
        return tuple(stride - 1 for stride in self.stride) if output_size is None else extra


@misconception("ConvTranspose2d", "shapes")
class ForgetsDilation(ConvTranspose2d):
    """`dilation` moves the elements of the kernel apart, so each stamp is d(k-1)+1 wide. Yours are as wide as the
    kernel."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._asked, self.dilation = self.dilation, (1, 1)

    def _check_output_padding(self):
        apart, self.dilation = self.dilation, self._asked
        super()._check_output_padding()
        self.dilation = apart


@misconception("ConvTranspose2d", "shapes")
class HeightAndWidthSwapped(ConvTranspose2d):
    """A pair is (height, width), in this order. Your stride takes it the other way round."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.stride = self.stride[::-1]

    def _check_output_padding(self):
        pass


@misconception("ConvTranspose2d", "shapes")
class OnlySquare(ConvTranspose2d):
    """Padding may differ between height and width. You use the first number for both."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.padding = (self.padding[0], self.padding[0])


@misconception("ConvTranspose2d", "shapes")
class PaddingMakesItLarger(ConvTranspose2d):
    """Here everything is the other way round: `padding` is cut off the output on each side. You cut nothing and add
    instead."""

    def _crop(self, canvas):
        top, left = self.padding
        return F.pad(canvas, (left, left, top, top))


@misconception("ConvTranspose2d", "shapes")
class KeepsTheBatchOfOne(ConvTranspose2d):
    """An input without a batch, (C, H, W), gives an output without one. You return a batch of one."""

    def forward(self, x, output_size=None):
        return super().forward(x.unsqueeze(0) if x.dim() == 3 else x, output_size)


@misconception("ConvTranspose2d", "values")
class BatchesOnly(ConvTranspose2d):
    """An input without a batch, (C, H, W), is fine too. Yours takes batches only."""

    def forward(self, x, output_size=None):
        if x.dim() != 4:
            raise ValueError("expected 4 dimensions")
        return super().forward(x, output_size)


@misconception("ConvTranspose2d", "values")
class KernelTurned(ConvTranspose2d):
    """The stamp is the kernel as it is. It is turned by 180 degrees only if you insert zeros between the pixels and
    run an ordinary convolution over them; yours is turned once too often, or not at all."""

    def _stamps(self, x):
        return super()._stamps(x).flip(2, 3)


@misconception("ConvTranspose2d", "values")
class OutputPaddingOfZeros(ConvTranspose2d):
    """`output_padding` is no frame of zeros: the output goes on, and where the cut off margin had stamps, they show.
    You cut the padding off and then append zeros."""

    def _overlap_add(self, stamps, extra):
        self._append = extra
        return super()._overlap_add(stamps, (0, 0))

    def _crop(self, canvas):
        return F.pad(super()._crop(canvas), (0, self._append[1], 0, self._append[0]))


@misconception("ConvTranspose2d", "values")
class OutputPaddingBeforeTheStart(ConvTranspose2d):
    """`output_padding` goes to one side only, bottom and right. Yours is at the top and on the left."""

    def _overlap_add(self, stamps, extra):
        return F.pad(super()._overlap_add(stamps, (0, 0)), (extra[1], 0, extra[0], 0))


@misconception("ConvTranspose2d", "values")
class BiasBeforeTheExtraRows(ConvTranspose2d):
    """The bias is added to every pixel of the output, the rows and columns of `output_padding` included. Yours misses
    those."""

    def _overlap_add(self, stamps, extra):
        self._more = extra
        return super()._overlap_add(stamps, extra)

    def _add_bias(self, y):
        if self.bias is None:
            return y
        field = torch.ones_like(y)
        field[..., y.shape[-2] - self._more[0] :, :] = 0
        field[..., y.shape[-1] - self._more[1] :] = 0
        return y + self.bias[:, None, None] * field


@misconception("ConvTranspose2d", "values")
class NoOverlap(ConvTranspose2d):
    """Where stamps overlap, they add up. Yours overwrite each other: `=` where it should be `+=`."""

    def _put(self, canvas, down, right, values):
        canvas[..., down, right] = values


@misconception("ConvTranspose2d", "values")
class ChannelsInterleaved(ConvTranspose2d):
    """The groups are blocks of neighbouring channels: with 4 channels in 2 groups, {0, 1} and {2, 3}. Yours take every
    second one."""

    def _stamps(self, x):
        return super()._stamps(x).unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


@misconception("ConvTranspose2d", "gradients")
class WeightOutsideTheGraph(ConvTranspose2d):
    """Your output is right, but no gradient reaches the weight. Do not use `.data` or `.detach()` on it."""

    def _stamps(self, x):
        grouped, kernels = x.unflatten(1, (self.groups, -1)), self.weight.data.unflatten(0, (self.groups, -1))
        stamps = torch.einsum("ngihw,gioab->ngoabhw", grouped, kernels)
        return stamps.reshape(x.shape[0], self.out_channels, *self.kernel_size, *x.shape[2:])


@misconception("ConvTranspose2d", "gradients")
class InputOutsideTheGraph(ConvTranspose2d):
    """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached copy."""

    def _stamps(self, x):
        return super()._stamps(x.detach())


@misconception("ConvTranspose2d", "numerics")
class AlwaysDouble(ConvTranspose2d):
    """The canvas should have the dtype of the input: `x.new_zeros(...)`, or `dtype=x.dtype`. Yours is always
    float64."""

    def _overlap_add(self, stamps, extra):
        return super()._overlap_add(stamps.double(), extra)


@misconception("ConvTranspose2d", "errors")
class AnyOutputPadding(ConvTranspose2d):
    """An output padding that is neither smaller than the stride nor smaller than the dilation should raise."""

    def _check_output_padding(self):
        pass


@misconception("ConvTranspose2d", "errors")
class AnyOutputSize(ConvTranspose2d):
    """An output size that no output padding below the stride can give should raise. You crop or fill up to it."""

    def _check_output_size(self, extra):
        pass


@misconception("ConvTranspose2d", "errors")
class DropsTheLeftOverChannels(ConvTranspose2d):
    """Channels that the groups do not divide evenly should raise. You round down and leave some out."""

    def _check_groups(self):
        self.in_channels -= self.in_channels % self.groups
        self.out_channels -= self.out_channels % self.groups

    def _check_channels(self, x):
        if x.shape[1] - x.shape[1] % self.groups != self.in_channels:
            raise ValueError("wrong number of channels")

    def _stamps(self, x):
        return super()._stamps(x[:, : self.in_channels])


@misconception("ConvTranspose2d", "vectorized")
class SampleBySample(ConvTranspose2d):
    """The result is right, but it is put together in a Python loop over the batch, and that is slow. Every operation
    here can treat all samples at once."""

    def _overlap_add(self, stamps, extra):
        return torch.cat([super(SampleBySample, self)._overlap_add(sample[None], extra) for sample in stamps])


@misconception("ConvTranspose2d", "vectorized")
class PixelByPixel(ConvTranspose2d):
    """The result is right, but you loop over the pixels in Python. Loop over the few positions of the kernel instead:
    for each, a strided slice of the output takes all pixels at once."""

    def _overlap_add(self, stamps, extra):
        height, width = stamps.shape[-2:]
        canvas = stamps.new_zeros(
            *stamps.shape[:2], self._reach(height, 0) + extra[0], self._reach(width, 1) + extra[1]
        )
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        for h in range(height):
            for w in range(width):
                down = slice(h * sh, h * sh + dh * (kh - 1) + 1, dh)
                right = slice(w * sw, w * sw + dw * (kw - 1) + 1, dw)
                self._put(canvas, down, right, stamps[..., h, w])
        return canvas
