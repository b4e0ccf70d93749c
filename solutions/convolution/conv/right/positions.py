"""A loop over the positions of the kernel: each is a strided slice of the input times one slice of the weight."""

from itertools import product

import torch
import torch.nn as nn
import torch.nn.functional as F


def to_tuple(value, n):
    if isinstance(value, (tuple, list)):
        return tuple(value)
    return tuple([value] * n)


class Conv(nn.Module):
    def __init__(
        self, n, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
    ):
        super().__init__()
        assert in_channels % groups == 0, "in_channels must be divisible by groups"
        assert out_channels % groups == 0, "out_channels must be divisible by groups"
        modes = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
        self.mode = modes[padding_mode]
        self.n, self.groups = n, groups
        self.in_channels = in_channels
        self.kernel_size = to_tuple(kernel_size, n)
        self.stride = to_tuple(stride, n)
        self.dilation = to_tuple(dilation, n)
        if padding == "same":
            assert self.stride == (1,) * n, "same padding needs stride 1"
            self.pads = []
            for k, d in zip(self.kernel_size, self.dilation):
                self.pads = [d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2] + self.pads
        elif padding == "valid":
            self.pads = [0, 0] * n
        else:
            self.pads = [p for p in reversed(to_tuple(padding, n)) for _ in range(2)]
        fan_in = in_channels // groups
        for k in self.kernel_size:
            fan_in *= k
        bound = fan_in**-0.5
        self.weight = nn.Parameter(
            torch.empty(out_channels, in_channels // groups, *self.kernel_size).uniform_(-bound, bound)
        )
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound))
        else:
            self.register_parameter("bias", None)

    def forward(self, x):
        if x.dim() == self.n + 1:
            return self.forward(x[None])[0]
        assert x.shape[1] == self.in_channels
        x = F.pad(x, self.pads, mode=self.mode)
        sizes = [
            (size - d * (k - 1) - 1) // s + 1
            for size, k, s, d in zip(x.shape[2:], self.kernel_size, self.stride, self.dilation)
        ]
        x = x.reshape(x.shape[0], self.groups, -1, *x.shape[2:])
        weight = self.weight.reshape(self.groups, -1, *self.weight.shape[1:])
        out = 0
        for position in product(*[range(k) for k in self.kernel_size]):
            cut = tuple(
                slice(at * d, at * d + (size - 1) * s + 1, s)
                for at, d, s, size in zip(position, self.dilation, self.stride, sizes)
            )
            piece = x[(slice(None), slice(None), slice(None), *cut)]
            tap = weight[(slice(None), slice(None), slice(None), *position)]
            out = out + torch.einsum("ngi...,goi->ngo...", piece, tap)
        out = out.flatten(1, 2)
        if self.bias is not None:
            out = out + self.bias.view(-1, *[1] * self.n)
        return out


class Conv1d(Conv):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__(
            1, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        )


class Conv2d(Conv):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__(
            2, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        )


class Conv3d(Conv):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__(
            3, in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode
        )
