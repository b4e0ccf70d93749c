"""Known-wrong answers on convolution."""

from grader.spec import mistake

LAYERS = ("Conv1d", "Conv2d", "Conv3d")

mistakes = [
    mistake("CallsTorch", LAYERS, "own_work",
        """That is torch's own convolution under another name. Take the windows out of the input, and multiply them with
        the weight yourself.""",
        {
            "windows = F.pad(x, self.pad_sizes, self.pad_mode)": (
                "x = F.pad(x, self.pad_sizes, self.pad_mode)\n"
                "        convolve = (F.conv1d, F.conv2d, F.conv3d)[self.dims - 1]\n"
                "        return convolve(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)"
            ),
        }),
    mistake("NoPaddingMode", LAYERS, "interface",
        """The constructor should also take padding_mode, after bias. Compare its signature with the one in the handout,
        argument by argument.""",
        {
            '        padding_mode: str = "zeros",\n': "",
            "super().__init__()": 'super().__init__()\n        padding_mode = "zeros"',
        }),
    mistake("PaddingBeforeStride", "Conv2d", "interface",
        """Look at the order of the arguments: stride comes fourth, then padding.""",
        {
            "stride: int | tuple[int, ...] = 1,\n        padding: int | tuple[int, ...] | str = 0,": (
                "padding: int | tuple[int, ...] | str = 0,\n"
                "        stride: int | tuple[int, ...] = 1,"
            ),
        }),
    mistake("SeesAllChannels", LAYERS, "parameters",
        """With groups, an output channel only sees the input channels of its own group. So the second dimension of the
        weight is in_channels / groups, not in_channels.""",
        {
            "in_channels // groups, *self": "in_channels, *self",
            "self.weight.unflatten": "self.weight[:, : self.in_channels // self.groups].unflatten",
        }),
    mistake("InputsFirst", LAYERS, "parameters",
        """Torch stores the weight with the output channels first: (out_channels, in_channels / groups, kernel). Yours
        has the input channels first.""",
        {
            "torch.empty(out_channels, in_channels // groups,": "torch.empty(in_channels // groups, out_channels,",
            "self.weight.unflatten": "self.weight.transpose(0, 1).unflatten",
        }),
    mistake("FlatKernel", "Conv2d", "parameters",
        """The kernel keeps its dimensions in the weight: (out_channels, in_channels / groups, height, width). Flatten
        it where you multiply, not where you store it.""",
        {
            "*self.kernel_size))": "*self.kernel_size).flatten(1))",
            "self.weight.unflatten": "self.weight.unflatten(1, (-1, *self.kernel_size)).unflatten",
        }),
    mistake("AlwaysABias", "Conv2d", "parameters",
        """bias=False makes no difference: the layer still has a bias among its parameters.""",
        {" if bias else None": ""}),
    mistake("AlwaysABatch", LAYERS, "shapes",
        """An input without a batch dimension gives an output without one. You return a batch of one.""",
        {".squeeze(0)": ""}),
    mistake("SameForOddKernels", LAYERS, "shapes",
        """With padding="same" your output is too small where the kernel is even: d * (k - 1) is odd then, and the two
        sides need different amounts.""",
        {"total - total // 2": "total // 2"}),
    mistake("SameWithoutDilation", "Conv2d", "shapes",
        """padding="same" has to make up for the whole span of the kernel. A dilated one spans more: pad d * (k - 1) in
        all, not k - 1.""",
        {"[d * (k - 1) for": "[k - 1 for"}),
    mistake("WidthFirst", ("Conv2d", "Conv3d"), "shapes",
        """`F.pad` begins with the last dimension: (left, right, top, bottom). You hand it the first dimension first,
        which shows as soon as the amounts differ.""",
        {"reversed(sides)": "sides"}),
    mistake("FirstStrideForAll", ("Conv2d", "Conv3d"), "shapes",
        """The stride may differ from dimension to dimension. You use the first one for all of them.""",
        {"d * (k - 1) + 1, s)": "d * (k - 1) + 1, self.stride[0])"}),
    mistake("IgnoresDilation", LAYERS, "shapes",
        """dilation makes no difference in your answer. The taps of the kernel should lie that far apart, so the kernel
        spans d * (k - 1) + 1.""",
        {"self._each(dilation)": "self._each(1)"}),
    mistake("StaysWithTheFirstSize", "Conv2d", "shapes",
        """The second call goes wrong, if its input is of another size than the first. Work sizes out again in every
        call, instead of remembering them.""",
        {
            "if x.shape[1] !=": (
                'height, width = self.__dict__.setdefault("first", x.shape[2:])\n'
                "        x = x[:, :, :height, :width]\n"
                "        if x.shape[1] !="
            ),
        }),
    mistake("RefusesASingleOne", LAYERS, "values",
        """The batch dimension may be missing: (C, H, W) is a single image. Add the dimension, and take it away
        again.""",
        {"return self.forward(x.unsqueeze(0)).squeeze(0)": 'raise ValueError("expected a batch")'}),
    mistake("Flipped", LAYERS, "values",
        """You flip the kernel, as convolutions in mathematics do. Those of deep learning do not: the first tap meets
        the first element of the window.""",
        {"self.weight.unflatten": "self.weight.flip(*range(2, 2 + self.dims)).unflatten"}),
    mistake("TransposedKernel", "Conv2d", "values",
        """Are the rows of the kernel laid on the rows of the window? Yours are laid on its columns, which no square,
        symmetric kernel would show.""",
        {"self.weight.unflatten": "self.weight.transpose(2, 3).reshape(self.weight.shape).unflatten"}),
    mistake("ForgetsTheBias", LAYERS, "values",
        """The bias is there, but it never reaches the output.""",
        {" if self.bias is None else y + self.bias.reshape(-1, *[1] * self.dims)": ""}),
    mistake("BiasForEveryTap", "Conv2d", "values",
        """The bias is added once for each output, after the sum over channels and taps. You add it for every input
        channel.""",
        {"y + self.bias": "y + self.weight.shape[1] * self.bias"}),
    mistake("InterleavedGroups", LAYERS, "values",
        """Groups are made of neighbouring channels: with two groups, the first half and the second half. You deal the
        channels out in turn.""",
        {"windows.unflatten(1, (self.groups, -1))": "windows.unflatten(1, (-1, self.groups)).transpose(1, 2)"}),
    mistake("OneKernelForAllGroups", ("Conv1d", "Conv3d"), "values",
        """Every group has kernels of its own. You use those of the first group for all.""",
        {"self.weight.unflatten(0, (self.groups, -1))": "self.weight.unflatten(0, (self.groups, -1))[:1]"}),
    mistake("OutputsInTurn", "Conv2d", "values",
        """The outputs of a group stay together: first all outputs of the first group, then those of the second. Look at
        the order of your last reshape.""",
        {".flatten(1, 2)": ".transpose(1, 2).flatten(1, 2)"}),
    mistake("LargerHalfBefore", LAYERS, "values",
        """With padding="same" and an even kernel, the two sides differ by one. torch puts the larger half after the
        input, you put it in front.""",
        {"(total // 2, total - total // 2)": "(total - total // 2, total // 2)"}),
    mistake("PaddingInFront", "Conv2d", "values",
        """The size is correct, but everything is shifted: half of the padding belongs after the input.""",
        {"for size in pair": "for size in (sum(pair), 0)"}),
    mistake("AlwaysZeros", LAYERS, "values",
        """padding_mode makes no difference: your padding is always zeros.""",
        {", self.pad_mode)": ")"}),
    mistake("SameMeansZeros", "Conv2d", "values",
        """padding="same" says how much is padded, padding_mode says with what. With "same" you always pad zeros.""",
        {'if padding_mode == "zeros"': 'if padding_mode == "zeros" or padding == "same"'}),
    mistake("RepeatsTheEdge", LAYERS, "values",
        """In "reflect" mode the edge is the mirror and is not repeated: 1 2 3 padded by two is 3 2 1 2 3 2 1. Yours
        repeats it, 2 1 1 2 3 3 2.""",
        {
            "windows = F.pad(x, self.pad_sizes, self.pad_mode)": (
                'if self.pad_mode != "reflect":\n'
                "            windows = F.pad(x, self.pad_sizes, self.pad_mode)\n"
                "        else:\n"
                "            windows = x\n"
                "            for axis, (p, q) in enumerate(zip(self.pad_sizes[-2::-2], self.pad_sizes[::-2]), 2):\n"
                "                start, end = windows.narrow(axis, 0, p), windows.narrow(axis, x.shape[axis] - q, q)\n"
                "                windows = torch.cat([start.flip(axis), windows, end.flip(axis)], axis)"
            ),
        }),
    mistake("CircularIsReflect", "Conv2d", "values",
        """In "circular" mode padding goes on at the other end of the input; in "reflect" mode it turns back. Which of
        the two is yours?""",
        {"self.pad_mode)": 'self.pad_mode.replace("circular", "reflect"))'}),
    mistake("CutsTheWeightOff", LAYERS, "gradients",
        """Your output is right, but the weight gets no gradient. Use the parameter itself, not its data or a detached
        copy.""",
        {"self.weight.unflatten": "self.weight.detach().unflatten"}),
    mistake("CutsTheInputOff", "Conv2d", "gradients",
        """Your output is right, but no gradient comes back to the input. Take the windows out of `x` itself, not out of
        a new tensor or a detached copy.""",
        {"F.pad(x,": "F.pad(x.detach(),"}),
    mistake("AlwaysFloat64", LAYERS, "numerics",
        """A float32 input comes back as float64. A layer works in the dtype of its input and parameters; new tensors
        should take it over.""",
        {"windows, kernels)": "windows.double(), kernels.double())"}),
    mistake("AlwaysFloat32", "Conv2d", "numerics",
        """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the
        dtype of the input.""",
        {"windows, kernels)": "windows.float(), kernels.float())"}),
    mistake("FanOfAllChannels", LAYERS, "init",
        """The bound of the fresh values is 1 / sqrt(f), where f counts what one output sums over: the taps of the input
        channels of its *group*. You count all input channels.""",
        {"self.weight[0].numel()": "groups * self.weight[0].numel()"}),
    mistake("ZeroBias", LAYERS, "init",
        """A fresh bias is drawn from the same distribution as the weight; yours is zero.""",
        {
            "nn.init.uniform_(parameter, -bound, bound)": (
                "nn.init.uniform_(parameter, -bound, bound)\n"
                "        if bias:\n"
                "            nn.init.zeros_(self.bias)"
            ),
        }),
    mistake("KaimingDefault", "Conv2d", "init",
        """`nn.init.kaiming_uniform_` left to itself draws up to sqrt(6 / f); here it is 1 / sqrt(f).""",
        {
            "nn.init.uniform_(parameter, -bound, bound)": (
                "nn.init.uniform_(parameter, -bound, bound)\n"
                "        nn.init.kaiming_uniform_(self.weight)"
            ),
        }),
    mistake("IgnoresExtraChannels", LAYERS, "errors",
        """An input with more channels than in_channels is the wrong input. Raise an exception instead of dropping
        some.""",
        {"if x.shape[1] !=": "x = x[:, : self.in_channels]\n        if x.shape[1] !="}),
    mistake("RoundsGroupsDown", LAYERS, "errors",
        """Channels that the groups do not divide cannot be split evenly. Raise a ValueError instead of leaving the rest
        out.""",
        {
            "if in_channels % groups or out_channels % groups:": "if out_channels % groups:",
            "windows.unflatten": "windows[:, : self.weight.shape[1] * self.groups].unflatten",
        }),
    mistake("SameWithAStride", LAYERS, "errors",
        """With a stride the output is smaller than the input, whatever the padding, so "same" makes no sense. Raise a
        ValueError.""",
        {"if max(self.stride) > 1:\n                raise ValueError(\"padding='same' needs a stride of 1\")": "pass"}),
    mistake("AnyMode", LAYERS, "errors",
        """A padding mode that does not exist is most likely a typing error. Raise a ValueError instead of padding
        zeros.""",
        {'raise ValueError(f"unknown padding_mode {padding_mode!r}")': 'padding_mode = "zeros"'}),
    mistake("OneByOne", LAYERS, "vectorized",
        """The result is right, but it is put together in a Python loop over the batch, and that is slow. All functions
        that you need take the whole batch at once.""",
        {
            "if x.shape[1] !=": (
                "if len(x) > 1:\n"
                "            return torch.cat([self.forward(one) for one in x.split(1)])\n"
                "        if x.shape[1] !="
            ),
        }),
    mistake("PlaceByPlace", LAYERS, "vectorized",
        """The result is right, but there is a Python loop over the places of the window, and images have many. Loop
        over the few taps of the kernel if you like, and treat all places at once.""",
        {
            "torch.einsum(equation, windows, kernels)": (
                "torch.cat([torch.einsum(equation, row, kernels) for row in windows.split(1, 3)], 3)"
            ),
        }),
]  # fmt: skip
