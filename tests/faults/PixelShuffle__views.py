# part: upsampling/pixelshuffle:PixelShuffle
# red: values
# points: 3 of 13
# without:
# why: views what is permuted; the line of the interface that calls it says nothing else
from torch import nn


class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x):
        r = self.upscale_factor
        *lead, c, h, w = x.shape
        if c % r**2:
            raise ValueError("channels")
        apart = x.reshape(-1, c // r**2, r, r, h, w).permute(0, 1, 4, 2, 5, 3)
        return apart.view(*lead, c // r**2, h * r, w * r)
