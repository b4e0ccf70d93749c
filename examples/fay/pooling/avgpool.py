from torch import nn
from torch.nn import functional as F


def two(value):
    return (value, value) if isinstance(value, int) else value


class AvgPool2d(nn.Module):
    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__()
        self.kernel = two(kernel_size)
        self.stride = two(kernel_size if stride is None else stride)
        self.padding = two(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        if any(2 * p > k for p, k in zip(self.padding, self.kernel)):
            raise ValueError("too much padding")
        if divisor_override == 0:
            raise ValueError("divisor_override is 0")

    def more(self, n, axis):
        """Zeros at the end that let the last window of ceil_mode fit."""
        k, s, p = self.kernel[axis], self.stride[axis], self.padding[axis]
        rest = (n + 2 * p - k) % s
        begins = n + 2 * p - k - rest + s
        return s - rest if self.ceil_mode and rest and begins < n + p else 0

    def sums(self, x):
        h, w = x.shape[-2:]
        ph, pw = self.padding
        x = F.pad(x, (pw, pw + self.more(w, 1), ph, ph + self.more(h, 0)))
        return x.unfold(-2, self.kernel[0], self.stride[0]).unfold(-2, self.kernel[1], self.stride[1]).sum((-2, -1))

    def forward(self, x):
        if self.divisor_override is not None:
            return self.sums(x) / self.divisor_override
        if self.count_include_pad:
            return self.sums(x) / (self.kernel[0] * self.kernel[1])
        return self.sums(x) / self.sums(x.new_ones(x.shape))
