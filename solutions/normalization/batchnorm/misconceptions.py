"""Known-wrong answers on batch normalisation; each docstring is the hint that the mistake earns."""

import torch
from batchnorm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    _along_channels,
    _BatchNorm,
    _channel_statistics,
    _standardise,
    batch_norm,
)
from torch import nn

from grader.spec import misconception

# The function.

right = batch_norm
"""The right function, whatever `batch_norm` comes to mean."""


@misconception("batch_norm", "state")
def torch_momentum(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Here momentum is the share of the *old* moving statistics, as in most textbooks. In torch's layers it is the
    share of the new batch; which of the two is in your code?
    """
    return right(x, gamma, beta, moving_mean, moving_var, eps, 1 - momentum, training)


@misconception("batch_norm", "state")
def unbiased_moving_variance(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Your moving variance is too large on small batches: this function uses the biased variance for both purposes,
    and leaves the unbiased one to torch's layers.
    """
    count = x.numel() / x.shape[1]
    y, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    if training:
        var = momentum * moving_var + (var - momentum * moving_var) * count / (count - 1)
    return y, mean, var


@misconception("batch_norm", "values")
def unbiased_normalisation(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Compare your divisor with the formula: the variance that normalises the batch is the sum of squares over the
    count, not over the count less one. (Tensor.var needs to be told.)
    """
    y, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    if training:
        mean, var = _channel_statistics(x)
        count = x.numel() / x.shape[1]
        x_hat = _standardise(x, mean, var * count / (count - 1), eps)
        y = x_hat * _along_channels(gamma, x) + _along_channels(beta, x)
    return y, new_mean, new_var


@misconception("batch_norm", "values")
def eps_outside_the_root(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Where does eps go? It is added to the variance, before the root is taken; you add it to the standard
    deviation.
    """
    _, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    mean, var = _channel_statistics(x) if training else (moving_mean, moving_var)
    x_hat = (x - _along_channels(mean, x)) / (_along_channels(var, x).sqrt() + eps)
    return x_hat * _along_channels(gamma, x) + _along_channels(beta, x), new_mean, new_var


@misconception("batch_norm", "values")
def always_the_batch(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """With training=False nothing should hang on the rest of the batch: normalise with the moving statistics that
    came in, not with those of the batch.
    """
    if training or x.numel() == x.shape[1]:
        return right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    y, _, _ = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, True)
    return y, moving_mean.detach(), moving_var.detach()


@misconception("batch_norm", "state")
def learns_in_evaluation(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """With training=False the moving statistics should come back as they went in; yours still learn from the batch."""
    y, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    if not training and x.numel() > x.shape[1]:
        _, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, True)
    return y, mean, var


@misconception("batch_norm", "values")
def normalises_with_moving(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """In training, normalise with the statistics of this very batch. You normalise with the moving ones, just after
    updating them.
    """
    _, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    y, _, _ = right(x, gamma, beta, mean, var, eps, momentum, False)
    return y, mean, var


@misconception("batch_norm", "values")
def changes_its_inputs(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The caller's moving statistics change under its hands: an in-place operation writes into the tensors that were
    passed in. Return new tensors instead.
    """
    y, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    return y, moving_mean.copy_(mean), moving_var.copy_(var)


@misconception("batch_norm", "values")
def gamma_before_the_mean(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Scale and shift come last: standardise first, then multiply by gamma, then add beta. In your answer beta is
    scaled along.
    """
    y, mean, var = right(x, torch.ones_like(gamma), beta, moving_mean, moving_var, eps, momentum, training)
    return y * _along_channels(gamma, x), mean, var


@misconception("batch_norm", "shapes")
def statistics_in_a_row(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The moving statistics should come back in the very shape in which they were given, be it (C,) or (1, C, 1, 1)."""
    y, mean, var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    return y, mean.flatten(), var.flatten()


@misconception("batch_norm", "shapes")
def only_the_output(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The function returns three things: the output, and both moving statistics. Otherwise nobody would ever see what
    was learned.
    """
    return right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)[0]


@misconception("batch_norm", "gradients")
def constant_statistics(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Forward is right, backward is not: mean and variance of the batch depend on x as well, and the gradient has to
    flow through them. Only the moving statistics are detached.
    """
    _, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    mean, var = _channel_statistics(x.detach()) if training else (moving_mean, moving_var)
    y = _standardise(x, mean, var, eps) * _along_channels(gamma, x) + _along_channels(beta, x)
    return y, new_mean, new_var


@misconception("batch_norm", "gradients")
def statistics_on_the_graph(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The moving statistics that you return still hang on the graph of x, so gradients leak through them and memory
    grows batch by batch. Detach them.
    """
    y, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    if training:
        mean, var = _channel_statistics(x)
        new_mean = momentum * moving_mean + (1 - momentum) * mean.reshape(moving_mean.shape)
        new_var = momentum * moving_var + (1 - momentum) * var.reshape(moving_var.shape)
    return y, new_mean, new_var


@misconception("batch_norm", "numerics")
def mean_of_squares(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
    takes the difference of two huge numbers: subtract the mean first.
    """
    y, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    if training:
        axes = [axis for axis in range(x.dim()) if axis != 1]
        mean = x.mean(axes)
        var = (x * x).mean(axes) - mean * mean
        y = _standardise(x, mean, var, eps) * _along_channels(gamma, x) + _along_channels(beta, x)
        new_var = momentum * moving_var + (1 - momentum) * var.detach().reshape(moving_var.shape)
    return y, new_mean, new_var


@misconception("batch_norm", "numerics")
def always_float32(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the dtype
    of the input.
    """
    return tuple(out.float() for out in right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training))


@misconception("batch_norm", "interface")
def other_names(x, weight, bias, running_mean, running_var, eps, momentum, training):
    """Callers may pass the arguments by name, so the names are part of the task: x, gamma, beta, moving_mean,
    moving_var, eps, momentum, training.
    """
    return right(x, weight, bias, running_mean, running_var, eps, momentum, training)


@misconception("batch_norm", "errors")
def any_dimensions(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """An input that is neither 2-D nor 4-D goes through as if it were an image. Look at the number of dimensions first,
    and raise a ValueError.
    """
    if x.dim() in (2, 4):
        return right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    image = x.reshape(x.shape[0], x.shape[1], 1, -1)
    y, *moving = right(image, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    return y.reshape(x.shape), *moving


@misconception("batch_norm", "vectorized")
def sample_by_sample(x, gamma, beta, moving_mean, moving_var, eps, momentum, training):
    """The result is right, but it is put together in a Python loop over the batch, and that is slow. Let one
    broadcast expression treat all samples at once.
    """
    _, new_mean, new_var = right(x, gamma, beta, moving_mean, moving_var, eps, momentum, training)
    mean, var = _channel_statistics(x) if training else (moving_mean, moving_var)
    rows = [_standardise(row[None], mean, var, eps) for row in x]
    return torch.cat(rows) * _along_channels(gamma, x) + _along_channels(beta, x), new_mean, new_var


# The layers.


class Layer(_BatchNorm):
    """A right layer of any number of dimensions, for mistakes to start from."""

    def forward(self, x):
        """Normalise `x`."""
        self._check(x, dims=(2, 3, 4, 5))
        return self._normalise(x)


@misconception("BatchNorm1d", "values")
@misconception("BatchNorm2d", "values")
@misconception("BatchNorm3d", "values")
class UnbiasedNormalisation(Layer):
    """Check which variance divides the batch. Normalising takes the biased one, the sum of squares over the count;
    dividing by the count less one is only for what goes into running_var.
    """

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        if self.training or not self.track_running_stats:
            count = x.numel() / x.shape[1]
            var = var * count / (count - 1)
        return mean, var


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class BiasedRunningVariance(Layer):
    """Your output is normalised well, but running_var drifts low on small batches: torch feeds it the unbiased
    variance, although the batch itself is divided by the biased one.
    """

    def _track(self, mean, var, count):
        super()._track(mean, var * (count - 1) / count, count)


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class MomentumOfTheOld(Layer):
    """In torch momentum is the share of the *new* batch, so at 0.1 the running statistics move slowly. Yours keep
    that share of the old value instead.
    """

    def _new_share(self):
        return super()._new_share() if self.momentum is None else 1 - self.momentum


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class NoneIsTheDefault(Layer):
    """momentum=None asks for a plain average of all batches seen so far, so the newest batch's share shrinks call by
    call. Which buffer knows how many there were?
    """

    def _new_share(self):
        return 0.1 if self.momentum is None else self.momentum


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class ZeroIsNone(Layer):
    """A momentum of 0.0 is a number, not a missing one: running statistics should then stay where they are. Is there
    a test for truth where a test for None is meant?
    """

    def _new_share(self):
        return self.momentum or 1 / self.num_batches_tracked


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class CountsAfterwards(Layer):
    """In a cumulative average the batch at hand counts too: the first one has a share of 1, the second of 1/2. Look
    at the order of counting and averaging.
    """

    def _new_share(self):
        return 1 / (self.num_batches_tracked + 1) if self.momentum is None else self.momentum


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class LearnsInEval(Layer):
    """After eval() a layer should only look: your running statistics still move with every batch that it sees."""

    def _statistics(self, x):
        used = super()._statistics(x)
        if not self.training and self.track_running_stats and x.numel() > x.shape[1]:
            mean, var = _channel_statistics(x.detach())
            self._track(mean, var, x.numel() // x.shape[1])
        return used


@misconception("BatchNorm1d", "state")
@misconception("BatchNorm2d", "state")
@misconception("BatchNorm3d", "state")
class RemembersTheGraph(Layer):
    """Values are right, but the running statistics keep the graph of every batch alive, and memory grows until it is
    full. They are bookkeeping: cut them off from the gradient.
    """

    def _statistics(self, x):
        if not self.training or not self.track_running_stats:
            return super()._statistics(x)
        mean, var = _channel_statistics(x)
        self._track(mean, var, x.numel() // x.shape[1])
        return mean, var


@misconception("BatchNorm1d", "values")
@misconception("BatchNorm2d", "values")
@misconception("BatchNorm3d", "values")
class AlwaysTheBatch(Layer):
    """eval() makes no difference to your layer. Once it is in evaluation mode, the running statistics should replace
    those of the batch, so that one sample's output does not hang on its neighbours.
    """

    def _statistics(self, x):
        if self.training or x.numel() == x.shape[1]:
            return super()._statistics(x)
        return _channel_statistics(x)


@misconception("BatchNorm1d", "values")
@misconception("BatchNorm2d", "values")
@misconception("BatchNorm3d", "values")
class RunningInTraining(Layer):
    """In training, normalise with the statistics of this very batch; the running ones are only kept for later. Yours
    are used at once.
    """

    def _statistics(self, x):
        used = super()._statistics(x)
        return (self.running_mean.clone(), self.running_var.clone()) if self.track_running_stats else used


@misconception("BatchNorm1d", "values")
@misconception("BatchNorm2d", "values")
@misconception("BatchNorm3d", "values")
class EpsOutsideTheRoot(Layer):
    """Where does eps go? It is added to the variance, before the root is taken; you add it to the standard
    deviation.
    """

    def _normalise(self, x):
        mean, var = self._statistics(x)
        std = _along_channels(var.sqrt(), x) + self.eps
        return self._scale_and_shift((x - _along_channels(mean, x)) / std)


@misconception("BatchNorm1d", "values")
@misconception("BatchNorm2d", "values")
@misconception("BatchNorm3d", "values")
class EachSample(Layer):
    """Over which axes do mean and variance go? You give every sample its own, as LayerNorm does; batch normalisation
    gives every channel its own and goes over the batch.
    """

    def _normalise(self, x):
        mean, var = self._statistics(x)
        if self.training:
            axes = list(range(1, x.dim()))
            mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
            return self._scale_and_shift((x - mean) / torch.sqrt(var + self.eps))
        return self._scale_and_shift(_standardise(x, mean, var, self.eps))


@misconception("BatchNorm1d", "gradients")
@misconception("BatchNorm2d", "gradients")
@misconception("BatchNorm3d", "gradients")
class ConstantStatistics(Layer):
    """Forward is right, backward is not: mean and variance depend on the input as well, and the gradient has to flow
    through them. Is something detached, or under no_grad, that should not be?
    """

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        return mean.detach(), var.detach()


@misconception("BatchNorm1d", "numerics")
@misconception("BatchNorm2d", "numerics")
@misconception("BatchNorm3d", "numerics")
class MeanOfSquares(Layer):
    """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
    takes the difference of two huge numbers: subtract the mean first.
    """

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        if self.training or not self.track_running_stats:
            axes = [axis for axis in range(x.dim()) if axis != 1]
            var = (x * x).mean(axes) - mean * mean
        return mean, var


@misconception("BatchNorm1d", "numerics")
@misconception("BatchNorm2d", "numerics")
@misconception("BatchNorm3d", "numerics")
class AlwaysFloat32(Layer):
    """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the dtype
    of the input.
    """

    def _normalise(self, x):
        return super()._normalise(x).float()


@misconception("BatchNorm1d", "parameters")
@misconception("BatchNorm2d", "parameters")
@misconception("BatchNorm3d", "parameters")
class PlainAttributes(Layer):
    """The running statistics are not in your layer's state_dict, so they are neither saved nor moved by .to(). A
    tensor that belongs to the layer but is not learned has to be registered as a buffer.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        for name in list(self._buffers):
            plain = self._buffers.pop(name)
            setattr(self, name, plain)


@misconception("BatchNorm1d", "parameters")
@misconception("BatchNorm2d", "parameters")
@misconception("BatchNorm3d", "parameters")
class OneWeightForAll(Layer):
    """weight and bias should hold one number for each channel; yours are single numbers that all channels share."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        if affine:
            self.weight, self.bias = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))


@misconception("BatchNorm1d", "interface")
@misconception("BatchNorm2d", "interface")
@misconception("BatchNorm3d", "interface")
class NoChoiceOfTracking(Layer):
    """The constructor should also take track_running_stats. Compare its signature with the one in the handout,
    argument by argument.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True):
        super().__init__(num_features, eps, momentum, affine)


@misconception("BatchNorm1d", "shapes")
@misconception("BatchNorm2d", "shapes")
@misconception("BatchNorm3d", "shapes")
class Squeezed(Layer):
    """The output should have the shape of the input, always. Yours loses its axes of size one; try a batch with a
    single sample.
    """

    def _normalise(self, x):
        return super()._normalise(x).squeeze()


@misconception("BatchNorm1d", "init")
@misconception("BatchNorm2d", "init")
@misconception("BatchNorm3d", "init")
class RandomScale(Layer):
    """A fresh layer should only standardise, so scale starts at one and shift at zero. What do yours start from?"""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        if affine:
            nn.init.normal_(self.weight)


@misconception("BatchNorm1d", "init")
@misconception("BatchNorm2d", "init")
@misconception("BatchNorm3d", "init")
class ZeroVariance(Layer):
    """Look at the fresh running statistics: before any batch was seen they should describe a standard distribution,
    of mean zero and variance one.
    """

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)
        if track_running_stats:
            self.running_var.zero_()


@misconception("BatchNorm1d", "errors")
@misconception("BatchNorm2d", "errors")
@misconception("BatchNorm3d", "errors")
class AnyShape(Layer):
    """Broadcasting makes some wrong inputs work by accident. Check the number of dimensions and of channels before
    you compute, and raise a ValueError that says what was expected.
    """

    def _check(self, x, dims):
        """Take it as it comes."""


@misconception("BatchNorm1d", "errors")
@misconception("BatchNorm2d", "errors")
@misconception("BatchNorm3d", "errors")
class SingleValue(Layer):
    """With one value in each channel there is no variance to speak of, and training on it would wipe out the input.
    torch refuses such a batch; so should you.
    """

    def _normalise(self, x):
        if x.numel() == x.shape[1] and (self.training or not self.track_running_stats):
            return self._scale_and_shift(torch.zeros_like(x))
        return super()._normalise(x)


class SampleBySample(_BatchNorm):
    """Puts the output together sample by sample."""

    def _normalise(self, x):
        mean, var = self._statistics(x)
        rows = [self._scale_and_shift(_standardise(row[None], mean, var, self.eps)) for row in x]
        return torch.cat(rows)


@misconception("BatchNorm1d", "vectorized")
class RowByRow(SampleBySample, BatchNorm1d):
    """The result is right, but it is put together in a Python loop over the samples, and that is slow. Let one
    broadcast expression treat all of them at once.
    """


@misconception("BatchNorm2d", "vectorized")
class ImageByImage(SampleBySample, BatchNorm2d):
    """The result is right, but it is put together in a Python loop over the images, and that is slow. Let one
    broadcast expression treat all of them at once.
    """


@misconception("BatchNorm3d", "vectorized")
class VolumeByVolume(SampleBySample, BatchNorm3d):
    """The result is right, but it is put together in a Python loop over the volumes, and that is slow. Let one
    broadcast expression treat all of them at once.
    """
