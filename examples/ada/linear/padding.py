import torch
from torch import nn


class ConstantPad2d(nn.Module):
    def __init__(self, padding, value):
        super().__init__()
        self.padding = (padding,) * 4 if isinstance(padding, int) else tuple(padding)
        self.value = value

    def forward(self, x):
        left, right, top, bottom = self.padding
        h, w = x.shape[-2:]
        # negative padding: cut off first
        x = x[..., max(0, -top) : h - max(0, -bottom), max(0, -left) : w - max(0, -right)]
        left, right, top, bottom = (max(0, p) for p in self.padding)
        h, w = x.shape[-2:]
        out = x.new_full((*x.shape[:-2], top + h + bottom, left + w + right), self.value)
        out[..., top : top + h, left : left + w] = x
        return out


class ZeroPad2d(ConstantPad2d):
    def __init__(self, padding):
        super().__init__(padding, 0.0)


class ReplicationPad1d(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.padding = (padding,) * 2 if isinstance(padding, int) else tuple(padding)

    def forward(self, x):
        left, right = self.padding
        first = x[..., :1].repeat_interleave(left, -1)
        last = x[..., -1:].repeat_interleave(right, -1)
        return torch.cat((first, x, last), -1)
