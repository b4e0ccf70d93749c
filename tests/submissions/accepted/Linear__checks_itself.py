import math

import torch
from torch import nn


class Linear(nn.Module):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.in_features, self.out_features = in_features, out_features
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        if bias:
            self.bias = nn.Parameter(torch.empty(out_features))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.in_features)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias


# What students leave below their answer: a comparison with torch's layer, on the way to the bug.
mine, theirs = Linear(3, 2), nn.Linear(3, 2)
mine.load_state_dict(theirs.state_dict())
x = torch.randn(4, 3)
assert torch.allclose(mine(x), theirs(x), atol=1e-6)
print("all good", mine)

if __name__ == "__main__":
    print(nn.Linear(1, 1)(torch.ones(1)))
