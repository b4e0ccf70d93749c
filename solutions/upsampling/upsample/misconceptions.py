"""Known-wrong answers for Upsample, and the hint that each earns."""

from grader.spec import mistake

SIZE = "size: int | tuple[int, ...] | None = None"
FACTOR = "scale_factor: float | tuple[float, ...] | None = None"
SQUARES = "((outputs + 0.5) * step - 0.5).clamp(min=0)"
"""Where the outputs lie if pixels are little squares."""
POINTS = "outputs * (old - 1) / max(size - 1, 1)"
"""And if they are points."""

mistakes = [
    mistake("AsksTorch", "Upsample", "own_work",
        """`F.interpolate` does all the work here. Work out where each output lies in the input, and take or mix what is
        there.""",
        {
            "for way, old in": (
                "return nn.functional.interpolate(\n"
                "            x, self.size, self.scale_factor, self.mode, self.align_corners\n"
                "        )\n"
                "        for way, old in"
            ),
        }),
    mistake("FactorFirst", "Upsample", "interface",
        """The first argument is `size`, the second `scale_factor`. You have them the other way round.""",
        {f"{SIZE},\n        {FACTOR},": f"{FACTOR},\n        {SIZE},"}),
    mistake("FactorAsBuffer", "Upsample", "parameters",
        """This layer has nothing to learn and nothing to save. Yours keeps a buffer in its state dict; plain attributes
        will do.""",
        {"self.size = size": "self.size = size\n        self.register_buffer('factor', torch.ones(()))"}),
    mistake("LearnsTheKernel", "Upsample", "parameters",
        """This layer has nothing to learn. Yours has a parameter, as a transposed convolution would.""",
        {"self.size = size": "self.size = size\n        self.weight = nn.Parameter(torch.ones(2, 2))"}),
    mistake("RoundsTheSize", "Upsample", "shapes",
        """With a factor the new size is rounded *down*: 5 times 1.5 is 7. You round to the nearest number.""",
        {"int(old * factor)": "max(1, int(old * factor + 0.5))"}),
    mistake("WholeFactorsOnly", "Upsample", "shapes",
        """A factor may be a fraction: 1.5 makes 6 out of 4. You use its whole part only.""",
        {"_entry(self.scale_factor, way)": "max(1, int(_entry(self.scale_factor, way)))"}),
    mistake("FirstFactorForAll", "Upsample", "shapes",
        """A tuple has a factor for each dimension. You use the first for all of them.""",
        {"_entry(self.scale_factor, way)": "_entry(self.scale_factor, 0)"}),
    mistake("LastDimensionFirst", "Upsample", "shapes",
        """The entries of a tuple are in the order of the dimensions: (height, width). Yours are the other way
        round.""",
        {"else value[way]": "else value[-1 - way]"}),
    mistake("RemembersTheFirstSize", "Upsample", "shapes",
        """You work out the new size for the first input and keep it. Another input has another size.""",
        {
            "x = self._resize(": (
                'size, step = self.__dict__.setdefault(f"kept{way}", (size, step))\n'
                "            x = self._resize("
            ),
            "(outputs * step).long()": "(outputs * step).long().clamp(max=old - 1)",
            "lower = places.long()": "lower = places.long().clamp(max=old - 1)",
        }),
    mistake("ImagesOnly", "Upsample", "values",
        """`nearest` is for sequences (3 dimensions) and volumes (5) as well. Yours takes images only.""",
        {"x.dim() not in _DIMS.get(self.mode, ())": "x.dim() != 4"}),
    mistake("NearestRounds", "Upsample", "values",
        """`nearest` takes the element at floor(i · s), whatever its name says. You round.""",
        {"(outputs * step).long()": "(outputs * step + 0.5).long().clamp(max=old - 1)"}),
    mistake("NearestOfCentres", "Upsample", "values",
        """`nearest` takes the element at floor(i · s). Yours goes by the middle of each output, floor((i + 1/2) · s),
        which torch calls "nearest-exact".""",
        {"(outputs * step).long()": "((outputs + 0.5) * step).long().clamp(max=old - 1)"}),
    mistake("Tiled", "Upsample", "values",
        """Each element is repeated next to itself: a a b b. You repeat the whole: a b a b, as `Tensor.repeat` does;
        `repeat_interleave` would be the other.""",
        {"(outputs * step).long()": "(outputs % old).long()"}),
    mistake("StepFromSizes", "Upsample", "values",
        """With a factor the step is 1/factor, even where the rounded size would suggest a slightly different one. You
        divide the old size by the new.""",
        {"size, step = int(old * factor), 1 / factor": "size = int(old * factor)\n                step = old / size"}),
    mistake("AlwaysAligned", "Upsample", "values",
        """Unless `align_corners` is True, pixels are little squares, whose *edges* coincide: place (i + 1/2) s - 1/2.
        You always make the centres of the corner pixels coincide.""",
        {SQUARES: POINTS}),
    mistake("NeverAligned", "Upsample", "values",
        """With `align_corners=True` the first and last elements of input and output coincide: place i (n - 1) / (n_out
        - 1). You ignore the argument.""",
        {POINTS: SQUARES}),
    mistake("HalfPixelForgotten", "Upsample", "values",
        """Without aligned corners the place is (i + 1/2) s - 1/2. You leave out the halves and take i · s.""",
        {SQUARES: "outputs * step"}),
    mistake("GoesOnBeforeTheStart", "Upsample", "values",
        """Places before the first element count as the first element: clamp at 0. You extrapolate beyond it.""",
        {".clamp(min=0)": ""}),
    mistake("WrapsAtTheEnd", "Upsample", "values",
        """Beyond the last element there is the last element again. Yours mixes it with the first one.""",
        {"(lower + 1).clamp(max=old - 1)": "(lower + 1) % old"}),
    mistake("SharesSwapped", "Upsample", "values",
        """The closer element gets the larger share: 1 - t for the lower one and t for the upper one. You have them the
        other way round.""",
        {"(places - lower)": "(1 - (places - lower))"}),
    mistake("UnchangedIsResampled", "Upsample", "values",
        """A dimension whose size stays the same is copied, even if the factor is 1.2 and so the step is not 1. You
        interpolate there, too.""",
        {"if size == old:": "if step == 1:"}),
    mistake("OneOutputStumbles", "Upsample", "values",
        """With aligned corners and a single output, n_out - 1 is 0. Then the place is 0; you divide by it or take the
        middle.""",
        {POINTS: "outputs * (old - 1) / (size - 1) if size > 1 else outputs + (old - 1) / 2"}),
    mistake("CoarseWeights", "Upsample", "numerics",
        """Places and shares should have the dtype of the input. Yours are float32 whatever comes in, so half of a
        double's digits are lost.""",
        {".to(x.dtype)": ".float().to(x.dtype)"}),
    mistake("OutsideTheGraph", "Upsample", "gradients",
        """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
        copy.""",
        {"self._resize(x,": "self._resize(x.detach(),"}),
    mistake("HalfTheGradient", "Upsample", "gradients",
        """An element's gradient is the sum over all the outputs that it went into. Yours misses those where it was the
        upper neighbour.""",
        {"x.index_select(axis, upper)": "x.detach().index_select(axis, upper)"}),
    mistake("AlwaysDouble", "Upsample", "numerics",
        """The output should have the dtype of the input. Yours is float64, because the places are.""",
        {".to(x.dtype)": ""}),
    mistake("SizeWins", "Upsample", "errors",
        """A size and a factor together are a contradiction and should raise an exception, and neither of them as well.
        You pick one.""",
        {'raise ValueError("give either size or scale_factor")': "scale_factor = 1"}),
    mistake("AlignsNearest", "Upsample", "errors",
        """`align_corners` has no meaning for `nearest`, and giving it should raise an exception.""",
        {'raise ValueError("align_corners has no meaning for the nearest mode")': "align_corners = None"}),
    mistake("LinearOnAnything", "Upsample", "errors",
        """`linear` is for 3 dimensions and `bilinear` for 4; any other input should raise an exception. You interpolate
        whatever there is.""",
        {"x.dim() not in _DIMS.get(self.mode, ())": "self.mode not in _DIMS"}),
    mistake("AnyOtherModeIsLinear", "Upsample", "errors",
        """A mode that you do not know should raise an exception. You take it for a linear one.""",
        {"_DIMS.get(self.mode, ())": "_DIMS.get(self.mode, (3, 4))"}),
    mistake("ImageByImage", "Upsample", "vectorized",
        """The result is right, but you go through the batch in a Python loop. Index the whole batch at once.""",
        {
            "self._resize(x, way + 2, size, step)": (
                "torch.cat(\n"
                "                [self._resize(image, way + 2, size, step) for image in x.split(1)]\n"
                "            )"
            ),
        }),
    mistake("PixelByPixel", "Upsample", "vectorized",
        """The result is right, but you put it together element by element in Python. Index with a whole tensor of
        places.""",
        {
            "x.index_select(axis, (outputs * step).long())": (
                "torch.stack(\n"
                "                [x.select(axis, int(output * step)) for output in outputs], axis\n"
                "            )"
            ),
            "x.index_select(axis, lower)": "torch.stack([x.select(axis, place) for place in lower], axis)",
        }),
]  # fmt: skip
