"""A Sequential with named steps."""

from collections import OrderedDict

from torch import nn


class DepthwiseSeparableConv2d(nn.Sequential):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        common = dict(bias=bias)
        steps = OrderedDict(
            depthwise=nn.Conv2d(
                in_channels=in_channels,
                out_channels=in_channels,
                kernel_size=kernel_size,
                stride=stride,
                padding=padding,
                dilation=dilation,
                groups=in_channels,
                **common,
            ),
            pointwise=nn.Conv2d(in_channels=in_channels, out_channels=out_channels, kernel_size=1, **common),
        )
        super().__init__(steps)
