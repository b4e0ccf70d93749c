"""The transposed convolution: every pixel of the input stamps the kernel onto a larger output."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


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
        raise NotImplementedError("Write ConvTranspose2d.__init__.")

    def reset_parameters(self) -> None:
        """Draw ``weight`` and ``bias`` again, in place."""
        raise NotImplementedError("Write ConvTranspose2d.reset_parameters.")

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
        raise NotImplementedError("Write ConvTranspose2d.forward.")

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets."""
        raise NotImplementedError("Write ConvTranspose2d.extra_repr.")
