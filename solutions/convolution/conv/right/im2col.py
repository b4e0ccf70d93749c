"""F.unfold and a matmul: sequences are images of height one, volumes a sum over the depth of the kernel."""

import math

import torch
from torch import nn
from torch.nn import functional as F


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
        if padding_mode not in {"zeros", "reflect", "replicate", "circular"}:
            raise ValueError("padding_mode")
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.groups = groups
        self.kernel_size = self.pair(kernel_size)
        self.stride = self.pair(stride)
        self.dilation = self.pair(dilation)
        self.padding_mode = padding_mode
        if padding == "same" and max(self.stride) > 1:
            raise ValueError("stride")
        self.padding = padding if isinstance(padding, str) else self.pair(padding)
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.empty(out_channels)) if bias else None
        self.init()

    def pair(self, value):
        return [value, value] if isinstance(value, int) else list(value)

    def init(self):
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = nn.init._calculate_fan_in_and_fan_out(self.weight)
            nn.init.uniform_(self.bias, -1 / math.sqrt(fan_in), 1 / math.sqrt(fan_in))

    def pad(self, x):
        if self.padding == "valid":
            return x
        if self.padding == "same":
            height, width = ((k - 1) * d for k, d in zip(self.kernel_size, self.dilation))
            amounts = [width // 2, width - width // 2, height // 2, height - height // 2]
        else:
            amounts = [self.padding[1], self.padding[1], self.padding[0], self.padding[0]]
        if self.padding_mode == "zeros":
            return F.pad(x, amounts)
        return F.pad(x, amounts, mode=self.padding_mode)

    def forward(self, x):
        single = x.ndim == 3
        if single:
            x = x.unsqueeze(0)
        if x.size(1) != self.in_channels:
            raise RuntimeError("channels")
        x = self.pad(x)
        height, width = (
            (size - d * (k - 1) - 1) // s + 1
            for size, k, s, d in zip(x.shape[2:], self.kernel_size, self.stride, self.dilation)
        )
        outs = []
        for part, weight in zip(x.chunk(self.groups, 1), self.weight.chunk(self.groups, 0)):
            columns = F.unfold(part, self.kernel_size, dilation=self.dilation, stride=self.stride)
            outs.append(weight.flatten(1) @ columns)
        out = torch.cat(outs, 1).view(x.size(0), self.out_channels, height, width)
        if self.bias is not None:
            out = out + self.bias[:, None, None]
        return out[0] if single else out


class Conv1d(Conv2d):
    """Its weight has no height; everything else is an image of height one."""

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
        super().__init__(
            in_channels,
            out_channels,
            self.flat(kernel_size, 1),
            self.flat(stride, 1),
            padding if isinstance(padding, str) else self.flat(padding, 0),
            self.flat(dilation, 1),
            groups,
            bias,
            padding_mode,
        )
        self.weight = nn.Parameter(self.weight.detach().squeeze(2))

    def flat(self, value, first):
        return (first, value if isinstance(value, int) else value[0])

    def pad(self, x):
        if self.padding == "valid":
            return x
        both = (self.kernel_size[1] - 1) * self.dilation[1] if self.padding == "same" else 2 * self.padding[1]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        return F.pad(x.squeeze(2), (both // 2, both - both // 2), mode=mode).unsqueeze(2)

    def forward(self, x):
        return super().forward(x.unsqueeze(-2)).squeeze(-2)


class Conv3d(nn.Module):
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

        def triple(value):
            return (value,) * 3 if isinstance(value, int) else value

        if in_channels % groups != 0 or out_channels % groups != 0:
            raise ValueError("channels must be divisible by groups")
        if padding_mode not in ["zeros", "reflect", "replicate", "circular"]:
            raise ValueError(padding_mode)
        self.kernel_size, self.stride, self.dilation = triple(kernel_size), triple(stride), triple(dilation)
        if padding == "same" and self.stride != (1, 1, 1):
            raise ValueError("same")
        self.padding = padding if isinstance(padding, str) else triple(padding)
        self.groups, self.padding_mode = groups, padding_mode
        bound = 1 / math.sqrt(in_channels // groups * math.prod(self.kernel_size))
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = nn.Parameter((torch.rand(shape) * 2 - 1) * bound)
        self.bias = nn.Parameter((torch.rand(out_channels) * 2 - 1) * bound) if bias else None

    def amounts(self):
        for k, d, axis in zip(self.kernel_size[::-1], self.dilation[::-1], (2, 1, 0)):
            if self.padding == "same":
                yield from (d * (k - 1) // 2, (d * (k - 1) + 1) // 2)
            elif self.padding == "valid":
                yield from (0, 0)
            else:
                yield from (self.padding[axis], self.padding[axis])

    def forward(self, x):
        if x.dim() == 4:
            return self.forward(x.unsqueeze(0)).squeeze(0)
        mode = self.padding_mode.replace("zeros", "constant")
        x = F.pad(x, list(self.amounts()), mode=mode)
        if x.shape[1] != self.groups * self.weight.shape[1]:
            raise ValueError("wrong number of channels")
        n = x.shape[0]
        d, h, w = (
            (size - dil * (k - 1) - 1) // s + 1
            for size, k, s, dil in zip(x.shape[2:], self.kernel_size, self.stride, self.dilation)
        )
        total = None
        for depth in range(self.kernel_size[0]):
            first = depth * self.dilation[0]
            slab = x[:, :, first : first + (d - 1) * self.stride[0] + 1 : self.stride[0]]
            images = slab.transpose(1, 2).flatten(0, 1)
            columns = F.unfold(images, self.kernel_size[1:], self.dilation[1:], 0, self.stride[1:])
            columns = columns.view(n * d, self.groups, -1, h * w)
            taps = self.weight[:, :, depth].reshape(1, self.groups, -1, columns.shape[2])
            product = taps @ columns
            total = product if total is None else total + product
        out = total.reshape(n, d, -1, h, w).transpose(1, 2)
        return out if self.bias is None else out + self.bias.view(1, -1, 1, 1, 1)
