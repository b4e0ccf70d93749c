"""Convolution over sequences, images and volumes: windows of the input times a weight."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class _Conv(nn.Module):
    """What the three layers share: all but the number of spatial dimensions."""

    dims: int

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
        super().__init__()
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = self._each(kernel_size), self._each(stride)
        self.dilation = self._each(dilation)
        self.padding = padding if isinstance(padding, str) else self._each(padding)
        self.padding_mode = padding_mode
        self._check_arguments()
        self._create_parameters(bias)
        self._draw_parameters()

    def _each(self, value: int | tuple[int, ...]) -> tuple[int, ...]:
        """One number for each spatial dimension."""
        return (value,) * self.dims if isinstance(value, int) else tuple(value)

    def _check_arguments(self) -> None:
        """Refuse groups that do not divide the channels, unknown padding modes, and "same" with a stride."""
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise ValueError(f"{self.groups} groups do not divide {self.in_channels} and {self.out_channels} channels")
        if self.padding == "same" and any(step != 1 for step in self.stride):
            raise ValueError("padding='same' needs a stride of 1")
        if self.padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f"unknown padding_mode {self.padding_mode!r}")

    def _create_parameters(self, bias: bool) -> None:
        """Give the layer its ``weight`` and ``bias``, still without values; without a bias, None."""
        self.weight = nn.Parameter(torch.empty(self.out_channels, self.in_channels // self.groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(self.out_channels)) if bias else None

    def _draw_parameters(self) -> None:
        """Fill ``weight`` and ``bias`` with uniform draws."""
        bound = 1 / math.sqrt(self.weight[0].numel())
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve `x`, with or without a batch dimension."""
        batched = x.dim() == self.dims + 2
        y = self._convolve(x if batched else x.unsqueeze(0))
        return y if batched else y.squeeze(0)

    def _convolve(self, x: Tensor) -> Tensor:
        """Convolve a batch."""
        self._check_input(x)
        return self._add_bias(self._multiply(self._windows(self._pad(x)), self.weight))

    def _check_input(self, x: Tensor) -> None:
        """Refuse an input with other channels."""
        if x.shape[1] != self.in_channels:
            raise ValueError(f"expected {self.in_channels} channels, got {x.shape[1]}")

    def _sides(self) -> list[tuple[int, int]]:
        """The padding before and after, for each spatial dimension."""
        if self.padding == "valid":
            return [(0, 0)] * self.dims
        if self.padding == "same":
            both = [self.dilation[axis] * (self.kernel_size[axis] - 1) for axis in range(self.dims)]
            return [(total // 2, total - total // 2) for total in both]
        return [(p, p) for p in self.padding]

    def _pad(self, x: Tensor) -> Tensor:
        """Pad; `F.pad` wants the last dimension first."""
        flat = [size for sides in reversed(self._sides()) for size in sides]
        return F.pad(x, flat, mode="constant" if self.padding_mode == "zeros" else self.padding_mode)

    def _windows(self, x: Tensor) -> Tensor:
        """All windows on a padded batch, as a view: (N, C, one axis of places and then one of taps a dimension)."""
        for axis in range(self.dims):
            k, d = self.kernel_size[axis], self.dilation[axis]
            x = x.unfold(2 + axis, d * (k - 1) + 1, self.stride[axis])[..., ::d]
        return x

    def _multiply(self, windows: Tensor, weight: Tensor) -> Tensor:
        """Sum over the input channels of the group and over the taps."""
        places = windows.shape[2 : 2 + self.dims]
        columns = windows.movedim(1, 1 + self.dims).reshape(len(windows), math.prod(places), self.groups, -1)
        rows = weight.reshape(self.groups, self.out_channels // self.groups, -1)
        y = columns.permute(0, 2, 1, 3) @ rows.transpose(1, 2)
        return y.transpose(2, 3).reshape(len(windows), self.out_channels, *places)

    def _add_bias(self, y: Tensor) -> Tensor:
        """Add the bias if there is one."""
        return y if self.bias is None else y + self.bias.reshape(-1, *[1] * self.dims)


class Conv1d(_Conv):
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
            the input: $d (k - 1)$ in all, the larger half behind where it is odd.
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

    dims = 1


class Conv2d(_Conv):
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

    dims = 2


class Conv3d(_Conv):
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

    dims = 3
