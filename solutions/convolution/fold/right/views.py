"""Windows as a view on the padded image's memory, and their transpose by a flat index."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def both(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * 2


class Unfold(nn.Module):
    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation = both(kernel_size), both(dilation)
        self.padding, self.stride = both(padding), both(stride)

    def forward(self, x):
        ph, pw = self.padding
        padded = F.pad(x, (pw, pw, ph, ph)).contiguous()
        reach = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel_size)]
        lengths = [(n - r) // s + 1 for n, r, s in zip(padded.shape[-2:], reach, self.stride)]
        assert min(lengths) > 0, "the kernel is larger than the image"
        *outer, row, pixel = padded.stride()
        (dh, dw), (sh, sw) = self.dilation, self.stride
        sizes = (*padded.shape[:-2], *self.kernel_size, *lengths)
        view = padded.as_strided(sizes, (*outer, row * dh, pixel * dw, row * sh, pixel * sw))
        return view.reshape(*x.shape[:-3], x.shape[-3] * math.prod(self.kernel_size), math.prod(lengths))


class Fold(nn.Module):
    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size = both(output_size)
        self.unfold = Unfold(kernel_size, dilation, padding, stride)

    def forward(self, x):
        height, width = self.output_size
        # Unfold the numbers of the pixels: 0 is the padding.
        numbers = torch.arange(1, height * width + 1, device=x.device, dtype=torch.float64).reshape(1, height, width)
        places = self.unfold(numbers).long()
        area, blocks = places.shape
        if x.shape[-1] != blocks:
            raise ValueError(f"{blocks} blocks are expected, not {x.shape[-1]}")
        channels = x.shape[-2] // area
        flat = x.reshape(-1, channels, area * blocks)
        sums = torch.zeros(len(flat), channels, height * width + 1, dtype=x.dtype, device=x.device)
        sums = sums.scatter_add(2, places.reshape(1, 1, -1).expand_as(flat), flat)
        return sums[..., 1:].reshape(*x.shape[:-2], channels, height, width)
