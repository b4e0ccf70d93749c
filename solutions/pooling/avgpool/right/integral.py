"""Sums of windows as differences in a table of sums over everything above and to the left."""

import torch
from torch import nn


def two(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class AvgPool2d(nn.Module):
    def __init__(
        self,
        kernel_size: "int | tuple",
        stride: "int | tuple | None" = None,
        padding: "int | tuple" = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: "int | None" = None,
    ):
        super().__init__()
        self.k, self.s, self.p = two(kernel_size), two(kernel_size if stride is None else stride), two(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def edges(self, n, axis):
        """First pixel, last pixel + 1 and counted length of every window along one axis."""
        k, s, p = self.k[axis], self.s[axis], self.p[axis]
        if p > k / 2:
            raise RuntimeError("pad should be at most half of effective kernel size")
        out = (n + 2 * p - k + (s - 1 if self.ceil_mode else 0)) // s + 1
        if self.ceil_mode and (out - 1) * s >= n + p:
            out -= 1
        begin = torch.arange(out) * s - p
        end = (begin + k).clamp(max=n + p)
        length = end - begin
        begin, end = begin.clamp(min=0), end.clamp(max=n)
        return begin, end, length if self.count_include_pad else end - begin

    def forward(self, input):
        if self.divisor_override == 0:
            raise RuntimeError("divisor must be not zero")
        top, bottom, heights = self.edges(input.shape[-2], 0)
        left, right, widths = self.edges(input.shape[-1], 1)
        table = nn.functional.pad(input, (1, 0, 1, 0)).cumsum(-1).cumsum(-2)
        rows = table.index_select(-2, bottom.to(input.device)) - table.index_select(-2, top.to(input.device))
        total = rows.index_select(-1, right.to(input.device)) - rows.index_select(-1, left.to(input.device))
        if self.divisor_override is not None:
            return total / self.divisor_override
        return total / torch.outer(heights, widths).to(input)
