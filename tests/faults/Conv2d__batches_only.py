# part: convolution/conv:Conv2d
# red: values
# points: 13.95 of 15
# without: unbatched input
# why: a convolution that knows batches only
import torch
from torch import nn
from torch.nn import functional as F

MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


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
        if in_channels % groups or out_channels % groups or (padding == "same" and pair(stride) != (1, 1)):
            raise ValueError("groups or stride")
        self.inside, self.groups, self.mode = in_channels, groups, MODES[padding_mode]
        self.kernel, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        if padding == "same":
            sides = [(d * (k - 1) // 2, (d * (k - 1) + 1) // 2) for d, k in zip(self.dilation, self.kernel)]
        else:
            sides = [(p, p) for p in ((0, 0) if padding == "valid" else pair(padding))]
        self.sides = (*sides[1], *sides[0])
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        bound = self.weight[0].numel() ** -0.5
        for item in self.parameters():
            nn.init.uniform_(item, -bound, bound)

    def forward(self, x):
        n, c, height, width = x.shape
        if c != self.inside or 0 in (height, width):
            raise ValueError("channels")
        x = F.pad(x, self.sides, mode=self.mode)
        numbers = zip(x.shape[2:], self.dilation, self.kernel, self.stride)
        size = [(length - d * (k - 1) - 1) // s + 1 for length, d, k, s in numbers]
        columns = F.unfold(x, self.kernel, self.dilation, 0, self.stride)
        columns = columns.reshape(n, self.groups, -1, columns.shape[-1])
        y = (self.weight.reshape(self.groups, -1, columns.shape[2]) @ columns).reshape(n, -1, *size)
        return y if self.bias is None else y + self.bias[:, None, None]
