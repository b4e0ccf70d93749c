"""Known-wrong answers for PixelShuffle, and the hint that each earns."""

import torch
from pixelshuffle import PixelShuffle
from torch import nn
from torch.nn import functional as F

from grader.spec import misconception


@misconception("PixelShuffle", "own_work")
class AsksTorch(PixelShuffle):
    """`F.pixel_shuffle` does all the work here. Two reshapes with a permutation between them do it too."""

    def forward(self, x):
        return F.pixel_shuffle(x, self.upscale_factor)


@misconception("PixelShuffle", "interface")
class FactorByName(PixelShuffle):
    """`PixelShuffle(2)` should work: upscale_factor is an ordinary argument, not a keyword-only one."""

    def __init__(self, *, upscale_factor):
        super().__init__(upscale_factor)


@misconception("PixelShuffle", "parameters")
class FactorAsBuffer(PixelShuffle):
    """This layer has nothing to learn and nothing to save. Yours keeps the factor in its state dict; a plain attribute
    will do."""

    def __init__(self, upscale_factor):
        super().__init__(upscale_factor)
        self.register_buffer("factor", torch.tensor(float(upscale_factor)))


@misconception("PixelShuffle", "parameters")
class LearnsTheFactor(PixelShuffle):
    """This layer has nothing to learn. Yours has a parameter."""

    def __init__(self, upscale_factor):
        super().__init__(upscale_factor)
        self.scale = nn.Parameter(torch.ones(()))


@misconception("PixelShuffle", "shapes")
class Backwards(PixelShuffle):
    """Height and width grow, the channels get fewer. You go the other way, as `PixelUnshuffle` does."""

    def forward(self, x):
        return F.pixel_unshuffle(x, self.upscale_factor)


@misconception("PixelShuffle", "shapes")
class FactorOfTwo(PixelShuffle):
    """The factor is an argument. You always double."""

    def __init__(self, upscale_factor):
        super().__init__(upscale_factor)
        self.upscale_factor = 2

    def _split(self, x):
        return F.pad(x, (0, 0, 0, 0, 0, -x.shape[-3] % 4)).unflatten(-3, (-1, 2, 2))


@misconception("PixelShuffle", "shapes")
class AlwaysABatch(PixelShuffle):
    """An image without a batch, (C, H, W), comes back without one. You return a batch of one."""

    def forward(self, x):
        return super().forward(x if x.dim() > 3 else x.unsqueeze(0))


@misconception("PixelShuffle", "shapes")
class MergesTheBatches(PixelShuffle):
    """Any number of dimensions may stand before the channels, and they all come back. You merge them into one."""

    def forward(self, x):
        return super().forward(x.flatten(0, -4) if x.dim() > 4 else x)


@misconception("PixelShuffle", "shapes")
class RemembersTheFirstSize(PixelShuffle):
    """You keep the size of the first input and use it for every later one. Work it out anew in each call."""

    def _merge(self, pixels):
        merged = super()._merge(pixels)
        self._size = getattr(self, "_size", merged.shape[-2:])
        return F.pad(merged, (0, self._size[1] - merged.shape[-1], 0, self._size[0] - merged.shape[-2]))


@misconception("PixelShuffle", "values")
class FourDimensionsOnly(PixelShuffle):
    """Any number of dimensions may stand before the channels, none included. Yours needs exactly one."""

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected 4 dimensions")
        return super().forward(x)


@misconception("PixelShuffle", "values")
class ReshapedOnly(PixelShuffle):
    """A reshape alone does not move anything. Split the channels, *permute*, so that the two small dimensions come to
    lie behind height and width, then merge."""

    def _interleave(self, blocks):
        lead, (r, s, height, width) = blocks.shape[:-4], blocks.shape[-4:]
        return blocks.reshape(*lead, height, r, width, s)


@misconception("PixelShuffle", "values")
class RowsAndColumnsSwapped(PixelShuffle):
    """Of the r² channels of a pixel, the first r make the top *row* of its block. Yours make the left column."""

    def _interleave(self, blocks):
        return super()._interleave(blocks.transpose(-4, -3))


@misconception("PixelShuffle", "values")
class BlocksInsteadOfPixels(PixelShuffle):
    """Neighbouring channels become neighbouring pixels. You put r by r whole images next to each other: the small
    dimensions must be the last in each pair, (H, r) and (W, r)."""

    def _interleave(self, blocks):
        return blocks.movedim((-4, -2, -3, -1), (-4, -3, -2, -1))


@misconception("PixelShuffle", "values")
class ChannelsSpreadWide(PixelShuffle):
    """Output channel c takes the r² *neighbouring* input channels from c·r² on. Yours takes every C-th one, as
    TensorFlow's depth_to_space does."""

    def _split(self, x):
        r = self.upscale_factor
        return x.unflatten(-3, (r, r, -1)).movedim(-3, -5)


@misconception("PixelShuffle", "values")
class ChangesItsInput(PixelShuffle):
    """The caller's tensor must stay as it was. You write into it."""

    def _merge(self, pixels):
        merged = super()._merge(pixels).clone()
        pixels.data.zero_()
        return merged


@misconception("PixelShuffle", "gradients")
class OutsideTheGraph(PixelShuffle):
    """Your output is right, but no gradient reaches the input. Rearrange `x` itself, not its data or a detached
    copy."""

    def _split(self, x):
        return super()._split(x.detach())


@misconception("PixelShuffle", "gradients")
class FirstPixelsOnly(PixelShuffle):
    """Your output is right, but part of the gradient is lost on the way. Every element moves to one place, and its
    gradient comes back from there."""

    def _merge(self, pixels):
        moved = super()._merge(pixels)
        kept = moved.detach().clone()
        kept[..., ::2] = moved[..., ::2]
        return kept


@misconception("PixelShuffle", "errors")
class DropsWhatIsLeft(PixelShuffle):
    """Channels that r² does not divide should raise an exception. You drop those that are left over."""

    def _split(self, x):
        whole = x.shape[-3] // self.upscale_factor**2
        kept = x[..., : whole * self.upscale_factor**2, :, :]
        return kept.unflatten(-3, (whole, self.upscale_factor, self.upscale_factor))


@misconception("PixelShuffle", "vectorized")
class ImageByImage(PixelShuffle):
    """The result is right, but you go through the batch in a Python loop. Reshapes and permutations treat all images at
    once."""

    def forward(self, x):
        if x.dim() < 4:
            return super().forward(x)
        return torch.stack([super(ImageByImage, self).forward(image) for image in x])
