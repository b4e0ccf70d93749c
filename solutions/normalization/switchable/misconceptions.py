"""Known-wrong answers for switchable normalisation, and the hint that each earns."""

import torch
import torch.nn.functional as F
from switchable import SwitchableNorm2d
from torch import nn

from grader.spec import misconception


@misconception("SwitchableNorm2d", "own_work")
class MixesTorchsLayers(SwitchableNorm2d):
    """You call torch's own normalisations and mix their outputs. Work out the statistics yourself, and mix
    those."""

    def forward(self, x):
        self._check_input(x)
        shares, _ = self._proportions()
        instance = F.instance_norm(x, eps=self.eps)
        layer = F.layer_norm(x, x.shape[1:], eps=self.eps)
        batch = F.batch_norm(x, self.running_mean, self.running_var, None, None, self.training, self.momentum, self.eps)
        return self._scale_and_shift(shares[0] * instance + shares[1] * layer + shares[2] * batch)


@misconception("SwitchableNorm2d", "interface")
class NoDefaults(SwitchableNorm2d):
    """`SwitchableNorm2d(3)` should work: eps is 1e-5 and momentum 0.1 unless given."""

    def __init__(self, num_features, eps, momentum):
        super().__init__(num_features, eps, momentum)


@misconception("SwitchableNorm2d", "parameters")
class OneMixtureForBoth(SwitchableNorm2d):
    """The mixture of the means and that of the variances are learned apart: there are a mean_weight and a
    var_weight, with three elements each."""

    def _create_parameters(self):
        super()._create_parameters()
        del self.var_weight

    def _proportions(self):
        shares = torch.softmax(self.mean_weight, 0)
        return shares, shares


@misconception("SwitchableNorm2d", "parameters")
class ParametersShapedForBroadcasting(SwitchableNorm2d):
    """weight and bias have shape (C,). Give them their broadcasting shape in forward rather than store it."""

    def _create_parameters(self):
        super()._create_parameters()
        self.weight = nn.Parameter(torch.ones(1, self.num_features, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, self.num_features, 1, 1))


@misconception("SwitchableNorm2d", "parameters")
class RunningStatisticsAreLearned(SwitchableNorm2d):
    """running_mean and running_var are buffers: saved with the layer, but nothing that an optimizer should touch.
    You made them parameters."""

    def _create_buffers(self):
        self.running_mean = nn.Parameter(torch.zeros(self.num_features))
        self.running_var = nn.Parameter(torch.ones(self.num_features))


@misconception("SwitchableNorm2d", "shapes")
class SqueezesTheOutput(SwitchableNorm2d):
    """The output has the shape of the input. A squeeze somewhere takes away every dimension of size one, such as a
    batch of one."""

    def forward(self, x):
        return super().forward(x).squeeze()


@misconception("SwitchableNorm2d", "state")
class UnbiasedRunningVariance(SwitchableNorm2d):
    """All variances are biased here, the running one too. You multiply it by n / (n - 1) as BatchNorm does."""

    def _batch_statistics(self, x):
        self.count = x.numel() // self.num_features
        return super()._batch_statistics(x)

    def _update_running(self, mean, var):
        super()._update_running(mean, var * self.count / (self.count - 1))


@misconception("SwitchableNorm2d", "state")
class MomentumBackwards(SwitchableNorm2d):
    """Momentum follows torch here: it is the share of the new batch, running = (1 - momentum) * running + momentum
    * batch. The paper's own code has the shares the other way round."""

    @torch.no_grad()
    def _update_running(self, mean, var):
        self.running_mean.lerp_(mean.reshape(-1), 1 - self.momentum)
        self.running_var.lerp_(var.reshape(-1), 1 - self.momentum)


@misconception("SwitchableNorm2d", "state")
class UpdatesInEvaluation(SwitchableNorm2d):
    """Running statistics move in training only. In evaluation they are read, never written."""

    def _batch_statistics(self, x):
        if not self.training:
            self._update_running(*self._statistics(x, (0, 2, 3)))
        return super()._batch_statistics(x)


@misconception("SwitchableNorm2d", "state")
class TracksTheMixture(SwitchableNorm2d):
    """The running statistics follow those of the batch alone. You let them follow the mixture of all three."""

    def _batch_statistics(self, x):
        if not self.training:
            return super()._batch_statistics(x)
        return self._statistics(x, (0, 2, 3))

    def _mix(self, *statistics):
        mean, var = super()._mix(*statistics)
        if self.training:
            self._update_running(mean.mean(0), var.mean(0))
        return mean, var


@misconception("SwitchableNorm2d", "values")
class BatchInEvaluation(SwitchableNorm2d):
    """After `eval()` the running statistics stand in for those of the batch. You still use the batch at hand, so
    what one image becomes depends on its neighbours."""

    def _batch_statistics(self, x):
        if self.training:
            return super()._batch_statistics(x)
        return self._statistics(x, (0, 2, 3))


@misconception("SwitchableNorm2d", "values")
class AnotherOrder(SwitchableNorm2d):
    """The three weights stand for instance, layer and batch, in this order. Yours are in another one: test a layer
    with mean_weight = [100, 0, 0], which must use the means of the instances."""

    def _mix(self, instance, layer, batch):
        return super()._mix(batch, instance, layer)


