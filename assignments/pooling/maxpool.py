"""Max pooling over sequences, images and volumes, and the unpooling that puts the maxima back."""

import torch
from torch import Tensor, nn


class MaxPool1d(nn.Module):
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

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        raise NotImplementedError("Write MaxPool1d.__init__.")

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
        raise NotImplementedError("Write MaxPool1d.forward.")


class MaxPool2d(nn.Module):
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

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        raise NotImplementedError("Write MaxPool2d.__init__.")

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
        raise NotImplementedError("Write MaxPool2d.forward.")


class MaxPool3d(nn.Module):
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

    def __init__(
        self,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] | None = None,
        padding: int | tuple[int, ...] = 0,
        dilation: int | tuple[int, ...] = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        raise NotImplementedError("Write MaxPool3d.__init__.")

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
        raise NotImplementedError("Write MaxPool3d.forward.")


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
        raise NotImplementedError("Write MaxUnpool2d.__init__.")

    def forward(
        self,
        x: Tensor,
        indices: Tensor,
        output_size: list[int] | tuple[int, ...] | torch.Size | None = None,
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
        raise NotImplementedError("Write MaxUnpool2d.forward.")
