"""as_strided windows and one einsum, with the padding written by hand as indices."""

import math

import torch
from torch import nn


def indices(size, before, after, mode):
    """The places that a padded axis takes its elements from; None for a zero."""
    places = range(-before, size + after)
    if mode == "replicate":
        return [min(max(place, 0), size - 1) for place in places]
    if mode == "circular":
        return [place % size for place in places]
    if mode == "reflect":
        return [abs(place) if place < size else 2 * (size - 1) - place for place in places]
    if mode == "zeros":
        return [place if 0 <= place < size else size for place in places]
    raise ValueError(f"unknown padding mode {mode}")


class _Base(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__()
        indices(1, 0, 0, padding_mode)
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")

        def spread(value):
            return list(value) if isinstance(value, tuple) else [value] * self.n

        self.k, self.s, self.d = spread(kernel_size), spread(stride), spread(dilation)
        if padding == "same":
            if set(self.s) != {1}:
                raise ValueError("same")
            spans = [d * (k - 1) for k, d in zip(self.k, self.d)]
            self.before, self.after = [span // 2 for span in spans], [math.ceil(span / 2) for span in spans]
        else:
            self.before = self.after = [0] * self.n if padding == "valid" else spread(padding)
        self.groups, self.mode, self.inputs = groups, padding_mode, in_channels
        self.weight = nn.Parameter(torch.Tensor(out_channels, in_channels // groups, *self.k))
        self.register_parameter("bias", nn.Parameter(torch.Tensor(out_channels)) if bias else None)
        bound = math.prod([in_channels // groups, *self.k]) ** -0.5
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.uniform_(-bound, bound)

    def pad(self, x):
        for axis in range(self.n):
            size, dim = x.shape[-self.n + axis], x.dim() - self.n + axis
            if self.mode == "zeros":
                x = torch.cat([x, torch.zeros_like(x.narrow(dim, 0, 1))], dim)
            places = indices(size, self.before[axis], self.after[axis], self.mode)
            x = x.index_select(dim, torch.tensor(places, device=x.device))
        return x

    def forward(self, x):
        if x.size(-1 - self.n) != self.inputs:
            raise ValueError("channels")
        x = self.pad(x).contiguous()
        batch = x.shape[: -1 - self.n]
        x = x.reshape(math.prod(batch), self.groups, -1, *x.shape[-self.n :])
        out = [(size - d * (k - 1) - 1) // s + 1 for size, k, s, d in zip(x.shape[3:], self.k, self.s, self.d)]
        steps = x.stride()
        windows = x.as_strided(
            (*x.shape[:3], *out, *self.k),
            (*steps[:3], *(a * b for a, b in zip(steps[3:], self.s)), *(a * b for a, b in zip(steps[3:], self.d))),
        )
        places, taps = "xyz"[: self.n], "uvw"[: self.n]
        weight = self.weight.reshape(self.groups, -1, *self.weight.shape[1:])
        y = torch.einsum(f"bgi{places}{taps},goi{taps}->bgo{places}", windows, weight)
        y = y.reshape(*batch, -1, *out)
        if self.bias is None:
            return y
        return y + self.bias.reshape(-1, *(1,) * self.n)


class Conv1d(_Base):
    n = 1


class Conv2d(_Base):
    n = 2


class Conv3d(_Base):
    n = 3
