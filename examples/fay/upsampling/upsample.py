import torch
from torch import nn


class Upsample(nn.Module):
    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super().__init__()
        if (size is None) == (scale_factor is None):
            raise ValueError("either size or scale_factor")
        if mode == "nearest" and align_corners is not None:
            raise ValueError("no align_corners for nearest")
        self.size, self.scale_factor = size, scale_factor
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x):
        if {"nearest": x.dim(), "linear": 3, "bilinear": 4}.get(self.mode) != x.dim():
            raise ValueError(f"{self.mode} does not work on {x.dim()} dimensions")
        for dim in range(2, x.dim()):
            x = self.stretch(x, dim)
        return x

    def stretch(self, x, dim):
        """Resize one dimension."""
        n = x.shape[dim]
        if self.size is not None:
            m = self.size if isinstance(self.size, int) else self.size[dim - 2]
            step = n / m
        else:
            f = self.scale_factor
            f = f[dim - 2] if isinstance(f, (tuple, list)) else f
            m = int(n * f)
            step = 1 / f
        i = torch.arange(m, device=x.device, dtype=x.dtype)
        if self.mode == "nearest":
            return x.index_select(dim, (i * step).floor().long().clamp(max=n - 1))
        if m == n:
            return x.clone()
        if self.align_corners:
            at = i * ((n - 1) / (m - 1) if m > 1 else 0)
        else:
            at = i * step
        low = at.floor().long().clamp(max=n - 1)
        high = (low + 1).clamp(max=n - 1)
        t = (at - low).view([-1 if k == dim else 1 for k in range(x.dim())])
        return x.index_select(dim, low) * (1 - t) + x.index_select(dim, high) * t
