"""Every activation as a pair of formulas, value and slope, with one backward pass for all of them."""

import math

import torch
from torch import nn


class _Elementwise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, y, slope):
        ctx.save_for_backward(slope)
        return y.clone()

    @staticmethod
    def backward(ctx, grad):
        (slope,) = ctx.saved_tensors
        return grad * slope, None, None


class Activation(nn.Module):
    """A child says what the value and the slope are; neither needs a graph."""

    def pair(self, x):
        raise NotImplementedError

    def forward(self, x):
        with torch.no_grad():
            y, slope = self.pair(x)
        return _Elementwise.apply(x, y, slope)


class ReLU(Activation):
    def pair(self, x):
        on = (x > 0).to(x.dtype)
        return on * x, on


class LeakyReLU(Activation):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.negative_slope = negative_slope

    def pair(self, x):
        slope = torch.ones_like(x).masked_fill(x <= 0, self.negative_slope)
        return slope * x, slope


class RReLU(Activation):
    def __init__(self, lower=1 / 8, upper=1 / 3):
        super().__init__()
        self.lower = lower
        self.upper = upper

    def pair(self, x):
        drawn = torch.rand_like(x) if self.training else torch.full_like(x, 0.5)
        slope = torch.lerp(torch.full_like(x, self.lower), torch.full_like(x, self.upper), drawn)
        slope[x > 0] = 1
        return slope * x, slope


class PReLU(nn.Module):
    def __init__(self, num_parameters: int = 1, init: float = 0.25):
        super().__init__()
        self.weight = nn.Parameter(init * torch.ones(num_parameters))

    def forward(self, x):
        below = torch.where(x > 0, torch.zeros_like(x), x)
        above = x - below
        if self.weight.numel() == 1:
            return above + self.weight.reshape(()) * below
        return above + torch.einsum("c,nc...->nc...", self.weight, below)


class ReLU6(Activation):
    def pair(self, x):
        return x.clamp(0, 6), ((x > 0) & (x < 6)).to(x.dtype)


class Threshold(Activation):
    def __init__(self, threshold, value):
        super().__init__()
        self.threshold = threshold
        self.value = value

    def pair(self, x):
        on = x > self.threshold
        return x.masked_fill(~on, self.value), on.to(x.dtype)


class Hardtanh(Activation):
    def __init__(self, min_val: float = -1.0, max_val: float = 1.0):
        super().__init__()
        self.min_val = min_val
        self.max_val = max_val

    def pair(self, x):
        return x.clamp(self.min_val, self.max_val), ((x > self.min_val) & (x < self.max_val)).to(x.dtype)


class Hardsigmoid(Activation):
    def pair(self, x):
        return ((x + 3) / 6).clamp(0, 1), (x.abs() < 3).to(x.dtype) / 6


class Hardswish(Activation):
    def pair(self, x):
        gate = ((x + 3) / 6).clamp(0, 1)
        return x * gate, gate + x * (x.abs() < 3) / 6


class Hardshrink(Activation):
    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def pair(self, x):
        kept = (x > self.lambd) | (x < -self.lambd)
        return torch.where(kept, x, torch.zeros_like(x)), kept.to(x.dtype)


class ELU(Activation):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def pair(self, x):
        return (
            torch.where(x > 0, x, self.alpha * torch.expm1(x)),
            torch.where(x > 0, torch.ones_like(x), self.alpha * torch.exp(x)),
        )


class SELU(Activation):
    def pair(self, x):
        alpha, scale = 1.6732632423543772, 1.0507009873554805
        y = torch.where(x > 0, x, alpha * torch.expm1(x))
        return scale * y, scale * torch.where(x > 0, torch.ones_like(x), y + alpha)


class CELU(Activation):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def pair(self, x):
        z = torch.minimum(x, torch.zeros_like(x)) / self.alpha
        return torch.maximum(x, torch.zeros_like(x)) + self.alpha * torch.expm1(z), torch.exp(z)


class Sigmoid(Activation):
    def pair(self, x):
        y = 1 / (1 + torch.exp(-x))
        return y, y * (1 - y)


class Tanh(Activation):
    def pair(self, x):
        small = torch.expm1(-2 * x.abs())
        y = torch.copysign(-small / (small + 2), x)
        return y, 1 - y * y


class Tanhshrink(Activation):
    def pair(self, x):
        tanh = torch.tanh(x)
        return x - tanh, tanh.square()


class Softsign(Activation):
    def pair(self, x):
        size = 1 + x.abs()
        return x / size, size.pow(-2)


class Softplus(Activation):
    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def pair(self, x):
        z = self.beta * x
        line = z > self.threshold
        y = torch.where(line, x, torch.log1p(torch.exp(z)) / self.beta)
        return y, torch.where(line, torch.ones_like(x), torch.sigmoid(z))


class LogSigmoid(Activation):
    def pair(self, x):
        return x.clamp(max=0) - torch.log1p(torch.exp(-x.abs())), torch.sigmoid(-x)


class SiLU(Activation):
    def pair(self, x):
        gate = torch.sigmoid(x)
        return x * gate, gate * (1 + x * (1 - gate))


class Mish(Activation):
    def pair(self, x):
        gate = torch.tanh(nn.functional.softplus(x))
        return x * gate, gate + x * torch.sigmoid(x) * (1 - gate * gate)


class GELU(Activation):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def pair(self, x):
        if self.approximate == "tanh":
            root = math.sqrt(2 / math.pi)
            t = torch.tanh(root * (x + 0.044715 * x**3))
            slope = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * root * (1 + 3 * 0.044715 * x * x)
            return 0.5 * x * (1 + t), slope
        share = torch.special.ndtr(x)
        return x * share, share + x * torch.exp(-x * x / 2) / math.sqrt(2 * math.pi)
