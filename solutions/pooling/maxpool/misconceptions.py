"""Known-wrong answers for max pooling and unpooling, and the hint that each earns."""

from grader.spec import mistake

LAYERS = ("MaxPool1d", "MaxPool2d", "MaxPool3d")
MAXIMA = "windows = self._windows(x, -math.inf)"
"""Where the windows are taken."""
LARGEST = "values, places = windows.max(-1)"
"""And the largest of each."""
PLACES = "numbers.gather(-1, places.unsqueeze(-1)).squeeze(-1)"
"""The indices that are returned."""
NUMBERS = "torch.arange(math.prod(size), device=x.device).reshape(size)"
"""The numbers of a channel's elements."""
LEFT_OUT = "return count if (count - 1) * stride < size + padding else count - 1"
"""The rule of the last window."""
PUT_BACK = "return plane.scatter(-1, indices.flatten(-2), x.flatten(-2)).unflatten(-1, (height, width))"
"""How the maxima come back."""

mistakes = [
    mistake("CallsTorch", LAYERS, "own_work",
            """That is torch's own pooling under another name. Take the windows out of the input, and the maximum of
            each, yourself.""",
            {MAXIMA:
                "pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[self.dims - 1]\n"
                "        return pool(\n"
                "            x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode,\n"
                "            self.return_indices,\n"
                "        )"}),
    mistake("CeilModeFirst", LAYERS, "interface",
            """Look at the order of the arguments: in the layer `return_indices` comes before `ceil_mode`. It is the
            function in `torch.nn.functional` that has them the other way round.""",
            {"return_indices: bool = False,\n        ceil_mode: bool = False,":
                "ceil_mode: bool = False,\n        return_indices: bool = False,"}),
    mistake("NoDilation", LAYERS, "interface",
            """The constructor should also take `dilation`, after `padding`. Compare its signature with the one in the
            lesson, argument by argument.""",
            {"        dilation: int | tuple[int, ...] = 1,\n": "",
             "_each(dilation, self.dims)": "(1,) * self.dims"}),
    mistake("KeepsABuffer", LAYERS, "parameters",
            """Pooling has nothing to learn and nothing to save: its state dict is empty. Yours holds something; a
            plain attribute, or none at all, would do.""",
            {"self.ceil_mode = ceil_mode":
                'self.ceil_mode = ceil_mode\n        self.register_buffer("numbers", torch.arange(9))'}),
    mistake("StrideOfOne", LAYERS, "shapes",
            """Without a stride the windows of a pooling lie side by side: it is a convolution whose stride is 1 unless
            you say otherwise. Which number should None stand for?""",
            {"self.kernel_size if stride is None else _each(stride, self.dims)":
                "_each(1 if stride is None else stride, self.dims)"}),
    mistake("FirstNumberForAll", ("MaxPool2d", "MaxPool3d"), "shapes",
            """A tuple has one number for each dimension. You use the first of them for all.""",
            {"return (value,) * dims if isinstance(value, int) else tuple(value)":
                "return (value if isinstance(value, int) else value[0],) * dims"}),
    mistake("PaddingTransposed", ("MaxPool2d", "MaxPool3d"), "shapes",
            """`F.pad` begins with the *last* dimension: left, right, top, bottom. You give it the numbers of the first
            dimension first.""",
            {"[p, after, *sides]": "[*sides, p, after]"}),
    mistake("IgnoresTheDilation", LAYERS, "shapes",
            """`dilation` moves the elements of a window apart, so that it covers dilation * (kernel_size - 1) + 1
            places and fewer windows fit. Yours lie next to each other.""",
            {"_each(dilation, self.dims)": "(1,) * self.dims"}),
    mistake("IgnoresCeilMode", LAYERS, "shapes",
            """`ceil_mode=True` makes no difference in yours. The number of windows is then rounded up, so that what is
            left over at the end gets a window, too.""",
            {"if not ceil_mode:": "if not ceil_mode or True:"}),
    mistake("AlwaysRoundsUp", LAYERS, "shapes",
            """Without `ceil_mode` the number of windows is rounded down, and what is left over at the end is in no
            window. You round up.""",
            {"if not ceil_mode:": "if False:"}),
    mistake("KeepsTheWindowInThePadding", LAYERS, "shapes",
            """With `ceil_mode=True` one window may be too many: one that begins behind the input, in its right
            padding, is left out. You keep it, and it finds nothing but -inf.""",
            {LEFT_OUT: "return count"}),
    mistake("MeasuresFromTheInput", LAYERS, "shapes",
            """With `ceil_mode=True` a last window that begins behind the input is left out. Mind where you measure
            from: the first window begins `padding` places before the input.""",
            {LEFT_OUT: "return count if (count - 1) * stride < size else count - 1"}),
    mistake("AlwaysIndices", LAYERS, "shapes",
            """The indices are returned only with `return_indices=True`. Otherwise the output is one tensor, not a
            tuple.""",
            {"        if not self.return_indices:\n            return values\n": ""}),
    mistake("NeverIndices", LAYERS, "shapes",
            """With `return_indices=True` the output is a tuple: the maxima, and where they were. Yours is one
            tensor.""",
            {"if not self.return_indices:": "if not self.return_indices or True:"}),
    mistake("IndicesFirst", LAYERS, "values",
            """With `return_indices=True` the maxima come first, then their indices. Yours are the other way round.""",
            {f"return values, {PLACES}": f"return {PLACES}, values"}),
    mistake("KeepsTheBatchOfOne", LAYERS, "shapes",
            """An input without a batch gives an output without one. You return a batch of one.""",
            {MAXIMA: f"x = x if x.dim() == self.dims + 2 else x.unsqueeze(0)\n        {MAXIMA}"}),
    mistake("PadsWithZeros", LAYERS, "values",
            """Where a window has only negative elements and reaches into the padding, you return 0, which is nowhere
            in the input. Which number is never larger than an element?""",
            {MAXIMA: "windows = self._windows(x, 0.0)"}),
    mistake("StartsFromZero", LAYERS, "values",
            """The largest of a few negative numbers is negative. Yours is never below 0: what do you begin with,
            before you have looked at the first element?""",
            {LARGEST: f"{LARGEST}\n        values = values.clamp(min=0)"}),
    mistake("PadsWithAFiniteNumber", LAYERS, "values",
            """The padding should lose against every number, however small. Yours is finite, and there are inputs below
            it.""",
            {MAXIMA: "windows = self._windows(x, -1e9)"}),
    mistake("CeilModePadsWithZeros", LAYERS, "values",
            """With `ceil_mode=True` the last window may reach beyond the padding. What it finds there counts as -inf,
            as the padding does; yours finds zeros.""",
            {"x = F.pad(x, sides, value=fill)":
                "ends = [sides[at - at % 2] for at in range(len(sides))]\n"
                "        x = F.pad(x, [min(side, end) for side, end in zip(sides, ends)], value=fill)\n"
                "        x = F.pad(x, [max(0, side - end) for side, end in zip(sides, ends)])"}),
    mistake("LooksBetween", LAYERS, "values",
            """With a dilation a window has as many elements as before, only further apart. You take the maximum over
            all that lies between them, too.""",
            {"x.unfold(axis, span, s)[..., ::d]": "x.unfold(axis, span, s)"}),
    mistake("PlaceInTheWindow", LAYERS, "values",
            """Your indices say where in its *window* each maximum is. They should say where in the *input*: the number
            of the element in its channel.""",
            {f"return values, {PLACES}": "return values, places"}),
    mistake("NumbersThePadding", LAYERS, "values",
            """Your indices count the padding as if it were part of the input. They should number the elements of the
            input as it was before you padded it.""",
            {NUMBERS:
                "torch.arange(math.prod(n + 2 * p for n, p in zip(size, self.padding)), device=x.device).reshape(\n"
                "            [n + 2 * p for n, p in zip(size, self.padding)]\n"
                "        )[tuple(slice(p, p + n) for n, p in zip(size, self.padding))]"}),
    mistake("NumbersAllChannels", LAYERS, "values",
            """Your indices go on counting from one channel to the next. In each channel they begin again with 0.""",
            {f"return values, {PLACES}":
                "before = torch.arange(x.shape[-self.dims - 1], device=x.device).reshape(-1, *[1] * self.dims)\n"
                f"        return values, before * math.prod(size) + {PLACES}"}),
    mistake("ColumnByColumn", ("MaxPool2d", "MaxPool3d"), "values",
            """Your indices number the elements along the first dimension first. They are numbered along the last one:
            an image row by row.""",
            {NUMBERS:
                "torch.arange(math.prod(size), device=x.device).reshape(size[::-1]).permute(\n"
                "            *range(self.dims)[::-1]\n"
                "        )"}),
    mistake("FloatingIndices", LAYERS, "values",
            """Indices are whole numbers: int64, so that one can index with them. Yours are floating.""",
            {f"return values, {PLACES}": f"return values, {PLACES}.to(x.dtype)"}),
    mistake("OutsideTheGraph", LAYERS, "gradients",
            """Your output is right, but no gradient reaches the input. Do not take the windows from `x.data`, from
            numpy, or from a detached copy.""",
            {LARGEST: "values, places = windows.detach().max(-1)"}),
    mistake("AnyPadding", LAYERS, "errors",
            """A padding of more than half the window should raise an exception: there would be windows that see
            nothing but padding. You take any.""",
            {"if any(2 * p > k for": "if any(p < 0 for"}),
    mistake("PaddingBelowTheWindow", LAYERS, "errors",
            """The padding may be at most *half* the window. You refuse only what is as large as the window.""",
            {"2 * p > k": "p >= k"}),
    mistake("PaddingOfTheSpan", LAYERS, "errors",
            """The padding may be at most half of `kernel_size`, however far a dilation pulls the window apart. You
            measure it by all that the window spans.""",
            {"any(2 * p > k for k, p in zip(self.kernel_size, self.padding, strict=True))":
                "any(2 * p > d * (k - 1) + 1 for k, p, d in zip(self.kernel_size, self.padding, self.dilation, "
                "strict=True))"}),
    mistake("LooksAtTheFirstPadding", ("MaxPool2d", "MaxPool3d"), "errors",
            """The padding may be at most half the window in *every* direction. You look at the first number only.""",
            {"for k, p in zip(self.kernel_size, self.padding, strict=True)":
                "for k, p in zip(self.kernel_size[:1], self.padding[:1], strict=True)"}),
    mistake("WindowByWindow", LAYERS, "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a
            window (a strided slice has one position of all the windows), or over none: `Tensor.unfold` has all of
            them.""",
            {LARGEST:
                "rows = [row.max(-1) for row in windows.flatten(0, -2)]\n"
                "        values, places = (\n"
                "            torch.stack([row[at] for row in rows]).reshape(windows.shape[:-1]) for at in (0, 1)\n"
                "        )"}),

    mistake("UnpoolOfTorch", "MaxUnpool2d", "own_work",
            """`F.max_unpool2d` does all the work here. Begin with zeros, and write each value to its place.""",
            {"if output_size is None:":
                "return F.max_unpool2d(x, indices, self.kernel_size, self.stride, self.padding, output_size)\n"
                "        if output_size is None:"}),
    mistake("PaddingBeforeStride", "MaxUnpool2d", "interface",
            """Look at the order of the arguments: `stride` comes second, then `padding`.""",
            {"stride: int | tuple[int, int] | None = None,\n        padding: int | tuple[int, int] = 0,":
                "padding: int | tuple[int, int] = 0,\n        stride: int | tuple[int, int] | None = None,"}),
    mistake("PlaneAsBuffer", "MaxUnpool2d", "parameters",
            """This layer has nothing to learn and nothing to save: its state dict is empty. Yours holds something.""",
            {"self.padding = _each(padding, 2)":
                'self.padding = _each(padding, 2)\n        self.register_buffer("plane", torch.zeros(3))'}),
    mistake("UnpoolsWithStrideOne", "MaxUnpool2d", "shapes",
            """Without a stride the pooled windows lay side by side. Which number should None stand for?""",
            {"self.kernel_size if stride is None else _each(stride, 2)": "_each(1 if stride is None else stride, 2)",
             PUT_BACK:
                "indices = indices.flatten(-2).clamp(max=height * width - 1)\n"
                "        return plane.scatter(-1, indices, x.flatten(-2)).unflatten(-1, (height, width))"}),
    mistake("DoublesOnly", "MaxUnpool2d", "shapes",
            """Without an `output_size` the output has (n - 1) * stride - 2 * padding + kernel_size rows. Yours has n
            times the window, which is the same only where the windows lie side by side, without a padding.""",
            {"(n - 1) * s - 2 * p + k for": "n * k for"}),
    mistake("ForgetsThePadding", "MaxUnpool2d", "shapes",
            """The padding was no part of the image, and what comes back has none: 2 * padding fewer rows. You return
            the padded size.""",
            {"- 2 * p + k": "+ k"}),
    mistake("IgnoresTheOutputSize", "MaxUnpool2d", "shapes",
            """Several sizes are pooled to the same one, and `output_size` says which it was. You return the smallest
            of them whatever it says.""",
            {"if output_size is None:": "if output_size is None or True:",
             PUT_BACK:
                "indices = indices.flatten(-2).clamp(max=height * width - 1)\n"
                "        return plane.scatter(-1, indices, x.flatten(-2)).unflatten(-1, (height, width))"}),
    mistake("LastTwoSizesOnly", "MaxUnpool2d", "shapes",
            """`output_size` may be height and width alone, or a whole shape such as `images.shape`. You read its first
            two numbers.""",
            {"output_size[-2:]": "output_size[:2]",
             PUT_BACK:
                "indices = indices.flatten(-2).clamp(max=height * width - 1)\n"
                "        return plane.scatter(-1, indices, x.flatten(-2)).unflatten(-1, (height, width))"}),
    mistake("UnpoolsToABatchOfOne", "MaxUnpool2d", "shapes",
            """An input without a batch gives an output without one. You return a batch of one.""",
            {PUT_BACK: f"{PUT_BACK}.reshape(-1, x.shape[-3], height, width)"}),
    mistake("AddsUp", "MaxUnpool2d", "values",
            """Where windows overlap, two of them may have had the same maximum. It comes back once; in yours the two
            are added up.""",
            {"plane.scatter(": "plane.scatter_add("}),
    mistake("FillsTheWindow", "MaxUnpool2d", "values",
            """Each value comes back in one place, the one that its index names, and the rest is 0. You repeat it over
            the whole window, as upsampling does.""",
            {PUT_BACK:
                "down = torch.arange(height, device=x.device) * x.shape[-2] // height\n"
                "        right = torch.arange(width, device=x.device) * x.shape[-1] // width\n"
                "        return x[..., down, :][..., right]"}),
    mistake("CornerOfTheWindow", "MaxUnpool2d", "values",
            """Each value comes back where its index says. You write it to the first corner of its window, and do not
            look at the indices.""",
            {"indices.flatten(-2)":
                "(\n            torch.arange(x.shape[-2], device=x.device)[:, None] * self.stride[0] * width\n"
                "            + torch.arange(x.shape[-1], device=x.device) * self.stride[1]\n"
                "        ).clamp(max=height * width - 1).expand_as(x).flatten(-2)"}),
    mistake("WidthOfTheInput", "MaxUnpool2d", "values",
            """The indices number the pixels of the *output*, row by row, so row and column follow from its width. You
            divide by the width of the input.""",
            {"indices.flatten(-2)":
                "((indices // x.shape[-1] * width + indices % x.shape[-1]) % (height * width)).flatten(-2)"}),
    mistake("ColumnsFirst", "MaxUnpool2d", "values",
            """The indices number the pixels row by row. You read them as if they went down the columns.""",
            {".unflatten(-1, (height, width))": ".unflatten(-1, (width, height)).transpose(-1, -2)"}),
    mistake("InfinityElsewhere", "MaxUnpool2d", "values",
            """What was no maximum comes back as 0. Yours is -inf there, which is right for a pooling's padding
            only.""",
            {"x.new_zeros(*x.shape[:-2], height * width)":
                "x.new_full((*x.shape[:-2], height * width), -math.inf)"}),
    mistake("UnpoolsOutsideTheGraph", "MaxUnpool2d", "gradients",
            """Your output is right, but no gradient reaches the values. Do not write `x.data` or a detached copy.""",
            {"x.flatten(-2)": "x.detach().flatten(-2)"}),
    mistake("ChannelByChannel", "MaxUnpool2d", "vectorized",
            """The result is right, but you loop over images or channels in Python. `scatter` writes all of them at
            once, along a flattened last dimension.""",
            {PUT_BACK:
                "rows = zip(*(item.flatten(0, -2) for item in (plane, indices.flatten(-2), x.flatten(-2))))\n"
                "        planes = [one.scatter(0, where, values) for one, where, values in rows]\n"
                "        return torch.stack(planes).reshape(*x.shape[:-2], height, width)"}),
]  # fmt: skip
