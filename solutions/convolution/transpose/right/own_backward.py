"""A backward pass written by hand: the gradient of adding columns up is taking them out again."""

import math

import torch
import torch.nn.functional as F
from torch import nn


class Overlap(torch.autograd.Function):
    """Add columns up to images."""

    @staticmethod
    def forward(ctx, columns, size, options):
        ctx.options = options
        (kh, kw), (dh, dw), (sh, sw) = options["kernel_size"], options["dilation"], options["stride"]
        channels, rows, cols = size
        images = torch.zeros(columns.shape[0], channels, rows, cols, dtype=columns.dtype, device=columns.device)
        height, width = (rows - dh * (kh - 1) - 1) // sh + 1, (cols - dw * (kw - 1) - 1) // sw + 1
        stamps = columns.reshape(-1, channels, kh, kw, height, width)
        for place in range(kh * kw):
            i, j = divmod(place, kw)
            below, beside = i * dh + sh * (height - 1) + 1, j * dw + sw * (width - 1) + 1
            images[:, :, i * dh : below : sh, j * dw : beside : sw].add_(stamps[:, :, i, j])
        return images

    @staticmethod
    def backward(ctx, grad):
        return F.unfold(grad, **ctx.options), None, None


class ConvTranspose2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
    ):
        super().__init__()
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.kernel_size = self._twice(kernel_size)
        self.stride = self._twice(stride)
        self.padding = self._twice(padding)
        self.output_padding = self._twice(output_padding)
        self.dilation = self._twice(dilation)
        self.groups = groups
        if in_channels % groups or out_channels % groups:
            raise ValueError("groups must divide both numbers of channels")
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels // groups, *self.kernel_size))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_channels))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    @staticmethod
    def _twice(value):
        return value if isinstance(value, tuple) else (value, value)

    @torch.no_grad()
    def reset_parameters(self):
        bound = 1 / math.sqrt(self.weight.shape[1] * math.prod(self.kernel_size))
        for p in self.parameters():
            p.copy_((torch.rand_like(p) * 2 - 1) * bound)

    def forward(self, input, output_size=None):
        if input.dim() == 3:
            if output_size is not None:
                output_size = output_size[-2:]
            return self(input.unsqueeze(0), output_size).squeeze(0)
        n, c, *size = input.shape
        if c != self.in_channels:
            raise RuntimeError("channels do not match")
        bare = [(size[i] - 1) * self.stride[i] + self.dilation[i] * (self.kernel_size[i] - 1) + 1 for i in (0, 1)]
        if output_size is None:
            extra = list(self.output_padding)
            bad = any(extra[i] >= self.stride[i] and extra[i] >= self.dilation[i] for i in (0, 1))
        else:
            extra = [output_size[i - 2] - bare[i] + 2 * self.padding[i] for i in (0, 1)]
            bad = any(extra[i] not in range(self.stride[i]) for i in (0, 1))
        if bad:
            raise ValueError("no such output")
        parts = []
        for x, w in zip(input.chunk(self.groups, 1), self.weight.chunk(self.groups, 0)):
            columns = w.flatten(1).t() @ x.flatten(2)
            options = {"kernel_size": self.kernel_size, "dilation": self.dilation, "stride": self.stride}
            parts.append(Overlap.apply(columns, (w.shape[1], *bare), options))
        y = F.pad(torch.cat(parts, 1), (0, extra[1], 0, extra[0]))
        y = y[:, :, self.padding[0] : y.shape[2] - self.padding[0], self.padding[1] : y.shape[3] - self.padding[1]]
        return y if self.bias is None else y + self.bias.reshape(1, -1, 1, 1)
