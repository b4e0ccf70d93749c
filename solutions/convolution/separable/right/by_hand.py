"""No convolution at all: a loop over the taps of the depthwise kernel, and a matmul over the channels."""

import torch
from torch import nn
from torch.nn import functional as F


def two(value):
    return value if isinstance(value, tuple) else (value, value)


class Depthwise(nn.Module):
    def __init__(self, channels, kernel_size, stride, padding, dilation, bias):
        super().__init__()
        self.stride, self.padding, self.dilation = two(stride), two(padding), two(dilation)
        height, width = two(kernel_size)
        bound = (height * width) ** -0.5
        self.weight = nn.Parameter(torch.empty(channels, 1, height, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(channels).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        if x.shape[1] != len(self.weight):
            raise ValueError("wrong channels")
        (ph, pw), (sh, sw), (dh, dw) = self.padding, self.stride, self.dilation
        x = F.pad(x, (pw, pw, ph, ph))
        kh, kw = self.weight.shape[2:]
        height = (x.shape[2] - dh * (kh - 1) - 1) // sh + 1
        width = (x.shape[3] - dw * (kw - 1) - 1) // sw + 1
        y = 0
        for i in range(kh):
            for j in range(kw):
                rows = slice(i * dh, i * dh + (height - 1) * sh + 1, sh)
                columns = slice(j * dw, j * dw + (width - 1) * sw + 1, sw)
                y = y + x[:, :, rows, columns] * self.weight[:, :, i, j, None]
        return y if self.bias is None else y + self.bias[:, None, None]


class Pointwise(nn.Module):
    def __init__(self, inside, outside, bias):
        super().__init__()
        bound = inside**-0.5
        self.weight = nn.Parameter(torch.empty(outside, inside, 1, 1).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outside).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        y = F.linear(x.movedim(1, -1), self.weight.flatten(1), self.bias)
        return y.movedim(-1, 1)


class DepthwiseSeparableConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__()
        self.depthwise = Depthwise(in_channels, kernel_size, stride, padding, dilation, bias)
        self.pointwise = Pointwise(in_channels, out_channels, bias)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))
