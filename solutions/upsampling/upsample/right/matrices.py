"""A matrix for each dimension: the output is their product with the input, along one dimension after the other."""

import math

import torch
from torch import nn


def nearest_matrix(n_in, n_out, step, like):
    rows = torch.arange(n_out, dtype=torch.float64)
    source = torch.clamp((rows * step).floor().long(), max=n_in - 1)
    return torch.nn.functional.one_hot(source, n_in).to(like)


def linear_matrix(n_in, n_out, step, aligned, like):
    if n_in == n_out:
        return torch.eye(n_in).to(like)
    rows = torch.arange(n_out, dtype=torch.float64)
    if aligned:
        place = rows * (n_in - 1) / (n_out - 1) if n_out > 1 else rows
    else:
        place = torch.clamp(step * (rows + 0.5) - 0.5, 0, n_in - 1)
    columns = torch.arange(n_in, dtype=torch.float64)
    return torch.clamp(1 - (place[:, None] - columns).abs(), min=0).to(like)


class Upsample(nn.Module):
    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None):
        super().__init__()
        if size is None and scale_factor is None:
            raise ValueError("either size or scale_factor should be defined")
        if size is not None and scale_factor is not None:
            raise ValueError("only one of size or scale_factor should be defined")
        if mode == "nearest" and align_corners is not None:
            raise ValueError("align_corners is for the linear modes")
        self.size, self.scale_factor, self.mode, self.align_corners = size, scale_factor, mode, bool(align_corners)

    def forward(self, x):
        ways = x.dim() - 2
        allowed = {"nearest": [1, 2, 3], "linear": [1], "bilinear": [2]}
        if ways not in allowed[self.mode]:
            raise NotImplementedError(f"{self.mode} with {x.dim()} dimensions")
        for way in range(ways):
            n = x.shape[2 + way]
            if self.size is not None:
                out = self.size if isinstance(self.size, int) else self.size[way]
                step = n / out
            else:
                factor = self.scale_factor[way] if isinstance(self.scale_factor, (tuple, list)) else self.scale_factor
                out, step = math.floor(n * factor), 1.0 / factor
            if self.mode == "nearest":
                matrix = nearest_matrix(n, out, step, x)
            else:
                matrix = linear_matrix(n, out, step, self.align_corners, x)
            x = torch.tensordot(x, matrix, dims=([2 + way], [1])).movedim(-1, 2 + way)
        return x
