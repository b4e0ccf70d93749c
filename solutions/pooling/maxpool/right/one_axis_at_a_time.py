"""A maximum over a window is a maximum of maxima: pool one axis after the other, and carry the indices along."""

import torch
from torch import nn


def pool_axis(x, numbers, axis, k, s, p, d, ceil_mode):
    """Pool a single axis by a table of places; `numbers` are the flat indices of `x`."""
    n = x.size(axis)
    if k // 2 < p:
        raise ValueError(f"padding {p} is too large for a kernel of {k}")
    windows = (n + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)) // s + 1
    if ceil_mode and (windows - 1) * s >= n + p:
        windows -= 1
    table = torch.arange(windows, device=x.device).view(-1, 1) * s + torch.arange(k, device=x.device) * d - p
    outside = (table < 0) | (table >= n)
    flat = table.clamp(0, n - 1).flatten()
    x = x.movedim(axis, -1)
    taken = x[..., flat].unflatten(-1, table.shape).masked_fill(outside, -torch.inf)
    best = taken.argmax(-1, keepdim=True)
    values = taken.gather(-1, best).squeeze(-1)
    numbers = numbers.movedim(axis, -1)[..., flat].unflatten(-1, table.shape).gather(-1, best).squeeze(-1)
    return values.movedim(-1, axis), numbers.movedim(-1, axis)


def max_pool(x, dims, kernel_size, stride, padding, dilation, ceil_mode):
    space = x.shape[-dims:]
    numbers = torch.arange(space.numel(), device=x.device).view(space).expand_as(x)
    for i in range(dims):
        k, s, p, d = (
            option if isinstance(option, int) else option[i] for option in (kernel_size, stride, padding, dilation)
        )
        x, numbers = pool_axis(x, numbers, i - dims, k, s, p, d, ceil_mode)
    return x, numbers


class MaxPool1d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.options = (kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode)
        self.return_indices = return_indices

    def forward(self, input):
        found = max_pool(input, 1, *self.options)
        return found if self.return_indices else found[0]


class MaxPool2d(MaxPool1d):
    def forward(self, input):
        found = max_pool(input, 2, *self.options)
        return found if self.return_indices else found[0]


class MaxPool3d(MaxPool1d):
    def forward(self, input):
        found = max_pool(input, 3, *self.options)
        return found if self.return_indices else found[0]


class MaxUnpool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        stride = kernel_size if stride is None else stride
        self.h, self.w = (
            [option if isinstance(option, int) else option[i] for option in (kernel_size, stride, padding)]
            for i in (0, 1)
        )

    def forward(self, x, indices, output_size=None):
        if output_size is not None:
            *_, height, width = output_size
        else:
            height, width = (
                s * (n - 1) + k - 2 * p for n, (k, s, p) in zip(x.shape[-2:], (self.h, self.w), strict=True)
            )
        planes = x.reshape(-1, x.size(-2) * x.size(-1))
        where = indices.reshape(planes.shape)
        canvas = x.new_zeros(len(planes), height * width)
        canvas[torch.arange(len(planes), device=x.device)[:, None], where] = planes
        return canvas.reshape(*x.shape[:-2], height, width)
