"""The four neighbours of every output of an image, gathered by advanced indexing, and weighed."""

import torch
from torch import nn


class Upsample(nn.Module):
    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super(Upsample, self).__init__()
        self.size = size
        self.scale_factor = tuple(map(float, scale_factor)) if isinstance(scale_factor, tuple) else scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x):
        spatial = list(x.shape[2:])
        assert (self.size is None) != (self.scale_factor is None), "size or scale_factor"
        per_axis = lambda value: list(value) if isinstance(value, (tuple, list)) else [value] * len(spatial)  # noqa: E731
        if self.size is not None:
            out = per_axis(self.size)
            scale = [a / b for a, b in zip(spatial, out)]
        else:
            factors = per_axis(self.scale_factor)
            out = [int(a * f) for a, f in zip(spatial, factors)]
            scale = [1 / f for f in factors]
        if self.mode == "nearest":
            assert self.align_corners is None, "align_corners is not for nearest"
            index = [torch.floor(torch.arange(o, device=x.device) * s).long() for o, s in zip(out, scale)]
            grids = torch.meshgrid(*index, indexing="ij")
            return x[(slice(None), slice(None), *grids)]
        lows, highs, weights = [], [], []
        for n, o, s in zip(spatial, out, scale):
            pos = torch.arange(o, device=x.device, dtype=x.dtype)
            if n != o:
                if self.align_corners:
                    pos = pos * (n - 1) / (o - 1) if o > 1 else torch.zeros_like(pos)
                else:
                    pos = torch.relu((pos + 0.5) * s - 0.5)
            low = pos.floor().long().clamp_max(n - 1)
            lows.append(low)
            highs.append(torch.clamp(low + 1, max=n - 1))
            weights.append(pos - low)
        if self.mode == "linear" and x.dim() == 3:
            return torch.lerp(x[..., lows[0]], x[..., highs[0]], weights[0])
        if self.mode == "bilinear" and x.dim() == 4:
            (t, l), (b, r), (v, u) = lows, highs, weights  # noqa: E741
            v = v[:, None]
            top = x[:, :, t][..., l] * (1 - u) + x[:, :, t][..., r] * u
            bottom = x[:, :, b][..., l] * (1 - u) + x[:, :, b][..., r] * u
            return top * (1 - v) + bottom * v
        raise NotImplementedError(f"{self.mode} on {x.dim()} dimensions")
