"""Parameters held by plain modules, and the functional form; the two steps are written with F.conv2d."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Holder(nn.Module):
    def __init__(self, shape, bias):
        super().__init__()
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(shape[0]).uniform_(-bound, bound)) if bias else None


class DepthwiseSeparableConv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, bias=True):
        super().__init__()
        self.kernel_size = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        self.stride, self.padding, self.dilation = stride, padding, dilation
        self.depthwise = Holder((in_channels, 1, *self.kernel_size), bias)
        self.pointwise = Holder((out_channels, in_channels, 1, 1), bias)

    def forward(self, x):
        channels = self.depthwise.weight.shape[0]
        first = F.conv2d(
            x, self.depthwise.weight, self.depthwise.bias, self.stride, self.padding, self.dilation, groups=channels
        )
        return F.conv2d(first, self.pointwise.weight, self.pointwise.bias)
