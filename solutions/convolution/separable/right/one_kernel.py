"""The two steps merged into a single ordinary convolution, whose kernel is their product."""

from torch import nn
from torch.nn import functional as F


class DepthwiseSeparableConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__()
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=bias)
        self.depthwise = nn.Conv2d(in_channels, in_channels, kernel_size, stride, padding, dilation, in_channels, bias)

    def forward(self, x):
        mix = self.pointwise.weight.squeeze(3).squeeze(2)
        kernel = mix[:, :, None, None] * self.depthwise.weight.squeeze(1)
        bias = None if self.pointwise.bias is None else self.pointwise.bias + mix @ self.depthwise.bias
        step, pad, gap = self.depthwise.stride, self.depthwise.padding, self.depthwise.dilation
        return F.conv2d(x, kernel, bias, stride=step, padding=pad, dilation=gap)
