"""View, permute, reshape, on a batch of any number of images."""

from torch import nn


class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor: int):
        super(PixelShuffle, self).__init__()
        self.r = int(upscale_factor)

    def forward(self, x):
        channels, height, width = x.size(-3), x.size(-2), x.size(-1)
        if channels % self.r**2 != 0:
            raise RuntimeError("pixel shuffle: bad number of channels")
        out_channels = channels // self.r**2
        y = x.reshape(-1, out_channels, self.r, self.r, height, width)
        y = y.permute(0, 1, 4, 2, 5, 3)
        return y.reshape(x.shape[:-3] + (out_channels, height * self.r, width * self.r))

    def extra_repr(self):
        return f"upscale_factor={self.r}"
