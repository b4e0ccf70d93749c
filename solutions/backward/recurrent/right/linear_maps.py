"""A tiny tape of our own: small classes with forward and backward, put together twice."""

import torch
import torch.nn.functional as F


class Linear:
    def forward(self, x, w, b):
        self.x, self.w = x, w
        return F.linear(x, w, b)

    def backward(self, g):
        return g @ self.w, g.mT @ self.x, g.sum(dim=0)


class Sigmoid:
    def forward(self, a):
        self.y = torch.sigmoid(a)
        return self.y

    def backward(self, g):
        return g * self.y * (1 - self.y)


class Tanh:
    def forward(self, a):
        self.y = torch.tanh(a)
        return self.y

    def backward(self, g):
        return g * (1 - self.y) * (1 + self.y)


class Product:
    def forward(self, a, b):
        self.a, self.b = a, b
        return a * b

    def backward(self, g):
        return g * self.b, g * self.a


def lstm_cell_backward(grad_h, grad_c, x, h, c, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = Linear(), Linear()
    sums = from_x.forward(x, weight_ih, bias_ih) + from_h.forward(h, weight_hh, bias_hh)
    squashes = [Sigmoid(), Sigmoid(), Tanh(), Sigmoid()]
    i, f, g, o = (squash.forward(a) for squash, a in zip(squashes, sums.tensor_split(4, dim=1)))
    keep, write, show, outer = Product(), Product(), Product(), Tanh()
    new = keep.forward(f, c) + write.forward(i, g)
    show.forward(o, outer.forward(new))

    to_o, to_outer = show.backward(grad_h)
    to_new = outer.backward(to_outer) + grad_c
    to_f, to_c = keep.backward(to_new)
    to_i, to_g = write.backward(to_new)
    to_sums = torch.hstack([squash.backward(g) for squash, g in zip(squashes, (to_i, to_f, to_g, to_o))])
    to_x, to_w, to_b = from_x.backward(to_sums)
    to_h, to_u, to_d = from_h.backward(to_sums)
    return to_x, to_h, to_c, to_w, to_u, to_b, to_d


def gru_cell_backward(grad_h, x, h, weight_ih, weight_hh, bias_ih, bias_hh):
    from_x, from_h = Linear(), Linear()
    xr, xz, xn = from_x.forward(x, weight_ih, bias_ih).tensor_split(3, dim=1)
    hr, hz, hn = from_h.forward(h, weight_hh, bias_hh).tensor_split(3, dim=1)
    reset, update, candidate = Sigmoid(), Sigmoid(), Tanh()
    r, z = reset.forward(xr + hr), update.forward(xz + hz)
    gated, new, old = Product(), Product(), Product()
    n = candidate.forward(xn + gated.forward(r, hn))
    new.forward(1 - z, n)
    old.forward(z, h)

    to_complement, to_n = new.backward(grad_h)
    to_z, to_h = old.backward(grad_h)
    to_an = candidate.backward(to_n)
    to_r, to_hn = gated.backward(to_an)
    to_ar, to_az = reset.backward(to_r), update.backward(to_z - to_complement)
    to_x, to_w, to_b = from_x.backward(torch.hstack((to_ar, to_az, to_an)))
    more, to_u, to_d = from_h.backward(torch.hstack((to_ar, to_az, to_hn)))
    return to_x, to_h + more, to_w, to_u, to_b, to_d
