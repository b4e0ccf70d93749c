"""Statistics stacked along a new first axis and mixed by ``einsum``; layer and batch from those of the instances."""

import torch
from torch import nn


class SwitchableNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.weight = nn.Parameter(torch.ones(num_features))

    def pooled(self, mean, var, dim):
        """Statistics of equal parts put together: within the parts, and between their means."""
        centre = mean.mean(dim, keepdim=True)
        return centre, var.mean(dim, keepdim=True) + (mean - centre).square().mean(dim, keepdim=True)

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected a batch of images")
        n, c, h, w = x.shape
        if c != self.num_features:
            raise ValueError("unexpected number of channels")
        flat = x.reshape(n, c, h * w)
        mean = flat.sum(-1) / (h * w)
        var = (flat - mean.unsqueeze(-1)).pow(2).sum(-1) / (h * w)
        means, variances = [mean], [var]
        for dim in (1, 0):
            if dim == 0 and not self.training:
                centre, spread = self.running_mean[None], self.running_var[None]
            else:
                centre, spread = self.pooled(mean, var, dim)
            means.append(centre.expand(n, c))
            variances.append(spread.expand(n, c))
        if self.training:
            self.running_mean += self.momentum * (means[2][0].detach() - self.running_mean)
            self.running_var += self.momentum * (variances[2][0].detach() - self.running_var)
        mean = torch.einsum("k,knc->nc", self.mean_weight.softmax(0), torch.stack(means))
        var = torch.einsum("k,knc->nc", self.var_weight.softmax(0), torch.stack(variances))
        y = (flat - mean.unsqueeze(-1)) / (var + self.eps).sqrt().unsqueeze(-1)
        return (y * self.weight.unsqueeze(-1) + self.bias.unsqueeze(-1)).reshape(n, c, h, w)
