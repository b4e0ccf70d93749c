import torch
from torch import nn


class Dropout(nn.Module):
    def __init__(self, p=0.5):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, so not {p}")
        self.p = p

    def shape_of_mask(self, x):
        return x.shape

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        if self.p == 1:
            return x * 0
        keep = torch.rand(self.shape_of_mask(x), device=x.device) >= self.p
        return x * keep / (1 - self.p)


class Dropout2d(Dropout):
    def shape_of_mask(self, x):
        return (*x.shape[:2], 1, 1)


class Dropout3d(Dropout):
    def shape_of_mask(self, x):
        return (*x.shape[:2], 1, 1, 1)
