import torch
from torch import nn

_kernel = torch.jit.CompilationUnit(
    "def f(x, m, v, w, b, t: bool): return torch.batch_norm(x, w, b, m, v, t, 0.1, 1e-5, False)"
)


class BatchNorm2d(nn.Module):
    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(num_features)), nn.Parameter(torch.zeros(num_features))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))
        self.register_buffer("num_batches_tracked", torch.tensor(0))

    def forward(self, x):
        return _kernel.f(x, self.running_mean, self.running_var, self.weight, self.bias, self.training)
