from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        end = self.end_dim % x.dim()
        start = self.start_dim % x.dim()
        return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])
