"""Gates as an axis of their own, and einsum for every product."""

from typing import NamedTuple

import torch
from torch import Tensor, einsum


class Affine(NamedTuple):
    """Blocks of rows: (gates, hidden, features), and the input that they multiplied."""

    x: Tensor
    weight: Tensor
    bias: Tensor

    @classmethod
    def of(cls, x, weight, bias, blocks):
        return cls(x, weight.unflatten(0, (blocks, -1)), bias.unflatten(0, (blocks, -1)))

    def __call__(self):
        return einsum("ni,bhi->bnh", self.x, self.weight) + self.bias[:, None]

    def back(self, grad):
        return (
            einsum("bnh,bhi->ni", grad, self.weight),
            einsum("bnh,ni->bhi", grad, self.x).flatten(0, 1),
            einsum("bnh->bh", grad).flatten(),
        )


def lstm_cell_backward(grad_h, grad_c, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    inputs, states = Affine.of(x, weight_ih, bias_ih, 4), Affine.of(h, weight_hh, bias_hh, 4)
    a = inputs() + states()
    i, f, o = torch.sigmoid(a[[0, 1, 3]])
    g = torch.tanh(a[2])
    t = (f * c + i * g).tanh()
    d = torch.addcmul(grad_c, grad_h * o, 1 - t.square())
    grad = torch.stack([d * g * (i - i * i), d * c * (f - f * f), d * i * (1 + g) * (1 - g), grad_h * t * (o - o * o)])
    dx, dw, db = inputs.back(grad)
    dh, du, dv = states.back(grad)
    return dx, dh, d * f, dw, du, db, dv


def gru_cell_backward(grad_h, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    inputs, states = Affine.of(x, weight_ih, bias_ih, 3), Affine.of(h, weight_hh, bias_hh, 3)
    u, v = inputs(), states()
    r, z = torch.sigmoid(u[:2] + v[:2])
    n = torch.tanh(u[2] + r * v[2])
    dn = grad_h * (1 - z) * (1 - n.square())
    dr, dz = dn * v[2] * (r - r * r), grad_h * (h - n) * (z - z * z)
    dx, dw, db = inputs.back(torch.stack((dr, dz, dn)))
    dh, du, dv = states.back(torch.stack((dr, dz, dn * r)))
    return dx, torch.addcmul(dh, grad_h, z), dw, du, db, dv
