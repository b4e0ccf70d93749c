"""A convolution with a kernel of ones, for every channel by itself; the same over a mask counts the pixels."""

import torch
from torch import nn
from torch.nn.functional import conv2d, pad


class AvgPool2d(nn.Module):
    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__()
        self.kernel = torch.broadcast_to(torch.as_tensor(kernel_size), (2,)).tolist()
        self.stride = self.kernel if stride is None else torch.broadcast_to(torch.as_tensor(stride), (2,)).tolist()
        self.padding = torch.broadcast_to(torch.as_tensor(padding), (2,)).tolist()
        for k, p in zip(self.kernel, self.padding):
            if p > k // 2:
                raise ValueError("padding should be at most half of the kernel size")
        if divisor_override == 0:
            raise ZeroDivisionError
        self.ceil_mode, self.include, self.divisor = ceil_mode, count_include_pad, divisor_override

    def extra(self, size, axis):
        """How many columns of nothing the last window of `ceil_mode` reaches beyond the padding."""
        k, s, p = self.kernel[axis], self.stride[axis], self.padding[axis]
        left_over = (size + 2 * p - k) % s
        last = size + 2 * p - k - left_over + s
        if not self.ceil_mode or left_over == 0 or last >= size + p:
            return 0
        return s - left_over

    def windows(self, planes):
        ones = planes.new_ones(1, 1, *self.kernel)
        return conv2d(planes, ones, stride=tuple(self.stride))

    def forward(self, x):
        h, w = x.shape[-2:]
        ph, pw = self.padding
        more = (0, self.extra(w, 1), 0, self.extra(h, 0))
        total = self.windows(pad(pad(x.reshape(-1, 1, h, w), (pw, pw, ph, ph)), more))
        total = total.reshape(*x.shape[:-2], *total.shape[-2:])
        if self.divisor is not None:
            return total / self.divisor
        mask = pad(x.new_ones(1, 1, h, w), (pw, pw, ph, ph), value=1.0 if self.include else 0.0)
        return total / self.windows(pad(mask, more))[0, 0]
