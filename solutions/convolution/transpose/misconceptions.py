"""Known-wrong answers for ConvTranspose2d, and the hint that each earns."""

from torch.nn import functional as F
from transpose import ConvTranspose2d

from grader.spec import misconception, mistake

mistakes = [
    mistake("AsksFold", "ConvTranspose2d", "own_work",
        """`F.fold` adds up the overlapping stamps for you, and that is the very heart of this layer. A loop over the
        positions of the kernel and a strided slice do it too.""",
        {
            "y = canvas[": (
                "canvas = nn.functional.fold(\n"
                "            stamps.flatten(4).flatten(1, 3), canvas.shape[2:], self.kernel_size, self.dilation, 0, "
                "self.stride\n"
                "        )\n"
                "        y = canvas["
            ),
        }),
    mistake("ArgumentsAsInConv2d", "ConvTranspose2d", "interface",
        """The order of the arguments differs from Conv2d's: stride, padding, output_padding, groups, bias,
        dilation.""",
        {
            "dilation: int | tuple[int, int] = 1,": "output_padding: int | tuple[int, int] = 0,",
            "output_padding: int | tuple[int, int] = 0,\n        groups": (
                "dilation: int | tuple[int, int] = 1,\n"
                "        groups"
            ),
        }),
    mistake("WeightAsInConv2d", "ConvTranspose2d", "parameters",
        """The weight of a transposed convolution begins with the *input* channels: (in_channels, out_channels / groups,
        kernel height, kernel width). Yours is laid out as Conv2d's.""",
        {"empty(in_channels, out_channels // groups": "empty(out_channels, in_channels // groups", "gioab": "goiab"}),
    mistake("FanInOfConv2d", "ConvTranspose2d", "init",
        """The bound of the fresh values is 1/sqrt(n) with n = *out*_channels / groups times the kernel's area, as torch
        reads it off the weight's second dimension. Yours counts input channels.""",
        {"self.weight[0].numel()": "self.weight[:, 0].numel() // self.groups"}),
    mistake("BiasOfZeros", "ConvTranspose2d", "init",
        """The bias is drawn at random as well, from the same interval as the weight. Yours starts at zero.""",
        {"-bound, bound)": "-bound, bound)\n        if self.bias is not None:\n            nn.init.zeros_(self.bias)"}),
    mistake("ForgetsOutputPadding", "ConvTranspose2d", "shapes",
        """`output_padding` makes the output larger, at the bottom and on the right. You leave it out.""",
        {"return self.output_padding": "return 0, 0"}),
    mistake("ForgetsOutputSize", "ConvTranspose2d", "shapes",
        """`output_size` says how large this one output should be, and takes the place of `output_padding`. You ignore
        it.""",
        {"return extra": "return self.output_padding"}),
    mistake("OutputSizeOnTop", "ConvTranspose2d", "shapes",
        """`output_size` overrides `output_padding`; you add the two.""",
        {"return extra": "return extra[0] + self.output_padding[0], extra[1] + self.output_padding[1]"}),
    mistake("LargestByDefault", "ConvTranspose2d", "shapes",
        """Where stride leaves a choice of sizes, the smallest is taken unless `output_padding` or `output_size` ask for
        more. Yours comes out as large as it can.""",
        {"return self.output_padding": "return self.stride[0] - 1, self.stride[1] - 1"}),
    mistake("ForgetsDilation", "ConvTranspose2d", "shapes",
        """`dilation` moves the elements of the kernel apart, so each stamp is d(k-1)+1 wide. Yours are as wide as the
        kernel.""",
        {"self.dilation, self.padding": "(1, 1), self.padding"}),
    mistake("HeightAndWidthSwapped", "ConvTranspose2d", "shapes",
        """A pair is (height, width), in this order. Your stride takes it the other way round.""",
        {"(sh, sw)": "(sw, sh)"}),
    mistake("OnlySquare", "ConvTranspose2d", "shapes",
        """Padding may differ between height and width. You use the first number for both.""",
        {"_pair(padding)": "_pair(_pair(padding)[0])"}),
    mistake("PaddingMakesItLarger", "ConvTranspose2d", "shapes",
        """Here everything is the other way round: `padding` is cut off the output on each side. You cut nothing and add
        instead.""",
        {
            "canvas[..., ph : rows + below - ph, pw : columns + right - pw]": (
                "nn.functional.pad(canvas, (pw, pw, ph, ph))"
            ),
        }),
    mistake("KeepsTheBatchOfOne", "ConvTranspose2d", "shapes",
        """An input without a batch, (C, H, W), gives an output without one. You return a batch of one.""",
        {".squeeze(0)": ""}),
    mistake("BatchesOnly", "ConvTranspose2d", "values",
        """An input without a batch, (C, H, W), is fine too. Yours takes batches only.""",
        {"return self.forward(x.unsqueeze(0), output_size).squeeze(0)": 'raise ValueError("expected 4 dimensions")'}),
    mistake("KernelTurned", "ConvTranspose2d", "values",
        """The stamp is the kernel as it is. It is turned by 180 degrees only if you insert zeros between the pixels and
        run an ordinary convolution over them; yours is turned once too often, or not at all.""",
        {"+= stamps[:, :, i, j]": "+= stamps[:, :, -1 - i, -1 - j]"}),
    mistake("OutputPaddingOfZeros", "ConvTranspose2d", "values",
        """`output_padding` is no frame of zeros: the output goes on, and where the cut off margin had stamps, they
        show. You cut the padding off and then append zeros.""",
        {
            "rows + below, columns + right)": "rows, columns)",
            "canvas[..., ph : rows + below - ph, pw : columns + right - pw]": (
                "nn.functional.pad(canvas[..., ph : rows - ph, pw : columns - pw], (0, right, 0, below))"
            ),
        }),
    mistake("OutputPaddingBeforeTheStart", "ConvTranspose2d", "values",
        """`output_padding` goes to one side only, bottom and right. Yours is at the top and on the left.""",
        {
            "rows + below, columns + right)": "rows, columns)",
            "y = canvas[": "canvas = nn.functional.pad(canvas, (right, 0, below, 0))\n        y = canvas[",
        }),
    mistake("BiasBeforeTheExtraRows", "ConvTranspose2d", "values",
        """The bias is added to every pixel of the output, the rows and columns of `output_padding` included. Yours
        misses those.""",
        {
            "return y if self.bias is None else y + self.bias[:, None, None]": (
                "if self.bias is not None:\n"
                "            y[..., : y.shape[2] - below, : y.shape[3] - right] += self.bias[:, None, None]\n"
                "        return y"
            ),
        }),
    mistake("NoOverlap", "ConvTranspose2d", "values",
        """Where stamps overlap, they add up. Yours overwrite each other: `=` where it should be `+=`.""",
        {"+= stamps": "= stamps"}),
    mistake("ChannelsInterleaved", "ConvTranspose2d", "values",
        """The groups are blocks of neighbouring channels: with 4 channels in 2 groups, {0, 1} and {2, 3}. Yours take
        every second one.""",
        {"->ngoabhw": "->nogabhw"}),
    mistake("WeightOutsideTheGraph", "ConvTranspose2d", "gradients",
        """Your output is right, but no gradient reaches the weight. Do not use `.data` or `.detach()` on it.""",
        {"self.weight.unflatten": "self.weight.data.unflatten"}),
    mistake("InputOutsideTheGraph", "ConvTranspose2d", "gradients",
        """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
        copy.""",
        {"x.unflatten": "x.detach().unflatten"}),
    mistake("AlwaysDouble", "ConvTranspose2d", "numerics",
        """The canvas should have the dtype of the input: `x.new_zeros(...)`, or `dtype=x.dtype`. Yours is always
        float64.""",
        {"canvas = x.new_zeros": "canvas = x.double().new_zeros"}),
    mistake("AnyOutputPadding", "ConvTranspose2d", "errors",
        """An output padding that is neither smaller than the stride nor smaller than the dilation should raise.""",
        {'raise ValueError("output_padding must be smaller than the stride or the dilation")': "pass"}),
    mistake("AnyOutputSize", "ConvTranspose2d", "errors",
        """An output size that no output padding below the stride can give should raise. You crop or fill up to it.""",
        {'raise ValueError("output_size must be the least size or larger by less than the stride")': "pass"}),
    mistake("DropsTheLeftOverChannels", "ConvTranspose2d", "errors",
        """Channels that the groups do not divide evenly should raise. You round down and leave some out.""",
        {
            'raise ValueError("groups must divide in_channels and out_channels")': (
                "in_channels, out_channels = in_channels // groups * groups, out_channels // groups * groups"
            ),
            "if x.shape[1] !=": "x = x[:, : x.shape[1] // self.groups * self.groups]\n        if x.shape[1] !=",
        }),
    mistake("SampleBySample", "ConvTranspose2d", "vectorized",
        """The result is right, but it is put together in a Python loop over the batch, and that is slow. Every
        operation here can treat all samples at once.""",
        {
            "if x.dim() == 3:": (
                "if x.dim() == 4 and len(x) > 1:\n"
                "            return torch.cat([self.forward(sample[None], output_size) for sample in x])\n"
                "        if x.dim() == 3:"
            ),
        }),
    mistake("PixelByPixel", "ConvTranspose2d", "vectorized",
        """The result is right, but you loop over the pixels in Python. Loop over the few positions of the kernel
        instead: for each, a strided slice of the output takes all pixels at once.""",
        {
            "canvas[..., down, across] += stamps[:, :, i, j]": (
                "for h in range(height):\n"
                "                    for w in range(width):\n"
                "                        canvas[..., i * dh + h * sh, j * dw + w * sw] += stamps[:, :, i, j, h, w]"
            ),
        }),
]  # fmt: skip


@misconception("ConvTranspose2d", "own_work")
class AsksTorch(ConvTranspose2d):
    """`F.conv_transpose2d` does all the work here. Multiply every pixel by the kernel and add up what overlaps
    yourself."""

    def forward(self, x, output_size=None):
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )
