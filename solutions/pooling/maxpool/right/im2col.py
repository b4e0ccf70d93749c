"""`F.unfold` for the windows of an image; a sequence is an image of one row, and a volume is pooled in two goes."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def to_tuple(value, length):
    if isinstance(value, int):
        return [value] * length
    return list(value)


def amount(n, k, s, p, d, ceil_mode):
    covered = d * (k - 1) + 1
    rest = n + 2 * p - covered
    count = rest // s + 1
    if ceil_mode and rest % s and count * s < n + p:
        count += 1
    return count


def image_pool(x, kernel, stride, padding, dilation, ceil_mode):
    """Maxima and flat indices of a batch of planes, (B, H, W)."""
    for k, p in zip(kernel, padding):
        assert p <= k // 2, "too much padding"
    (h, w), sides, counts = x.shape[1:], [], []
    for n, k, s, p, d in zip((h, w), kernel, stride, padding, dilation):
        count = amount(n, k, s, p, d, ceil_mode)
        counts.append(count)
        sides.append((p, max(p, (count - 1) * s + d * (k - 1) + 1 - n - p)))
    (top, bottom), (left, right) = sides
    padded = F.pad(x, (left, right, top, bottom), value=-math.inf)
    columns = F.unfold(padded.unsqueeze(1), tuple(kernel), dilation=tuple(dilation), stride=tuple(stride))
    values, place = columns.max(dim=1)
    block = torch.arange(place.shape[1], device=x.device)
    row = block // counts[1] * stride[0] - top + place // kernel[1] * dilation[0]
    column = block % counts[1] * stride[1] - left + place % kernel[1] * dilation[1]
    shape = (len(x), *counts)
    return values.view(shape), (row * w + column).view(shape)


class _Base(nn.Module):
    space = 2

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        if stride is None:
            stride = kernel_size
        self.args = [to_tuple(value, self.space) for value in (kernel_size, stride, padding, dilation)]
        self.return_indices, self.ceil_mode = return_indices, ceil_mode


class MaxPool1d(_Base):
    space = 1

    def forward(self, x):
        flat = x.reshape(-1, 1, x.shape[-1])
        (k,), (s,), (p,), (d,) = self.args
        y, i = image_pool(flat, (1, k), (1, s), (0, p), (1, d), self.ceil_mode)
        y, i = y.reshape(*x.shape[:-1], -1), i.reshape(*x.shape[:-1], -1)
        if self.return_indices:
            return y, i
        return y


class MaxPool2d(_Base):
    def forward(self, x):
        y, i = image_pool(x.reshape(-1, *x.shape[-2:]), *self.args, self.ceil_mode)
        y, i = (item.reshape(x.shape[:-2] + item.shape[-2:]) for item in (y, i))
        if self.return_indices:
            return y, i
        return y


class MaxPool3d(_Base):
    space = 3

    def forward(self, x):
        *lead, depth, height, width = x.shape
        plane = [option[1:] for option in self.args]
        y, i = image_pool(x.reshape(-1, height, width), *plane, self.ceil_mode)
        rows, columns = y.shape[-2:]
        # Then the depth: each place in the plane is a column of depth `depth`.
        k, s, p, d = ([option[0], 1] for option in self.args)
        p[1] = 0
        stacks = y.reshape(-1, depth, rows * columns)
        y, j = image_pool(stacks, k, s, p, d, self.ceil_mode)
        slices, places = j // (rows * columns), j % (rows * columns)
        i = i.reshape(-1, depth * rows * columns).gather(1, j.flatten(1)).view(j.shape)
        i = slices * (height * width) + i
        assert places.shape == i.shape
        y, i = (item.reshape(*lead, -1, rows, columns) for item in (y, i))
        if self.return_indices:
            return y, i
        return y


class MaxUnpool2d(nn.Module):
    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        self.kernel_size = to_tuple(kernel_size, 2)
        self.stride = to_tuple(kernel_size if stride is None else stride, 2)
        self.padding = to_tuple(padding, 2)

    def forward(self, x, indices, output_size=None):
        if output_size is None:
            output_size = [
                (x.shape[axis - 2] - 1) * self.stride[axis] - 2 * self.padding[axis] + self.kernel_size[axis]
                for axis in (0, 1)
            ]
        h, w = output_size[-2], output_size[-1]
        # One long row for everything: the planes are shifted behind each other.
        planes = math.prod(x.shape[:-2])
        shift = torch.arange(planes, device=x.device).reshape(*x.shape[:-2], 1, 1) * (h * w)
        out = torch.zeros(planes * h * w, dtype=x.dtype, device=x.device)
        out = out.index_put(((indices + shift).reshape(-1),), x.reshape(-1))
        return out.reshape(*x.shape[:-2], h, w)
