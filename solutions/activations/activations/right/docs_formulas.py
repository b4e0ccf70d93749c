"""Written from the formulas, with clamps and masks; helpers are shared where the family is one."""

import math

import torch
from torch import nn
from torch.nn import functional as F


def piecewise(x, condition, yes, no):
    """Choose, for elements that may be numbers on either side."""
    yes = yes if isinstance(yes, torch.Tensor) else torch.full_like(x, yes)
    no = no if isinstance(no, torch.Tensor) else torch.full_like(x, no)
    return torch.where(condition, yes, no)


class ReLU(nn.Module):
    def forward(self, input):
        return input * (input > 0)


class Threshold(nn.Module):
    def __init__(self, threshold, value):
        super().__init__()
        self.threshold, self.value = threshold, value

    def forward(self, input):
        out = input.clone()
        out[input <= self.threshold] = self.value
        return out


class _Leaky(nn.Module):
    """The slope is whatever `slope(input)` says."""

    def slope(self, input):
        raise NotImplementedError

    def forward(self, input):
        factor = piecewise(input, input > 0, 1.0, 0.0)
        return input * (factor + (1 - factor) * self.slope(input))


class LeakyReLU(_Leaky):
    def __init__(self, negative_slope=1e-2):
        super().__init__()
        self.negative_slope = negative_slope

    def slope(self, input):
        return self.negative_slope


class PReLU(_Leaky):
    def __init__(self, num_parameters=1, init=0.25):
        super().__init__()
        self.num_parameters = num_parameters
        self.weight = nn.Parameter(torch.empty(num_parameters))
        nn.init.constant_(self.weight, init)

    def slope(self, input):
        if self.num_parameters == 1:
            return self.weight.squeeze()
        return self.weight.view(1, -1, *[1 for _ in input.shape[2:]])


class RReLU(_Leaky):
    def __init__(self, lower=1.0 / 8, upper=1.0 / 3):
        super().__init__()
        self.lower, self.upper = lower, upper

    def slope(self, input):
        if not self.training:
            return 0.5 * (self.lower + self.upper)
        return self.lower + (self.upper - self.lower) * torch.rand_like(input)


class Hardtanh(nn.Module):
    def __init__(self, min_val=-1.0, max_val=1.0):
        super().__init__()
        self.min_val, self.max_val = min_val, max_val

    def forward(self, input):
        inside = (input > self.min_val) & (input < self.max_val)
        return torch.where(inside, input, input.detach().clamp(self.min_val, self.max_val))


class ReLU6(nn.Module):
    def forward(self, input):
        # F.relu has the gradient 0 at 0, so this has it at both ends.
        return 6 - F.relu(6 - F.relu(input))


class Hardsigmoid(nn.Module):
    def forward(self, input):
        return F.relu6(input + 3) / 6


class Hardswish(nn.Module):
    def forward(self, input):
        return input * (input + 3).clamp(0, 6) / 6


class Hardshrink(nn.Module):
    def __init__(self, lambd=0.5):
        super().__init__()
        self.lambd = lambd

    def forward(self, input):
        return input.masked_fill(torch.abs(input) <= self.lambd, 0)


class ELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, input):
        negative = input.clamp(max=0)
        return F.relu(input) + self.alpha * torch.expm1(negative)


class SELU(nn.Module):
    alpha = 1.6732632423543772848170429916717
    scale = 1.0507009873554804934193349852946

    def forward(self, input):
        return self.scale * (F.relu(input) + self.alpha * torch.expm1(input.clamp(max=0)))


class CELU(nn.Module):
    def __init__(self, alpha=1.0):
        super().__init__()
        self.alpha = alpha

    def forward(self, input):
        zero = torch.zeros_like(input)
        negative = self.alpha * torch.expm1(torch.min(input, zero) / self.alpha)
        return torch.max(input, zero) + negative


class Sigmoid(nn.Module):
    def forward(self, input):
        return 0.5 * (1 + torch.tanh(0.5 * input))


class Tanh(nn.Module):
    def forward(self, input):
        return 2 * torch.sigmoid(2 * input) - 1


class Tanhshrink(nn.Module):
    def forward(self, input):
        return input - input.tanh()


class Softsign(nn.Module):
    def forward(self, input):
        return torch.div(input, input.abs().add(1))


class Softplus(nn.Module):
    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input):
        z = input * self.beta
        soft = F.relu(z) + torch.log1p(torch.exp(torch.where(z > 0, -z, z)))
        return torch.where(z > self.threshold, input, soft / self.beta)


class LogSigmoid(nn.Module):
    def forward(self, input):
        return -F.softplus(-input)


class SiLU(nn.Module):
    def forward(self, input):
        return torch.sigmoid(input).mul(input)


class Mish(nn.Module):
    def forward(self, input):
        return input * torch.logaddexp(input, input.new_zeros(())).tanh()


class GELU(nn.Module):
    def __init__(self, approximate="none"):
        super().__init__()
        self.approximate = approximate

    def forward(self, input):
        if self.approximate == "none":
            return input * 0.5 * torch.erfc(-input / 2**0.5)
        return 0.5 * input * (1 + torch.tanh((2 / math.pi) ** 0.5 * (input + 0.044715 * input.pow(3))))
