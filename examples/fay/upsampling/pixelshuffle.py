from torch import nn


class PixelShuffle(nn.Module):
    def __init__(self, upscale_factor):
        super().__init__()
        self.r = upscale_factor

    def forward(self, x):
        *batch, c, h, w = x.shape
        r = self.r
        if c % r**2:
            raise ValueError(f"{c} channels are not a multiple of {r**2}")
        b = len(batch)
        x = x.reshape(*batch, c // r**2, r, r, h, w)
        x = x.permute(*range(b), b, b + 3, b + 2, b + 4, b + 1)
        return x.reshape(*batch, c // r**2, h * r, w * r)
