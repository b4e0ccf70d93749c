"""Known-wrong answers for Unfold and Fold, and the hint that each earns."""

import torch
from fold import Fold, Unfold
from torch import nn
from torch.nn import functional as F

from grader.spec import misconception


class StrideSecond:
    """Takes the arguments in the order of the convolutions."""

    def _reordered(self, stride=1, padding=0, dilation=1):
        return dilation, padding, stride


class FirstNumberOnly:
    """Reads the first number of each pair."""

    def _places(self, position, count, way):
        return super()._places(position, count, 0)

    def _count(self, size, way):
        return super()._count(size, 0)


class ColumnsOfTheWindowFirst:
    """Goes through the window column by column."""

    def _positions(self, rows, columns):
        for j in range(self.kernel_size[1]):
            for i in range(self.kernel_size[0]):
                yield self._places(i, rows, 0), self._places(j, columns, 1)


# Unfold.


@misconception("Unfold", "own_work")
class AsksTorch(Unfold):
    """`F.unfold` does all the work here. Strided slices, one for each position within the window, do it too."""

    def forward(self, x):
        return F.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)


@misconception("Unfold", "interface")
class ArgumentsAsInConv2d(StrideSecond, Unfold):
    """The order of the arguments is kernel_size, dilation, padding, stride: not that of Conv2d."""

    def __init__(self, kernel_size, stride=1, padding=0, dilation=1):
        super().__init__(kernel_size, *self._reordered(stride, padding, dilation))


@misconception("Unfold", "parameters")
class KernelAsParameter(Unfold):
    """This layer has nothing to learn. Yours has a parameter; plain numbers belong into plain attributes, or into a
    buffer that is not saved."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.weight = nn.Parameter(torch.ones(self.kernel_size))


@misconception("Unfold", "shapes")
class WindowsApart(Unfold):
    """The output has three dimensions: batch, what is in a window, windows. You leave the window's dimensions, or the
    grid of the windows, unmerged."""

    def _join(self, taken):
        return torch.stack(taken, -2)


@misconception("Unfold", "shapes")
class WindowsAsRows(Unfold):
    """Each window is a column: (N, C·kh·kw, L). Yours are rows."""

    def _join(self, taken):
        return super()._join(taken).transpose(-1, -2)


@misconception("Unfold", "shapes")
class KeepsTheBatchOfOne(Unfold):
    """An image without a batch, (C, H, W), gives columns without one. You return a batch of one."""

    def forward(self, x):
        return super().forward(x if x.dim() == 4 else x.unsqueeze(0))


@misconception("Unfold", "shapes")
class ForgetsDilation(Unfold):
    """`dilation` makes the window wider, d(k-1)+1 in all, so fewer fit. You leave it out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dilation = (1, 1)


@misconception("Unfold", "shapes")
class ForgetsPadding(Unfold):
    """The image is surrounded by `padding` rows and columns of zeros before any window is taken. You leave them out."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.padding = (0, 0)


@misconception("Unfold", "shapes")
class TilesOnly(Unfold):
    """The windows lie `stride` apart, by default 1, so they overlap. Yours lie side by side."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=None):
        super().__init__(kernel_size, dilation, padding, kernel_size if stride is None else stride)


@misconception("Unfold", "shapes")
class HeightForBoth(FirstNumberOnly, Unfold):
    """A pair is (height, width). You use the numbers of the height for the width as well."""


@misconception("Unfold", "values")
class PaddingTransposed(Unfold):
    """`F.pad` begins with the *last* dimension: left, right, top, bottom. You pad the height by the width's number."""

    def _pad(self, x):
        top, left = self.padding
        if top == left:
            return super()._pad(x)
        grown = F.pad(x, (top, top, left, left))
        wanted = [x.shape[-2] + 2 * top, x.shape[-1] + 2 * left]
        room = [max(0, size - have) for size, have in zip(wanted, grown.shape[-2:], strict=True)]
        return F.pad(grown, (0, room[1], 0, room[0]))[..., : wanted[0], : wanted[1]]


