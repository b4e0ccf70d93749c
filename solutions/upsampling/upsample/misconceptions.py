"""Known-wrong answers for Upsample, and the hint that each earns."""

import torch
from torch import nn
from torch.nn import functional as F
from upsample import Upsample

from grader.spec import misconception


@misconception("Upsample", "own_work")
class AsksTorch(Upsample):
    """`F.interpolate` does all the work here. Work out where each output lies in the input, and take or mix what is
    there."""

    def forward(self, x):
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)


@misconception("Upsample", "interface")
class FactorFirst(Upsample):
    """The first argument is `size`, the second `scale_factor`. You have them the other way round."""

    def __init__(self, scale_factor=None, size=None, mode="nearest", align_corners=None):
        super().__init__(size, scale_factor, mode, align_corners)


@misconception("Upsample", "parameters")
class FactorAsBuffer(Upsample):
    """This layer has nothing to learn and nothing to save. Yours keeps a buffer in its state dict; plain attributes
    will do."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.register_buffer("factor", torch.ones(()))


@misconception("Upsample", "parameters")
class LearnsTheKernel(Upsample):
    """This layer has nothing to learn. Yours has a parameter, as a transposed convolution would."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.weight = nn.Parameter(torch.ones(2, 2))


@misconception("Upsample", "shapes")
class RoundsTheSize(Upsample):
    """With a factor the new size is rounded *down*: 5 times 1.5 is 7. You round to the nearest number."""

    def _scaled(self, old, factor):
        return max(1, int(old * factor + 0.5))


