"""Known-wrong padding, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

IMAGES, SEQUENCES = ("ConstantPad2d", "ZeroPad2d"), "ReplicationPad1d"

mistakes = [
    mistake("HeightFirst", IMAGES, "shapes",
        """You read the four numbers as top, bottom, left, right. Padding is given from the last axis backwards: first
        both ends of the width, then both of the height.""",
        {"left, right, top, bottom =": "top, bottom, left, right ="}),
    mistake("LikePictures", IMAGES, "shapes",
        """You read the four numbers as left, top, right, bottom, as some libraries for pictures do. Here the two ends
        of an axis stand side by side.""",
        {"left, right, top, bottom =": "left, top, right, bottom ="}),
    mistake("RightBeforeLeft", IMAGES, "values",
        """The size is right, but the image lies at the wrong end of its frame: the number before the other belongs to
        the beginning of the axis, that is to left and top.""",
        {"left, right, top, bottom =": "right, left, bottom, top ="}),
    mistake("AtTheEndOnly", IMAGES, "values",
        """The image lies in the corner at the top left, with all of the padding at its right and below it. It should
        begin after the padding of its left and top.""",
        {"first, start = max(top, 0), max(left, 0)": "first = start = 0"}),
    mistake("NegativeMeansNothing", IMAGES, "shapes",
        """A negative amount should take rows or columns away; you treat it as zero.""",
        {"left, right, top, bottom = self.padding": (
            "left, right, top, bottom = (max(side, 0) for side in self.padding)"
        )}),
    mistake("NegativeWithoutSign", IMAGES, "shapes",
        """A negative amount should take rows or columns away; you pad by as much.""",
        {"left, right, top, bottom = self.padding": "left, right, top, bottom = map(abs, self.padding)"}),
    mistake("CropsTheEnd", IMAGES, "values",
        """With a negative left or top you cut off the wrong side: columns go at the left, rows at the top.""",
        {
            "slice(max(-top, 0), height - max(-bottom, 0))": "slice(height - max(-bottom, 0) - max(-top, 0))",
            "slice(max(-left, 0), width - max(-right, 0))": "slice(width - max(-right, 0) - max(-left, 0))",
        }),
    mistake("UpToMinusZero", IMAGES, "values",
        """Something goes wrong where nothing is cropped at one end: a slice that ends at -0 ends at 0 and is empty.
        Count the end of the slice from the size of the axis.""",
        {"height - max(-bottom, 0)": "-max(-bottom, 0)", "width - max(-right, 0)": "-max(-right, 0)"}),
    mistake("NoCropOnTheWayIn", IMAGES, "values",
        """Negative amounts stop your answer with an exception, or shift the image: what is cropped has to go before the
        image is put into its frame.""",
        {"kept = x[..., rows, columns]": "kept = x"}),
    mistake("AlwaysZero", "ConstantPad2d", "values",
        """The new elements are zero whatever value says.""",
        {"self.value)": "0.0)"}),
    mistake("AddsTheValue", "ConstantPad2d", "values",
        """value is added to the image too. Only the frame consists of it.""",
        {"start : start + kept.shape[-1]] = kept": "start : start + kept.shape[-1]] += kept"}),
    mistake("ConstantByDefault", "ZeroPad2d", "values",
        """The frame is not made of zeros. What do you hand on to the layer that pads with a constant?""",
        {"super().__init__(padding, 0.0)": "super().__init__(padding, 1.0)"}),
    mistake("NothingToPad", IMAGES, "values",
        """Where no side is padded you return the input itself: whoever writes into the output then changes the input.
        The output is always a new tensor; .clone() makes one.""",
        {"kept = x[..., rows, columns]": (
            "kept = x[..., rows, columns]\n        if not any(self.padding):\n            return x"
        )}),
    mistake("CropsAreViews", IMAGES, "values",
        """A slice shares its memory with the tensor it was taken from, so an output that is only cropped is still a
        part of the input. Copy it: the output is always a new tensor.""",
        {"kept = x[..., rows, columns]": (
            "kept = x[..., rows, columns]\n        if max(self.padding) <= 0:\n            return kept"
        )}),
    mistake("ValueInFloat32", "ConstantPad2d", "values",
        """The constant is rounded to float32: torch.tensor(value) has the default dtype. Keep the Python number, and
        let it take the input's dtype where it is filled in.""",
        {"self.value = value": "self.value = torch.tensor(value, dtype=torch.float32).item()"}),
    mistake("CutsTheGraph", IMAGES, "gradients",
        """The values are right, but no gradient comes back to the input: .data, .detach() or a new torch.tensor cuts
        the graph. Copy the tensor itself.""",
        {"= kept\n": "= kept.detach()\n"}),
    mistake("NeedsABatch", IMAGES, "values",
        """An image without a batch, of shape (C, H, W), is not taken. Height and width are the last two axes, however
        many there are before them.""",
        {"height, width = x.shape[-2:]": "_, _, height, width = x.shape"}),
    mistake("PadsTheChannels", IMAGES, "shapes",
        """With a batch you pad the wrong axes: count them from the end. Height and width are the last two.""",
        {
            "height, width = x.shape[-2:]": (
                "x = x.transpose(1, 3) if x.dim() == 4 else x\n        height, width = x.shape[-2:]"
            ),
            "return canvas": "return canvas.transpose(1, 3) if x.dim() == 4 else canvas",
        }),
    mistake("DefaultPlace", IMAGES, "device",
        """Your frame has the default dtype and stays on the CPU whatever the input is. Make it from the input
        (new_full, new_zeros, full_like), or give it the input's dtype and device.""",
        {"x.new_full((": "torch.full((", "left + right), self.value)": "left + right), float(self.value))"}),
    mistake("ImageByImage", IMAGES, "vectorized",
        """The output is right, but made image by image in a Python loop. An assignment to a slice that begins with ...
        copies all of them at once.""",
        {
            "left, right, top, bottom = self.padding": (
                "if x.dim() == 4:\n            return torch.stack([self.forward(image) for image in x])\n"
                "        left, right, top, bottom = self.padding"
            ),
        }),
    mistake("NumbersOnly", IMAGES, "interface",
        """padding may be a single number or a tuple of four. What does yours do with the tuple?""",
        {"(padding,) * 4 if isinstance(padding, int) else tuple(padding)": "(int(padding),) * 4"}),
    mistake("NumbersOnly", SEQUENCES, "interface",
        """padding may be a single number or a pair. What does yours do with the pair?""",
        {"(padding,) * 2 if isinstance(padding, int) else tuple(padding)": "(int(padding),) * 2"}),
    mistake("ValueAsParameter", IMAGES, "parameters",
        """Your layer has a parameter or buffer. There is nothing here to be trained or saved: what was given to the
        constructor is kept as a plain attribute.""",
        {"self.value = value": "self.constant = nn.Parameter(torch.tensor(float(value)))", "self.value)": (
            "float(self.constant.detach()))"
        )}),
    mistake("SidesAsABuffer", SEQUENCES, "parameters",
        """Your layer has a parameter or buffer. There is nothing here to be trained or saved: what was given to the
        constructor is kept as a plain attribute.""",
        {"super().__init__()": "super().__init__()\n        self.register_buffer('sides', torch.zeros(2))"}),
    mistake("Reflects", SEQUENCES, "values",
        """Your padding mirrors the sequence at its ends. Here the end value itself is repeated, over and over.""",
        {"positions.clamp(0, length - 1)": (
            "(((positions - (length - 1)) % max(2 * length - 2, 1)) - (length - 1)).abs()"
        )}),
    mistake("MirrorsWithTheEdge", SEQUENCES, "values",
        """Your padding mirrors the sequence, beginning with its end value. Here that value alone is repeated.""",
        {"positions.clamp(0, length - 1)": (
            "torch.where(positions % (2 * length) < length, positions % length, length - 1 - positions % length)"
        )}),
    mistake("Wraps", SEQUENCES, "values",
        """Your padding goes round: beyond the end the sequence begins again. Here the end value is repeated.""",
        {"positions.clamp(0, length - 1)": "positions % length"}),
    mistake("PadsWithZeros", SEQUENCES, "values",
        """Beyond its ends your sequence is zero. Replication repeats the first and the last value there.""",
        {"x[..., positions.clamp(0, length - 1)]": (
            "x[..., positions.clamp(0, length - 1)] * ((positions >= 0) & (positions < length))"
        )}),
    mistake("OneEdgeForBoth", SEQUENCES, "values",
        """Both ends are padded with the first value. The right one repeats the last.""",
        {"positions.clamp(0, length - 1)": "torch.where(positions < length, positions, 0).clamp(0, length - 1)"}),
    mistake("RightBeforeLeft", SEQUENCES, "values",
        """The size is right, but the pair is read the wrong way round: the first number belongs to the left end.""",
        {"left, right =": "right, left ="}),
    mistake("GradientOfOneCopy", SEQUENCES, "gradients",
        """The values are right, but the gradient of the padding does not come back: each copy of an end value is that
        value, so the gradients of all of them add up there. Is something detached, or filled in under no_grad?""",
        {"x[..., positions.clamp(0, length - 1)]": (
            "torch.where((positions >= 0) & (positions < length), x[..., positions.clamp(0, length - 1)],"
            " x.detach()[..., positions.clamp(0, length - 1)])"
        )}),
    mistake("NeedsABatch", SEQUENCES, "values",
        """A sequence without a batch, of shape (C, L), is not taken. The length is the last axis, however many there
        are before it.""",
        {"length = x.shape[-1]": "_, _, length = x.shape"}),
    mistake("PadsTheChannels", SEQUENCES, "shapes",
        """With a batch you pad the channels: count axes from the end. The length is the last.""",
        {
            "length = x.shape[-1]": "x = x.transpose(1, 2) if x.dim() == 3 else x\n        length = x.shape[-1]",
            "return x[..., positions.clamp(0, length - 1)]": (
                "y = x[..., positions.clamp(0, length - 1)]\n        return y.transpose(1, 2) if y.dim() == 3 else y"
            ),
        }),
    mistake("SequenceBySequence", SEQUENCES, "vectorized",
        """The output is right, but made sequence by sequence in a Python loop. An index behind ... picks from all of
        them at once.""",
        {
            "left, right = self.padding": (
                "if x.dim() == 3:\n            return torch.stack([self.forward(one) for one in x])\n"
                "        left, right = self.padding"
            ),
        }),
]  # fmt: skip
