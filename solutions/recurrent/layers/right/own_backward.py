"""Backpropagation through time written by hand: one autograd function walks one layer in one direction."""

import math

import torch
from torch import nn
from torch.autograd import Function


class Walk(Function):
    """Forward keeps what backward needs, step by step; backward walks the same steps from the end."""

    @staticmethod
    def forward(ctx, kind, xs, w_ih, w_hh, b_ih, b_hh, *state):
        ctx.kind, ctx.has_bias = kind, b_ih is not None
        a_all = xs @ w_ih.t()
        if b_ih is not None:
            a_all = a_all + b_ih
        kept, outputs = [], []
        for a in a_all:
            b = state[0] @ w_hh.t()
            if b_hh is not None:
                b = b + b_hh
            before = state
            state, own = kind.forward(a, b, *state)
            kept += [before[0], *own]
            outputs.append(state[0])
        ctx.per_step = len(kept) // len(outputs)
        ctx.save_for_backward(xs, w_ih, w_hh, *kept)
        return (torch.stack(outputs), *(item.clone() for item in state))

    @staticmethod
    def backward(ctx, grad_out, *grad_state):
        xs, w_ih, w_hh, *kept = ctx.saved_tensors
        grad_state = list(grad_state)
        grad_a = []
        grad_w_hh = torch.zeros_like(w_hh)
        grad_b_hh = w_hh.new_zeros(w_hh.shape[0])
        for t in reversed(range(len(xs))):
            h, *own = kept[t * ctx.per_step : (t + 1) * ctx.per_step]
            grad_state[0] = grad_state[0] + grad_out[t]
            da, db, direct = ctx.kind.backward(own, h, grad_state)
            grad_state = [direct[0] + db @ w_hh, *direct[1:]]
            grad_w_hh += db.t() @ h
            grad_b_hh += db.sum(0)
            grad_a.insert(0, da)
        da = torch.stack(grad_a)
        biases = (da.sum((0, 1)), grad_b_hh) if ctx.has_bias else (None, None)
        return None, da @ w_ih, torch.einsum("tng,tni->gi", da, xs), grad_w_hh, *biases, *grad_state


class Tanh:
    gates, states = 1, 1

    @staticmethod
    def forward(a, b, h):
        y = torch.tanh(a + b)
        return (y,), (y,)

    @staticmethod
    def backward(own, h, grads):
        d = grads[0] * (1 - own[0] ** 2)
        return d, d, [torch.zeros_like(h)]


class Relu:
    gates, states = 1, 1

    @staticmethod
    def forward(a, b, h):
        y = (a + b).clamp(min=0)
        return (y,), (y,)

    @staticmethod
    def backward(own, h, grads):
        d = grads[0] * (own[0] > 0)
        return d, d, [torch.zeros_like(h)]


class Memory:
    gates, states = 4, 2

    @staticmethod
    def forward(a, b, h, c):
        i, f, g, o = (a + b).chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        new = f * c + i * g
        t = new.tanh()
        return (o * t, new), (i, f, g, o, c, t)

    @staticmethod
    def backward(own, h, grads):
        i, f, g, o, c, t = own
        dh, dc = grads
        dc = dc + dh * o * (1 - t * t)
        d = torch.cat([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g * g), dh * t * o * (1 - o)], 1)
        return d, d, [torch.zeros_like(h), dc * f]


class Units:
    gates, states = 3, 1

    @staticmethod
    def forward(a, b, h):
        ar, az, an = a.chunk(3, 1)
        br, bz, bn = b.chunk(3, 1)
        r, z = (ar + br).sigmoid(), (az + bz).sigmoid()
        n = (an + r * bn).tanh()
        return (n + z * (h - n),), (r, z, n, bn)

    @staticmethod
    def backward(own, h, grads):
        r, z, n, bn = own
        (dh,) = grads
        dn = dh * (1 - z) * (1 - n * n)
        dr, dz = dn * bn * r * (1 - r), dh * (h - n) * z * (1 - z)
        return torch.cat([dr, dz, dn], 1), torch.cat([dr, dz, dn * r], 1), [dh * z]


class Stack(nn.Module):
    def __init__(self, kind, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional):
        super().__init__()
        self.kind, self.batch_first = kind, batch_first
        self.sizes = input_size, hidden_size
        self.between = nn.Dropout(dropout)
        self.suffixes = [
            [f"l{k}{way}" for way in (("", "_reverse") if bidirectional else ("",))] for k in range(num_layers)
        ]
        for k, layer in enumerate(self.suffixes):
            for suffix in layer:
                rows = kind.gates * hidden_size
                width = len(layer) * hidden_size if k else input_size
                shapes = [(rows, width), (rows, hidden_size), (rows,), (rows,)]
                for name, shape in zip(["weight_ih", "weight_hh", "bias_ih", "bias_hh"], shapes):
                    empty = nn.Parameter(torch.empty(shape)) if bias or "weight" in name else None
                    self.register_parameter(f"{name}_{suffix}", empty)
        self.reset_parameters()

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.sizes[1])
        for item in self.parameters():
            nn.init.uniform_(item, -bound, bound)

    def forward(self, input, hx=None):
        batched = {2: False, 3: True}[input.dim()]
        if input.size(-1) != self.sizes[0]:
            raise RuntimeError("input_size")
        xs = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            xs = xs.transpose(0, 1)
        count = sum(map(len, self.suffixes))
        leading = (count, xs.size(1)) if batched else (count,)
        if hx is None:
            states = [xs.new_zeros(leading + self.sizes[1:])] * self.kind.states
        else:
            states = [hx] if isinstance(hx, torch.Tensor) else [*hx]
        if any(state.size() != leading + self.sizes[1:] for state in states):
            raise RuntimeError("hx")
        states = [state.view(count, xs.size(1), -1) for state in (item.contiguous() for item in states)]
        ends = []
        for k, layer in enumerate(self.suffixes):
            if k:
                xs = self.between(xs)
            sides = []
            for suffix in layer:
                names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
                parameters = [getattr(self, f"{name}_{suffix}") for name in names]
                back = suffix.endswith("_reverse")
                start = [state[len(ends)] for state in states]
                out, *end = Walk.apply(self.kind, xs.flip(0) if back else xs, *parameters, *start)
                sides.append(out.flip(0) if back else out)
                ends.append(end)
            xs = torch.cat(sides, -1)
        last = [torch.stack(each).view_as(state) for each, state in zip(zip(*ends), states)]
        if not batched:
            xs, last = xs[:, 0], [item[:, 0] for item in last]
        elif self.batch_first:
            xs = xs.transpose(0, 1)
        return xs, tuple(last) if len(last) > 1 else last[0]


class RNN(Stack):
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
        kind = {"tanh": Tanh, "relu": Relu}[nonlinearity]
        super().__init__(kind, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)


class LSTM(Stack):
    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__(Memory, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)


class GRU(Stack):
    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__(Units, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
