"""A loop over the positions within the window, for the image and for what counts."""

import math

import torch
from torch import nn


class AvgPool2d(nn.Module):
    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__()
        if stride is None:
            stride = kernel_size
        self.kh, self.kw = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
        self.sh, self.sw = stride if isinstance(stride, tuple) else (stride, stride)
        self.ph, self.pw = padding if isinstance(padding, tuple) else (padding, padding)
        assert self.ph <= self.kh / 2, "too much padding above"
        assert self.pw <= self.kw / 2, "too much padding on the left"
        if divisor_override is not None and not divisor_override:
            raise ValueError("divisor must not be zero")
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    def size(self, n, k, s, p):
        steps = (n + 2 * p - k) / s
        if not self.ceil_mode:
            return math.floor(steps) + 1
        out = math.ceil(steps) + 1
        if (out - 1) * s >= n + p:
            out = out - 1
        return out

    def forward(self, x):
        unbatched = x.dim() == 3
        if unbatched:
            x = x.unsqueeze(0)
        n, c, h, w = x.shape
        oh, ow = self.size(h, self.kh, self.sh, self.ph), self.size(w, self.kw, self.sw, self.pw)
        # Large enough for every window, and for the whole padded image.
        tall = max(h + 2 * self.ph, (oh - 1) * self.sh + self.kh)
        wide = max(w + 2 * self.pw, (ow - 1) * self.sw + self.kw)
        image = x.new_zeros(n, c, tall, wide)
        image[:, :, self.ph : self.ph + h, self.pw : self.pw + w] = x
        counts = torch.zeros(tall, wide, dtype=x.dtype, device=x.device)
        if self.count_include_pad:
            counts[: h + 2 * self.ph, : w + 2 * self.pw] = 1
        else:
            counts[self.ph : self.ph + h, self.pw : self.pw + w] = 1
        total, count = 0, 0
        for i in range(self.kh):
            for j in range(self.kw):
                rows = slice(i, i + (oh - 1) * self.sh + 1, self.sh)
                cols = slice(j, j + (ow - 1) * self.sw + 1, self.sw)
                total = total + image[:, :, rows, cols]
                count = count + counts[rows, cols]
        if self.divisor_override:
            count = self.divisor_override
        out = total / count
        return out.squeeze(0) if unbatched else out
