"""`Tensor.unfold` for the windows, and a matrix for each direction to put them back."""

import torch
from torch import nn


def to_tuple(value):
    return (value, value) if isinstance(value, int) else tuple(value)


class Unfold(nn.Module):
    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size = to_tuple(kernel_size)
        self.dilation = to_tuple(dilation)
        self.padding = to_tuple(padding)
        self.stride = to_tuple(stride)

    def forward(self, input):
        if input.dim() == 3:
            return self(input[None])[0]
        n, c, h, w = input.shape
        framed = input.new_zeros(n, c, h + 2 * self.padding[0], w + 2 * self.padding[1])
        framed[:, :, self.padding[0] : self.padding[0] + h, self.padding[1] : self.padding[1] + w] = input
        for axis in (0, 1):
            span = self.dilation[axis] * (self.kernel_size[axis] - 1) + 1
            framed = framed.unfold(2 + axis, span, self.stride[axis])
        windows = framed[..., :: self.dilation[0], :: self.dilation[1]]
        return windows.permute(0, 1, 4, 5, 2, 3).flatten(4).flatten(1, 3)


class Fold(nn.Module):
    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size = to_tuple(output_size), to_tuple(kernel_size)
        self.dilation, self.padding, self.stride = to_tuple(dilation), to_tuple(padding), to_tuple(stride)

    def placement(self, axis, like):
        """(kernel, windows, size): 1 where that element of that window lies."""
        size, k, d, p, s = (
            option[axis] for option in (self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)
        )
        windows = (size + 2 * p - d * (k - 1) - 1) // s + 1
        if windows <= 0:
            raise ValueError("the kernel is too large")
        places = torch.arange(k)[:, None] * d + torch.arange(windows) * s - p
        return (places[..., None] == torch.arange(size)).to(like)

    def forward(self, input):
        down, right = self.placement(0, input), self.placement(1, input)
        rows, columns = down.shape[1], right.shape[1]
        lead, (features, blocks) = input.shape[:-2], input.shape[-2:]
        if blocks != rows * columns:
            raise ValueError("wrong number of blocks")
        parts = input.reshape(*lead, features // (len(down) * len(right)), len(down), len(right), rows, columns)
        return torch.einsum("...abrc,arh,bcw->...hw", parts, down, right)
