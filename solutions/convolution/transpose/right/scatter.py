"""Products of a matrix with the input, scattered by index into a flat output."""

import torch
from torch import nn


class ConvTranspose2d(nn.Module):
    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
    ):
        super().__init__()
        assert in_channels % groups == 0
        assert out_channels % groups == 0
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        as_list = lambda value: list(value) if isinstance(value, (tuple, list)) else [value] * 2  # noqa: E731
        self.kernel_size, self.stride, self.padding, self.output_padding, self.dilation = map(
            as_list, (kernel_size, stride, padding, output_padding, dilation)
        )
        shape = in_channels, out_channels // groups, *self.kernel_size
        bound = (shape[1] * shape[2] * shape[3]) ** -0.5
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.register_parameter(
            "bias", nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound)) if bias else None
        )

    def sizes(self, size, output_size):
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(size, self.stride, self.padding, self.dilation, self.kernel_size)
        ]
        if output_size is None:
            for o, s, d in zip(self.output_padding, self.stride, self.dilation):
                assert o < s or o < d, "output_padding"
            return [n + o for n, o in zip(least, self.output_padding)]
        wanted = [int(n) for n in output_size][-2:]
        assert all(low <= n < low + s for n, low, s in zip(wanted, least, self.stride)), "output_size"
        return wanted

    def targets(self, n, out, s, p, d, k, device):
        """Where (kernel position, pixel) lands, and whether that is inside."""
        place = torch.arange(k, device=device)[:, None] * d + torch.arange(n, device=device) * s - p
        return place, (place >= 0) & (place < out)

    def forward(self, x, output_size=None):
        lead = x.shape[:-3]
        channels, height, width = x.shape[-3:]
        assert channels == self.in_channels
        images = x.reshape(-1, self.groups, channels // self.groups, height * width)
        out_h, out_w = self.sizes((height, width), output_size)
        matrix = self.weight.reshape(self.groups, channels // self.groups, -1)
        product = matrix.transpose(1, 2) @ images
        product = product.reshape(len(images), self.out_channels, *self.kernel_size, height, width)
        rows, inside_h = self.targets(
            height, out_h, self.stride[0], self.padding[0], self.dilation[0], self.kernel_size[0], x.device
        )
        cols, inside_w = self.targets(
            width, out_w, self.stride[1], self.padding[1], self.dilation[1], self.kernel_size[1], x.device
        )
        place = rows[:, None, :, None] * out_w + cols[None, :, None, :]
        inside = inside_h[:, None, :, None] & inside_w[None, :, None, :]
        place = torch.where(inside, place, out_h * out_w).reshape(-1)
        flat = product.new_zeros(len(images), self.out_channels, out_h * out_w + 1)
        flat = flat.index_add(2, place, product.flatten(2))[..., :-1]
        y = flat.reshape(*lead, self.out_channels, out_h, out_w)
        return y if self.bias is None else y + self.bias[:, None, None]