@misconception("SwitchableNorm2d", "values")
class NoSoftmax(SwitchableNorm2d):
    """mean_weight and var_weight are logits. Take their softmax before you mix, so that the shares are positive
    and add up to one."""

    def _proportions(self):
        return self.mean_weight, self.var_weight.abs()


@misconception("SwitchableNorm2d", "values")
class NormalisedWithoutExponential(SwitchableNorm2d):
    """The shares are a softmax: exponentials first, then divide by their sum. You divide the weights by their sum
    as they are."""

    def _proportions(self):
        return self.mean_weight / self.mean_weight.sum(), (self.var_weight / self.var_weight.sum()).abs()


@misconception("SwitchableNorm2d", "values")
class AveragesTheVariances(SwitchableNorm2d):
    """The variance of a whole image is more than the average of its channels' variances: it also counts how far
    the channels' means lie apart. The same goes for the batch."""

    def _layer_statistics(self, x):
        mean, var = self._instance_statistics(x)
        return mean.mean(1, keepdim=True), var.mean(1, keepdim=True)


@misconception("SwitchableNorm2d", "values")
class MixesTheOutputs(SwitchableNorm2d):
    """The statistics are mixed first, then the input is normalised once. You normalise three times and mix what
    comes out, which is not the same."""

    def forward(self, x):
        self._check_input(x)
        shares, _ = self._proportions()
        kinds = (self._instance_statistics(x), self._layer_statistics(x), self._batch_statistics(x))
        normal = [(x - mean) / torch.sqrt(var + self.eps) for mean, var in kinds]
        return self._scale_and_shift(sum(share * y for share, y in zip(shares, normal, strict=True)))


@misconception("SwitchableNorm2d", "values")
class MixesDeviations(SwitchableNorm2d):
    """It is the variances that are mixed, and the root is taken once at the end. You mix standard deviations."""

    def _mix(self, *statistics):
        mean, deviation = super()._mix(*((mean, torch.sqrt(var + self.eps)) for mean, var in statistics))
        return mean, deviation.square() - self.eps


@misconception("SwitchableNorm2d", "values")
class EpsOutsideTheRoot(SwitchableNorm2d):
    """You add eps to the standard deviation. It belongs to the mixed variance, under the square root."""

    def forward(self, x):
        self._check_input(x)
        mean, var = self._mix(self._instance_statistics(x), self._layer_statistics(x), self._batch_statistics(x))
        return self._scale_and_shift((x - mean) / (torch.sqrt(var) + self.eps))


@misconception("SwitchableNorm2d", "gradients")
class ConstantStatistics(SwitchableNorm2d):
    """Your output is right, its gradient is not: all of the statistics depend on the input, so the gradient must
    flow through them. Only what goes into the running statistics is detached."""

    def _statistics(self, x, dims):
        return super()._statistics(x.detach(), dims)


@misconception("SwitchableNorm2d", "gradients")
class BatchIsConstant(SwitchableNorm2d):
    """Your output is right, but in training no gradient flows through the batch's mean and variance. Detach only
    the copies that go into the running statistics."""

    def _batch_statistics(self, x):
        mean, var = super()._batch_statistics(x)
        return mean.detach(), var.detach()


@misconception("SwitchableNorm2d", "gradients")
class FrozenMixture(SwitchableNorm2d):
    """mean_weight and var_weight must learn too, so the mixture may not be detached from them."""

    def _proportions(self):
        of_mean, of_var = super()._proportions()
        return of_mean.detach(), of_var.detach()


@misconception("SwitchableNorm2d", "numerics")
class MeanOfSquares(SwitchableNorm2d):
    """E[x^2] - E[x]^2 (also in the form that reuses the instance statistics) subtracts two large numbers that are
    nearly equal: with data around 1000 float32 has no digits left. Subtract the mean first, then square."""

    def _statistics(self, x, dims):
        mean = x.mean(dims, keepdim=True)
        return mean, (x.square().mean(dims, keepdim=True) - mean.square()).clamp(min=0)


@misconception("SwitchableNorm2d", "init")
class MixtureFromZero(SwitchableNorm2d):
    """mean_weight and var_weight start as ones. With zeros the first softmax is the same, but what is stored is
    not."""

    def _create_parameters(self):
        super()._create_parameters()
        nn.init.zeros_(self.mean_weight)
        nn.init.zeros_(self.var_weight)


@misconception("SwitchableNorm2d", "errors")
class AcceptsOneImage(SwitchableNorm2d):
    """This layer takes batches of images only, because it needs a batch to speak of. Raise a ValueError unless the
    input has 4 dimensions."""

    def forward(self, x):
        return super().forward(x.unsqueeze(0)).squeeze(0) if x.dim() == 3 else super().forward(x)


@misconception("SwitchableNorm2d", "vectorized")
class OneImageAtATime(SwitchableNorm2d):
    """You loop over the images of a batch in Python. One reduction with keepdim handles all of them."""

    def _instance_statistics(self, x):
        found = [super(OneImageAtATime, self)._instance_statistics(image) for image in x.split(1)]
        return torch.cat([mean for mean, _ in found]), torch.cat([var for _, var in found])
