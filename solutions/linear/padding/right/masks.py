"""Index with places that are kept in range, and put the value where they were not."""

import torch
from torch import Tensor, nn


def indices(size: int, before: int, after: int, device) -> tuple[Tensor, Tensor]:
    i = torch.arange(size + before + after, device=device) - before
    return i.clamp(min=0, max=size - 1), (i < 0) | (i >= size)


class ConstantPad2d(nn.Module):
    def __init__(self, padding, value):
        super().__init__()
        try:
            self.l, self.r, self.t, self.b = padding
        except TypeError:
            self.l = self.r = self.t = self.b = padding
        self.value = value

    def forward(self, input):
        rows, above = indices(input.shape[-2], self.t, self.b, input.device)
        cols, beside = indices(input.shape[-1], self.l, self.r, input.device)
        taken = input[..., rows[:, None], cols]
        return taken.masked_fill(above[:, None] | beside, self.value)


class ZeroPad2d(ConstantPad2d):
    def __init__(self, padding):
        super().__init__(padding, value=0)

    def extra_repr(self):
        return f"{(self.l, self.r, self.t, self.b)}"


class ReplicationPad1d(nn.Module):
    def __init__(self, padding):
        super().__init__()
        self.padding = padding

    def forward(self, input):
        p = self.padding
        left, right = (p, p) if isinstance(p, int) else p
        at, _ = indices(input.size(-1), left, right, input.device)
        return input[..., at]
