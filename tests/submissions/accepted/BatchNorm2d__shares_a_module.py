import torch
from torch import nn

IDENTITY = nn.Identity()


class BatchNorm2d(nn.Module):
    """Every layer holds the same module without parameters, which is in the mode of whoever was switched last."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.tracks = affine, track_running_stats
        self.last = nn.Sequential(IDENTITY)
        self.register_parameter("weight", nn.Parameter(torch.ones(num_features)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(num_features)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(num_features) if track_running_stats else None)
        self.register_buffer("running_var", torch.ones(num_features) if track_running_stats else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if track_running_stats else None)

    def forward(self, x):
        if x.dim() != 4 or x.shape[1] != self.num_features:
            raise ValueError("another shape, please")
        mean, var = self.running_mean, self.running_var
        if self.training or not self.tracks:
            count = x[:, 0].numel()
            if count == 1:
                raise ValueError("a single value per channel")
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            if self.tracks:
                self.num_batches_tracked += 1
                share = self.momentum if self.momentum is not None else 1 / float(self.num_batches_tracked)
                self.running_mean.lerp_(mean.detach(), share)
                self.running_var.lerp_(var.detach() * count / (count - 1), share)
        y = (x - mean[:, None, None]) / (var[:, None, None] + self.eps).sqrt()
        y = y * self.weight[:, None, None] + self.bias[:, None, None] if self.affine else y
        return self.last(y)
