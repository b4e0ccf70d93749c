"""An ordinary convolution with the turned kernel over an input with zeros between its pixels."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def two(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class ConvTranspose2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
    ):
        super().__init__()
        if in_channels % groups != 0:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups != 0:
            raise ValueError("out_channels must be divisible by groups")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.k, self.s, self.p = two(kernel_size), two(stride), two(padding)
        self.op, self.d = two(output_padding), two(dilation)
        for i in range(2):
            if not (self.op[i] < self.s[i] or self.op[i] < self.d[i]):
                raise ValueError("output_padding too large")
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels // groups, self.k[0], self.k[1]))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            bound = 1 / math.sqrt(self.weight.size(1) * self.weight.size(2) * self.weight.size(3))
            nn.init.uniform_(self.bias, -bound, bound)

    def resolve(self, h, w, output_size):
        if output_size is None:
            return self.op
        target = list(output_size)[-2:]
        out = []
        for i, n in enumerate((h, w)):
            smallest = (n - 1) * self.s[i] - 2 * self.p[i] + self.d[i] * (self.k[i] - 1) + 1
            if target[i] < smallest or target[i] > smallest + self.s[i] - 1:
                raise ValueError(f"output size {target} is out of reach")
            out.append(target[i] - smallest)
        return out

    def forward(self, x, output_size=None):
        batched = x.dim() == 4
        if not batched:
            x = x[None]
        n, c, h, w = x.shape
        assert c == self.in_channels, "channels"
        op = self.resolve(h, w, output_size)
        stretched = x.new_zeros(n, c, (h - 1) * self.s[0] + 1, (w - 1) * self.s[1] + 1)
        stretched[:, :, :: self.s[0], :: self.s[1]] = x
        before = [self.d[i] * (self.k[i] - 1) - self.p[i] for i in range(2)]
        stretched = F.pad(stretched, (before[1], before[1] + op[1], before[0], before[0] + op[0]))
        reach = [self.d[i] * (self.k[i] - 1) + 1 for i in range(2)]
        windows = stretched.unfold(2, reach[0], 1).unfold(3, reach[1], 1)[..., :: self.d[0], :: self.d[1]]
        oh, ow = windows.shape[2:4]
        windows = windows.reshape(n, self.groups, c // self.groups, oh, ow, *self.k)
        kernel = self.weight.flip(2, 3).reshape(self.groups, c // self.groups, -1, *self.k)
        y = torch.einsum("ngcxyab,gcoab->ngoxy", windows, kernel).reshape(n, self.out_channels, oh, ow)
        if self.bias is not None:
            y = y + self.bias.view(1, -1, 1, 1)
        return y if batched else y[0]
