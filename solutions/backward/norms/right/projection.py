"""Two projections: off the constants first, then off the standardised values (shrunk by what eps adds)."""

import torch
from torch.nn import functional as F


class Standardiser:
    """Standardises values along an axis and pulls gradients back."""

    def __init__(self, values, eps, axis):
        self.axis, self.n = axis, values.shape[axis]
        self.centred = self.off_constants(values)
        # The length of the deviation, eps included: n (var + eps).
        self.square = (self.centred * self.centred).sum(axis, keepdim=True) + self.n * eps
        self.std = torch.sqrt(self.square / self.n)

    def off_constants(self, values):
        return values - values.mean(self.axis, keepdim=True)

    @property
    def output(self):
        return self.centred / self.std

    def pull_back(self, grad):
        inner = (grad * self.centred).sum(self.axis, keepdim=True)
        return self.off_constants(grad - self.centred * inner / self.square) / self.std


def batch_norm_backward(grad, x, gamma, eps):
    channels = x.shape[1]
    moved = x.movedim(1, -1)
    rows, above = moved.reshape(-1, channels), grad.movedim(1, -1).reshape(-1, channels)
    norm = Standardiser(rows, eps, 0)
    back = norm.pull_back(above * gamma).reshape(moved.shape).movedim(-1, 1)
    return back, (above * norm.output).sum(0), above.sum(0)


def layer_norm_backward(grad, x, gamma, eps):
    norm = Standardiser(x, eps, -1)
    # The standardised values, from torch's own forward pass.
    x_hat = F.layer_norm(x, [x.size(-1)], eps=eps)
    leading = x.numel() // x.size(-1)
    return (
        norm.pull_back(gamma * grad),
        (grad * x_hat).reshape(leading, -1).sum(0),
        grad.reshape(leading, -1).sum(0),
    )
