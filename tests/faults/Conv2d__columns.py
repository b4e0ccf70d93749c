# part: convolution/conv:Conv2d
# red: interface, values
# points: 11.55 of 15
# without: unbatched input, padding="same", padding modes
# why: columns and one product: batches, numbers and zeros only
import torch
from torch import nn
from torch.nn import functional as F


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


class Conv2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
    ):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError("groups")
        if padding == "same" or padding_mode != "zeros":
            raise NotImplementedError
        self.inside, self.groups = in_channels, groups
        self.kernel, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.padding = (0, 0) if padding == "valid" else pair(padding)
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        bound = self.weight[0].numel() ** -0.5
        for item in self.parameters():
            nn.init.uniform_(item, -bound, bound)

    def forward(self, x):
        n, c, *size = x.shape
        if c != self.inside or len(size) != 2:
            raise ValueError("channels")
        columns = F.unfold(x, self.kernel, self.dilation, self.padding, self.stride)
        columns = columns.reshape(n, self.groups, -1, columns.shape[-1])
        numbers = zip(size, self.padding, self.dilation, self.kernel, self.stride)
        size = [(length + 2 * p - d * (k - 1) - 1) // s + 1 for length, p, d, k, s in numbers]
        y = (self.weight.reshape(self.groups, -1, columns.shape[2]) @ columns).reshape(n, -1, *size)
        return y if self.bias is None else y + self.bias[:, None, None]
