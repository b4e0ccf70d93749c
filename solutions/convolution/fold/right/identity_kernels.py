"""Convolutions whose kernels pick a single position each."""

import torch
import torch.nn.functional as F
from torch.nn import Module


class Windowed(Module):
    def __init__(self, kernel_size, dilation, padding, stride):
        super().__init__()
        self.kernel_size = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
        self.settings = {"stride": stride, "padding": padding, "dilation": dilation}

    def picks(self, like):
        area = self.kernel_size[0] * self.kernel_size[1]
        return torch.eye(area, dtype=like.dtype, device=like.device).view(area, 1, *self.kernel_size)


class Unfold(Windowed):
    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__(kernel_size, dilation, padding, stride)

    def forward(self, x):
        planes = x.reshape(-1, 1, x.size(-2), x.size(-1))
        picked = F.conv2d(planes, self.picks(x), **self.settings)
        return picked.reshape(x.shape[:-3] + (x.size(-3) * picked.size(1), picked.size(2) * picked.size(3)))


class Fold(Windowed):
    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = (output_size, output_size) if isinstance(output_size, int) else output_size

    def forward(self, x):
        kernels = self.picks(x)
        # The gradient of a convolution is what fold is; let autograd find it, once for the values.
        probe = torch.zeros(1, 1, *self.output_size, dtype=x.dtype, device=x.device)
        rows, columns = F.conv2d(probe, kernels, **self.settings).shape[-2:]
        if rows * columns != x.size(-1):
            raise ValueError("the number of blocks does not fit the output size")
        blocks = x.reshape(-1, kernels.size(0), rows, columns)
        height, width = self.output_size
        bare = F.conv_transpose2d(blocks, kernels, stride=self.settings["stride"], dilation=self.settings["dilation"])
        padding = self.settings["padding"]
        top, left = (padding, padding) if isinstance(padding, int) else padding
        bare = F.pad(bare, (0, max(0, left + width - bare.size(3)), 0, max(0, top + height - bare.size(2))))
        images = bare[:, :, top : top + height, left : left + width]
        return images.reshape(x.shape[:-2] + (x.size(-2) // kernels.size(0), height, width))
