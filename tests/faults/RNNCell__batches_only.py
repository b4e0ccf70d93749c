# part: recurrent/cells:RNNCell
# red: values
# points: 13.25 of 15
# without: unbatched input
# why: takes batches only
import torch
from torch import nn


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__()
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(nonlinearity)
        self.input_size, self.hidden_size, self.squash = input_size, hidden_size, getattr(torch, nonlinearity)
        self.weight_ih = nn.Parameter(torch.empty(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(hidden_size)) if bias else None
        self.bias_hh = nn.Parameter(torch.empty(hidden_size)) if bias else None
        for item in self.parameters():
            nn.init.uniform_(item, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, h=None):
        batch, inside = x.shape
        if h is None:
            h = x.new_zeros(batch, self.hidden_size)
        if inside != self.input_size or h.shape != (batch, self.hidden_size):
            raise ValueError("shapes")
        y = x @ self.weight_ih.T + h @ self.weight_hh.T
        return self.squash(y if self.bias_ih is None else y + self.bias_ih + self.bias_hh)