@misconception("Unfold", "values")
class PaddingOfEdges(Unfold):
    """The padding is zeros. You repeat the pixels of the edge."""

    def _pad(self, x):
        top, left = self.padding
        rows = torch.arange(-top, x.shape[-2] + top).clamp(0, x.shape[-2] - 1)
        columns = torch.arange(-left, x.shape[-1] + left).clamp(0, x.shape[-1] - 1)
        return x[..., rows, :][..., columns]


@misconception("Unfold", "values")
class ColumnByColumn(ColumnsOfTheWindowFirst, Unfold):
    """Within a window the elements are taken row by row. Yours are taken column by column."""


@misconception("Unfold", "values")
class ChannelsLast(Unfold):
    """A column holds the whole window of the first channel, then that of the second. Yours has the channels of each
    pixel side by side."""

    def _join(self, taken):
        return torch.stack(taken, -3).flatten(-3, -2)


@misconception("Unfold", "values")
class WindowsColumnByColumn(Unfold):
    """The windows are in order row by row. Yours go down the columns first."""

    def forward(self, x):
        rows, columns = self._counts(*x.shape[-2:])
        return super().forward(x).unflatten(-1, (rows, columns)).transpose(-1, -2).flatten(-2)


@misconception("Unfold", "gradients")
class OutsideTheGraph(Unfold):
    """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached copy."""

    def _pad(self, x):
        return super()._pad(x.detach())


@misconception("Unfold", "errors")
class EmptyWhereNothingFits(Unfold):
    """A window that is larger than the padded image should raise an exception. You return no columns at all."""

    def _counts(self, height, width):
        return max(0, self._count(height, 0)), max(0, self._count(width, 1))

    def forward(self, x):
        rows, columns = self._counts(*x.shape[-2:])
        if rows and columns:
            return super().forward(x)
        area = self.kernel_size[0] * self.kernel_size[1]
        return x.new_zeros(*x.shape[:-3], x.shape[-3] * area, 0)


@misconception("Unfold", "vectorized")
class WindowByWindow(Unfold):
    """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a window: a
    strided slice takes one position of all the windows at once."""

    def forward(self, x):
        rows, columns = self._counts(*x.shape[-2:])
        padded, ((sh, sw), (dh, dw), (kh, kw)) = self._pad(x), (self.stride, self.dilation, self.kernel_size)
        taken = [
            padded[..., r * sh : r * sh + dh * (kh - 1) + 1 : dh, c * sw : c * sw + dw * (kw - 1) + 1 : dw].flatten(-3)
            for r in range(rows)
            for c in range(columns)
        ]
        return torch.stack(taken, -1)


# Fold.


@misconception("Fold", "own_work")
class FoldOfTorch(Fold):
    """`F.fold` does all the work here. Add up strided slices, one for each position within the window."""

    def forward(self, x):
        return F.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)


@misconception("Fold", "interface")
class FoldArgumentsAsInConv2d(StrideSecond, Fold):
    """The order of the arguments is output_size, kernel_size, dilation, padding, stride: not that of Conv2d."""

    def __init__(self, output_size, kernel_size, stride=1, padding=0, dilation=1):
        super().__init__(output_size, kernel_size, *self._reordered(stride, padding, dilation))


@misconception("Fold", "parameters")
class CountsAsBuffer(Fold):
    """This layer has no parameters and no buffers to save, and its state dict is empty. Yours holds one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer("counts", torch.ones(self.output_size))


@misconception("Fold", "shapes")
class KeepsThePadding(Fold):
    """The output has `output_size`; what lands in the padding is dropped. You return the padding, too."""

    def _crop(self, canvas):
        return canvas


@misconception("Fold", "shapes")
class FoldKeepsTheBatchOfOne(Fold):
    """Columns without a batch give an image without one, (C, H, W). You return a batch of one."""

    def forward(self, x):
        return super().forward(x if x.dim() == 3 else x.unsqueeze(0))


@misconception("Fold", "values")
class Averages(Fold):
    """Where windows overlap, their values are added. You divide by how many there are, which makes Fold the inverse of
    Unfold; torch's is its transpose."""

    def forward(self, x):
        return super().forward(x) / super().forward(torch.ones_like(x)).clamp(min=1)


