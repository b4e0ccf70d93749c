"""Known-wrong answers for adaptive and fractional pooling, and the hint that each earns."""

from grader.spec import mistake

AVERAGE, MAXIMUM, FRACTIONAL = "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "FractionalMaxPool2d"
ADAPTIVE = (AVERAGE, MAXIMUM)
STARTS = "starts = ((numbers + shift) * step).floor().long() - (shift * step).floor().long()"
WINDOWS = "[(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]"
MEAN = "x.narrow(dim, start, end - start).mean(dim, keepdim=True)"

mistakes = [
    # --- both adaptive layers ---
    mistake("StrideTimesIndex", ADAPTIVE, "values",
            """You work out one stride and one kernel size for all windows, from stride = input // output. torch does no
            such thing where the sizes do not divide: each window has a start and an end of its own.""",
            {WINDOWS: "[(i * (size // count), i * (size // count) + size - (count - 1) * (size // count)) "
                "for i in range(count)]"}),
    mistake("SharesInFloats", ADAPTIVE, "values",
            """The ends of your windows are products of a float: 7 times 29 / 7 is a little more than 29, and rounded up
            it is 30. Multiply before you divide, in whole numbers.""",
            {WINDOWS: "[(int(i * (size / count)), -int(-(i + 1) * (size / count) // 1)) for i in range(count)]"}),
    mistake("RemainderForTheLast", ADAPTIVE, "values",
            """Your windows are all equally large, and the last one takes what is left over. Each window should cover an
            equal share of the image, also where that begins or ends within a pixel.""",
            {WINDOWS: "[(min(i * max(size // count, 1), size - 1), size if i == count - 1 else "
                "min((i + 1) * max(size // count, 1), size)) for i in range(count)]"}),
    mistake("EndsRoundedDown", ADAPTIVE, "values",
            """Your windows do not overlap. A pixel of which only a part lies in a window's share belongs to it all the
            same: look at how the end is rounded.""",
            {WINDOWS: "[(i * size // count, max(i * size // count + 1, (i + 1) * size // count)) "
                "for i in range(count)]"}),
    mistake("OneMoreAtTheEnd", ADAPTIVE, "values",
            "Rounding up is not adding one: where the end of a share is a whole number, the window ends there.",
            {WINDOWS: "[(i * size // count, min(size, (i + 1) * size // count + 1)) for i in range(count)]"}),
    mistake("RoundedToTheNearest", ADAPTIVE, "values",
            "Starts are rounded down and ends are rounded up. You round both to the nearest pixel.",
            {WINDOWS: "[(a, max(a + 1, round((i + 1) * size / count))) for i in range(count) "
                "for a in [min(size - 1, round(i * size / count))]]"}),
    mistake("NeverLarger", ADAPTIVE, "shapes",
            """The output has the size that is asked for, also where that is larger than the image: then windows repeat.
            Yours never grows.""",
            {"count = size if count is None else count": "count = size if count is None else min(count, size)"}),
    mistake("NoneIsOne", ADAPTIVE, "shapes",
            "None stands for the size of the input in that direction. Yours makes it 1.",
            {"count = size if count is None": "count = 1 if count is None"}),
    mistake("HeightForBoth", (*ADAPTIVE, FRACTIONAL), "shapes",
            "A pair is (height, width). You use the number for the height for the width as well.",
            {"return height, width": "return height, height"}),
    mistake("KernelAndNoSize", ADAPTIVE, "shapes",
            """The argument is the size of the output, not that of the windows. Yours is as if it were the kernel of an
            ordinary pooling.""",
            {"count = size if count is None else count":
                "count = size if count is None else max(1, size // count)"}),
    mistake("OtherName", ADAPTIVE, "interface",
            "The argument is called output_size, as in torch, so that `output_size=...` works.",
            {"output_size: int | tuple[int | None, int | None]": "size: int | tuple[int | None, int | None]",
             "_pair(output_size)": "_pair(size)"}),
    mistake("SomethingToLearn", (*ADAPTIVE, FRACTIONAL), "parameters",
            "A pooling has nothing to learn. Yours has a parameter; plain numbers belong into plain attributes.",
            {"super().__init__()": "super().__init__()\n        self.scale = nn.Parameter(torch.ones(1))"}),
    # --- AdaptiveAvgPool2d ---
    mistake("AsksTorch", AVERAGE, "own_work",
            """`F.adaptive_avg_pool2d` does all the work here. Work out where each window begins and ends, and take
            means of slices.""",
            {"for dim in (-2, -1):": "x = nn.functional.adaptive_avg_pool2d(x, self.output_size)\n"
                "        for dim in (-2, -1):"}),
    mistake("AlwaysABatch", AVERAGE, "shapes",
            "An image without a batch, (C, H, W), gives an output without one. You return a batch of one.",
            {"for dim in (-2, -1):": "x = x if x.dim() == 4 else x[None]\n        for dim in (-2, -1):"}),
    mistake("Sums", AVERAGE, "values",
            "The mean is the sum divided by how many there are. You return the sum.",
            {MEAN: "x.narrow(dim, start, end - start).sum(dim, keepdim=True)"}),
    mistake("AverageShare", AVERAGE, "values",
            """You divide by input / output, the average share. Windows overlap and differ in size: divide each sum by
            the number of pixels in it.""",
            {MEAN: "x.narrow(dim, start, end - start).sum(dim, keepdim=True) * len(windows) / x.shape[dim]"}),
    mistake("TakesTheMaximum", AVERAGE, "values",
            "This is the mean of each window. You take its largest value.",
            {MEAN: "x.narrow(dim, start, end - start).amax(dim, keepdim=True)"}),
    mistake("OutsideTheGraph", AVERAGE, "gradients",
            """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
            copy.""",
            {"x = torch.cat([x.narrow": "x = torch.cat([x.detach().narrow"}),
    mistake("PixelByPixel", AVERAGE, "vectorized",
            """The result is right, but you add up pixels one by one in Python, the more the larger the image. A slice
            has a mean of its own.""",
            {MEAN: "(sum(x.narrow(dim, at, 1) for at in range(start, end)) / (end - start))"}),
    # --- AdaptiveMaxPool2d ---
    mistake("AsksTorchForMaxima", MAXIMUM, "own_work",
            """`F.adaptive_max_pool2d` does all the work here. Work out where each window begins and ends, and take
            maxima of slices.""",
            {"width = x.shape[-1]":
                "nn.functional.adaptive_max_pool2d(x, self.output_size)\n        width = x.shape[-1]"}),
    mistake("AlwaysATuple", MAXIMUM, "shapes",
            "Indices come with `return_indices=True` only. You return them always.",
            {"if not self.return_indices:": "if False:"}),
    mistake("NeverATuple", MAXIMUM, "shapes",
            "With `return_indices=True` the output is a tuple: the maxima, and where they lie. You return the maxima.",
            {"if not self.return_indices:": "if True:"}),
    mistake("BatchOfMaxima", MAXIMUM, "shapes",
            "An image without a batch, (C, H, W), gives an output without one. You return a batch of one.",
            {"width = x.shape[-1]": "width, x = x.shape[-1], x if x.dim() == 4 else x[None]"}),
    mistake("TakesTheMean", MAXIMUM, "values",
            "This is the largest value of each window. You take the mean.",
            {"values.append(value)": "values.append(x.narrow(dim, start, end - start).mean(dim, keepdim=True))"}),
    mistake("WithinTheWindow", MAXIMUM, "values",
            """Your indices count from the window's first pixel. They should say where in the channel the maximum lies:
            row · width + column.""",
            {"places.append(place + start)": "places.append(place)"}),
    mistake("ColumnByColumn", MAXIMUM, "values",
            """The index of a pixel is row · width + column, as the rows lie in memory one after another. Yours counts
            in columns, or takes the height for the width.""",
            {"width = x.shape[-1]": "width = x.shape[-2]"}),
    mistake("WidthOfTheOutput", MAXIMUM, "values",
            """The indices are those of the input's pixels: a row is as long as the input is wide. You take the output's
            width.""",
            {"* width + columns": "* x.shape[-1] + columns"}),
    mistake("OverTheWholeBatch", MAXIMUM, "values",
            "Indices count within a channel of an image, from 0 in each. Yours go on from channel to channel.",
            {"* width + columns": "* width + columns + "
                "torch.arange(x.shape[:-2].numel(), device=x.device).reshape(*x.shape[:-2], 1, 1) * x.shape[-1]"}),
    mistake("NoGradient", MAXIMUM, "gradients",
            """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
            copy.""",
            {"values.append(value)": "values.append(value.detach())"}),
    mistake("RowByRow", MAXIMUM, "vectorized",
            """The result is right, but you go through the pixels one by one in Python, the more the larger the image. A
            slice has a maximum of its own.""",
            {"values.append(value)":
                "for at in range(start, end):\n"
                "                value = torch.where(x.narrow(dim, at, 1) > value, 0, value)\n"
                "            values.append(value)"}),
    # --- FractionalMaxPool2d ---
    mistake("RatioBeforeSize", FRACTIONAL, "interface",
            "The order of the arguments is kernel_size, output_size, output_ratio, return_indices.",
            {"output_size: int | tuple[int, int] | None = None,\n"
             "        output_ratio: float | tuple[float, float] | None = None,":
                "output_ratio: float | tuple[float, float] | None = None,\n"
                "        output_size: int | tuple[int, int] | None = None,"}),
    mistake("AsksTorchToDraw", FRACTIONAL, "own_work",
            """`F.fractional_max_pool2d` does all the work here. Draw where the windows begin, and take their maxima
            yourself.""",
            {"values, chosen = pixels.max(-1, keepdim=True)":
                "values, chosen = pixels.max(-1, keepdim=True)\n"
                "        nn.functional.fractional_max_pool2d(x, self.kernel_size, values.shape[-3:-1])"}),
    mistake("TupleInAnyCase", FRACTIONAL, "shapes",
            "Indices come with `return_indices=True` only. You return them always.",
            {"if not self.return_indices:": "if False:"}),
    mistake("NoIndices", FRACTIONAL, "shapes",
            "With `return_indices=True` the output is a tuple: the maxima, and where they lie. You return the maxima.",
            {"if not self.return_indices:": "if True:"}),
    mistake("RatioRounded", FRACTIONAL, "shapes",
            "The size times `output_ratio` is rounded down. You round it to the nearest number.",
            {"int(size * self.output_ratio[axis])": "round(size * self.output_ratio[axis])"}),
    mistake("RatioRoundedUp", FRACTIONAL, "shapes",
            "The size times `output_ratio` is rounded down. You round it up.",
            {"int(size * self.output_ratio[axis])": "-int(-size * self.output_ratio[axis] // 1)"}),
    mistake("RatioOfTheRest", FRACTIONAL, "shapes",
            """`output_ratio` is the output's share of the input. You take it of something else, such as the places that
            a window has.""",
            {"int(size * self.output_ratio[axis])": "int((size - kernel) * self.output_ratio[axis])"}),
    mistake("EvenlySpaced", FRACTIONAL, "values",
            """Nothing is random in yours: the windows are the same in every call. Short and long steps should come in
            an order that is drawn anew.""",
            {"shift = torch.rand(": "shift = 0 * torch.rand("}),
    mistake("DrawnOnce", FRACTIONAL, "values",
            "Every call should draw its windows anew. Yours are drawn once and kept, or begin from the same seed.",
            {"shift = torch.rand(": "torch.manual_seed(0)\n        shift = torch.rand("}),
    mistake("OnlyInTraining", FRACTIONAL, "values",
            "Windows are drawn in evaluation as well: unlike dropout, this layer does not look at the mode.",
            {"shift = torch.rand(": "shift = self.training * torch.rand("}),
    mistake("RandomInOneDirection", FRACTIONAL, "values",
            "Rows and columns are drawn, both. In one of the directions your windows are always the same.",
            {"shift = torch.rand(": "shift = axis * torch.rand("}),
    mistake("SameNumberForBoth", FRACTIONAL, "values",
            """Rows and columns go with the same random number, so that a square image is always cut alike in both
            directions. Draw one for each.""",
            {"shift = torch.rand(": "shift = self.shift = self.shift if axis else torch.rand("}),
    mistake("GeneratorOfItsOwn", FRACTIONAL, "values",
            """Every layer that is constructed draws the very same windows, whatever torch.manual_seed was given. Draw
            from torch's own generator; do not seed one in the constructor.""",
            {"self.kernel_size = _pair(kernel_size)":
                "self.generator = torch.Generator().manual_seed(0)\n        self.kernel_size = _pair(kernel_size)",
             "torch.rand(*x.shape[:-2], 1, device=x.device)":
                "torch.rand(*x.shape[:-2], 1, generator=self.generator).to(x.device)"}),
    mistake("NotFromTheFirstPixel", FRACTIONAL, "values",
            """The first window begins at the image's first pixel. Yours begins where the random number says, and pixels
            before it are never seen.""",
            {" - (shift * step).floor().long()": ""}),
    mistake("StartsAnywhere", FRACTIONAL, "values",
            """You draw every start by itself. Only the order of the steps is random, each of them the average step
            rounded down or up, so that the windows are spread over all of the image.""",
            {STARTS: "starts = (torch.rand(*x.shape[:-2], count, device=x.device).sort().values "
                "* (size - kernel + 1)).long()"}),
    mistake("OneStepForAll", FRACTIONAL, "values",
            """You place the windows at one whole-numbered step, beginning somewhere. Then it is an ordinary pooling:
            steps of both sizes should alternate, so that the windows reach from edge to edge.""",
            {STARTS: "starts = numbers * int(step) + (shift * (size - kernel - (count - 1) * int(step) + 1)).long()",
             "starts[..., -1] = size - kernel\n": "\n"}),
    mistake("WindowsAsLargeAsSteps", FRACTIONAL, "values",
            "A window has the size `kernel_size`, whatever the step. Yours end where the next ones begin.",
            {"starts[..., None] + torch.arange(kernel, device=x.device)":
                "starts[..., None] + torch.arange(kernel, device=x.device).clamp(max=max(0, int(step) - 1))"}),
    mistake("MeanOfTheWindow", FRACTIONAL, "values",
            "This is the largest value of each window. You take the mean.",
            {"values, chosen = pixels.max(-1, keepdim=True)":
                "values, chosen = pixels.mean(-1, keepdim=True), pixels.argmax(-1, keepdim=True)"}),
    mistake("WithinTheWindowOnly", FRACTIONAL, "values",
            """Your indices count within the window. They should say where in the channel the maximum lies: row · width
            + column.""",
            {"places.gather(-1, chosen).squeeze(-1)": "chosen.squeeze(-1)"}),
    mistake("MaximaWithoutGraph", FRACTIONAL, "gradients",
            """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
            copy.""",
            {"pixels = x.flatten(-2)": "pixels = x.detach().flatten(-2)"}),
    mistake("BothAreFine", FRACTIONAL, "errors",
            "`output_size` and `output_ratio` together contradict each other, and should raise an exception.",
            {"if (output_size is None) == (output_ratio is None):":
                "if output_size is None and output_ratio is None:"}),
    mistake("NeitherIsFine", FRACTIONAL, "errors",
            """Without `output_size` and `output_ratio` nobody knows how large the output is: it should raise an
            exception.""",
            {"if (output_size is None) == (output_ratio is None):":
                "output_ratio = 0.5 if output_size is None and output_ratio is None else output_ratio\n"
                "        if (output_size is None) == (output_ratio is None):"}),
    mistake("ImageByImage", FRACTIONAL, "vectorized",
            """The result is right, but you loop over images or channels in Python. `gather` takes other places from
            every one of them at once.""",
            {"pixels = x.flatten(-2).gather(-1, places.flatten(-3)).view_as(places)":
                "pixels = torch.stack([image.flatten(-2).gather(-1, place.flatten(-3)) for image, place in "
                "zip(x, places, strict=True)]).view_as(places)"}),
]  # fmt: skip
