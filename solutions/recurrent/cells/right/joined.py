"""One product of the joined input and state with the joined weights, and sigmoids and tanhs made of each other."""

import math

import torch
from torch import nn
from torch.nn.parameter import Parameter


class Base(nn.Module):
    def __init__(self, input_size, hidden_size, bias, n_gates):
        super(Base, self).__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.use_bias = bias
        shapes = {"weight_ih": (n_gates * hidden_size, input_size), "weight_hh": (n_gates * hidden_size, hidden_size)}
        if bias:
            shapes.update({"bias_ih": (n_gates * hidden_size,), "bias_hh": (n_gates * hidden_size,)})
        for name, shape in shapes.items():
            setattr(self, name, Parameter(torch.Tensor(*shape)))
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            weight.data.uniform_(-stdv, stdv)

    def checked(self, x, *states):
        if x.dim() not in (1, 2) or x.size(-1) != self.input_size:
            raise RuntimeError("bad input")
        for state in states:
            if state.size() != x.size()[:-1] + (self.hidden_size,):
                raise RuntimeError("bad state")

    def zeros(self, x):
        return torch.zeros(
            x.size()[:-1] + (self.hidden_size,), dtype=self.weight_ih.dtype, device=self.weight_ih.device
        )

    def joined(self, x, h):
        y = torch.cat([x, h], dim=-1) @ torch.cat([self.weight_ih, self.weight_hh], dim=1).T
        if self.use_bias:
            y = y + (self.bias_ih + self.bias_hh)
        return y


def squash(x):
    return 2 * torch.sigmoid(2 * x) - 1


class RNNCell(Base):
    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__(input_size, hidden_size, bias, 1)
        self.act = {"tanh": torch.tanh, "relu": torch.nn.functional.relu}[nonlinearity]

    def forward(self, x, hx=None):
        h = self.zeros(x) if hx is None else hx
        self.checked(x, h)
        return self.act(self.joined(x, h))


class LSTMCell(Base):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__(input_size, hidden_size, bias, 4)

    def forward(self, x, hx=None):
        if hx is None:
            hx = (self.zeros(x), self.zeros(x))
        h, c = hx
        self.checked(x, h, c)
        gates = self.joined(x, h)
        H = self.hidden_size
        i = torch.sigmoid(gates[..., :H])
        f = torch.sigmoid(gates[..., H : 2 * H])
        g = squash(gates[..., 2 * H : 3 * H])
        o = torch.sigmoid(gates[..., 3 * H :])
        c = torch.addcmul(f * c, i, g)
        return o * torch.tanh(c), c


class GRUCell(Base):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__(input_size, hidden_size, bias, 3)

    def forward(self, x, hx=None):
        h = self.zeros(x) if hx is None else hx
        self.checked(x, h)
        H = self.hidden_size
        rz = torch.sigmoid(self.joined(x, h)[..., : 2 * H])
        r, z = rz.split(H, dim=-1)
        n_x = x @ self.weight_ih[2 * H :].T
        n_h = h @ self.weight_hh[2 * H :].T
        if self.use_bias:
            n_x = n_x + self.bias_ih[2 * H :]
            n_h = n_h + self.bias_hh[2 * H :]
        n = torch.tanh(torch.addcmul(n_x, r, n_h))
        return torch.lerp(n, h, z)
