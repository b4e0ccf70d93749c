"""Pure functions for the steps, a recursion over the layers, a mask drawn by hand for the dropout."""

from functools import partial
from typing import NamedTuple

import torch
from torch import nn


class Weights(NamedTuple):
    w_ih: torch.Tensor
    w_hh: torch.Tensor
    b_ih: torch.Tensor
    b_hh: torch.Tensor


def simple(squash, w, x, h):
    return (squash(torch.addmm(w.b_ih + w.b_hh, x, w.w_ih.T) + h @ w.w_hh.T),)


def lstm_step(w, x, h, c):
    joined = torch.cat((x, h), 1) @ torch.cat((w.w_ih, w.w_hh), 1).T + (w.b_ih + w.b_hh)
    i, f, g, o = joined.view(len(x), 4, -1).unbind(1)
    c = f.sigmoid().mul(c).addcmul(i.sigmoid(), g.tanh())
    return o.sigmoid().mul(c.tanh()), c


def gru_step(w, x, h):
    a = torch.einsum("ni,gi->ng", x, w.w_ih) + w.b_ih
    b = torch.einsum("ni,gi->ng", h, w.w_hh) + w.b_hh
    size = h.shape[1]
    rz = torch.sigmoid(a[:, : 2 * size] + b[:, : 2 * size])
    r, z = rz[:, :size], rz[:, size:]
    return (torch.lerp(torch.tanh(a[:, 2 * size :] + r * b[:, 2 * size :]), h, z),)


def scan(step, w, xs, state, backward):
    """The outputs at all times, and the state at the end."""
    if backward:
        outputs, state = scan(step, w, torch.flip(xs, [0]), state, False)
        return torch.flip(outputs, [0]), state
    outputs = xs.new_empty(*xs.shape[:2], state[0].shape[1])
    for t in range(len(xs)):
        state = step(w, xs[t], *state)
        outputs[t] = state[0]
    return outputs, state


def climb(step, layers, xs, states, between):
    """Go up one layer, and the rest of the way by itself."""
    (here, *above), (starts, *rest) = layers, states
    done = [scan(step, w, xs, start, bool(k)) for k, (w, start) in enumerate(zip(here, starts))]
    xs = torch.cat([output for output, _ in done], 2)
    ends = [state for _, state in done]
    if not above:
        return xs, ends
    xs, higher = climb(step, above, between(xs), rest, between)
    return xs, ends + higher


def drop(p, xs):
    assert 0 <= p <= 1, "no probability"
    keep = torch.rand(xs.shape, device=xs.device) >= p
    return torch.where(keep, xs / (1 - p), torch.zeros_like(xs))


class Recurrent(nn.Module):
    def __init__(self, step, gates, n_states, args):
        super().__init__()
        self.step, self.n_states = step, n_states
        self.args = args
        size = args["hidden_size"]
        self.names = []
        for k in range(args["num_layers"]):
            width = args["input_size"] if k == 0 else size * (1 + args["bidirectional"])
            self.names.append([])
            for way in ["", "_reverse"][: 1 + args["bidirectional"]]:
                shapes = {"weight_ih": (gates * size, width), "weight_hh": (gates * size, size)}
                if args["bias"]:
                    shapes |= {"bias_ih": (gates * size,), "bias_hh": (gates * size,)}
                for name, shape in shapes.items():
                    value = torch.rand(shape).sub(0.5).mul(2 / size**0.5)
                    self.register_parameter(f"{name}_l{k}{way}", nn.Parameter(value))
                self.names[-1].append(f"_l{k}{way}")

    def weights(self, end):
        own = dict(self.named_parameters())
        w = own["weight_ih" + end]
        none = w.new_zeros(len(w))
        return Weights(w, own["weight_hh" + end], own.get("bias_ih" + end, none), own.get("bias_hh" + end, none))

    def forward(self, x, hx=None):
        args = self.args
        unbatched = x.ndim == 2
        swap = args["batch_first"] and not unbatched
        xs = x[:, None] if unbatched else x
        if swap:
            xs = xs.swapaxes(0, 1)
        assert xs.ndim == 3, "dimensions of the input"
        assert xs.shape[2] == args["input_size"], "features of the input"
        ways = len(self.names[0])
        shape = (len(self.names) * ways, xs.shape[1], args["hidden_size"])
        if hx is None:
            states = [xs.new_zeros(shape) for _ in range(self.n_states)]
        else:
            states = list(hx) if self.n_states == 2 else [hx]
            assert all(state.ndim == x.ndim for state in states), "dimensions of the state"
            states = [state[:, None] if unbatched else state for state in states]
            assert all(state.shape == shape for state in states), "shape of the state"
        rows = list(zip(*states))
        layers = [[self.weights(end) for end in ends] for ends in self.names]
        grouped = [rows[k : k + ways] for k in range(0, len(rows), ways)]
        between = partial(drop, args["dropout"]) if self.training and args["dropout"] else lambda xs: xs
        output, ends = climb(self.step, layers, xs, grouped, between)
        last = [torch.stack(each) for each in zip(*ends)]
        if unbatched:
            output, last = output.squeeze(1), [each.squeeze(1) for each in last]
        if swap:
            output = output.swapaxes(0, 1)
        return output, tuple(last) if self.n_states == 2 else last[0]


class RNN(Recurrent):
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
        args = dict(locals())
        super().__init__(partial(simple, {"tanh": torch.tanh, "relu": torch.relu}[nonlinearity]), 1, 1, args)


class LSTM(Recurrent):
    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__(lstm_step, 4, 2, dict(locals()))


class GRU(Recurrent):
    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False
    ):
        super().__init__(gru_step, 3, 1, dict(locals()))
