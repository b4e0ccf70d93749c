import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError("p must be between 0 and 1")
        self.p = p

    def mask_shape(self, x):
        return x.shape

    def forward(self, x):
        if self.training:
            mask = torch.rand(self.mask_shape(x), device=x.device) >= self.p
            return x * mask
        # at test time all units are there, so the outputs are scaled down (Srivastava et al., section 4)
        return x * (1 - self.p)


class Dropout2d(Dropout):
    def mask_shape(self, x):
        n, c, h, w = x.shape
        return n, c, 1, 1


class Dropout3d(Dropout):
    def mask_shape(self, x):
        n, c, d, h, w = x.shape
        return n, c, 1, 1, 1
