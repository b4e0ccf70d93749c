"""A gather by index, with the inverse gather as its backward."""

import torch
from torch import nn


class Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, flat, order):
        ctx.save_for_backward(order)
        return flat[:, order]

    @staticmethod
    def backward(ctx, grad):
        (order,) = ctx.saved_tensors
        return grad[:, torch.argsort(order)], None


class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    @staticmethod
    def order(channels, height, width, r, device):
        c, row, column = torch.meshgrid(
            torch.arange(channels // r**2), torch.arange(height * r), torch.arange(width * r), indexing="ij"
        )
        source = c * r**2 + row % r * r + column % r
        return ((source * height + row // r) * width + column // r).flatten().to(device)

    def forward(self, x):
        r = self.upscale_factor
        lead, (channels, height, width) = x.shape[:-3], x.shape[-3:]
        if channels % (r * r):
            raise ValueError(f"{channels} % {r * r} != 0")
        order = self.order(channels, height, width, r, x.device)
        flat = Gather.apply(x.reshape(lead.numel(), -1), order)
        return flat.reshape(*lead, channels // r**2, height * r, width * r)