@misconception("Fold", "values")
class Overwrites(Fold):
    """Where windows overlap, their values add up. Yours overwrite each other: `=` where it should be `+=`."""

    def _put(self, canvas, down, right, values):
        canvas[..., down, right] = values


@misconception("Fold", "values")
class FoldsColumnByColumn(ColumnsOfTheWindowFirst, Fold):
    """Within a window the elements are in order row by row. You read them column by column."""


@misconception("Fold", "values")
class FoldsChannelsLast(Fold):
    """A column holds the whole window of the first channel, then that of the second. You read the channels of each
    pixel side by side."""

    def forward(self, x):
        area = self.kernel_size[0] * self.kernel_size[1]
        return super().forward(x.unflatten(-2, (area, -1)).transpose(-3, -2).flatten(-3, -2))


@misconception("Fold", "values")
class IgnoresTheDilation(Fold):
    """`dilation` moves the elements of a window apart. You put them next to each other."""

    def _places(self, position, count, way):
        return slice(position, position + (count - 1) * self.stride[way] + 1, self.stride[way])


@misconception("Fold", "values")
class CropsOneCorner(Fold):
    """The padding is on all four sides, so the image begins `padding` rows and columns into the canvas. You begin at
    the corner."""

    def _crop(self, canvas):
        height, width = self.output_size
        return canvas[..., :height, :width]


@misconception("Fold", "values")
class FoldHeightForBoth(Fold):
    """A pair is (height, width). You use the padding of the height for the width as well."""

    def _crop(self, canvas):
        height, width = self.output_size
        shifted = F.pad(canvas, (0, self.padding[0]))
        return shifted[..., self.padding[0] : self.padding[0] + height, self.padding[0] : self.padding[0] + width]


@misconception("Fold", "values")
class AccumulatesOverCalls(Fold):
    """Each call starts from zeros. You keep the canvas of the call before and go on adding."""

    def _canvas(self, x, leading):
        kept = getattr(self, "kept", None)
        fresh = super()._canvas(x, leading)
        self.kept = fresh if kept is None or kept.shape != fresh.shape else kept.detach()
        return self.kept


@misconception("Fold", "gradients")
class FoldOutsideTheGraph(Fold):
    """Your output is right, but no gradient reaches the input. Do not add up `x.data` or a detached copy."""

    def _put(self, canvas, down, right, values):
        super()._put(canvas, down, right, values.detach())


@misconception("Fold", "errors")
class AnyNumberOfColumns(Fold):
    """As many columns are needed as there are windows; another number should raise an exception. You cut off what is
    too many, or fill up with zeros."""

    def forward(self, x):
        rows, columns = self._counts(*self.output_size)
        return super().forward(F.pad(x, (0, rows * columns - x.shape[-1])))


@misconception("Fold", "vectorized")
class ColumnAfterColumn(Fold):
    """The result is right, but you loop over the windows in Python. Loop over the few positions *within* a window: a
    strided slice takes one position of all the windows at once."""

    def forward(self, x):
        rows, columns = self._counts(*self.output_size)
        if x.shape[-1] != rows * columns:
            raise ValueError("wrong number of columns")
        (sh, sw), (dh, dw), (kh, kw) = self.stride, self.dilation, self.kernel_size
        windows = x.unflatten(-2, (-1, kh, kw))
        canvas = self._canvas(x, windows.shape[:-3])
        for block in range(rows * columns):
            top, left = block // columns * sh, block % columns * sw
            down, right = slice(top, top + dh * (kh - 1) + 1, dh), slice(left, left + dw * (kw - 1) + 1, dw)
            self._put(canvas, down, right, windows[..., block])
        return self._crop(canvas)
