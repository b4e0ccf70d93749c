"""A table of which elements each window sees, gathered in the forward pass and added up in a backward pass by hand."""

import torch
from torch import nn
from torch.nn import functional as F


class Gather(torch.autograd.Function):
    """(N, G, C, P) and a table (L, K) to (N, G, O, L), with the weight (G, O, C, K)."""

    @staticmethod
    def forward(ctx, x, weight, table):
        ctx.save_for_backward(x, weight, table)
        windows = x[..., table]
        return torch.einsum("ngclk,gock->ngol", windows, weight)

    @staticmethod
    def backward(ctx, grad):
        x, weight, table = ctx.saved_tensors
        grad_x = grad_weight = None
        if ctx.needs_input_grad[0]:
            spread = torch.einsum("ngol,gock->ngclk", grad, weight).flatten(-2)
            grad_x = torch.zeros_like(x).index_add_(-1, table.flatten(), spread)
        if ctx.needs_input_grad[1]:
            grad_weight = torch.einsum("ngol,ngclk->gock", grad, x[..., table])
        return grad_x, grad_weight, None


class ConvNd(nn.Module):
    def __init__(self, dims, channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode):
        super().__init__()

        def each(value):
            return (value,) * dims if isinstance(value, int) else tuple(value)

        inside, outside = channels
        if inside % groups or outside % groups or padding_mode not in "zeros reflect replicate circular".split():
            raise ValueError("bad arguments")
        self.dims, self.groups, self.padding_mode = dims, groups, padding_mode
        self.in_channels = inside
        self.kernel_size, self.stride, self.dilation = each(kernel_size), each(stride), each(dilation)
        if padding == "same" and any(step > 1 for step in self.stride):
            raise ValueError("same padding with a stride")
        self.pads = ()
        for axis in range(dims):
            if padding == "valid":
                both = 0
            elif padding == "same":
                both = self.dilation[axis] * (self.kernel_size[axis] - 1)
            else:
                both = 2 * each(padding)[axis]
            self.pads = (both // 2, both - both // 2, *self.pads)
        self.weight = nn.Parameter(torch.zeros(outside, inside // groups, *self.kernel_size))
        self.bias = nn.Parameter(torch.zeros(outside)) if bias else None
        bound = self.weight[0].numel() ** -0.5
        for p in self.parameters():
            p.data.uniform_(-bound, bound)

    def table(self, sizes):
        table, out = torch.zeros(1, 1, dtype=torch.long), []
        for size, k, s, d in zip(sizes, self.kernel_size, self.stride, self.dilation):
            starts = torch.arange(0, size - d * (k - 1), s)
            places = starts[:, None] + d * torch.arange(k)
            table = (table[:, None, :, None] * size + places[None, :, None, :]).flatten(2).flatten(0, 1)
            out.append(len(starts))
        return table, out

    def forward(self, x):
        squeeze = x.dim() == self.dims + 1
        x = x.unsqueeze(0) if squeeze else x
        n, c = x.shape[:2]
        if c != self.in_channels:
            raise ValueError("channels")
        x = F.pad(x, self.pads) if self.padding_mode == "zeros" else F.pad(x, self.pads, mode=self.padding_mode)
        table, out = self.table(x.shape[2:])
        g = self.groups
        y = Gather.apply(
            x.reshape(n, g, c // g, -1), self.weight.reshape(g, -1, c // g, table.shape[1]), table.to(x.device)
        )
        y = y.reshape(n, -1, *out)
        if self.bias is not None:
            y = y + self.bias.reshape([1, -1] + [1] * self.dims)
        return y.squeeze(0) if squeeze else y


def layer(dims):
    class Layer(ConvNd):
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
                dims, (in_channels, out_channels), kernel_size, stride, padding, dilation, groups, bias, padding_mode
            )

    return Layer


Conv1d, Conv2d, Conv3d = map(layer, (1, 2, 3))
