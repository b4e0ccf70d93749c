"""The convolution theorem: a product of spectra, of which the places that the stride skips are dropped."""

import math

import torch
from torch import fft, nn
from torch.nn.functional import pad


class Spectral(nn.Module):
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
        super().__init__()
        n = self.spatial
        if in_channels // groups * groups != in_channels or out_channels // groups * groups != out_channels:
            raise ValueError("groups must divide the channels")
        self.mode = {"zeros": "constant"}.get(padding_mode, padding_mode)
        if self.mode not in ("constant", "reflect", "replicate", "circular"):
            raise ValueError("no such padding mode")
        self.in_channels, self.groups = in_channels, groups
        self.stride = torch.Size([stride] * n if isinstance(stride, int) else stride)
        self.dilation = torch.Size([dilation] * n if isinstance(dilation, int) else dilation)
        kernel = torch.Size([kernel_size] * n if isinstance(kernel_size, int) else kernel_size)
        self.span = [d * (k - 1) + 1 for k, d in zip(kernel, self.dilation)]
        if padding == "same":
            if self.stride.numel() != 1:
                raise ValueError("stride")
            sides = [((span - 1) // 2, span // 2) for span in self.span]
        elif padding == "valid":
            sides = [(0, 0)] * n
        else:
            sides = [(p, p) for p in ([padding] * n if isinstance(padding, int) else padding)]
        self.sides = sum(reversed(sides), ())
        f = in_channels // groups * kernel.numel()
        uniform = torch.distributions.Uniform(-1 / math.sqrt(f), 1 / math.sqrt(f))
        self.weight = nn.Parameter(uniform.sample((out_channels, in_channels // groups, *kernel)))
        self.bias = nn.Parameter(uniform.sample((out_channels,))) if bias else None

    def forward(self, x):
        n = self.spatial
        if x.dim() == n + 1:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        if x.shape[1] != self.in_channels:
            raise ValueError("channels")
        x = pad(x, self.sides, self.mode)
        sizes = x.shape[2:]
        axes = tuple(range(-n, 0))
        spectrum = fft.rfftn(x.unflatten(1, (self.groups, -1)), s=sizes, dim=axes)
        kernel = fft.rfftn(self.spread().unflatten(0, (self.groups, -1)), s=sizes, dim=axes).conj()
        product = torch.einsum("bgi...,goi...->bgo...", spectrum, kernel)
        y = fft.irfftn(product, s=sizes, dim=axes).flatten(1, 2)
        cut = tuple(slice(0, size - span + 1, s) for size, span, s in zip(sizes, self.span, self.stride))
        y = y[(..., *cut)]
        return y if self.bias is None else y + self.bias.view(-1, *[1] * n)

    def spread(self):
        """The weight with zeros between its taps."""
        wide = self.weight.new_zeros(*self.weight.shape[:2], *self.span)
        wide[(..., *(slice(None, None, d) for d in self.dilation))] = self.weight
        return wide


class Conv1d(Spectral):
    spatial = 1


class Conv2d(Spectral):
    spatial = 2


class Conv3d(Spectral):
    spatial = 3
