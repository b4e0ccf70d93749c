"""The elementwise half of every cell as an autograd function with a backward pass of its own."""

import torch
from torch import nn
from torch.autograd import Function


class Squash(Function):
    @staticmethod
    def forward(ctx, a, relu):
        y = a.clamp(min=0) if relu else a.tanh()
        ctx.relu = relu
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad * ((y > 0).to(grad.dtype) if ctx.relu else 1 - y * y), None


class Memory(Function):
    @staticmethod
    def forward(ctx, a, c):
        i, f, g, o = a.unflatten(-1, (4, -1)).unbind(-2)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        new = f * c + i * g
        t = torch.tanh(new)
        ctx.save_for_backward(i, f, g, o, c, t)
        return o * t, new

    @staticmethod
    def backward(ctx, grad_h, grad_c):
        i, f, g, o, c, t = ctx.saved_tensors
        d = grad_c + grad_h * o * (1 - t * t)
        parts = [d * g * i * (1 - i), d * c * f * (1 - f), d * i * (1 - g * g), grad_h * t * o * (1 - o)]
        return torch.cat(parts, -1), d * f


class Units(Function):
    @staticmethod
    def forward(ctx, a, b, h):
        (ar, az, an), (br, bz, bn) = a.chunk(3, -1), b.chunk(3, -1)
        r, z = torch.sigmoid(ar + br), torch.sigmoid(az + bz)
        n = torch.tanh(an + r * bn)
        ctx.save_for_backward(r, z, n, bn, h)
        return z * (h - n) + n

    @staticmethod
    def backward(ctx, grad):
        r, z, n, bn, h = ctx.saved_tensors
        dn = grad * (1 - z) * (1 - n * n)
        dz = grad * (h - n) * z * (1 - z)
        dr = dn * bn * r * (1 - r)
        return torch.cat((dr, dz, dn), -1), torch.cat((dr, dz, dn * r), -1), grad * z


class Cell(nn.Module):
    def __init__(self, input_size, hidden_size, bias=True):
        super().__init__()
        self.sizes = (input_size, hidden_size)
        self.weight_ih = nn.Parameter(torch.zeros(self.n * hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(self.n * hidden_size, hidden_size))
        for name in "bias_ih", "bias_hh":
            self.register_parameter(name, nn.Parameter(torch.zeros(self.n * hidden_size)) if bias else None)
        with torch.no_grad():
            for p in self.parameters():
                p.uniform_(-1, 1).div_(hidden_size**0.5)

    def products(self, x, h):
        a, b = x.matmul(self.weight_ih.t()), h.matmul(self.weight_hh.t())
        return (a, b) if self.bias_ih is None else (a + self.bias_ih, b + self.bias_hh)

    def start(self, x, state):
        if not 1 <= x.dim() <= 2:
            raise ValueError("1 or 2 dimensions")
        if state is None:
            return x.new_zeros(x.shape[:-1] + self.sizes[1:])
        if tuple(state.shape) != tuple(x.shape[:-1]) + self.sizes[1:]:
            raise ValueError("shape of the state")
        return state


class RNNCell(Cell):
    n = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__(input_size, hidden_size, bias)
        if nonlinearity not in {"tanh", "relu"}:
            raise ValueError(nonlinearity)
        self.relu = nonlinearity == "relu"

    def forward(self, x, hx=None):
        a, b = self.products(x, self.start(x, hx))
        return Squash.apply(a + b, self.relu)


class LSTMCell(Cell):
    n = 4

    def forward(self, x, hx=None):
        h, c = hx or (None, None)
        a, b = self.products(x, self.start(x, h))
        return Memory.apply(a + b, self.start(x, c))


class GRUCell(Cell):
    n = 3

    def forward(self, x, hx=None):
        h = self.start(x, hx)
        return Units.apply(*self.products(x, h), h)
