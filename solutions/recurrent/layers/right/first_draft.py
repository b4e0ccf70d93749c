"""One time step after the other, everything written out, with the parameters in plain attributes."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class _Base(nn.Module):
    G = 1
    pair = False

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.D = 2 if bidirectional else 1
        k = 1.0 / hidden_size**0.5
        for layer in range(num_layers):
            for d in range(self.D):
                n_in = input_size if layer == 0 else hidden_size * self.D
                end = f"_l{layer}" + ("_reverse" if d == 1 else "")
                setattr(self, "weight_ih" + end, nn.Parameter(torch.empty(self.G * hidden_size, n_in).uniform_(-k, k)))
                setattr(
                    self,
                    "weight_hh" + end,
                    nn.Parameter(torch.empty(self.G * hidden_size, hidden_size).uniform_(-k, k)),
                )
                if bias:
                    setattr(self, "bias_ih" + end, nn.Parameter(torch.empty(self.G * hidden_size).uniform_(-k, k)))
                    setattr(self, "bias_hh" + end, nn.Parameter(torch.empty(self.G * hidden_size).uniform_(-k, k)))

    def gates(self, x, h, end):
        a = x @ getattr(self, "weight_ih" + end).t()
        b = h @ getattr(self, "weight_hh" + end).t()
        if self.bias:
            a = a + getattr(self, "bias_ih" + end)
            b = b + getattr(self, "bias_hh" + end)
        return a, b

    def forward(self, x, hx=None):
        if x.dim() == 2:
            # no batch: make one of size one
            if hx is not None:
                hx = tuple(s.unsqueeze(1) for s in hx) if self.pair else hx.unsqueeze(1)
            out, last = self.batched(x.unsqueeze(1), hx)
            return out[:, 0], (tuple(s[:, 0] for s in last) if self.pair else last[:, 0])
        if x.dim() != 3:
            raise ValueError("2 or 3 dimensions, please")
        if self.batch_first:
            x = x.permute(1, 0, 2)
        out, last = self.batched(x, hx)
        if self.batch_first:
            out = out.permute(1, 0, 2)
        return out, last

    def batched(self, x, hx):
        T, N, features = x.shape
        if features != self.input_size:
            raise ValueError(f"{features} features")
        L = self.num_layers * self.D
        if hx is None:
            zeros = torch.zeros(L, N, self.hidden_size, dtype=x.dtype, device=x.device)
            hx = (zeros, zeros) if self.pair else zeros
        h0, c0 = hx if self.pair else (hx, hx)
        for s in (h0, c0):
            if s.shape != (L, N, self.hidden_size):
                raise ValueError(f"state {tuple(s.shape)}")
        hs, cs = [], []
        for layer in range(self.num_layers):
            halves = []
            for d in range(self.D):
                end = f"_l{layer}" + ("_reverse" if d == 1 else "")
                h, c = h0[layer * self.D + d], c0[layer * self.D + d]
                out = [None] * T
                for t in range(T) if d == 0 else range(T - 1, -1, -1):
                    h, c = self.step(x[t], h, c, end)
                    out[t] = h
                halves.append(torch.stack(out, dim=0))
                hs.append(h)
                cs.append(c)
            x = torch.cat(halves, dim=2)
            if layer < self.num_layers - 1 and self.training and self.dropout != 0:
                x = F.dropout(x, p=self.dropout)
        h_n = torch.stack(hs, 0)
        return x, ((h_n, torch.stack(cs, 0)) if self.pair else h_n)


class RNN(_Base):
    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        nonlinearity="tanh",
        bias=True,
        batch_first=False,
        dropout=0.0,
        bidirectional=False,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        self.nonlinearity = nonlinearity

    def step(self, x, h, c, end):
        a, b = self.gates(x, h, end)
        if self.nonlinearity == "relu":
            return F.relu(a + b), c
        if self.nonlinearity == "tanh":
            return torch.tanh(a + b), c
        raise ValueError("nonlinearity")


class LSTM(_Base):
    G = 4
    pair = True

    def step(self, x, h, c, end):
        a, b = self.gates(x, h, end)
        H = self.hidden_size
        s = a + b
        i, f, g, o = s[:, :H], s[:, H : 2 * H], s[:, 2 * H : 3 * H], s[:, 3 * H :]
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class GRU(_Base):
    G = 3

    def step(self, x, h, c, end):
        a, b = self.gates(x, h, end)
        ar, az, an = torch.split(a, self.hidden_size, dim=1)
        br, bz, bn = torch.split(b, self.hidden_size, dim=1)
        r = 1 / (1 + torch.exp(-(ar + br)))
        z = 1 / (1 + torch.exp(-(az + bz)))
        n = torch.tanh(an + r * bn)
        return (1 - z) * n + z * h, c
