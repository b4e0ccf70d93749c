"""A copy whose dropped places are set to zero."""

import numpy as np
import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5):
        super(Dropout, self).__init__()
        if not (p >= 0 and p <= 1):
            raise ValueError("p must be in [0, 1]")
        self.p = p

    def extra_repr(self):
        return f"p={self.p}"

    def forward(self, x):
        if self.training is False:
            return x.clone()
        dropped = torch.rand_like(x) < self.p
        y = x.masked_fill(dropped, 0.0)
        return y if self.p == 1 else y * (1.0 / (1.0 - self.p))


class Dropout2d(Dropout):
    def forward(self, x):
        if self.training is False:
            return x.clone()
        dropped = torch.as_tensor(np.random.random_sample(x.shape[:2]) < self.p, device=x.device)
        y = x.clone()
        y[dropped] = 0
        return y / max(1 - self.p, 1e-12)


class Dropout3d(Dropout):
    def forward(self, x):
        if not self.training:
            return x
        n, c = x.size(0), x.size(1)
        kept = (torch.rand(n, c, 1, 1, 1) >= self.p).to(x)
        q = 1.0 - self.p
        if q == 0:
            return x * kept
        return torch.einsum("ncdhw,nc->ncdhw", x, kept[..., 0, 0, 0] / q)
