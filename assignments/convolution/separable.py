"""Depthwise separable convolution: space first, channel by channel, and then the channels, place by place."""

from torch import Tensor, nn


class DepthwiseSeparableConv2d(nn.Module):
    r"""A convolution in two steps: one kernel for each input channel, then a 1×1 convolution that mixes the channels.

    $$z_{n,c,h,w} = a_c + \sum_{i,j} u_{c,i,j} \; x_{n,\,c,\,s_0 h + d_0 i - p_0,\,s_1 w + d_1 j - p_1}, \qquad
    y_{n,o,h,w} = b_o + \sum_c v_{o,c} \; z_{n,c,h,w}$$

    There is nothing in between, no activation and no normalisation.

    Args:
        in_channels: Channels of the input, $c$.
        out_channels: Channels of the output, $o$.
        kernel_size: Size of the depthwise kernel, an int or a tuple (height, width).
        stride: Stride $s$ of the depthwise convolution, an int or a tuple.
        padding: Zeros $p$ on each side, in the depthwise convolution, an int or a tuple.
        dilation: Dilation $d$ of the depthwise convolution, an int or a tuple.
        bias: Whether there are biases: both, $a$ and $b$, or neither.

    Shape:
        - Input: $(N, C_{in}, H, W)$
        - Output: $(N, C_{out}, H_{out}, W_{out})$, with the height and width of the depthwise convolution

    Attributes:
        depthwise: Child with ``weight`` $u$ of shape (in_channels, 1, height, width) and ``bias`` $a$ of shape
            (in_channels,).
        pointwise: Child with ``weight`` $v$ of shape (out_channels, in_channels, 1, 1) and ``bias`` $b$ of shape
            (out_channels,).

    Raises:
        RuntimeError: if the input has other channels than ``in_channels``.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        dilation: int | tuple[int, int] = 1,
        bias: bool = True,
    ) -> None:
        raise NotImplementedError("Write DepthwiseSeparableConv2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Convolve each channel by itself, then mix the channels."""
        raise NotImplementedError("Write DepthwiseSeparableConv2d.forward.")
