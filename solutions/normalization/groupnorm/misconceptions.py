"""Known-wrong answers for group and instance normalisation, and the hint that each earns."""

import torch
import torch.nn.functional as F
from groupnorm import GroupNorm, InstanceNorm2d
from torch import nn

from grader.spec import misconception

# --- GroupNorm ---


@misconception("GroupNorm", "own_work")
class BorrowsBatchNorm(GroupNorm):
    """You lean on torch's own batch normalisation for the hard part. The statistics are the exercise: work them
    out with means and squares."""

    def _standardise(self, x):
        rows = x.reshape(1, x.shape[0] * self.num_groups, -1)
        return F.batch_norm(rows, None, None, training=True, eps=self.eps).reshape(x.shape)


@misconception("GroupNorm", "interface")
class ChannelsBeforeGroups(GroupNorm):
    """The number of groups comes first in the constructor, the number of channels second."""

    def __init__(self, num_channels, num_groups, eps=1e-5, affine=True):
        super().__init__(num_groups, num_channels, eps, affine)


@misconception("GroupNorm", "parameters")
class OneScalePerGroup(GroupNorm):
    """The statistics are shared by a group, but weight and bias are not: every channel has its own, so both have
    num_channels elements."""

    def _create_parameters(self):
        self.weight = nn.Parameter(torch.ones(self.num_groups)) if self.affine else None
        self.bias = nn.Parameter(torch.zeros(self.num_groups)) if self.affine else None

    def _scale_and_shift(self, x):
        if self.weight is None:
            return x
        size = self.num_channels // self.num_groups
        per_channel = (-1,) + (1,) * (x.dim() - 2)
        weight, bias = self.weight.repeat_interleave(size), self.bias.repeat_interleave(size)
        return x * weight.reshape(per_channel) + bias.reshape(per_channel)


@misconception("GroupNorm", "parameters")
class ParametersShapedForBroadcasting(GroupNorm):
    """Store weight and bias with shape (C,), as torch does, and give them their broadcasting shape in forward. A
    state dict from torch would not load into yours."""

    def _create_parameters(self):
        self.weight = nn.Parameter(torch.ones(1, self.num_channels, 1, 1)) if self.affine else None
        self.bias = nn.Parameter(torch.zeros(1, self.num_channels, 1, 1)) if self.affine else None


@misconception("GroupNorm", "parameters")
class AlwaysAffine(GroupNorm):
    """With affine=False there is nothing to learn: weight and bias are registered as None, and the state dict is
    empty."""

    def _create_parameters(self):
        self.weight = nn.Parameter(torch.ones(self.num_channels))
        self.bias = nn.Parameter(torch.zeros(self.num_channels))


@misconception("GroupNorm", "shapes")
class StaysGrouped(GroupNorm):
    """The output has the shape of the input. After normalising the groups, undo the reshape that made them, also
    where there is no weight to apply."""

    def _scale_and_shift(self, x):
        if self.weight is None:
            return x.reshape(x.shape[0], self.num_groups, -1, *x.shape[2:])
        return super()._scale_and_shift(x)


@misconception("GroupNorm", "values")
class UnbiasedVariance(GroupNorm):
    """Your variance divides by n - 1. Normalisation divides by n: look for the argument of var that says so."""

    def _statistics(self, groups):
        return groups.mean(-1, keepdim=True), groups.var(-1, keepdim=True)


@misconception("GroupNorm", "values")
class EpsOutsideTheRoot(GroupNorm):
    """You add eps to the standard deviation. It belongs to the variance, under the square root."""

    def _standardise(self, x):
        groups = x.reshape(x.shape[0], self.num_groups, -1)
        mean, var = self._statistics(groups)
        return ((groups - mean) / (torch.sqrt(var) + self.eps)).reshape(x.shape)


