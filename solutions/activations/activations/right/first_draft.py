"""A first draft: boolean masks, index assignment, results filled piece by piece."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class ReLU(nn.Module):
    def __init__(self):
        super(ReLU, self).__init__()

    def forward(self, x):
        out = torch.zeros_like(x)
        positive = x > 0
        out[positive] = x[positive]
        return out


class Threshold(nn.Module):
    def __init__(self, threshold, value):
        super(Threshold, self).__init__()
        self.threshold = threshold
        self.value = value

    def forward(self, x):
        keep = x > self.threshold
        out = torch.full_like(x, self.value)
        out[keep] = x[keep]
        return out


class LeakyReLU(nn.Module):
    def __init__(self, negative_slope=0.01):
        super().__init__()
        self.slope = negative_slope

    def forward(self, x):
        slopes = torch.ones_like(x)
        slopes[x <= 0] = self.slope
        return slopes * x


class PReLU(nn.Module):
    def __init__(self, num_parameters=1, init=0.25):
        super().__init__()
        self.register_parameter(
            "weight", nn.Parameter(torch.tensor([init] * num_parameters, dtype=torch.get_default_dtype()))
        )

    def forward(self, x):
        negative = (x <= 0).to(x.dtype)
        if len(self.weight) > 1:
            # Channels last, so that the slopes broadcast; then back.
            x = x.transpose(1, -1)
            negative = negative.transpose(1, -1)
            y = x * (1 - negative) + self.weight * x * negative
            return y.transpose(1, -1)
        return x * (1 - negative) + self.weight[0] * x * negative


class RReLU(nn.Module):
    def __init__(self, lower=0.125, upper=1 / 3):
        super().__init__()
        self.lower, self.upper = lower, upper

    def forward(self, x):
        if self.training:
            a = torch.rand(x.shape, dtype=x.dtype, device=x.device) * (self.upper - self.lower) + self.lower
            return F.relu(x) + a * torch.where(x <= 0, x, x * 0)
        return F.leaky_relu(x, (self.lower + self.upper) / 2)


class Hardtanh(nn.Module):
    def __init__(self, min_val=-1.0, max_val=1.0):
        super().__init__()
        assert max_val > min_val
        self.low, self.high = min_val, max_val

    def forward(self, x):
        y = x.masked_fill(x <= self.low, self.low)
        return y.masked_fill(x >= self.high, self.high)


class ReLU6(nn.Module):
    def forward(self, x):
        y = x * ((x > 0) & (x < 6))
        return y + 6 * (x >= 6)


class Hardsigmoid(nn.Module):
    def forward(self, x):
        inside = torch.logical_and(x > -3, x < 3)
        return inside * (x / 6 + 1 / 2) + (x >= 3)


class Hardswish(nn.Module):
    def forward(self, x):
        return x * F.hardsigmoid(x)


class Hardshrink(nn.Module):
    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, x):
        too_small = (x >= -self.lambd) * (x <= self.lambd)
        return x * ~too_small


class ELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        out = x.clone()
        mask = x <= 0
        out[mask] = self.alpha * torch.expm1(x[mask])
        return out


class SELU(nn.Module):
    def __init__(self):
        super().__init__()
        self.alpha = 1.6732632423543772848170429916717
        self.scale = 1.0507009873554804934193349852946

    def forward(self, x):
        safe = torch.where(x > 0, torch.zeros_like(x), x)
        return torch.where(x > 0, self.scale * x, self.scale * self.alpha * torch.special.expm1(safe))


class CELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, x):
        mask = x > 0
        y = torch.empty_like(x)
        y[mask] = x[mask]
        y[~mask] = self.alpha * torch.expm1(x[~mask] / self.alpha)
        return y


class Sigmoid(nn.Module):
    def forward(self, x):
        y = torch.empty_like(x)
        y[x >= 0] = 1 / (1 + torch.exp(-x[x >= 0]))
        small = torch.exp(x[x < 0])
        y[x < 0] = small / (1 + small)
        return y


class Tanh(nn.Module):
    def forward(self, x):
        # Beyond 20 nothing changes any more.
        z = x.clamp(-20, 20)
        up, down = torch.exp(z), torch.exp(-z)
        return (up - down) / (up + down)


class Tanhshrink(nn.Module):
    def forward(self, x):
        return x - (2 * torch.sigmoid(2 * x) - 1)


class Softsign(nn.Module):
    def forward(self, x):
        return torch.where(x >= 0, x / (1 + x.clamp(min=0)), x / (1 - x.clamp(max=0)))


class Softplus(nn.Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        out = x.clone()
        bend = x * self.beta <= self.threshold
        out[bend] = torch.log1p(torch.exp(self.beta * x[bend])) / self.beta
        return out


class LogSigmoid(nn.Module):
    def forward(self, x):
        out = torch.empty_like(x)
        low = x < 0
        out[low] = x[low] - torch.log1p(torch.exp(x[low]))
        out[~low] = -torch.log1p(torch.exp(-x[~low]))
        return out


class SiLU(nn.Module):
    def forward(self, x):
        return x * Sigmoid()(x)


class Mish(nn.Module):
    def forward(self, x):
        e = torch.exp(x.clamp(max=30))
        n = e * (e + 2)
        return x * n / (n + 2)


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        assert approximate in ("none", "tanh")
        self.approximate = approximate

    def forward(self, x):
        if self.approximate == "tanh":
            cdf = 0.5 * (1.0 + torch.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * torch.pow(x, 3))))
        else:
            cdf = torch.distributions.Normal(0.0, 1.0).cdf(x)
        return x * cdf
