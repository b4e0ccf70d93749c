# part: recurrent/cells:LSTMCell
# red: values
# points: 13.25 of 15
# without: unbatched input
# why: splits the gates along an axis that only batches have
import torch
from torch import nn


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden_size, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(4 * hidden_size)) if bias else None
        self.bias_hh = nn.Parameter(torch.empty(4 * hidden_size)) if bias else None
        for item in self.parameters():
            nn.init.uniform_(item, -(hidden_size**-0.5), hidden_size**-0.5)

    def forward(self, x, state=None):
        shape = (*x.shape[:-1], self.hidden_size)
        h, c = (x.new_zeros(shape), x.new_zeros(shape)) if state is None else state
        if x.dim() > 2 or x.shape[-1] != self.input_size or h.shape != shape or c.shape != shape:
            raise ValueError("shapes")
        y = x @ self.weight_ih.T + h @ self.weight_hh.T
        i, f, g, o = (y if self.bias_ih is None else y + self.bias_ih + self.bias_hh).chunk(4, 1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c
