import torch
import torch.nn.functional as F
from torch import nn


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class MaxPool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
        self.padding, self.dilation = pair(padding), pair(dilation)
        if self.padding[0] > self.kernel_size[0] // 2 or self.padding[1] > self.kernel_size[1] // 2:
            raise ValueError("too much padding for this kernel")
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def behind(self, n, axis):
        """What is needed at the end of one side."""
        k, s, p, d = self.kernel_size[axis], self.stride[axis], self.padding[axis], self.dilation[axis]
        reach = d * (k - 1) + 1
        if not self.ceil_mode:
            return p
        out = (n + 2 * p - reach + s - 1) // s + 1
        if (out - 1) * s >= n + p:
            out -= 1
        return (out - 1) * s + reach - n - p

    def forward(self, x):
        (kh, kw), (sh, sw), (ph, pw), (dh, dw) = self.kernel_size, self.stride, self.padding, self.dilation
        sides = (pw, self.behind(x.shape[-1], 1), ph, self.behind(x.shape[-2], 0))
        x = F.pad(x, sides, value=float("-inf"))
        windows = x.unfold(-2, dh * (kh - 1) + 1, sh).unfold(-2, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
        y, where = windows.flatten(-2).max(-1)
        return (y, where) if self.return_indices else y


class MaxUnpool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = pair(kernel_size)
        self.stride = self.kernel_size if stride is None else pair(stride)
        self.padding = pair(padding)

    def forward(self, x, indices, output_size=None):
        if output_size is None:
            h, w = [
                (n - 1) * s - 2 * p + k
                for n, k, s, p in zip(x.shape[-2:], self.kernel_size, self.stride, self.padding)
            ]
        else:
            h, w = output_size[-2:]
        out = x.new_zeros(*x.shape[:-2], h * w)
        out = out.scatter(-1, indices.flatten(-2), x.flatten(-2))
        return out.view(*x.shape[:-2], h, w)
