from torch import nn


class Flatten(nn.Module):
    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x):
        places = list(range(x.dim()))
        start, end = places[self.start_dim], places[self.end_dim]
        assert start <= end
        return x.reshape(*x.shape[:start], -1, *x.shape[end + 1 :])
