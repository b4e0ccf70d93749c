# part: linear/linear:Linear
# red: parameters
# points: 1 of 15
# without:
# why: its parameters lie in a list, where no state dict finds them
import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        bound = in_features**-0.5
        self.both = [nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))]
        if bias:
            self.both.append(nn.Parameter(torch.empty(out_features).uniform_(-bound, bound)))

    def forward(self, x):
        return nn.functional.linear(x, *self.both)
