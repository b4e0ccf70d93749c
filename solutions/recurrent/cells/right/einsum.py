"""Gate by gate, with a list of parameters' slices and einsum, as one would copy it from the board."""

import torch
import torch.nn as nn


def make(cell, gates, bias):
    k = cell.hidden_size**-0.5

    def fresh(*shape):
        return nn.Parameter(torch.rand(*shape) * 2 * k - k)

    cell.weight_ih = fresh(gates * cell.hidden_size, cell.input_size)
    cell.weight_hh = fresh(gates * cell.hidden_size, cell.hidden_size)
    if bias:
        cell.bias_ih = fresh(gates * cell.hidden_size)
        cell.bias_hh = fresh(gates * cell.hidden_size)


def gate(cell, k, x, h):
    """The input's and the state's share of gate k."""
    rows = slice(k * cell.hidden_size, (k + 1) * cell.hidden_size)
    a = torch.einsum("ni,oi->no", x, cell.weight_ih[rows])
    b = torch.einsum("nh,oh->no", h, cell.weight_hh[rows])
    if hasattr(cell, "bias_ih"):
        a = a + cell.bias_ih[rows]
        b = b + cell.bias_hh[rows]
    return a, b


def batch_of(cell, x, *states):
    """Everything with a batch axis, and whether it has to be taken away again."""
    if x.ndim > 2 or x.ndim < 1:
        raise ValueError("one step takes (N, input_size) or (input_size,)")
    if x.shape[-1] != cell.input_size:
        raise ValueError("einsum would stretch a single feature")
    single = x.ndim == 1
    if single:
        x = x[None]
    full = []
    for s in states:
        if s is None:
            s = torch.zeros(x.shape[0], cell.hidden_size, dtype=x.dtype, device=x.device)
        else:
            if single:
                s = s[None]
            assert s.shape == (x.shape[0], cell.hidden_size), f"bad state {s.shape}"
        full.append(s)
    return single, x, full


class RNNCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        self.nonlinearity = nonlinearity
        make(self, 1, bias)

    def forward(self, input, hx=None):
        single, x, (h,) = batch_of(self, input, hx)
        a, b = gate(self, 0, x, h)
        if self.nonlinearity == "tanh":
            y = (a + b).tanh()
        elif self.nonlinearity == "relu":
            y = (a + b).relu()
        else:
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        return y[0] if single else y


class LSTMCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        make(self, 4, bias)

    def forward(self, input, hx=None):
        h, c = hx if hx is not None else (None, None)
        single, x, (h, c) = batch_of(self, input, h, c)
        i, f, g, o = [sum(gate(self, k, x, h)) for k in range(4)]
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        return (h[0], c[0]) if single else (h, c)


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.input_size, self.hidden_size = input_size, hidden_size
        make(self, 3, bias)

    def forward(self, input, hx=None):
        single, x, (h,) = batch_of(self, input, hx)
        (ar, br), (az, bz), (an, bn) = [gate(self, k, x, h) for k in range(3)]
        r = (ar + br).sigmoid()
        z = (az + bz).sigmoid()
        n = (an + r * bn).tanh()
        h = n + z * (h - n)
        return h[0] if single else h