@misconception("GroupNorm", "values")
class ForgetsEps(GroupNorm):
    """The eps that the constructor was given has no effect, as if it were always 1e-5. Keep it and add that one to
    the variance."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__(num_groups, num_channels, 1e-5, affine)


@misconception("GroupNorm", "values")
class InterleavedGroups(GroupNorm):
    """A group is a run of neighbouring channels: with 6 channels in 3 groups these are (0, 1), (2, 3), (4, 5).
    Yours takes every third channel. Check which of the two axes comes first when you split the channels."""

    def _standardise(self, x):
        size = self.num_channels // self.num_groups
        shuffled = x.unflatten(1, (size, self.num_groups)).transpose(1, 2)
        return super()._standardise(shuffled.reshape(x.shape)).reshape(shuffled.shape).transpose(1, 2).reshape(x.shape)


@misconception("GroupNorm", "values")
class GroupsShareTheBatch(GroupNorm):
    """Each sample is normalised by itself. Your statistics run over the batch as well, so what a sample becomes
    depends on its neighbours."""

    def _standardise(self, x):
        whole = x.transpose(0, 1).reshape(self.num_groups, -1)
        var, mean = torch.var_mean(whole, -1, correction=0, keepdim=True)
        y = ((whole - mean) / torch.sqrt(var + self.eps)).reshape(x.shape[1], x.shape[0], *x.shape[2:])
        return y.transpose(0, 1)


@misconception("GroupNorm", "values")
class ChannelsAlone(GroupNorm):
    """The mean and variance belong to a whole group: all of its channels together with everything behind them. You
    average over the positions of each channel separately."""

    def _standardise(self, x):
        flat = x.reshape(x.shape[0], x.shape[1], -1)
        mean, var = self._statistics(flat)
        return ((flat - mean) / torch.sqrt(var + self.eps)).reshape(x.shape)


@misconception("GroupNorm", "gradients")
class DetachedStatistics(GroupNorm):
    """Your output is right, its gradient is not: mean and variance depend on the input too, so the gradient must
    flow through them. Something detaches them (detach, no_grad, .data, item)."""

    def _statistics(self, groups):
        mean, var = super()._statistics(groups)
        return mean.detach(), var.detach()


@misconception("GroupNorm", "numerics")
class MeanOfSquares(GroupNorm):
    """E[x^2] - E[x]^2 subtracts two large numbers that are nearly equal: with data around 1000 float32 has no
    digits left. Subtract the mean first, then square."""

    def _statistics(self, groups):
        mean = groups.mean(-1, keepdim=True)
        return mean, (groups.square().mean(-1, keepdim=True) - mean.square()).clamp(min=0)


@misconception("GroupNorm", "init")
class RandomScale(GroupNorm):
    """A fresh layer only standardises: weight starts as ones and bias as zeros, not at random."""

    def _create_parameters(self):
        super()._create_parameters()
        if self.affine:
            nn.init.normal_(self.weight, 1.0, 0.02)


@misconception("GroupNorm", "errors")
class UnevenGroups(GroupNorm):
    """Seven channels cannot be dealt into two groups of one size. Let the constructor raise a ValueError when
    num_channels is not divisible by num_groups."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True):
        super().__init__(1, num_channels, eps, affine)
        self.num_groups = num_groups

    def _standardise(self, x):
        chunks = x.reshape(x.shape[0], self.num_channels, -1).tensor_split(self.num_groups, dim=1)
        normal = []
        for chunk in chunks:
            mean, var = self._statistics(chunk.reshape(x.shape[0], 1, -1))
            normal.append((chunk - mean) / torch.sqrt(var + self.eps))
        return torch.cat(normal, dim=1).reshape(x.shape)


@misconception("GroupNorm", "vectorized")
class OneSampleAtATime(GroupNorm):
    """You loop over the batch in Python. Put samples and groups on axes of their own, and let one reduction do
    them all."""

    def _standardise(self, x):
        return torch.cat([super(OneSampleAtATime, self)._standardise(sample) for sample in x.split(1)])


# --- InstanceNorm2d ---


@misconception("InstanceNorm2d", "own_work")
class BorrowsBatchNormPerImage(InstanceNorm2d):
    """You lean on torch's own batch normalisation for the hard part. The statistics are the exercise: work them
    out with means and squares."""

    def _normalise(self, x):
        if not self._uses_own_statistics() or self.track_running_stats:
            return super()._normalise(x)
        y = F.batch_norm(x.reshape(1, -1, *x.shape[2:]), None, None, training=True, eps=self.eps).reshape(x.shape)
        return y if self.weight is None else y * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)


@misconception("InstanceNorm2d", "interface")
class NoRunningStatistics(InstanceNorm2d):
    """The constructor also takes momentum and track_running_stats, in torch's order: num_features, eps, momentum,
    affine, track_running_stats."""

    def __init__(self, num_features, eps=1e-5, affine=False):
        super().__init__(num_features, eps, affine=affine)


@misconception("InstanceNorm2d", "parameters")
class AffineUnlessTold(InstanceNorm2d):
    """Unlike the other normalisations, this one learns nothing unless asked to: affine is False by default."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=False):
        super().__init__(num_features, eps, momentum, affine, track_running_stats)


@misconception("InstanceNorm2d", "parameters")
class NoCounter(InstanceNorm2d):
    """With track_running_stats=True there are three buffers, as in BatchNorm: running_mean, running_var and the
    integer num_batches_tracked (which stays 0 here)."""

    def _create_buffers(self):
        super()._create_buffers()
        del self.num_batches_tracked


@misconception("InstanceNorm2d", "shapes")
class OneImageBecomesABatch(InstanceNorm2d):
    """An image (C, H, W) comes back as (C, H, W). You add a batch dimension and forget to take it away again."""

    def forward(self, x):
        y = super().forward(x)
        return y if x.dim() == 4 else y.unsqueeze(0)


@misconception("InstanceNorm2d", "state")
class BiasedRunningVariance(InstanceNorm2d):
    """Two variances are in play: the output is made with the biased one (divided by n), but the running variance
    follows the unbiased one (divided by n - 1)."""

    def _update_running(self, mean, var, count):
        super()._update_running(mean, var * ((count - 1) / count), count)


@misconception("InstanceNorm2d", "state")
class MomentumBackwards(InstanceNorm2d):
    """Torch's momentum is the share of the new observation: running = (1 - momentum) * running + momentum *
    observed. You have the two shares swapped."""

    def _update_running(self, mean, var, count):
        self.momentum = 1 - self.momentum
        super()._update_running(mean, var, count)
        self.momentum = 1 - self.momentum


@misconception("InstanceNorm2d", "state")
class RunningStatisticsOfTheBatch(InstanceNorm2d):
    """The running variance follows the average of the images' own variances. You take one variance over the whole
    batch, which also counts how far the images' means lie apart."""

    def _update_running(self, mean, var, count):
        whole = var.mean(0, keepdim=True) + mean.var(0, correction=0, keepdim=True)
        super()._update_running(mean, whole, count)


