# part: recurrent/cells:GRUCell
# red: parameters, errors
# points: 1 of 15
# without:
# why: two layers of torch.nn, so other names in another order; what cannot be loaded is not judged, nor told twice
import torch
from torch import nn


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.hidden_size = hidden_size
        self.of_input = nn.Linear(input_size, 3 * hidden_size, bias=bias)
        self.of_state = nn.Linear(hidden_size, 3 * hidden_size, bias=bias)

    def forward(self, x, h=None):
        h = x.new_zeros(*x.shape[:-1], self.hidden_size) if h is None else h
        (reset_x, update_x, new_x), (reset_h, update_h, new_h) = (
            layer(item).chunk(3, -1) for layer, item in ((self.of_input, x), (self.of_state, h))
        )
        new = torch.tanh(new_x + torch.sigmoid(reset_x + reset_h) * new_h)
        return torch.lerp(new, h, torch.sigmoid(update_x + update_h))
