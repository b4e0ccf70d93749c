"""Known-wrong answers on layer normalisation; each docstring is the hint that the mistake earns."""

import torch
from layernorm import LayerNorm
from torch import nn

from grader.spec import misconception


@misconception("LayerNorm", "values")
class UnbiasedVariance(LayerNorm):
    """Check the divisor of the variance: it is the count of the normalised elements, not the count less one.
    (Tensor.var needs to be told.)
    """

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        count = x.numel() / mean.numel()
        return mean, var * count / max(count - 1, 1)


@misconception("LayerNorm", "values")
class EpsOutsideTheRoot(LayerNorm):
    """Where does eps go? It joins the variance, before the root is taken; you add it to the standard deviation."""

    def _standardise(self, x, mean, var):
        return (x - mean) / (var.sqrt() + self.eps)


@misconception("LayerNorm", "values")
class FixedEps(LayerNorm):
    """The eps of the constructor never reaches your formula: another value should change the output."""

    def _standardise(self, x, mean, var):
        return (x - mean) / torch.sqrt(var + 1e-5)


@misconception("LayerNorm", "values")
class LastAxisOnly(LayerNorm):
    """One axis works, several do not: normalized_shape may name two axes or more, and then one mean and one variance go
    over all of them together.
    """

    def _axes(self, x):
        return [x.dim() - 1]


@misconception("LayerNorm", "values")
class AllButTheFirst(LayerNorm):
    """You normalise over everything but the batch. Count the axes from the *end* instead: normalized_shape says how
    many, and all axes before them are kept apart, as each word of each sentence is.
    """

    def _axes(self, x):
        return list(range(1, x.dim())) if x.dim() > len(self.normalized_shape) else super()._axes(x)


@misconception("LayerNorm", "values")
class OverTheBatch(LayerNorm):
    """That is batch normalisation: your mean runs over the samples. Here every sample is standardised by itself, over
    its own last axes.
    """

    def _axes(self, x):
        return [0] if x.dim() > len(self.normalized_shape) else super()._axes(x)


@misconception("LayerNorm", "values")
class EachAxisByItself(LayerNorm):
    """With several axes in normalized_shape you standardise along one after the other. It is a single step, with one
    mean and one variance over all of them.
    """

    def _statistics(self, x):
        mean, var = x, x
        for axis in self._axes(x):
            mean = mean.mean(axis, keepdim=True)
            var = var.var(axis, correction=0, keepdim=True) if var is x else var.mean(axis, keepdim=True)
        return mean, var


@misconception("LayerNorm", "values")
class NoRoot(LayerNorm):
    """Divide by the standard deviation, not by the variance: a root is missing."""

    def _standardise(self, x, mean, var):
        return (x - mean) / (var + self.eps)


@misconception("LayerNorm", "values")
class ShiftFirst(LayerNorm):
    """Scale first, then shift: in your answer the bias is multiplied by the weight as well."""

    def _scale_and_shift(self, x_hat):
        if self.bias is not None:
            x_hat = x_hat + self.bias
        return x_hat if self.weight is None else x_hat * self.weight


@misconception("LayerNorm", "values")
class ChangesItsInput(LayerNorm):
    """The caller's tensor changes under its hands: an in-place operation writes into the input. Make a new tensor."""

    def forward(self, x):
        """Normalise, and leave the result in the input too."""
        y = super().forward(x)
        x.data.copy_(y)
        return y


@misconception("LayerNorm", "gradients")
class ConstantStatistics(LayerNorm):
    """Forward is right, backward is not: mean and variance depend on the input as well, and the gradient has to flow
    through them. Is something detached, or under no_grad, that should not be?
    """

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        return mean.detach(), var.detach()


@misconception("LayerNorm", "gradients")
class ConstantVariance(LayerNorm):
    """Half of the gradient is there: it flows through the mean, but not through the variance."""

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        return mean, var.detach()


