"""Known-wrong answers for AvgPool2d, and the hint that each earns."""

from grader.spec import mistake

PART = "AvgPool2d"

mistakes = [
    mistake("AsksTorch", PART, "own_work",
            """`F.avg_pool2d` does all the work here. Slices of the padded image, one for each position within the
            window, do it too.""",
            {"sums, lengths = x, []":
                "return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode)"}),
    mistake("PaddingSecond", PART, "interface",
            """The order of the arguments is kernel_size, stride, padding, ceil_mode, count_include_pad,
            divisor_override.""",
            {"stride: int | tuple[int, int] | None = None,\n        padding: int | tuple[int, int] = 0,":
                "padding: int | tuple[int, int] = 0,\n        stride: int | tuple[int, int] | None = None,"}),
    mistake("KernelAsParameter", PART, "parameters",
            """This layer has nothing to learn. Yours has a parameter; a weight that never changes can be made in
            forward, or kept in a buffer that is not saved.""",
            {"self.padding = _pair(padding)":
                "self.padding = _pair(padding)\n        self.weight = nn.Linear(1, 1).weight"}),
    mistake("StrideOfOne", PART, "shapes",
            "By default the windows lie side by side: the stride is the size of the window. Yours is 1.",
            {"self.kernel_size if stride is None": "(1, 1) if stride is None"}),
    mistake("StrideIgnored", PART, "shapes",
            "Windows are `stride` apart. Yours are always as far apart as they are large.",
            {"self.kernel_size if stride is None else _pair(stride)": "self.kernel_size"}),
    mistake("ForgetsPadding", PART, "shapes",
            "Rows and columns of zeros surround the image before any window is taken. You leave them out.",
            {"self.padding = _pair(padding)": "self.padding = (0, 0)"}),
    mistake("HeightForBoth", PART, "shapes",
            "A pair is (height, width). You use the number for the height for the width as well.",
            {"return height, width": "return height, height"}),
    mistake("WidthFirst", PART, "shapes",
            "A pair is (height, width), as in the shape of the image. You read it as (width, height).",
            {"return height, width": "return width, height"}),
    mistake("KeepsTheBatchOfOne", PART, "shapes",
            "An image without a batch, (C, H, W), gives an output without one. You return a batch of one.",
            {"sums, lengths = x, []": "sums, lengths = (x if x.dim() == 4 else x.unsqueeze(0)), []"}),
    mistake("CeilIgnored", PART, "shapes",
            "With `ceil_mode=True`, pixels that are left over at the end get a window too. You drop them.",
            {"self.ceil_mode = ceil_mode": "self.ceil_mode = False"}),
    mistake("CeilAlways", PART, "shapes",
            "Without `ceil_mode`, pixels at the end that do not fill a window are dropped. You give them one.",
            {"self.ceil_mode = ceil_mode": "self.ceil_mode = True"}),
    mistake("OneMoreInAnyCase", PART, "shapes",
            """`ceil_mode` rounds a quotient up. Where it is a whole number already, there is nothing to round, and no
            window more.""",
            {"spare % stride and count": "count"}),
    mistake("BeginsAfterTheImage", PART, "shapes",
            """Rounding up alone gives a window too many where `stride` is large: the last one has to begin in the
            image, or in the padding in front of it.""",
            {" and count * stride < size + padding": ""}),
    mistake("MustFitWithoutPadding", PART, "shapes",
            """Whether the last window of `ceil_mode` begins after the image has to be asked in one system of
            coordinates: the first window begins `padding` pixels before the image, not at 0.""",
            {"count * stride < size + padding": "count * stride < size"}),
    mistake("TakesTheMaximum", PART, "values",
            "This is the mean of each window. You take its largest value.",
            {"self.stride[axis]).sum(-1)": "self.stride[axis]).amax(-1)"}),
    mistake("NeverDivides", PART, "values",
            "The mean is the sum divided by how many there are. You return the sum.",
            {"return sums / (heights[:, None] * widths)": "return sums"}),
    mistake("AlwaysTheWholeWindow", PART, "values",
            """A window that `ceil_mode` adds reaches over the edge of the padded image. It ends there, so it has fewer
            pixels than the others: yours is divided by as many.""",
            {"return starts, [min(start + kernel, end) - max(start, first) for start in starts]":
                "return starts, [kernel if self.count_include_pad else min(start + kernel, end) - max(start, first) "
                "for start in starts]"}),
    mistake("KernelAreaOnly", PART, "values",
            """You divide by the area of the kernel in all cases. Look at windows at the border, with
            `count_include_pad=False` and with `ceil_mode=True`: how many pixels does such a window have?""",
            {"[min(start + kernel, end) - max(start, first) for start in starts]": "[kernel for start in starts]"}),
    mistake("PaddingNeverCounts", PART, "values",
            """By default (`count_include_pad=True`) the zeros of the padding count as pixels: a window at the border is
            divided by as much as one in the middle. You divide by the number of pixels of the image.""",
            {"self.count_include_pad = count_include_pad": "self.count_include_pad = False"}),
    mistake("PaddingAlwaysCounts", PART, "values",
            """With `count_include_pad=False` a window is divided by its pixels within the image. You count those of the
            padding as well.""",
            {"self.count_include_pad = count_include_pad": "self.count_include_pad = True"}),
    mistake("NotZeros", PART, "values",
            """With `count_include_pad=False` you leave out every zero, also those that are values of the image. What
            counts is where a pixel lies, not what is in it.""",
            {"sums, lengths = x, []": "sums, lengths, seen = x, [], (x != 0).to(x)",
             "sums = self._sums(sums, starts, axis)":
                "sums, seen = self._sums(sums, starts, axis), self._sums(seen, starts, axis)",
             "heights, widths = lengths":
                "heights, widths = lengths\n"
                "        if not self.count_include_pad:\n"
                "            return sums / seen.clamp(min=1)"}),
    mistake("DivisorIgnored", PART, "values",
            "`divisor_override` replaces whatever the sums would have been divided by. You never use it.",
            {"self.divisor_override = divisor_override": "self.divisor_override = None"}),
    mistake("DividesTwice", PART, "values",
            "`divisor_override` takes the place of the number of pixels. You divide by both.",
            {"return sums / self.divisor_override": "sums = sums / self.divisor_override"}),
    mistake("OverridesOnlyWithPadding", PART, "values",
            "`divisor_override` holds whatever `count_include_pad` is. Yours is forgotten where that is False.",
            {"if self.divisor_override is not None:":
                "if self.divisor_override is not None and self.count_include_pad:"}),
    mistake("RepeatsTheEdge", PART, "values",
            "The padding is zeros. You repeat the pixels of the edge.",
            {"padded = F.pad(x, border if axis == 1 else (0, 0, *border))":
                "padded = F.pad(x[None], border if axis == 1 else (0, 0, *border), mode='replicate')[0]"}),
    mistake("OutsideTheGraph", PART, "gradients",
            """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
            copy.""",
            {"padded = F.pad(x,": "padded = F.pad(x.detach(),"}),
    mistake("AnyPadding", PART, "errors",
            """A padding of more than half the window should raise an exception: some windows would see little or
            nothing of the image.""",
            {"2 * ph > kh or 2 * pw > kw": "False"}),
    mistake("PaddingUpToTheWindow", PART, "errors",
            "The padding may be half the window at most. You compare it with the whole window.",
            {"2 * ph > kh or 2 * pw > kw": "ph > kh or pw > kw"}),
    mistake("ChecksTheHeightAlone", PART, "errors",
            "The padding may be half the window at most, in both directions. You look at one of them.",
            {"2 * ph > kh or 2 * pw > kw": "2 * ph > kh"}),
    mistake("ZeroIsNoDivisor", PART, "errors",
            """`if divisor_override:` is false for 0 as well as for None, so that a 0 is silently ignored. It should
            raise an exception.""",
            {"if divisor_override == 0:": "if False:",
             "if self.divisor_override is not None:": "if self.divisor_override:"}),
    mistake("WindowByWindow", PART, "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a
            window: a strided slice takes one position of all the windows at once.""",
            {"from torch import Tensor, nn": "import torch\nfrom torch import Tensor, nn",
             "return padded.unfold(axis - 2, kernel, self.stride[axis]).sum(-1)":
                "sums = [padded.narrow(axis - 2, start - starts[0], kernel).sum(axis - 2) for start in starts]\n"
                "        return torch.stack(sums, axis - 2)"}),
]  # fmt: skip
