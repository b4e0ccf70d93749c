"""A loop over the positions within a window; what is largest so far, and where it was."""

import math

import torch
import torch.nn.functional as F
from torch import nn


def expand(value, n):
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * n


class Pool(nn.Module):
    def __init__(self, n, kernel_size, stride, padding, dilation, return_indices, ceil_mode):
        super().__init__()
        self.n = n
        self.kernel_size = expand(kernel_size, n)
        self.stride = self.kernel_size if stride is None else expand(stride, n)
        self.padding = expand(padding, n)
        self.dilation = expand(dilation, n)
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode

    def out_size(self, i, size):
        k, s, p, d = self.kernel_size[i], self.stride[i], self.padding[i], self.dilation[i]
        if p > k / 2:
            raise ValueError("pad should be at most half of kernel size")
        steps = (size + 2 * p - d * (k - 1) - 1) / s
        if self.ceil_mode:
            out = math.ceil(steps) + 1
            if (out - 1) * s >= size + p:
                out = out - 1
        else:
            out = math.floor(steps) + 1
        return out

    def forward(self, x):
        size = x.shape[-self.n :]
        out = [self.out_size(i, size[i]) for i in range(self.n)]
        # Generous padding: whatever the last window may reach.
        pad = []
        for i in reversed(range(self.n)):
            pad += [self.padding[i], self.padding[i] + self.stride[i] + self.dilation[i] * self.kernel_size[i]]
        padded = F.pad(x, pad, value=float("-inf"))

        best = None
        index = None
        for offset in self.offsets():
            slices, number = [Ellipsis], 0
            for i in range(self.n):
                start = offset[i] * self.dilation[i]
                slices.append(slice(start, start + out[i] * self.stride[i], self.stride[i]))
                at = torch.arange(out[i], device=x.device) * self.stride[i] + start - self.padding[i]
                number = (number * size[i]).unsqueeze(-1) + at if i else at
            candidate = padded[tuple(slices)]
            if best is None:
                best, index = candidate, number.expand(candidate.shape)
            else:
                larger = candidate > best
                best = torch.where(larger, candidate, best)
                index = torch.where(larger, number, index)
        return (best, index) if self.return_indices else best

    def offsets(self):
        found = [()]
        for k in self.kernel_size:
            found = [(*rest, j) for rest in found for j in range(k)]
        return found


class MaxPool1d(Pool):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__(1, kernel_size, stride, padding, dilation, return_indices, ceil_mode)


class MaxPool2d(Pool):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__(2, kernel_size, stride, padding, dilation, return_indices, ceil_mode)


class MaxPool3d(Pool):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__(3, kernel_size, stride, padding, dilation, return_indices, ceil_mode)


class MaxUnpool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = expand(kernel_size, 2)
        self.stride = expand(stride if stride is not None else kernel_size, 2)
        self.padding = expand(padding, 2)

    def forward(self, x, indices, output_size=None):
        batched = x.dim() == 4
        if not batched:
            x, indices = x.unsqueeze(0), indices.unsqueeze(0)
        n, c, h, w = x.shape
        if output_size is None:
            height = (h - 1) * self.stride[0] - 2 * self.padding[0] + self.kernel_size[0]
            width = (w - 1) * self.stride[1] - 2 * self.padding[1] + self.kernel_size[1]
        else:
            height, width = list(output_size)[-2:]
        out = torch.zeros(n, c, height * width, dtype=x.dtype, device=x.device)
        out.scatter_(2, indices.reshape(n, c, h * w), x.reshape(n, c, h * w))
        out = out.view(n, c, height, width)
        return out if batched else out[0]
