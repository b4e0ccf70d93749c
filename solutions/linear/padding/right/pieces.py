"""Cut, then put pieces around with `torch.cat`."""

import torch
from torch import nn


class ConstantPad2d(nn.Module):
    def __init__(self, padding, value):
        super().__init__()
        if isinstance(padding, int):
            padding = (padding, padding, padding, padding)
        self.padding = padding
        self.value = value

    def extend(self, x, dim, before, after):
        if before < 0:
            x = x.narrow(dim, -before, x.size(dim) + before)
        if after < 0:
            x = x.narrow(dim, 0, x.size(dim) + after)
        pieces = [x]
        if before > 0:
            pieces.insert(0, self.block(x, dim, before))
        if after > 0:
            pieces.append(self.block(x, dim, after))
        return torch.cat(pieces, dim)

    def block(self, x, dim, size):
        shape = list(x.shape)
        shape[dim] = size
        return torch.full(shape, self.value, dtype=x.dtype, device=x.device)

    def forward(self, x):
        left, right, top, bottom = self.padding
        return self.extend(self.extend(x, -1, left, right), -2, top, bottom)


class ZeroPad2d(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.pad = ConstantPad2d(padding, 0)

    def forward(self, x):
        return self.pad(x)


class ReplicationPad1d(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.left, self.right = (padding, padding) if isinstance(padding, int) else padding

    def forward(self, x):
        first, last = x[..., :1], x[..., -1:]
        return torch.cat([first.repeat_interleave(self.left, -1), x, last.repeat_interleave(self.right, -1)], dim=-1)
