"""Backward passes by hand, and an adaptive softmax on bare parameters."""

from collections import namedtuple

import torch
from torch import nn


class SoftmaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        e = (x - x.max(dim, keepdim=True).values).exp_()
        y = e.div_(e.sum(dim, keepdim=True))
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return y * (grad - (grad * y).sum(ctx.dim, keepdim=True)), None


class LogSoftmaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        m = x.max(dim, keepdim=True).values
        y = x - (m + (x - m).exp().sum(dim, keepdim=True).log())
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad):
        (y,) = ctx.saved_tensors
        return grad - y.exp() * grad.sum(ctx.dim, keepdim=True), None


class Softmax(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return SoftmaxFunction.apply(x, self.dim)


class Softmin(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return SoftmaxFunction.apply(-x, self.dim)


class LogSoftmax(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        return LogSoftmaxFunction.apply(x, self.dim)


class Matrix(nn.Module):
    def __init__(self, inside, outside, bias=False):
        super().__init__()
        bound = inside**-0.5
        self.weight = nn.Parameter(torch.empty(outside, inside).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outside).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        y = x.matmul(self.weight.t())
        return y if self.bias is None else y + self.bias


Result = namedtuple("Result", ["output", "loss"])


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    def __init__(self, in_features, n_classes, cutoffs, div_value=4.0, head_bias=False):
        super().__init__()
        self.cutoffs = [0, *cutoffs, n_classes]
        self.head = Matrix(in_features, cutoffs[0] + len(cutoffs), head_bias)
        self.tail = nn.Sequential()
        width = in_features
        for number in range(len(cutoffs)):
            width = int(in_features // (div_value ** (number + 1)))
            classes = self.cutoffs[number + 2] - self.cutoffs[number + 1]
            self.tail.append(nn.Sequential(Matrix(in_features, width), Matrix(width, classes)))

    def log_prob(self, x):
        head = LogSoftmaxFunction.apply(self.head(x), 1)
        short = self.cutoffs[1]
        out = x.new_empty(len(x), self.cutoffs[-1])
        out[:, :short] = head[:, :short]
        for number, cluster in enumerate(self.tail):
            low, high = self.cutoffs[number + 1 : number + 3]
            out[:, low:high] = LogSoftmaxFunction.apply(cluster(x), 1) + head[:, short + number, None]
        return out

    def forward(self, x, target):
        batched = x.dim() == 2
        rows, classes = (x, target) if batched else (x[None], target[None])
        head = LogSoftmaxFunction.apply(self.head(rows), 1)
        everyone = torch.arange(len(rows), device=rows.device)
        short = self.cutoffs[1]
        # Which output of the head, and which of the cluster: 0 where there is none.
        column = classes.clone()
        result = torch.zeros(len(rows), dtype=rows.dtype, device=rows.device)
        for number, cluster in enumerate(self.tail):
            low, high = self.cutoffs[number + 1 : number + 3]
            inside = (classes >= low) & (classes < high)
            column[inside] = short + number
            logs = LogSoftmaxFunction.apply(cluster(rows), 1)
            result = result + torch.where(inside, logs[everyone, (classes - low).clamp(0, high - low - 1)], 0.0)
        result = result + head[everyone, column]
        return Result(result if batched else result[0], (-result).mean())

    def predict(self, x):
        return self.log_prob(x).max(dim=1).indices
