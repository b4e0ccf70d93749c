"""Known-wrong answers for group and instance normalisation, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

GROUP_STATISTICS = "torch.var_mean(groups, dim=-1, correction=0, keepdim=True)"
IMAGE_STATISTICS = "torch.var_mean(x, dim=(-2, -1), correction=0, keepdim=True)"

group_norm = [
    mistake("BorrowsBatchNorm", "GroupNorm", "own_work",
        """You lean on torch's own batch normalisation for the hard part. The statistics are the exercise: work them out
        with means and squares.""",
        {
            "(groups - mean) / torch.sqrt(var + self.eps)": (
                "nn.functional.batch_norm(groups.reshape(1, -1, groups.shape[-1]), None, None, training=True, "
                "eps=self.eps)"
            ),
        }),
    mistake("ChannelsBeforeGroups", "GroupNorm", "interface",
        """The number of groups comes first in the constructor, the number of channels second.""",
        {"num_groups: int, num_channels: int": "num_channels: int, num_groups: int"}),
    mistake("OneScalePerGroup", "GroupNorm", "parameters",
        """The statistics are shared by a group, but weight and bias are not: every channel has its own, so both have
        num_channels elements.""",
        {
            "torch.ones(num_channels)": "torch.ones(num_groups)",
            "torch.zeros(num_channels)": "torch.zeros(num_groups)",
            "self.weight.": "self.weight.repeat_interleave(self.num_channels // self.num_groups).",
            "self.bias.": "self.bias.repeat_interleave(self.num_channels // self.num_groups).",
        }),
    mistake("ParametersShapedForBroadcasting", "GroupNorm", "parameters",
        """Store weight and bias with shape (C,), as torch does, and give them their broadcasting shape in forward. A
        state dict from torch would not load into yours.""",
        {
            "torch.ones(num_channels)": "torch.ones(1, num_channels, 1, 1)",
            "torch.zeros(num_channels)": "torch.zeros(1, num_channels, 1, 1)",
        }),
    mistake("AlwaysAffine", "GroupNorm", "parameters",
        """With affine=False there is nothing to learn: weight and bias are registered as None, and the state dict is
        empty.""",
        {
            "torch.ones(num_channels)) if affine else None": "torch.ones(num_channels))",
            "torch.zeros(num_channels)) if affine else None": "torch.zeros(num_channels))",
        }),
    mistake("StaysGrouped", "GroupNorm", "shapes",
        """The output has the shape of the input. After normalising the groups, undo the reshape that made them, also
        where there is no weight to apply.""",
        {"return y\n": "return y.reshape(x.shape[0], self.num_groups, -1, *x.shape[2:])\n"}),
    mistake("UnbiasedVariance", "GroupNorm", "values",
        """Your variance divides by n - 1. Normalisation divides by n: look for the argument of var that says so.""",
        {"correction=0, ": ""}),
    mistake("EpsOutsideTheRoot", "GroupNorm", "values",
        """You add eps to the standard deviation. It belongs to the variance, under the square root.""",
        {"torch.sqrt(var + self.eps)": "(torch.sqrt(var) + self.eps)"}),
    mistake("ForgetsEps", "GroupNorm", "values",
        """The eps that the constructor was given has no effect, as if it were always 1e-5. Keep it and add that one to
        the variance.""",
        {"self.eps = eps": "self.eps = 1e-5"}),
    mistake("InterleavedGroups", "GroupNorm", "values",
        """A group is a run of neighbouring channels: with 6 channels in 3 groups these are (0, 1), (2, 3), (4, 5).
        Yours takes every third channel. Check which of the two axes comes first when you split the channels.""",
        {
            "groups = x.": "groups = x.unflatten(1, (-1, self.num_groups)).transpose(1, 2).",
            ".reshape(x.shape)": (
                ".reshape(x.shape[0], self.num_groups, -1, *x.shape[2:]).transpose(1, 2).reshape(x.shape)"
            ),
        }),
    mistake("GroupsShareTheBatch", "GroupNorm", "values",
        """Each sample is normalised by itself. Your statistics run over the batch as well, so what a sample becomes
        depends on its neighbours.""",
        {"dim=-1": "dim=(0, -1)"}),
    mistake("ChannelsAlone", "GroupNorm", "values",
        """The mean and variance belong to a whole group: all of its channels together with everything after them. You
        average over the positions of each channel separately.""",
        {"self.num_groups, -1": "self.num_channels, -1"}),
    mistake("DetachedStatistics", "GroupNorm", "gradients",
        """Your output is right, its gradient is not: mean and variance depend on the input too, so the gradient must
        flow through them. Something detaches them (detach, no_grad, .data, item).""",
        {GROUP_STATISTICS: "torch.var_mean(groups.detach(), dim=-1, correction=0, keepdim=True)"}),
    mistake("MeanOfSquares", "GroupNorm", "numerics",
        """E[x^2] - E[x]^2 subtracts two large numbers that are nearly equal. In float32 a share of about 6e-8 times
        (mean / deviation)^2 of the variance is lost: all of it at 10 000 to 1. Subtract the mean first, then
        square.""",
        {
            "        y = ((": (
                "        var = (groups.square().mean(-1, keepdim=True) - mean.square()).clamp(min=0)\n"
                "        y = (("
            ),
        }),
    mistake("RandomScale", "GroupNorm", "init",
        """A fresh layer only standardises: weight starts as ones and bias as zeros, not at random.""",
        {"torch.ones(num_channels)": "torch.normal(1.0, 0.02, (num_channels,))"}),
    mistake("UnevenGroups", "GroupNorm", "errors",
        """Seven channels cannot be dealt into two groups of one size. Let the constructor raise a ValueError when
        num_channels is not divisible by num_groups.""",
        {
            "        if num_channels % num_groups:\n": (
                "        while num_channels % num_groups:\n"
                "            num_groups -= 1\n"
                "        if num_channels % num_groups:\n"
            ),
        }),
    mistake("OneSampleAtATime", "GroupNorm", "vectorized",
        """You loop over the batch in Python. Put samples and groups on axes of their own, and let one reduction do them
        all.""",
        {
            "        groups = x": (
                "        if len(x) > 1:\n"
                "            return torch.cat([self.forward(sample) for sample in x.split(1)])\n"
                "        groups = x"
            ),
        }),
]  # fmt: skip

instance_norm = [
    mistake("BorrowsBatchNormPerImage", "InstanceNorm2d", "own_work",
        """You lean on torch's own batch normalisation for the hard part. The statistics are the exercise: work them out
        with means and squares.""",
        {
            "        if self.weight is None:\n": (
                "        if not self.track_running_stats:\n"
                "            rows = x.reshape(1, -1, count)\n"
                "            y = nn.functional.batch_norm(rows, None, None, training=True, "
                "eps=self.eps).reshape(x.shape)\n"
                "        if self.weight is None:\n"
            ),
        }),
    mistake("NoRunningStatistics", "InstanceNorm2d", "interface",
        """The constructor also takes momentum and track_running_stats, in torch's order: num_features, eps, momentum,
        affine, track_running_stats.""",
        {
            "        momentum: float = 0.1,\n": "",
            "        track_running_stats: bool = False,\n": "",
            "        super().__init__()\n": (
                "        super().__init__()\n"
                "        momentum, track_running_stats = 0.1, False\n"
            ),
        }),
    mistake("AffineUnlessTold", "InstanceNorm2d", "parameters",
        """Unlike the other normalisations, this one learns nothing unless asked to: affine is False by default.""",
        {"affine: bool = False": "affine: bool = True"}),
    mistake("NoCounter", "InstanceNorm2d", "parameters",
        """With track_running_stats=True there are three buffers, as in BatchNorm: running_mean, running_var and the
        integer num_batches_tracked (which stays 0 here).""",
        {"torch.tensor(0) if track_running_stats else None": "None"}),
    mistake("OneImageBecomesABatch", "InstanceNorm2d", "shapes",
        """An image (C, H, W) comes back as (C, H, W). You add a batch dimension and forget to take it away again.""",
        {"        if x.shape[-3]": "        x = x.reshape(-1, *x.shape[-3:])\n        if x.shape[-3]"}),
    mistake("BiasedRunningVariance", "InstanceNorm2d", "state",
        """Two variances are in play: the output is made with the biased one (divided by n), but the running variance
        follows the unbiased one (divided by n - 1).""",
        {" * count / (count - 1)": ""}),
    mistake("MomentumBackwards", "InstanceNorm2d", "state",
        """Torch's momentum is the share of the new observation: running = (1 - momentum) * running + momentum *
        observed. You have the two shares swapped.""",
        {".mean(0), self.momentum": ".mean(0), 1 - self.momentum", "(count - 1), self.": "(count - 1), 1 - self."}),
    mistake("RunningStatisticsOfTheBatch", "InstanceNorm2d", "state",
        """The running variance follows the average of the images' own variances. You take one variance over the whole
        batch, which also counts how far the images' means lie apart.""",
        {"var.detach().reshape(per_image).mean(0)": "x.detach().reshape(*per_image, count).var((0, 2), correction=0)"}),
    mistake("CountsBatches", "InstanceNorm2d", "state",
        """As in torch, num_batches_tracked is there for the sake of the state dict only: InstanceNorm never advances
        it.""",
        {"                per_image =": "                self.num_batches_tracked += 1\n                per_image ="}),
    mistake("UpdatesInEvaluation", "InstanceNorm2d", "state",
        """Running statistics move in training only. In evaluation they are read, never written.""",
        {
            "        else:\n": (
                "        else:\n"
                "            if x.shape[-2] * x.shape[-1] > 1:\n"
                "                self.train().forward(x.detach())\n"
                "                self.eval()\n"
            ),
        }),
    mistake("IgnoresRunningStatistics", "InstanceNorm2d", "values",
        """In evaluation a layer with track_running_stats=True normalises with running_mean and running_var. You still
        use the image's own statistics.""",
        {
            "if self.training or not self.track_running_stats:": "if True:",
            "if self.track_running_stats:": "if self.training and self.track_running_stats:",
        }),
    mistake("NormalisesOverTheBatch", "InstanceNorm2d", "state",
        """That is batch normalisation: your mean and variance run over the batch. Each image has its own here, so
        average over height and width only.""",
        {"dim=(-2, -1)": "dim=(0, 2, 3) if x.dim() == 4 else (1, 2)"}),
    mistake("UnbiasedOutput", "InstanceNorm2d", "values",
        """The output is made with the biased variance (divided by n). Only the running variance takes the unbiased
        one.""",
        {"correction=0, ": "", " * count / (count - 1)": ""}),
    mistake("ConstantStatistics", "InstanceNorm2d", "gradients",
        """Your output is right, its gradient is not: mean and variance depend on the input too, so the gradient must
        flow through them. Only the running statistics are detached.""",
        {IMAGE_STATISTICS: "torch.var_mean(x.detach(), dim=(-2, -1), correction=0, keepdim=True)"}),
    mistake("MeanOfSquaresPerImage", "InstanceNorm2d", "numerics",
        """E[x^2] - E[x]^2 subtracts two large numbers that are nearly equal. In float32 a share of about 6e-8 times
        (mean / deviation)^2 of the variance is lost: all of it at 10 000 to 1. Subtract the mean first, then
        square.""",
        {
            "            if self.track": (
                "            var = (x.square().mean((-2, -1), keepdim=True) - mean.square()).clamp(min=0)\n"
                "            if self.track"
            ),
        }),
    mistake("RunningVarianceFromZero", "InstanceNorm2d", "init",
        """The running variance starts at one, not at zero: a layer that is evaluated before it was trained then changes
        nothing.""",
        {"torch.ones(num_features) if": "torch.zeros(num_features) if"}),
    mistake("AcceptsASingleValue", "InstanceNorm2d", "errors",
        """One value has no variance: it would always become zero. Where the image's own statistics are used, raise a
        ValueError for an input of height and width one: in training, and without running statistics in evaluation
        too.""",
        {"count == 1": "count < 1"}),
    mistake("AcceptsAnyDimensions", "InstanceNorm2d", "errors",
        """An input is a batch of images (4 dimensions) or one image (3). Raise a ValueError for everything else.""",
        {"x.dim() not in (3, 4)": "x.dim() < 3"}),
    mistake("OneImageAtATime", "InstanceNorm2d", "vectorized",
        """You loop over the images of a batch in Python. One reduction over height and width, with keepdim, does them
        all.""",
        {
            IMAGE_STATISTICS: (
                "map(torch.stack, zip(*(torch.var_mean(image, dim=(-2, -1), correction=0, keepdim=True) for image in "
                "x)))"
            ),
        }),
]  # fmt: skip

mistakes = [*group_norm, *instance_norm]
