"""Known-wrong answers for Unfold and Fold, and the hint that each earns."""

from grader.spec import mistake

COLUMN_BY_COLUMN = {
    "for i in range(kh):\n            for j in range(kw):": "for j in range(kw):\n            for i in range(kh):"
}

mistakes = [
    mistake("AsksTorch", "Unfold", "own_work",
            "`F.unfold` does all the work here. Strided slices, one for each position within the window, do it too.",
            {"rows, columns = self._grid(*x.shape[-2:])":
                "return F.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)"}),
    mistake("ArgumentsAsInConv2d", "Unfold", "interface",
            "The order of the arguments is kernel_size, dilation, padding, stride: not that of Conv2d.",
            {"self,\n        kernel_size: int | tuple[int, int],\n        dilation:":
                "self,\n        kernel_size: int | tuple[int, int],\n        stride:",
             "stride: int | tuple[int, int] = 1,\n    ) -> None:\n        super().__init__()":
                "dilation: int | tuple[int, int] = 1,\n    ) -> None:\n        super().__init__()"}),
    mistake("KernelAsParameter", "Unfold", "parameters",
            """This layer has nothing to learn. Yours has a parameter; plain numbers belong into plain attributes, or
            into a buffer that is not saved.""",
            {"self.kernel_size = _pair(kernel_size)":
                "self.kernel_size = _pair(kernel_size)\n"
                "        self.weight = nn.Parameter(torch.ones(self.kernel_size))"}),
    mistake("WindowsApart", "Unfold", "shapes",
            """The output has three dimensions: batch, what is in a window, windows. You leave the window's dimensions,
            or the grid of the windows, unmerged.""",
            {"torch.stack(taken, -2).flatten(-3, -2)": "torch.stack(taken, -2)"}),
    mistake("WindowsAsRows", "Unfold", "shapes",
            "Each window is a column: (N, C·kh·kw, L). Yours are rows.",
            {".flatten(-3, -2)": ".flatten(-3, -2).transpose(-1, -2)"}),
    mistake("KeepsTheBatchOfOne", "Unfold", "shapes",
            "An image without a batch, (C, H, W), gives columns without one. You return a batch of one.",
            {"F.pad(x,": "F.pad(x if x.dim() == 4 else x.unsqueeze(0),"}),
    mistake("ForgetsDilation", "Unfold", "shapes",
            "`dilation` makes the window wider, d(k-1)+1 in all, so fewer fit. You leave it out.",
            {"_pair(dilation)": "_pair(1)"}),
    mistake("ForgetsPadding", "Unfold", "shapes",
            """The image is surrounded by `padding` rows and columns of zeros before any window is taken. You leave them
            out.""",
            {"_pair(padding)": "_pair(0)"}),
    mistake("TilesOnly", "Unfold", "shapes",
            "The windows lie `stride` apart, by default 1, so they overlap. Yours lie side by side.",
            {"stride: int | tuple[int, int] = 1,\n    ) -> None:\n        super().__init__()":
                "stride: int | tuple[int, int] | None = None,\n    ) -> None:\n        super().__init__()",
             "_pair(stride)": "_pair(kernel_size if stride is None else stride)"}),
    mistake("HeightForBoth", "Unfold", "shapes",
            "A pair is (height, width). You use the numbers of the height for the width as well.",
            {"return height, width": "return height, height"}),
    mistake("PaddingTransposed", "Unfold", "values",
            """`F.pad` begins with the *last* dimension: left, right, top, bottom. You pad the height by the width's
            number.""",
            # Where the second padding is negative it crops, so that as many windows fit as there should.
            {"F.pad(x, (left, left, top, top))":
                "F.pad(F.pad(x, (top, top, left, left)), (0, 2 * (left - top), 0, 2 * (top - left)))"}),
    mistake("PaddingOfEdges", "Unfold", "values",
            "The padding is zeros. You repeat the pixels of the edge.",
            {"(left, left, top, top)": '(left, left, top, top), mode="replicate"'}),
    mistake("ColumnByColumn", "Unfold", "values",
            "Within a window the elements are taken row by row. Yours are taken column by column.",
            COLUMN_BY_COLUMN),
    mistake("ChannelsLast", "Unfold", "values",
            """A column holds the whole window of the first channel, then that of the second. Yours has the channels of
            each pixel side by side.""",
            {"torch.stack(taken, -2)": "torch.stack(taken, -3)"}),
    mistake("WindowsColumnByColumn", "Unfold", "values",
            "The windows are in order row by row. Yours go down the columns first.",
            {".flatten(-2)": ".transpose(-1, -2).flatten(-2)"}),
    mistake("OutsideTheGraph", "Unfold", "gradients",
            """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached
            copy.""",
            {"F.pad(x,": "F.pad(x.detach(),"}),
    mistake("EmptyWhereNothingFits", "Unfold", "errors",
            "A window that is larger than the padded image should raise an exception. You return no columns at all.",
            {'raise ValueError(f"no window of {self.kernel_size} fits into an image of {height} by {width}")':
                "rows, columns = max(rows, 0), max(columns, 0)"}),
    mistake("WindowByWindow", "Unfold", "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a
            window: a strided slice takes one position of all the windows at once.""",
            {"padded[..., down, right].flatten(-2)":
                "torch.stack([padded[..., down, right][..., i, j] for i in range(rows) for j in range(columns)], -1)"}),

    mistake("FoldOfTorch", "Fold", "own_work",
            "`F.fold` does all the work here. Add up strided slices, one for each position within the window.",
            {"rows, columns = self._grid(*self.output_size)":
                "return F.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)"}),
    mistake("FoldArgumentsAsInConv2d", "Fold", "interface",
            "The order of the arguments is output_size, kernel_size, dilation, padding, stride: not that of Conv2d.",
            {"dilation: int": "stride: int", "stride: int": "dilation: int"}),
    mistake("CountsAsBuffer", "Fold", "parameters",
            "This layer has no parameters and no buffers to save, and its state dict is empty. Yours holds one.",
            {"self.output_size = _pair(output_size)":
                "self.output_size = _pair(output_size)\n"
                '        self.register_buffer("counts", torch.ones(self.output_size))'}),
    mistake("KeepsThePadding", "Fold", "shapes",
            "The output has `output_size`; what lands in the padding is dropped. You return the padding, too.",
            {"return canvas[..., top : top + height, left : left + width]": "return canvas"}),
    mistake("FoldKeepsTheBatchOfOne", "Fold", "shapes",
            "Columns without a batch give an image without one, (C, H, W). You return a batch of one.",
            {"blocks = x.unflatten": "blocks = (x if x.dim() == 3 else x.unsqueeze(0)).unflatten"}),
    mistake("Averages", "Fold", "values",
            """Where windows overlap, their values are added. You divide by how many there are, which makes Fold the
            inverse of Unfold; torch's is its transpose.""",
            {"for position,": "counts = torch.zeros_like(canvas)\n        for position,",
             "+= blocks[..., position, :, :]":
                "+= blocks[..., position, :, :]\n            counts[..., down, right] += 1",
             "return canvas": "return (canvas / counts.clamp(min=1))"}),
    mistake("Overwrites", "Fold", "values",
            "Where windows overlap, their values add up. Yours overwrite each other: `=` where it should be `+=`.",
            {"+= blocks": "= blocks"}),
    mistake("FoldsColumnByColumn", "Fold", "values",
            "Within a window the elements are in order row by row. You read them column by column.",
            COLUMN_BY_COLUMN),
    mistake("FoldsChannelsLast", "Fold", "values",
            """A column holds the whole window of the first channel, then that of the second. You read the channels of
            each pixel side by side.""",
            {"(-1, math.prod(self.kernel_size)))": "(math.prod(self.kernel_size), -1)).transpose(-3, -4)"}),
    mistake("IgnoresTheDilation", "Fold", "values",
            "`dilation` moves the elements of a window apart. You put them next to each other.",
            {"i * dh, j * dw": "i, j"}),
    mistake("CropsOneCorner", "Fold", "values",
            """The padding is on all four sides, so the image begins `padding` rows and columns into the canvas. You
            begin at the corner.""",
            {"top : top + height, left : left + width": ":height, :width"}),
    mistake("FoldHeightForBoth", "Fold", "values",
            "A pair is (height, width). You use the padding of the height for the width as well.",
            {"return canvas": "return F.pad(canvas, (0, top))", "left : left + width": "top : top + width"}),
    mistake("AccumulatesOverCalls", "Fold", "values",
            "Each call starts from zeros. You keep the canvas of the call before and go on adding.",
            {"for position,":
                'kept = getattr(self, "kept", canvas)\n'
                "        self.kept = canvas = kept.detach() if kept.shape == canvas.shape else canvas\n"
                "        for position,"}),
    mistake("FoldOutsideTheGraph", "Fold", "gradients",
            "Your output is right, but no gradient reaches the input. Do not add up `x.data` or a detached copy.",
            {"+= blocks": "+= blocks.detach()"}),
    mistake("AnyNumberOfColumns", "Fold", "errors",
            """As many columns are needed as there are windows; another number should raise an exception. You cut off
            what is too many, or fill up with zeros.""",
            {"blocks = x.": "blocks = F.pad(x, (0, rows * columns - x.shape[-1]))."}),
    mistake("ColumnAfterColumn", "Fold", "vectorized",
            """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a
            window: a strided slice takes one position of all the windows at once.""",
            {"canvas[..., down, right] += blocks[..., position, :, :]":
                "for i in range(rows):\n"
                "                for j in range(columns):\n"
                "                    canvas[..., down, right][..., i, j] += blocks[..., position, i, j]"}),
]  # fmt: skip
