import torch
from torch import nn


class SwitchableNorm2d(nn.Module):
    """Mixes the statistics of instance, layer and batch norm with learned shares."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1):
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def statistics(self, x, dims):
        mean = x.mean(dims, keepdim=True)
        return mean, ((x - mean) ** 2).mean(dims, keepdim=True)

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected a 4-D input")
        if x.shape[1] != self.num_features:
            raise ValueError("wrong number of channels")
        view = (1, -1, 1, 1)
        mean_in, var_in = self.statistics(x, (2, 3))
        mean_ln, var_ln = self.statistics(x, (1, 2, 3))
        if self.training:
            mean_bn, var_bn = self.statistics(x, (0, 2, 3))
            with torch.no_grad():
                self.running_mean.lerp_(mean_bn.reshape(-1), self.momentum)
                self.running_var.lerp_(var_bn.reshape(-1), self.momentum)
        else:
            mean_bn, var_bn = self.running_mean.view(view), self.running_var.view(view)

        a = torch.softmax(self.mean_weight, 0)
        b = torch.softmax(self.var_weight, 0)
        mean = a[0] * mean_in + a[1] * mean_ln + a[2] * mean_bn
        var = b[0] * var_in + b[1] * var_ln + b[2] * var_bn
        y = (x - mean) / torch.sqrt(var + self.eps)
        return y * self.weight.view(view) + self.bias.view(view)
