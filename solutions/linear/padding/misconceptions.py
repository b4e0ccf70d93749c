"""Known-wrong answers for padding, and the hint that each earns."""

from grader.spec import mistake

FRAMES = ("ConstantPad2d", "ZeroPad2d")
SIDES = "left, right, top, bottom = self.padding"
"""The numbers of a frame."""
ENDS = "left, right = self.padding"
"""The numbers of a sequence's ends."""
FILLED = "out = x.new_full((*x.shape[:-2], height + top + bottom, width + left + right), self.value)"
"""The output before the image is there."""
COPIED = "out[..., row : row + kept.shape[-2], column : column + kept.shape[-1]] = kept"
"""And after."""
REPEATED = "return x.index_select(-1, places)"
"""How a sequence is extended."""
CLAMPED = ".clamp(0, length - 1)"
"""Which elements stand in the padding."""

mistakes = [
    mistake("CallsTorch", FRAMES, "own_work",
            """That is torch's own padding under another name. Make the output first, filled with the value, and write
            the image into it.""",
            {SIDES: "return nn.functional.pad(x, self.padding, value=self.value)\n        " + SIDES}),
    mistake("ValueAsBuffer", "ConstantPad2d", "parameters",
            """Padding has nothing to learn and nothing to save: its state dict is empty. A plain attribute will do for
            the value.""",
            {"self.value = value": 'self.register_buffer("value", torch.tensor(float(value)))',
             "self.value)": "self.value.item())"}),
    mistake("ValueFirst", "ConstantPad2d", "interface",
            """Look at the order of the arguments: `padding` comes first, then `value`.""",
            {"padding: int | tuple[int, int, int, int], value: float": "value: float, padding: int | tuple[int, ...]"}),
    mistake("AsksForTheValue", "ZeroPad2d", "interface",
            """The layer takes one argument, `padding`: what it fills in is 0. Yours wants a value as well.""",
            {"padding: int | tuple[int, int, int, int]) -> None":
                "padding: int | tuple[int, ...], value: float) -> None"}),
    mistake("RowsFirst", FRAMES, "shapes",
            """The tuple begins with the *last* dimension: left, right, top, bottom. You read it as top, bottom, left,
            right.""",
            {SIDES: "top, bottom, left, right = self.padding"}),
    mistake("ClockwiseFromTheLeft", FRAMES, "shapes",
            """The tuple goes through the sides in pairs: left, right, top, bottom. You go around the image: left, top,
            right, bottom.""",
            {SIDES: "left, top, right, bottom = self.padding"}),
    mistake("FirstNumberForAll", FRAMES, "shapes",
            """The tuple has one number for each side. You use the first of them for all four.""",
            {"return (padding,) * count if isinstance(padding, int) else tuple(padding)":
                "return (padding if isinstance(padding, int) else padding[0],) * count"}),
    mistake("PairsOnly", FRAMES, "shapes",
            """Left and right have a number each, and so have top and bottom. You pad both sides by the first
            number.""",
            {SIDES: "left, _, top, _ = self.padding\n        right, bottom = left, top"}),
    mistake("OneSideOnly", FRAMES, "shapes",
            """A single number stands for all four sides. Yours pads on the left and above only.""",
            {SIDES: "left, right, top, bottom = self.padding\n        right = bottom = 0"}),
    mistake("NeverCrops", FRAMES, "shapes",
            """A negative number cuts rows or columns off on that side. You take it for 0.""",
            {SIDES: "left, right, top, bottom = (max(side, 0) for side in self.padding)"}),
    mistake("TakesItsSize", FRAMES, "shapes",
            """A negative number cuts off as many rows or columns. You add that many.""",
            {SIDES: "left, right, top, bottom = (abs(side) for side in self.padding)"}),
    mistake("FramesABatchOfOne", FRAMES, "shapes",
            """An input without a batch gives an output without one. You return a batch of one.""",
            {SIDES: f"x = x if x.dim() == 4 else x.unsqueeze(0)\n        {SIDES}"}),
    mistake("EndsSwapped", FRAMES, "values",
            """The first number of a pair is for the left (or the top), the second for the right (or the bottom). Yours
            are the other way round.""",
            {SIDES: "right, left, bottom, top = self.padding"}),
    mistake("CropsTheOtherSide", FRAMES, "values",
            """A negative number cuts off on its own side. Yours cuts off as much as it should, but on the other
            side.""",
            {"max(-top, 0) : height - max(-bottom, 0)": "max(-bottom, 0) : height - max(-top, 0)",
             "max(-left, 0) : width - max(-right, 0)": "max(-right, 0) : width - max(-left, 0)"}),
    mistake("AlwaysZeros", "ConstantPad2d", "values",
            """The padding should have `value` everywhere. Yours is 0 whatever `value` is.""",
            {"self.value)": "0)"}),
    mistake("FillsZeros", "ConstantPad2d", "values",
            """You begin with zeros and turn every 0 into `value` afterwards. The image may have zeros of its own, and
            they should stay.""",
            {FILLED: FILLED.replace("self.value", "0.0"),
             COPIED: f"{COPIED}\n        out = torch.where(out == 0, self.value, out)"}),
    mistake("RepeatsTheEdge", FRAMES, "values",
            """The new rows and columns have one value everywhere. Yours repeat the edge of the image.""",
            {"return out":
                "rows = torch.arange(-row, out.shape[-2] - row, device=x.device).clamp(0, kept.shape[-2] - 1)\n"
                "        columns = torch.arange(-column, out.shape[-1] - column, device=x.device)\n"
                "        return kept[..., rows, :][..., columns.clamp(0, kept.shape[-1] - 1)]"}),
    mistake("OutsideTheGraph", FRAMES, "gradients",
            """Your output is right, but no gradient reaches the input. Do not copy from `x.data`, from numpy or from a
            detached copy.""",
            {"= kept": "= kept.detach()"}),
    mistake("RowByRow", FRAMES, "vectorized",
            """The result is right, but you go through rows, channels or images in Python. One assignment to a slice
            copies the whole image of every channel.""",
            {COPIED:
                "for at in range(kept.shape[-2]):\n"
                "            out[..., row + at, column : column + kept.shape[-1]] = kept[..., at, :]"}),

    mistake("PadsByTorch", "ReplicationPad1d", "own_work",
            """That is torch's own padding under another name. Which element of the input stands at which place of the
            output?""",
            {ENDS: 'return nn.functional.pad(x, self.padding, mode="replicate")\n        ' + ENDS}),
    mistake("TwoArguments", "ReplicationPad1d", "interface",
            """The padding is *one* argument: an int, or a tuple of two. Yours takes two.""",
            {"padding: int | tuple[int, int]) -> None": "padding: int, right: int) -> None",
             "_sides(padding, 2)": "(padding, right)"}),
    mistake("PlacesAsBuffer", "ReplicationPad1d", "parameters",
            """Padding has nothing to learn and nothing to save: its state dict is empty. Yours holds something.""",
            {"self.padding = _sides(padding, 2)":
                'self.padding = _sides(padding, 2)\n        self.register_buffer("places", torch.arange(9))'}),
    mistake("FirstEndForBoth", "ReplicationPad1d", "shapes",
            """A tuple has a number for each end. You use the first for both.""",
            {ENDS: "left = right = self.padding[0]"}),
    mistake("LeftOnly", "ReplicationPad1d", "shapes",
            """A single number stands for both ends. Yours extends the sequence on the left only.""",
            {ENDS: "left, right = self.padding[0], 0"}),
    mistake("ExtendsABatchOfOne", "ReplicationPad1d", "shapes",
            """An input without a batch gives an output without one. You return a batch of one.""",
            {ENDS: f"x = x if x.dim() == 3 else x.unsqueeze(0)\n        {ENDS}"}),
    mistake("RightFirst", "ReplicationPad1d", "values",
            """The first number is for the left end, the second for the right. Yours are the other way round.""",
            {ENDS: "right, left = self.padding"}),
    mistake("PadsWithZeros", "ReplicationPad1d", "values",
            """Before the sequence stands its first element, again and again, and after it the last. Yours has
            zeros.""",
            {REPEATED: "inside = (places == torch.arange(-left, length + right, device=x.device)).to(x.dtype)\n"
                       "        return x.index_select(-1, places) * inside"}),
    mistake("FirstElementAtBothEnds", "ReplicationPad1d", "values",
            """After the sequence stands its *last* element. You repeat the first at both ends.""",
            {CLAMPED: ".clamp(min=0) % length * (torch.arange(-left, length + right, device=x.device) < length)"}),
    mistake("Reflects", "ReplicationPad1d", "values",
            """You mirror the sequence at its ends. What is asked for repeats the last element on each side.""",
            {CLAMPED: ".abs()\n        places = (length - 1 - (length - 1 - places).abs()).clamp(0, length - 1)"}),
    mistake("GoesRound", "ReplicationPad1d", "values",
            """You go on at the other end of the sequence, as if it were a ring. What is asked for repeats the element
            at the end itself.""",
            {CLAMPED: " % length"}),
    mistake("EdgesOutsideTheGraph", "ReplicationPad1d", "gradients",
            """Your output is right, but the copies in the padding have no gradient. An element that stands in the
            output three times gets the sum of three gradients.""",
            {REPEATED:
                "ends = x.detach()\n"
                "        return torch.cat([ends[..., :1].expand(*x.shape[:-1], left), x,\n"
                "                          ends[..., -1:].expand(*x.shape[:-1], right)], -1)"}),
    mistake("ElementByElement", "ReplicationPad1d", "vectorized",
            """The result is right, but you go through the elements in Python. An index tensor, or a concatenation of
            three pieces, needs no loop.""",
            {REPEATED: "return torch.stack([x[..., int(place)] for place in places], -1)"}),
]  # fmt: skip
