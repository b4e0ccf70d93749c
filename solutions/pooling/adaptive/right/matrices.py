"""Averages as products of matrices, maxima over what a mask lets through, random windows by `as_strided`."""

import torch
from torch import nn


def membership(n, m, like):
    """(m, n): True where pixel j has a part in share i."""
    m = n if m is None else m
    i = torch.arange(m, device=like.device)[:, None]
    j = torch.arange(n, device=like.device)
    return (j + 1) * m > i * n, j * m < (i + 1) * n


class AdaptivePooling(nn.Module):
    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def inside(self, x):
        size = self.output_size
        height, width = size if isinstance(size, (tuple, list)) else (size, size)
        above, below = membership(x.size(-2), height, x)
        left, right = membership(x.size(-1), width, x)
        return above & below, left & right


class AdaptiveAvgPool2d(AdaptivePooling):
    def forward(self, x):
        rows, columns = (item.to(x.dtype) for item in self.inside(x))
        rows, columns = rows / rows.sum(1, keepdim=True), columns / columns.sum(1, keepdim=True)
        return torch.einsum("...hw,ih,jw->...ij", x, rows, columns)


class AdaptiveMaxPool2d(AdaptivePooling):
    def __init__(self, output_size, return_indices=False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, x):
        rows, columns = self.inside(x)
        mask = rows[:, None, :, None] & columns[None, :, None, :]
        seen = torch.where(mask, x[..., None, None, :, :], float("-inf")).flatten(-2)
        values, indices = torch.max(seen, dim=-1)
        return (values, indices) if self.return_indices else values


class FractionalMaxPool2d(nn.Module):
    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False):
        super().__init__()
        assert (output_size is None) != (output_ratio is None)
        self.kernel_size, self.output_size, self.output_ratio = kernel_size, output_size, output_ratio
        self.return_indices = return_indices

    def starts(self, lead, n, k, m, device):
        if m == 1:
            return torch.full((*lead, 1), n - k, device=device)
        alpha = (n - k) / (m - 1)
        u = torch.rand(lead, dtype=torch.float64, device=device)[..., None]
        sequence = torch.trunc((torch.arange(m - 1, device=device) + u) * alpha) - torch.trunc(u * alpha)
        return nn.functional.pad(sequence.long(), (0, 1), value=n - k)

    def forward(self, x):
        kh, kw = torch.broadcast_to(torch.tensor(self.kernel_size), (2,)).tolist()
        h, w = x.shape[-2:]
        if self.output_size is None:
            fh, fw = torch.broadcast_to(torch.tensor(self.output_ratio, dtype=torch.float64), (2,)).tolist()
            oh, ow = int(fh * h), int(fw * w)
        else:
            oh, ow = torch.broadcast_to(torch.tensor(self.output_size), (2,)).tolist()
        top = self.starts(x.shape[:-2], h, kh, oh, x.device)
        left = self.starts(x.shape[:-2], w, kw, ow, x.device)
        flat = x.contiguous()
        windows = flat.as_strided(
            (*x.shape[:-2], h - kh + 1, w - kw + 1, kh, kw), (*flat.stride(), *flat.stride()[-2:])
        ).flatten(-4, -3)
        chosen = (top[..., :, None] * (w - kw + 1) + left[..., None, :]).flatten(-2)
        picked = windows.gather(-3, chosen[..., None, None].expand(*chosen.shape, kh, kw))
        values, place = picked.flatten(-2).max(-1)
        values, place = values.unflatten(-1, (oh, ow)), place.unflatten(-1, (oh, ow))
        if not self.return_indices:
            return values
        rows = top[..., :, None] + place.div(kw, rounding_mode="floor")
        return values, rows * w + left[..., None, :] + place.remainder(kw)
