from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        start, end = self.start_dim % x.dim(), self.end_dim % x.dim()
        merged = x.shape[start : end + 1].numel()
        return x.reshape(*x.shape[:start], merged, *x.shape[end + 1 :])
