import torch_of_my_own
from torch import nn


class Linear(nn.Module):
    def forward(self, x):
        return torch_of_my_own.linear(x)
