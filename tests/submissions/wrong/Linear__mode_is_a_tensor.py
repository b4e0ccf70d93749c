import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)) if bias else None
        # Two elements: whether this equals True is a question without an answer.
        self.training = torch.ones(2)

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias
