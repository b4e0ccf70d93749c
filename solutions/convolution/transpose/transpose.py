"""The transposed convolution: every pixel of the input stamps the kernel onto a larger output."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """A number for the height and one for the width."""
    return (value, value) if isinstance(value, int) else tuple(value)


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
        if in_channels % groups or out_channels % groups:
            raise ValueError("groups must divide in_channels and out_channels")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = _pair(kernel_size)
        self.stride = _pair(stride)
        self.padding = _pair(padding)
        self.output_padding = _pair(output_padding)
        self.groups = groups
        self.dilation = _pair(dilation)
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels // groups, *self.kernel_size))
        self.register_parameter("bias", nn.Parameter(torch.empty(out_channels)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw ``weight`` and ``bias`` again, in place."""
        bound = 1 / math.sqrt(self.weight[0].numel())
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

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
        if x.shape[1] != self.in_channels:
            raise ValueError(f"the input has {x.shape[1]} channels instead of {self.in_channels}")
        height, width = x.shape[2:]
        (kh, kw), (sh, sw), (dh, dw), (ph, pw) = self.kernel_size, self.stride, self.dilation, self.padding
        # All stamps together are this large; with the padding cut off, that is the least size of the output.
        rows = (height - 1) * sh + dh * (kh - 1) + 1
        columns = (width - 1) * sw + dw * (kw - 1) + 1
        below, right = self._output_padding((rows - 2 * ph, columns - 2 * pw), output_size)

        # Every pixel times the kernel: shape (N, C_out, kernel height, kernel width, H, W).
        kernels = self.weight.unflatten(0, (self.groups, -1))
        stamps = torch.einsum("ngihw,gioab->ngoabhw", x.unflatten(1, (self.groups, -1)), kernels).flatten(1, 2)

        # Element (i, j) of the kernel lands on every sh-th row and sw-th column, once per pixel.
        canvas = x.new_zeros(len(x), self.out_channels, rows + below, columns + right)
        for i in range(kh):
            for j in range(kw):
                down = slice(i * dh, i * dh + height * sh, sh)
                across = slice(j * dw, j * dw + width * sw, sw)
                canvas[..., down, across] += stamps[:, :, i, j]

        y = canvas[..., ph : rows + below - ph, pw : columns + right - pw]
        return y if self.bias is None else y + self.bias[:, None, None]

    def _output_padding(self, least: tuple[int, int], output_size: Sequence[int] | None) -> tuple[int, int]:
        """By how much the output is larger than the least: what the constructor or ``output_size`` asks for."""
        if output_size is None:
            if any(self.output_padding[way] >= max(self.stride[way], self.dilation[way]) for way in (0, 1)):
                raise ValueError("output_padding must be smaller than the stride or the dilation")
            return self.output_padding
        height, width = output_size[-2:]
        extra = height - least[0], width - least[1]
        if any(extra[way] not in range(self.stride[way]) for way in (0, 1)):
            raise ValueError("output_size must be the least size or larger by less than the stride")
        return extra

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets."""
        return f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