@misconception("Upsample", "shapes")
class WholeFactorsOnly(Upsample):
    """A factor may be a fraction: 1.5 makes 6 out of 4. You use its whole part only."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        given = self.scale_factor
        if given is not None:
            self.scale_factor = tuple(max(1, int(f)) for f in given) if isinstance(given, tuple) else max(1, int(given))


@misconception("Upsample", "shapes")
class FirstFactorForAll(Upsample):
    """A tuple has a factor for each dimension. You use the first for all of them."""

    def _target(self, old, way):
        return super()._target(old, 0 if self.size is None else way)


@misconception("Upsample", "shapes")
class LastDimensionFirst(Upsample):
    """The entries of a tuple are in the order of the dimensions: (height, width). Yours are the other way round."""

    def forward(self, x):
        self._dims = x.dim() - 2
        return super().forward(x)

    def _target(self, old, way):
        return super()._target(old, self._dims - 1 - way)


@misconception("Upsample", "shapes")
class RemembersTheFirstSize(Upsample):
    """You work out the new size for the first input and keep it. Another input has another size."""

    def _target(self, old, way):
        kept = self.__dict__.setdefault("_kept", {})
        return kept.setdefault(way, super()._target(old, way))

    def _nearest(self, old, size, step):
        return [min(index, old - 1) for index in super()._nearest(old, size, step)]

    def _places(self, old, size, step):
        return [min(place, old - 1) for place in super()._places(old, size, step)]


@misconception("Upsample", "values")
class ImagesOnly(Upsample):
    """`nearest` is for sequences (3 dimensions) and volumes (5) as well. Yours takes images only."""

    def forward(self, x):
        if x.dim() != 4:
            raise ValueError("expected 4 dimensions")
        return super().forward(x)


@misconception("Upsample", "values")
class NearestRounds(Upsample):
    """`nearest` takes the element at floor(i · s), whatever its name says. You round."""

    def _nearest(self, old, size, step):
        return [min(int(place * step + 0.5), old - 1) for place in range(size)]


@misconception("Upsample", "values")
class NearestOfCentres(Upsample):
    """`nearest` takes the element at floor(i · s). Yours goes by the middle of each output, floor((i + 1/2) · s), which
    torch calls "nearest-exact"."""

    def _nearest(self, old, size, step):
        return [min(int((place + 0.5) * step), old - 1) for place in range(size)]


@misconception("Upsample", "values")
class Tiled(Upsample):
    """Each element is repeated next to itself: a a b b. You repeat the whole: a b a b, as `Tensor.repeat` does;
    `repeat_interleave` would be the other."""

    def _nearest(self, old, size, step):
        return [place % old for place in range(size)]


@misconception("Upsample", "values")
class StepFromSizes(Upsample):
    """With a factor the step is 1/factor, even where the rounded size would suggest a slightly different one. You
    divide the old size by the new."""

    def _target(self, old, way):
        size, _ = super()._target(old, way)
        return size, old / size


@misconception("Upsample", "values")
class AlwaysAligned(Upsample):
    """Unless `align_corners` is True, pixels are little squares, whose *edges* coincide: place (i + 1/2) s - 1/2. You
    always make the centres of the corner pixels coincide."""

    def _places(self, old, size, step):
        return [place * (old - 1) / max(size - 1, 1) for place in range(size)]


@misconception("Upsample", "values")
class NeverAligned(Upsample):
    """With `align_corners=True` the first and last elements of input and output coincide: place
    i (n - 1) / (n_out - 1). You ignore the argument."""

    def _places(self, old, size, step):
        return [max(0, (place + 0.5) * step - 0.5) for place in range(size)]


@misconception("Upsample", "values")
class HalfPixelForgotten(Upsample):
    """Without aligned corners the place is (i + 1/2) s - 1/2. You leave out the halves and take i · s."""

    def _places(self, old, size, step):
        return super()._places(old, size, step) if self.align_corners else [place * step for place in range(size)]


@misconception("Upsample", "values")
class GoesOnBeforeTheStart(Upsample):
    """Places before the first element count as the first element: clamp at 0. You extrapolate beyond it."""

    def _places(self, old, size, step):
        if self.align_corners:
            return super()._places(old, size, step)
        return [(place + 0.5) * step - 0.5 for place in range(size)]

    def _interpolate(self, x, axis, places):
        lower = [max(0, int(place)) for place in places]
        shares = x.new_tensor([place - low for place, low in zip(places, lower, strict=True)])
        below, above = self._take(x, axis, lower), self._take(x, axis, self._upper(lower, x.shape[axis]))
        return below + shares.reshape(-1, *[1] * (x.dim() - 1 - axis)) * (above - below)


@misconception("Upsample", "values")
class WrapsAtTheEnd(Upsample):
    """Beyond the last element there is the last element again. Yours mixes it with the first one."""

    def _upper(self, lower, old):
        return [(index + 1) % old for index in lower]


@misconception("Upsample", "values")
class SharesSwapped(Upsample):
    """The closer element gets the larger share: 1 - t for the lower one and t for the upper one. You have them the
    other way round."""

    def _shares(self, x, axis, places):
        return 1 - super()._shares(x, axis, places)


@misconception("Upsample", "values")
class UnchangedIsResampled(Upsample):
    """A dimension whose size stays the same is copied, even if the factor is 1.2 and so the step is not 1. You
    interpolate there, too."""

    def _resize(self, x, axis, size, step):
        if self.mode == "nearest" or size != x.shape[axis]:
            return super()._resize(x, axis, size, step)
        return self._interpolate(x, axis, self._places(size, size, step))


@misconception("Upsample", "values")
class OneOutputStumbles(Upsample):
    """With aligned corners and a single output, n_out - 1 is 0. Then the place is 0; you divide by it or take the
    middle."""

    def _places(self, old, size, step):
        return [(old - 1) / 2] if self.align_corners and size == 1 else super()._places(old, size, step)


@misconception("Upsample", "numerics")
class CoarseWeights(Upsample):
    """Places and shares should have the dtype of the input. Yours are float32 whatever comes in, so half of a double's
    digits are lost."""

    def _shares(self, x, axis, places):
        return super()._shares(x.float(), axis, places).to(x.dtype)


@misconception("Upsample", "gradients")
class OutsideTheGraph(Upsample):
    """Your output is right, but no gradient reaches the input. Do not build it from `x.data` or a detached copy."""

    def forward(self, x):
        return super().forward(x.detach())


@misconception("Upsample", "gradients")
class HalfTheGradient(Upsample):
    """An element's gradient is the sum over all the outputs that it went into. Yours misses those where it was the
    upper neighbour."""

    def _interpolate(self, x, axis, places):
        mixed = super()._interpolate(x.detach(), axis, places)
        part = (1 - self._shares(x, axis, places)) * self._take(x, axis, [int(place) for place in places])
        return part + (mixed - part.detach())


@misconception("Upsample", "numerics")
class AlwaysDouble(Upsample):
    """The output should have the dtype of the input. Yours is float64, because the places are."""

    def _shares(self, x, axis, places):
        return super()._shares(x.double(), axis, places)


@misconception("Upsample", "errors")
class SizeWins(Upsample):
    """A size and a factor together are a contradiction and should raise an exception, and neither of them as well. You
    pick one."""

    def _check_sizes(self):
        if self.size is not None:
            self.scale_factor = None
        elif self.scale_factor is None:
            self.scale_factor = 1


@misconception("Upsample", "errors")
class AlignsNearest(Upsample):
    """`align_corners` has no meaning for `nearest`, and giving it should raise an exception."""

    def _check_corners(self):
        pass


@misconception("Upsample", "errors")
class LinearOnAnything(Upsample):
    """`linear` is for 3 dimensions and `bilinear` for 4; any other input should raise an exception. You interpolate
    whatever there is."""

    def _check_dims(self, x):
        pass


@misconception("Upsample", "errors")
class AnyOtherModeIsLinear(Upsample):
    """A mode that you do not know should raise an exception. You take it for a linear one."""

    def _check_dims(self, x):
        if self.mode in ("nearest", "linear", "bilinear"):
            super()._check_dims(x)


@misconception("Upsample", "vectorized")
class ImageByImage(Upsample):
    """The result is right, but you go through the batch in a Python loop. Index the whole batch at once."""

    def _resize(self, x, axis, size, step):
        return torch.cat([super(ImageByImage, self)._resize(image, axis, size, step) for image in x.split(1)])


@misconception("Upsample", "vectorized")
class PixelByPixel(Upsample):
    """The result is right, but you put it together element by element in Python. Index with a whole tensor of
    places."""

    def _take(self, x, axis, indices):
        return torch.stack([x.select(axis, index) for index in indices], axis)
