"""Max pooling over sequences, images and volumes, and the unpooling that puts the maxima back."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def _each(value: int | tuple[int, ...], dims: int) -> tuple[int, ...]:
    """One number per dimension: an int stands for all of them."""
    return (value,) * dims if isinstance(value, int) else tuple(value)


def _count(size: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """How many windows there are along a dimension."""
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if not ceil_mode:
        return room // stride + 1
    count = -(-room // stride) + 1
    # A last window that would begin behind the input, in its right padding, is left out.
    return count if (count - 1) * stride < size + padding else count - 1


class _MaxPool(nn.Module):
    """What the three layers share."""

    dims: int
    """How many dimensions are pooled: the last ones."""

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = _each(kernel_size, self.dims)
        self.stride = self.kernel_size if stride is None else _each(stride, self.dims)
        self.padding = _each(padding, self.dims)
        self.dilation = _each(dilation, self.dims)
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        if any(2 * p > k for k, p in zip(self.kernel_size, self.padding, strict=True)):
            raise ValueError(f"a padding of {padding} is more than half the window of {kernel_size}")

    def _windows(self, x: Tensor, fill: float) -> Tensor:
        """The elements of each window along a new last axis; ``fill`` stands where a window leaves the input."""
        first = x.dim() - self.dims
        spans = [d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        sides: list[int] = []
        for n, k, s, p, d, span in zip(
            x.shape[first:], self.kernel_size, self.stride, self.padding, self.dilation, spans, strict=True
        ):
            count = _count(n, k, s, p, d, self.ceil_mode)
            # As far as the last window reaches; a negative number crops what no window sees.
            after = (count - 1) * s + span - n - p
            sides = [p, after, *sides]  # F.pad begins with the last dimension
        x = F.pad(x, sides, value=fill)
        for axis, (span, s, d) in enumerate(zip(spans, self.stride, self.dilation, strict=True), first):
            x = x.unfold(axis, span, s)[..., ::d]
        return x.flatten(-self.dims)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        """Pool each channel.

        Args:
            x: The input, with or without a batch.

        Returns:
            The maxima. With `return_indices=True` the tuple (maxima, indices): the indices are int64, of the same
            shape, and say for each maximum the number of its element in its channel, whose elements, without the
            padding, are numbered from 0 in order: along the last dimension first, so an image row by row. Where several
            elements are the maximum, any of them will do.
        """
        windows = self._windows(x, -math.inf)
        values, places = windows.max(-1)
        if not self.return_indices:
            return values
        size = x.shape[-self.dims :]
        numbers = torch.arange(math.prod(size), device=x.device).reshape(size)
        # Cut into the same windows, the numbers of the elements say where each maximum was.
        numbers = self._windows(numbers, 0).expand(windows.shape)
        return values, numbers.gather(-1, places.unsqueeze(-1)).squeeze(-1)


class MaxPool1d(_MaxPool):
    r"""Take the maximum of every window of a sequence, channel by channel.

    With window $k$, stride $s$, padding $p$ and dilation $d$ there are

    $$L_{out} = \left\lfloor \frac{L + 2 p - d \, (k - 1) - 1}{s} \right\rfloor + 1$$

    windows; with `ceil_mode=True` the fraction is rounded up instead, but a window that would begin behind the input,
    in its right padding, is left out: where $(L_{out} - 1) \, s \ge L + p$ there is one window fewer.

    Args:
        kernel_size: Length of the window, $k$; like the other three an int or a tuple with one int.
        stride: How far apart the windows lie, $s$; None stands for `kernel_size`.
        padding: How many elements are added at both ends, $p$. They count as $-\infty$: no padding is ever a maximum.
        dilation: How far apart the elements of a window lie, $d$.
        return_indices: Whether the places of the maxima are returned, too.
        ceil_mode: Whether the number of windows is rounded up. The last window may then reach beyond the padding; what
            it finds there counts as $-\infty$, too.

    Shape:
        - Input: $(N, C, L)$, or $(C, L)$ without a batch.
        - Output: $(N, C, L_{out})$ or $(C, L_{out})$; with `return_indices=True` a tuple of that and of its indices.

    Raises:
        ValueError: If the padding is more than half of `kernel_size`, here or in the call.
    """

    dims = 1


class MaxPool2d(_MaxPool):
    r"""Take the maximum of every window of an image, channel by channel.

    With window $k$, stride $s$, padding $p$ and dilation $d$ there are in each direction

    $$H_{out} = \left\lfloor \frac{H + 2 p - d \, (k - 1) - 1}{s} \right\rfloor + 1$$

    windows; with `ceil_mode=True` the fraction is rounded up instead, but a window that would begin behind the input,
    in its right or lower padding, is left out: where $(H_{out} - 1) \, s \ge H + p$ there is one window fewer.

    Args:
        kernel_size: Height and width of the window, $k$; like the other three an int for both or a tuple.
        stride: How far apart the windows lie, $s$; None stands for `kernel_size`.
        padding: How many rows and columns surround the image, $p$. They count as $-\infty$: no padding is ever a
            maximum.
        dilation: How far apart the elements of a window lie, $d$.
        return_indices: Whether the places of the maxima are returned, too.
        ceil_mode: Whether the number of windows is rounded up. The last window may then reach beyond the padding; what
            it finds there counts as $-\infty$, too.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H_{out}, W_{out})$ or $(C, H_{out}, W_{out})$; with `return_indices=True` a tuple of that and
          of its indices.

    Raises:
        ValueError: If the padding is more than half of `kernel_size` in some direction, here or in the call.
    """

    dims = 2


class MaxPool3d(_MaxPool):
    r"""Take the maximum of every window of a volume, channel by channel.

    With window $k$, stride $s$, padding $p$ and dilation $d$ there are in each direction

    $$D_{out} = \left\lfloor \frac{D + 2 p - d \, (k - 1) - 1}{s} \right\rfloor + 1$$

    windows; with `ceil_mode=True` the fraction is rounded up instead, but a window that would begin behind the input,
    in its padding, is left out: where $(D_{out} - 1) \, s \ge D + p$ there is one window fewer.

    Args:
        kernel_size: Depth, height and width of the window, $k$; like the other three an int for all or a tuple.
        stride: How far apart the windows lie, $s$; None stands for `kernel_size`.
        padding: By how much the volume is extended on each side, $p$. The padding counts as $-\infty$: it is never a
            maximum.
        dilation: How far apart the elements of a window lie, $d$.
        return_indices: Whether the places of the maxima are returned, too.
        ceil_mode: Whether the number of windows is rounded up. The last window may then reach beyond the padding; what
            it finds there counts as $-\infty$, too.

    Shape:
        - Input: $(N, C, D, H, W)$, or $(C, D, H, W)$ without a batch.
        - Output: $(N, C, D_{out}, H_{out}, W_{out})$ or $(C, D_{out}, H_{out}, W_{out})$; with `return_indices=True` a
          tuple of that and of its indices.

    Raises:
        ValueError: If the padding is more than half of `kernel_size` in some direction, here or in the call.
    """

    dims = 3


class MaxUnpool2d(nn.Module):
    r"""Put the maxima of `MaxPool2d` back where they were taken from, with zeros everywhere else.

    `MaxUnpool2d` undoes `MaxPool2d` as far as that can be done: all that was no maximum is lost.

    Args:
        kernel_size: Height and width of the window that was pooled with, $k$; an int stands for both.
        stride: How far apart the windows lay, $s$; None stands for `kernel_size`.
        padding: The padding that was pooled with, $p$.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch, and indices of the same shape.
        - Output: $(N, C, H_{out}, W_{out})$ or $(C, H_{out}, W_{out})$, where
          $H_{out} = (H - 1) \, s - 2 p + k$ unless the call is given an `output_size`.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
    ) -> None:
        super().__init__()
        self.kernel_size = _each(kernel_size, 2)
        self.stride = self.kernel_size if stride is None else _each(stride, 2)
        self.padding = _each(padding, 2)

    def forward(
        self, x: Tensor, indices: Tensor, output_size: list[int] | tuple[int, ...] | torch.Size | None = None
    ) -> Tensor:
        """Put the values back.

        Args:
            x: Values of shape $(N, C, H, W)$ or $(C, H, W)$.
            indices: What `MaxPool2d(..., return_indices=True)` gave: int64, of the shape of `x`; each is the number of
                a pixel of the output's channel, row by row. Where two windows had one maximum it stands there twice,
                and comes back once.
            output_size: Height and width of the output, or its whole shape $(N, C, H_{out}, W_{out})$. Several sizes
                are pooled to the same one; this says which it was.

        Returns:
            A tensor of shape $(N, C, H_{out}, W_{out})$ or $(C, H_{out}, W_{out})$.
        """
        if output_size is None:
            sizes = zip(x.shape[-2:], self.kernel_size, self.stride, self.padding, strict=True)
            output_size = [(n - 1) * s - 2 * p + k for n, k, s, p in sizes]
        height, width = output_size[-2:]
        plane = x.new_zeros(*x.shape[:-2], height * width)
        return plane.scatter(-1, indices.flatten(-2), x.flatten(-2)).unflatten(-1, (height, width))