@misconception("InstanceNorm2d", "state")
class CountsBatches(InstanceNorm2d):
    """As in torch, num_batches_tracked is there for the sake of the state dict only: InstanceNorm never advances
    it."""

    def _update_running(self, mean, var, count):
        super()._update_running(mean, var, count)
        self.num_batches_tracked += 1


@misconception("InstanceNorm2d", "state")
class UpdatesInEvaluation(InstanceNorm2d):
    """Running statistics move in training only. In evaluation they are read, never written."""

    def _normalise(self, x):
        if not self._uses_own_statistics() and x.shape[2] * x.shape[3] > 1:
            self._update_running(*self._statistics(x), x.shape[2] * x.shape[3])
        return super()._normalise(x)


@misconception("InstanceNorm2d", "values")
class IgnoresRunningStatistics(InstanceNorm2d):
    """In evaluation a layer with track_running_stats=True normalises with running_mean and running_var. You still
    use the image's own statistics."""

    def _uses_own_statistics(self):
        return True

    @torch.no_grad()
    def _update_running(self, mean, var, count):
        if self.training and count > 1:
            super()._update_running(mean, var, count)


@misconception("InstanceNorm2d", "state")
class NormalisesOverTheBatch(InstanceNorm2d):
    """That is batch normalisation: your mean and variance run over the batch. Each image has its own here, so
    average over height and width only."""

    def _statistics(self, x):
        var, mean = torch.var_mean(x, dim=(0, 2, 3), correction=0, keepdim=True)
        return mean, var


@misconception("InstanceNorm2d", "values")
class UnbiasedOutput(InstanceNorm2d):
    """The output is made with the biased variance (divided by n). Only the running variance takes the unbiased
    one."""

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        count = x.shape[2] * x.shape[3]
        return mean, var * count / (count - 1)

    def _update_running(self, mean, var, count):
        super()._update_running(mean, var * ((count - 1) / count), count)


@misconception("InstanceNorm2d", "gradients")
class ConstantStatistics(InstanceNorm2d):
    """Your output is right, its gradient is not: mean and variance depend on the input too, so the gradient must
    flow through them. Only the running statistics are detached."""

    def _statistics(self, x):
        mean, var = super()._statistics(x)
        return mean.detach(), var.detach()


@misconception("InstanceNorm2d", "numerics")
class MeanOfSquaresPerImage(InstanceNorm2d):
    """E[x^2] - E[x]^2 subtracts two large numbers that are nearly equal: with data around 1000 float32 has no
    digits left. Subtract the mean first, then square."""

    def _statistics(self, x):
        mean = x.mean((2, 3), keepdim=True)
        return mean, (x.square().mean((2, 3), keepdim=True) - mean.square()).clamp(min=0)


@misconception("InstanceNorm2d", "init")
class RunningVarianceFromZero(InstanceNorm2d):
    """The running variance starts at one, not at zero: a layer that is evaluated before it was trained then
    changes nothing."""

    def _create_buffers(self):
        super()._create_buffers()
        if self.track_running_stats:
            self.running_var.zero_()


@misconception("InstanceNorm2d", "errors")
class AcceptsASingleValue(InstanceNorm2d):
    """One value has no variance: it would always become zero. Where the image's own statistics are used, raise a
    ValueError for an input of height and width one."""

    def _check_input(self, x):
        if x.shape[-2:].numel() > 1:
            super()._check_input(x)

    def _update_running(self, mean, var, count):
        super()._update_running(mean, var, max(count, 2))


@misconception("InstanceNorm2d", "errors")
class AcceptsAnyDimensions(InstanceNorm2d):
    """An input is a batch of images (4 dimensions) or one image (3). Raise a ValueError for everything else."""

    def forward(self, x):
        if x.dim() in (3, 4):
            return super().forward(x)
        return self._normalise(x.reshape(x.shape[0], x.shape[1], -1, 1)).reshape(x.shape)


@misconception("InstanceNorm2d", "vectorized")
class OneImageAtATime(InstanceNorm2d):
    """You loop over the images of a batch in Python. One reduction over height and width, with keepdim, does them
    all."""

    def _statistics(self, x):
        found = [super(OneImageAtATime, self)._statistics(image) for image in x.split(1)]
        return torch.cat([mean for mean, _ in found]), torch.cat([var for _, var in found])
