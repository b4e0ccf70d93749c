"""Everything inside ``forward``, as one would write it in a first draft."""

import torch
import torch.nn as nn


class SwitchableNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super(SwitchableNorm2d, self).__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x):
        if len(x.shape) != 4:
            raise ValueError("4-D input only")
        N, C, H, W = x.shape
        if C != self.num_features:
            raise ValueError("wrong C")
        mean_in = x.mean(dim=(2, 3), keepdim=True)
        var_in = x.var(dim=(2, 3), keepdim=True, unbiased=False)
        mean_ln = x.mean(dim=(1, 2, 3), keepdim=True)
        var_ln = x.var(dim=(1, 2, 3), keepdim=True, unbiased=False)
        if self.training:
            mean_bn = x.mean(dim=(0, 2, 3), keepdim=True)
            var_bn = x.var(dim=(0, 2, 3), keepdim=True, unbiased=False)
            m = self.momentum
            self.running_mean = (1 - m) * self.running_mean + m * mean_bn.detach().view(C)
            self.running_var = (1 - m) * self.running_var + m * var_bn.detach().view(C)
        else:
            mean_bn = self.running_mean.view(1, C, 1, 1)
            var_bn = self.running_var.view(1, C, 1, 1)
        wm = torch.softmax(self.mean_weight, dim=0)
        wv = torch.softmax(self.var_weight, dim=0)
        mean = wm[0] * mean_in + wm[1] * mean_ln + wm[2] * mean_bn
        var = wv[0] * var_in + wv[1] * var_ln + wv[2] * var_bn
        x_hat = (x - mean) / (var + self.eps).sqrt()
        return x_hat * self.weight.view(1, C, 1, 1) + self.bias.view(1, C, 1, 1)
