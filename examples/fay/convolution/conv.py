import torch
import torch.nn.functional as F
from torch import nn


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class Conv2d(nn.Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 padding_mode="zeros"):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError("channels must be divisible by groups")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(f"what is {padding_mode}?")
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        if padding == "same":
            if self.stride != (1, 1):
                raise ValueError("'same' only works with stride 1")
            # half of the kernel on each side
            padding = tuple(d * (k - 1) // 2 for k, d in zip(self.kernel_size, self.dilation))
        elif padding == "valid":
            padding = 0
        self.padding = pair(padding)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.mode = "constant" if padding_mode == "zeros" else padding_mode
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel_size))
        bound = self.weight[0].numel() ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None

    def forward(self, x):
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        if x.shape[1] != self.in_channels:
            raise ValueError(f"{self.in_channels} channels, please")
        (kh, kw), (sh, sw), (dh, dw), (ph, pw) = self.kernel_size, self.stride, self.dilation, self.padding
        x = F.pad(x, (pw, pw, ph, ph), mode=self.mode)
        windows = x.unfold(2, dh * (kh - 1) + 1, sh).unfold(3, dw * (kw - 1) + 1, sw)[..., ::dh, ::dw]
        windows = windows.unflatten(1, (self.groups, -1))  # N, groups, C / groups, H, W, kh, kw
        weight = self.weight.unflatten(0, (self.groups, -1))
        y = torch.einsum("ngchwij,gocij->ngohw", windows, weight).flatten(1, 2)
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)