@misconception("LayerNorm", "numerics")
class MeanOfSquares(LayerNorm):
    """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
    takes the difference of two huge numbers: subtract the mean first.
    """

    def _statistics(self, x):
        mean, _ = super()._statistics(x)
        return mean, (x * x).mean(self._axes(x), keepdim=True) - mean * mean


@misconception("LayerNorm", "numerics")
class AlwaysFloat32(LayerNorm):
    """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the dtype
    of the input.
    """

    def _standardise(self, x, mean, var):
        return super()._standardise(x, mean, var).float()

    def _scale_and_shift(self, x_hat):
        return super()._scale_and_shift(x_hat).float()


@misconception("LayerNorm", "parameters")
class BiasRegardless(LayerNorm):
    """With bias=False there should be no bias among the parameters at all, not even one of zeros."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__(normalized_shape, eps, elementwise_affine)


@misconception("LayerNorm", "parameters")
class FlatWeight(LayerNorm):
    """weight and bias have the shape normalized_shape itself, with as many axes; yours are laid out in one row."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__(normalized_shape, eps, elementwise_affine, bias)
        for name, item in list(self.named_parameters()):
            setattr(self, name, nn.Parameter(item.detach().flatten()))

    def _scale_and_shift(self, x_hat):
        if self.weight is not None:
            x_hat = x_hat * self.weight.reshape(self.normalized_shape)
        return x_hat if self.bias is None else x_hat + self.bias.reshape(self.normalized_shape)


@misconception("LayerNorm", "parameters")
class PlainBias(LayerNorm):
    """An optimizer would never find your bias: a plain tensor, even one of the right shape, is not a Parameter."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__(normalized_shape, eps, elementwise_affine, bias)
        if self.bias is not None:
            plain = self.bias.detach()
            del self.bias
            self.bias = plain


@misconception("LayerNorm", "parameters")
class NotRegistered(LayerNorm):
    """Your layer has no parameters, so optimizers find nothing to train: wrap weight and bias in nn.Parameter."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__(normalized_shape, eps, elementwise_affine, bias)
        for name, item in list(self.named_parameters()):
            delattr(self, name)
            setattr(self, name, item.detach())


@misconception("LayerNorm", "interface")
class NumbersOnly(LayerNorm):
    """normalized_shape may be a number, but also a list or tuple of sizes. What does yours do with [2, 3]?"""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__((int(normalized_shape),), eps, elementwise_affine, bias)


@misconception("LayerNorm", "interface")
class NoChoiceOfBias(LayerNorm):
    """The constructor should also take bias. Compare its signature with the handout's, argument by argument."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
        super().__init__(normalized_shape, eps, elementwise_affine)


@misconception("LayerNorm", "shapes")
class Flattened(LayerNorm):
    """The output should have the shape of the input. Yours joins the normalised axes into one and leaves them so."""

    def forward(self, x):
        """Normalise and join the last axes."""
        return super().forward(x).flatten(-len(self.normalized_shape))


@misconception("LayerNorm", "init")
class RandomScale(LayerNorm):
    """A fresh layer should only standardise, so scale starts at one and shift at zero. What do yours start from?"""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True):
        super().__init__(normalized_shape, eps, elementwise_affine, bias)
        for item in self.parameters():
            nn.init.normal_(item)


@misconception("LayerNorm", "errors")
class Regrouped(LayerNorm):
    """You reshape the input into rows of normalized_shape, and a wrong input is cut up into rows that are no samples.
    Compare its last axes with normalized_shape first, and raise a ValueError that says what was expected.
    """

    def forward(self, x):
        """Normalise whatever the reshape makes of it."""
        return super().forward(x.reshape(-1, *self.normalized_shape)).reshape(x.shape)


@misconception("LayerNorm", "vectorized")
class RowByRow(LayerNorm):
    """The result is right, but it is put together in a Python loop over the samples, and that is slow. Reductions along
    axes, with keepdim, treat all of them at once.
    """

    def forward(self, x):
        """Normalise one index of the first axis at a time."""
        if x.dim() == len(self.normalized_shape):
            return super().forward(x)
        return torch.stack([super(RowByRow, self).forward(row) for row in x])
