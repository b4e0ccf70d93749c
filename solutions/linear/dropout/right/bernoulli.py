"""Masks from torch.bernoulli, applied by where."""

import torch
import torch.nn as nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("dropout probability has to be between 0 and 1, but got {}".format(p))
        self.p = p

    def mask(self, x):
        return torch.bernoulli(torch.full_like(x, 1 - self.p, requires_grad=False))

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return torch.zeros_like(x)
        return torch.where(self.mask(x).bool(), x / (1 - self.p), 0)


class Dropout2d(Dropout):
    def mask(self, x):
        n, c, h, w = x.shape
        channels = torch.bernoulli(torch.full((n, c), 1.0 - self.p, device=x.device))
        return channels[:, :, None, None].expand(n, c, h, w)


class Dropout3d(Dropout):
    def mask(self, x):
        channels = torch.empty(x.shape[0] * x.shape[1], device=x.device).bernoulli_(1.0 - self.p)
        return channels.view(x.shape[0], x.shape[1], 1, 1, 1).expand_as(x)
