import torch
import torch.nn.functional as F
from torch import nn


def pair(v):
    return (v, v) if isinstance(v, int) else tuple(v)


class ConvTranspose2d(nn.Module):
    """Insert zeros between the pixels, then run an ordinary convolution over them."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1,
                 bias=True, dilation=1):
        super().__init__()
        if in_channels % groups or out_channels % groups:
            raise ValueError("channels must be divisible by groups")
        self.kernel_size, self.stride, self.dilation = pair(kernel_size), pair(stride), pair(dilation)
        self.padding, self.output_padding = pair(padding), pair(output_padding)
        self.in_channels, self.groups = in_channels, groups
        self.weight = nn.Parameter(torch.empty(in_channels, out_channels // groups, *self.kernel_size))
        bound = self.weight[0].numel() ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None

    def extra(self, x, output_size):
        """How many rows and columns to add at the end."""
        if output_size is None:
            for o, s, d in zip(self.output_padding, self.stride, self.dilation):
                if o >= max(s, d):
                    raise ValueError("output_padding is too large")
            return self.output_padding
        found = []
        for n, wanted, k, s, p, d in zip(
            x.shape[-2:], output_size[-2:], self.kernel_size, self.stride, self.padding, self.dilation
        ):
            o = wanted - ((n - 1) * s - 2 * p + d * (k - 1) + 1)
            if not 0 <= o < s:
                raise ValueError(f"cannot make {wanted} out of {n}")
            found.append(o)
        return found

    def forward(self, x, output_size=None):
        if x.dim() == 3:
            return self.forward(x.unsqueeze(0), output_size).squeeze(0)
        if x.shape[1] != self.in_channels:
            raise ValueError(f"{self.in_channels} channels, please")
        extra = self.extra(x, output_size)
        (kh, kw), (sh, sw), (dh, dw), (ph, pw) = self.kernel_size, self.stride, self.dilation, self.padding
        n, c, h, w = x.shape
        spread = x.new_zeros(n, c, (h - 1) * sh + 1, (w - 1) * sw + 1)
        spread[:, :, ::sh, ::sw] = x
        top, left = dh * (kh - 1) - ph, dw * (kw - 1) - pw
        spread = F.pad(spread, (left, left + extra[1], top, top + extra[0]))
        windows = spread.unfold(2, dh * (kh - 1) + 1, 1).unfold(3, dw * (kw - 1) + 1, 1)[..., ::dh, ::dw]
        windows = windows.unflatten(1, (self.groups, -1))
        weight = self.weight.unflatten(0, (self.groups, -1))
        y = torch.einsum("ngchwij,gcoij->ngohw", windows, weight).flatten(1, 2)
        return y if self.bias is None else y + self.bias.view(-1, 1, 1)
