from torch import nn


class Linear(nn.Module):
    def forward(self, x)
        return x
