"""Convolution over sequences, images and volumes: windows of the input times a weight."""

import torch
from torch import Tensor, nn


class Conv1d(nn.Module):
    r"""Slide a window over a sequence, and take a weighted sum of what it shows at every place, for every channel.

    $$y_{n,o,t} = b_o + \sum_{c} \sum_{j=0}^{k-1} w_{o,c,j} \; x_{n,\,c,\,s t + d j - p}$$

    with the stride $s$, the dilation $d$, the padding $p$, and what the padding mode makes of places outside. $c$ goes
    over the input channels of the group that $o$ belongs to. As everywhere in deep learning the kernel is not flipped.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Size of the window, an int or a tuple of one.
        stride: Distance from one window to the next.
        padding: What is added on each side; or ``"valid"`` for nothing, or ``"same"`` for as much as keeps the size of
            the input: $d (k - 1)$ in all, the larger half after the input where that is odd.
        dilation: Distance from one tap of the window to the next.
        groups: How many groups the channels are split into, in order: the first ``out_channels / groups`` outputs see
            the first ``in_channels / groups`` inputs, and so on.
        bias: Whether each output channel has a bias.
        padding_mode: ``"zeros"``, ``"reflect"`` (mirrored, the edge itself not repeated), ``"replicate"`` (the edge
            repeated) or ``"circular"`` (from the other end).

    Shape:
        - Input: $(N, C_{in}, L)$ or $(C_{in}, L)$
        - Output: $(N, C_{out}, L_{out})$ or $(C_{out}, L_{out})$, where
          $L_{out} = \lfloor (L + 2p - d(k-1) - 1) / s \rfloor + 1$

    Attributes:
        weight: Parameter of shape (out_channels, in_channels / groups, k).
        bias: Parameter of shape (out_channels,), or None.

    Fresh values of both are drawn from $\mathcal{U}(-1/\sqrt{f}, 1/\sqrt{f})$ with
    $f = \text{in\_channels} / \text{groups} \cdot k$.

    Raises:
        ValueError: from the constructor, if the groups do not divide the channels, both of them; if ``"same"`` comes
            with a stride; if the padding mode is none of the four. And from the call, if the input has other channels.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
    ) -> None:
        raise NotImplementedError("Write Conv1d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve `x`, with or without a batch dimension."""
        raise NotImplementedError("Write Conv1d.forward.")


class Conv2d(nn.Module):
    r"""Slide a window over an image, and take a weighted sum of what it shows at every place, for every channel.

    $$y_{n,o,h,w} = b_o + \sum_{c} \sum_{i,j} w_{o,c,i,j} \; x_{n,\,c,\,s_0 h + d_0 i - p_0,\,s_1 w + d_1 j - p_1}$$

    Arguments, padding, groups and fresh values are those of `Conv1d`. Each of `kernel_size`, `stride`, `padding` and
    `dilation` is an int, for both dimensions, or a tuple (height, width).

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Size of the window.
        stride: Distance from one window to the next.
        padding: What is added on each side, ``"valid"`` or ``"same"``.
        dilation: Distance from one tap of the window to the next.
        groups: How many groups the channels are split into, in order.
        bias: Whether each output channel has a bias.
        padding_mode: ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.

    Shape:
        - Input: $(N, C_{in}, H, W)$ or $(C_{in}, H, W)$
        - Output: $(N, C_{out}, H_{out}, W_{out})$ or $(C_{out}, H_{out}, W_{out})$

    Attributes:
        weight: Parameter of shape (out_channels, in_channels / groups, height, width).
        bias: Parameter of shape (out_channels,), or None.

    Fresh values of both are uniform up to $\pm 1/\sqrt{f}$, $f$ = in_channels / groups · height · width.

    Raises:
        ValueError: as `Conv1d`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
    ) -> None:
        raise NotImplementedError("Write Conv2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve `x`, with or without a batch dimension."""
        raise NotImplementedError("Write Conv2d.forward.")


class Conv3d(nn.Module):
    r"""Slide a window over a volume, and take a weighted sum of what it shows at every place, for every channel.

    The formula is that of `Conv2d` with a third sum. Arguments, padding, groups and fresh values are those of `Conv1d`.
    Each of `kernel_size`, `stride`, `padding` and `dilation` is an int, for all three dimensions, or a tuple (depth,
    height, width).

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Size of the window.
        stride: Distance from one window to the next.
        padding: What is added on each side, ``"valid"`` or ``"same"``.
        dilation: Distance from one tap of the window to the next.
        groups: How many groups the channels are split into, in order.
        bias: Whether each output channel has a bias.
        padding_mode: ``"zeros"``, ``"reflect"``, ``"replicate"`` or ``"circular"``.

    Shape:
        - Input: $(N, C_{in}, D, H, W)$ or $(C_{in}, D, H, W)$
        - Output: $(N, C_{out}, D_{out}, H_{out}, W_{out})$ or $(C_{out}, D_{out}, H_{out}, W_{out})$

    Attributes:
        weight: Parameter of shape (out_channels, in_channels / groups, depth, height, width).
        bias: Parameter of shape (out_channels,), or None.

    Fresh values of both are uniform up to $\pm 1/\sqrt{f}$, $f$ = in_channels / groups · depth · height · width.

    Raises:
        ValueError: as `Conv1d`.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, ...],
        stride: int | tuple[int, ...] = 1,
        padding: int | tuple[int, ...] | str = 0,
        dilation: int | tuple[int, ...] = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
    ) -> None:
        raise NotImplementedError("Write Conv3d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve `x`, with or without a batch dimension."""
        raise NotImplementedError("Write Conv3d.forward.")
