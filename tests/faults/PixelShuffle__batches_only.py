# part: upsampling/pixelshuffle:PixelShuffle
# red: values
# points: 10.55 of 13
# without: unbatched input, two batch axes
# why: takes batches only
from torch import nn


class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x):
        r = self.upscale_factor
        n, c, h, w = x.shape
        if c % r**2:
            raise ValueError("channels")
        return x.reshape(n, -1, r, r, h, w).permute(0, 1, 4, 2, 5, 3).reshape(n, -1, h * r, w * r)
