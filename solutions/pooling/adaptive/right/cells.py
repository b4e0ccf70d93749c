"""A loop over the cells of the output, each a slice of the image."""

import math
import random

import torch
from torch import nn


class AdaptiveAvgPool2d(nn.Module):
    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, x):
        h, w = x.shape[-2], x.shape[-1]
        size = self.output_size
        oh, ow = (size, size) if isinstance(size, int) else size
        oh = h if oh is None else oh
        ow = w if ow is None else ow
        out = []
        for i in range(oh):
            row = []
            for j in range(ow):
                h0, h1 = math.floor(i * h / oh), math.ceil((i + 1) * h / oh)
                w0, w1 = math.floor(j * w / ow), math.ceil((j + 1) * w / ow)
                row.append(x[..., h0:h1, w0:w1].mean(dim=(-2, -1)))
            out.append(torch.stack(row, dim=-1))
        return torch.stack(out, dim=-2)


class AdaptiveMaxPool2d(nn.Module):
    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size = output_size
        self.return_indices = return_indices

    def forward(self, x):
        h, w = x.shape[-2], x.shape[-1]
        size = self.output_size
        oh, ow = (size, size) if isinstance(size, int) else size
        oh = oh or h
        ow = ow or w
        values, indices = [], []
        for i in range(oh):
            for j in range(ow):
                h0, h1 = (i * h) // oh, ((i + 1) * h + oh - 1) // oh
                w0, w1 = (j * w) // ow, ((j + 1) * w + ow - 1) // ow
                value, at = x[..., h0:h1, w0:w1].flatten(-2).max(-1)
                values.append(value)
                indices.append((at // (w1 - w0) + h0) * w + at % (w1 - w0) + w0)
        values = torch.stack(values, -1).unflatten(-1, (oh, ow))
        if self.return_indices:
            return values, torch.stack(indices, -1).unflatten(-1, (oh, ow))
        return values


class FractionalMaxPool2d(nn.Module):
    """Every call draws one number for each direction, the same for all images."""

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False):
        super().__init__()
        if output_size is None and output_ratio is None:
            raise ValueError("give an output_size or an output_ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("give an output_size or an output_ratio, not both")
        self.kernel_size = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
        self.output_size = (output_size,) * 2 if isinstance(output_size, int) else output_size
        self.output_ratio = (output_ratio,) * 2 if isinstance(output_ratio, float) else output_ratio
        self.return_indices = return_indices

    def starts(self, n, k, m):
        u = random.random()
        alpha = (n - k) / (m - 1)
        found = [math.floor((i + u) * alpha) - math.floor(u * alpha) for i in range(m - 1)]
        return [*found, n - k]

    def forward(self, x):
        h, w = x.shape[-2:]
        if self.output_size is not None:
            oh, ow = self.output_size
        else:
            oh, ow = int(h * self.output_ratio[0]), int(w * self.output_ratio[1])
        kh, kw = self.kernel_size
        rows, columns = self.starts(h, kh, oh), self.starts(w, kw, ow)
        windows = x.unfold(-2, kh, 1).unfold(-2, kw, 1)[..., rows, :, :, :][..., columns, :, :]
        values, at = windows.flatten(-2).max(-1)
        if not self.return_indices:
            return values
        rows = torch.tensor(rows, device=x.device).unsqueeze(1)
        columns = torch.tensor(columns, device=x.device)
        return values, (rows + at // kw) * w + columns + at % kw
