"""Zeros between the pixels, their patches, one product; autograd folds on the way back, which is not the answer's doing."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.modules.utils import _pair


class ConvTranspose2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True,
                 dilation=1):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError("groups")
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride, self.padding = _pair(kernel_size), _pair(stride), _pair(padding)
        self.dilation, self.output_padding = _pair(dilation), _pair(output_padding)
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        bound = self.weight[0].numel() ** -0.5
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-bound, bound)

    def extra(self, least, output_size):
        if output_size is None:
            if any(e >= max(s, d) for e, s, d in zip(self.output_padding, self.stride, self.dilation)):
                raise ValueError("output_padding")
            return self.output_padding
        extra = [size - low for size, low in zip(output_size[-2:], least)]
        if not all(0 <= e < s for e, s in zip(extra, self.stride)):
            raise ValueError("output_size")
        return extra

    def forward(self, x, output_size=None):
        if x.dim() == 3:
            return self.forward(x[None], output_size)[0]
        if x.dim() != 4 or x.shape[1] != self.in_channels:
            raise ValueError("channels")
        reach = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size)]
        whole = [(n - 1) * s + r + 1 for n, s, r in zip(x.shape[2:], self.stride, reach)]
        extra = self.extra([size - 2 * p for size, p in zip(whole, self.padding)], output_size)
        height, width = [size + e for size, e in zip(whole, extra)]
        canvas = x.new_zeros(*x.shape[:2], height + reach[0], width + reach[1])
        rows, columns = [slice(r, r + (n - 1) * s + 1, s) for r, n, s in zip(reach, x.shape[2:], self.stride)]
        canvas[:, :, rows, columns] = x
        patches = F.unfold(canvas, self.kernel_size, dilation=self.dilation)
        patches = patches.unflatten(1, (self.groups, -1))
        kernel = self.weight.flip(2, 3).unflatten(0, (self.groups, -1)).transpose(1, 2).flatten(2)
        out = (kernel @ patches).reshape(len(x), self.out_channels, height, width)
        top, left = self.padding
        out = out[:, :, top : height - top, left : width - left]
        return out if self.bias is None else out + self.bias[:, None, None]
