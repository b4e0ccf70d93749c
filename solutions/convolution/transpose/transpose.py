"""The transposed convolution: every pixel of the input stamps the kernel onto a larger output."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def _pair(value: int | Sequence[int]) -> tuple[int, int]:
    """A number for the height and one for the width."""
    if isinstance(value, int):
        return value, value
    height, width = value
    return height, width


class ConvTranspose2d(nn.Module):
    r"""The transpose of `Conv2d`: the map that sends gradients of its output back to its input.

    Each pixel of the input is multiplied by the kernel, and the product is added to the output, ``stride`` further on
    for each pixel. Then ``padding`` rows and columns are cut off on each side. In each direction

    $$H_{out} = (H - 1) \, s - 2 p + d \, (k - 1) + p_{out} + 1$$

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Height and width of the kernel; like the next four, an int stands for both.
        stride: How far apart neighbouring pixels stamp, $s$.
        padding: How much is cut off the output on each side, $p$.
        output_padding: By how much the output goes on at the bottom and on the right, $p_{out}$.
        groups: Into how many groups the channels are split; group by group, inputs only reach their own outputs.
        bias: Whether a constant is added to each output channel; if not, ``bias`` is None.
        dilation: How far apart the elements of the kernel land, $d$.

    Shape:
        - Input: $(N, C_{in}, H, W)$, or $(C_{in}, H, W)$ without a batch.
        - Output: $(N, C_{out}, H_{out}, W_{out})$ or $(C_{out}, H_{out}, W_{out})$.

    Attributes:
        weight: Shape (in_channels, out_channels / groups, kernel height, kernel width).
        bias: Shape (out_channels,).

    Fresh values of both are drawn from $\mathcal{U}(-1/\sqrt{n}, 1/\sqrt{n})$, where $n$ is out_channels / groups times
    the kernel's height times its width.

    Raises:
        ValueError: If ``groups`` does not divide ``in_channels`` and ``out_channels``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        output_padding: int | tuple[int, int] = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: int | tuple[int, int] = 1,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = _pair(padding)
        self.output_padding = _pair(output_padding)
        self.groups = groups
        self.dilation = _pair(dilation)
        self._check_groups()
        self._create_parameters(bias)
        self.reset_parameters()

    def _check_groups(self) -> None:
        """Raise where the channels cannot be split into groups."""
        for name, channels in (("in_channels", self.in_channels), ("out_channels", self.out_channels)):
            if channels % self.groups:
                raise ValueError(f"{name}={channels} is not divisible by groups={self.groups}")

    def _create_parameters(self, bias: bool) -> None:
        """Give the layer its ``weight`` and ``bias``, still without values."""
        self.weight = nn.Parameter(torch.empty(self.in_channels, self.out_channels // self.groups, *self.kernel_size))
        self.register_parameter("bias", nn.Parameter(torch.empty(self.out_channels)) if bias else None)

    def reset_parameters(self) -> None:
        """Draw ``weight`` and ``bias`` anew, in place."""
        bound = 1 / math.sqrt(self._fan_in())
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def _fan_in(self) -> int:
        """The $n$ of the fresh values."""
        return self.weight[0].numel()

    def forward(self, x: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        """Stamp the kernel onto the output, pixel by pixel.

        Args:
            x: Input of shape $(N, C_{in}, H, W)$ or $(C_{in}, H, W)$.
            output_size: The height and width that the output should have, or its full shape. It takes the place of
                ``output_padding``, and can make the output up to ``stride - 1`` larger than without any.

        Returns:
            A tensor of shape $(N, C_{out}, H_{out}, W_{out})$ or $(C_{out}, H_{out}, W_{out})$.

        Raises:
            ValueError: If the channels are not ``in_channels``; if ``output_padding`` is neither smaller than the
                stride nor smaller than the dilation; if ``output_size`` cannot be reached.
        """
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0), output_size).squeeze(0)
        self._check_channels(x)
        extra = self._extra(x, output_size)
        return self._add_bias(self._crop(self._overlap_add(self._stamps(x), extra)))

    def _check_channels(self, x: Tensor) -> None:
        if x.shape[1] != self.in_channels:
            raise ValueError(f"the input has {x.shape[1]} channels instead of {self.in_channels}")

    def _extra(self, x: Tensor, output_size: Sequence[int] | None) -> tuple[int, int]:
        """By how much the output goes on, as the constructor or the caller has it."""
        if output_size is None:
            self._check_output_padding()
            return self.output_padding
        height, width = output_size[-2:]
        extra = height - self._least_size(x.shape[2], 0), width - self._least_size(x.shape[3], 1)
        self._check_output_size(extra)
        return extra

    def _check_output_padding(self) -> None:
        for way in (0, 1):
            if self.output_padding[way] >= max(self.stride[way], self.dilation[way]):
                raise ValueError(
                    f"output_padding={self.output_padding} must be smaller than the stride or the dilation"
                )

    def _check_output_size(self, extra: tuple[int, int]) -> None:
        for way in (0, 1):
            if extra[way] not in range(self.stride[way]):
                raise ValueError(f"the output cannot be {extra} larger than the smallest, only up to stride - 1")

    def _least_size(self, pixels: int, way: int) -> int:
        """Height (way 0) or width (way 1) of the output that has no output padding."""
        return self._reach(pixels, way) - 2 * self.padding[way]

    def _reach(self, pixels: int, way: int) -> int:
        """How far the stamps of so many pixels reach, down (way 0) or to the right (way 1)."""
        return (pixels - 1) * self.stride[way] + self.dilation[way] * (self.kernel_size[way] - 1) + 1

    def _stamps(self, x: Tensor) -> Tensor:
        """Every pixel times the kernel: shape (N, C_out, kernel height, kernel width, H, W)."""
        grouped = x.unflatten(1, (self.groups, -1))
        kernels = self.weight.unflatten(0, (self.groups, -1))
        stamps = torch.einsum("ngihw,gioab->ngoabhw", grouped, kernels)
        return stamps.reshape(x.shape[0], self.out_channels, *self.kernel_size, *x.shape[2:])

    def _overlap_add(self, stamps: Tensor, extra: tuple[int, int]) -> Tensor:
        """Add each element of the kernel where it lands; neighbouring pixels are ``stride`` apart."""
        height, width = stamps.shape[-2:]
        rows, columns = self._reach(height, 0) + extra[0], self._reach(width, 1) + extra[1]
        canvas = stamps.new_zeros(*stamps.shape[:2], rows, columns)
        for i in range(self.kernel_size[0]):
            for j in range(self.kernel_size[1]):
                self._put(canvas, self._places(i, height, 0), self._places(j, width, 1), stamps[:, :, i, j])
        return canvas

    def _put(self, canvas: Tensor, down: slice, right: slice, values: Tensor) -> None:
        """Add values where one element of the kernel lands."""
        canvas[..., down, right] += values

    def _places(self, position: int, pixels: int, way: int) -> slice:
        """Where one row (way 0) or column (way 1) of the kernel lands, for so many pixels."""
        start = position * self.dilation[way]
        return slice(start, start + (pixels - 1) * self.stride[way] + 1, self.stride[way])

    def _crop(self, canvas: Tensor) -> Tensor:
        """Cut the padding off on all four sides."""
        (top, left), (rows, columns) = self.padding, canvas.shape[2:]
        return canvas[..., top : rows - top, left : columns - left]

    def _add_bias(self, y: Tensor) -> Tensor:
        """Add the bias if there is one, a constant for each channel."""
        return y if self.bias is None else y + self.bias[:, None, None]

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets."""
        return f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
