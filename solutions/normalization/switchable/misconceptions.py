"""Known-wrong answers for switchable normalisation, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

OF_MEAN = "torch.softmax(self.mean_weight, 0)"
OF_VAR = "torch.softmax(self.var_weight, 0)"
NORMALISED = "y = (x - mean) / torch.sqrt(var + self.eps)"

mistakes = [
    mistake("MixesTorchsLayers", "SwitchableNorm2d", "own_work",
        """You call torch's own normalisations and mix their outputs. Work out the statistics yourself, and mix
        those.""",
        {
            NORMALISED: (
                "y = of_mean[0] * nn.functional.instance_norm(x, eps=self.eps)\n"
                "        y = y + of_mean[1] * nn.functional.layer_norm(x, x.shape[1:], eps=self.eps)\n"
                "        y = y + of_mean[2] * (x - mean_batch) / torch.sqrt(var_batch + self.eps)"
            ),
        }),
    mistake("NoDefaults", "SwitchableNorm2d", "interface",
        """`SwitchableNorm2d(3)` should work: eps is 1e-5 and momentum 0.1 unless given.""",
        {"eps: float = 1e-5, momentum: float = 0.1": "eps: float, momentum: float"}),
    mistake("OneMixtureForBoth", "SwitchableNorm2d", "parameters",
        """The mixture of the means and that of the variances are learned apart: there are a mean_weight and a
        var_weight, with three elements each.""",
        {"        self.var_weight = nn.Parameter(torch.ones(3))\n": "", OF_VAR: OF_MEAN}),
    mistake("ParametersShapedForBroadcasting", "SwitchableNorm2d", "parameters",
        """weight and bias have shape (C,). Give them their broadcasting shape in forward rather than store it.""",
        {
            "nn.Parameter(torch.ones(num_features))": "nn.Parameter(torch.ones(1, num_features, 1, 1))",
            "nn.Parameter(torch.zeros(num_features))": "nn.Parameter(torch.zeros(1, num_features, 1, 1))",
        }),
    mistake("RunningStatisticsAreLearned", "SwitchableNorm2d", "parameters",
        """running_mean and running_var are buffers: saved with the layer, but nothing that an optimizer should touch.
        You made them parameters.""",
        {
            'self.register_buffer("running_mean", ': "self.running_mean = nn.Parameter(",
            'self.register_buffer("running_var", ': "self.running_var = nn.Parameter(",
        }),
    mistake("SqueezesTheOutput", "SwitchableNorm2d", "shapes",
        """The output has the shape of the input. A squeeze somewhere takes away every dimension of size one, such as a
        batch of one.""",
        {
            "return y * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)": (
                "return (y * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)).squeeze()"
            ),
        }),
    mistake("UnbiasedRunningVariance", "SwitchableNorm2d", "state",
        """All variances are biased here, the running one too. You multiply it by n / (n - 1) as BatchNorm does.""",
        {"var_batch.flatten()": "x.var((0, 2, 3))"}),
    mistake("MomentumBackwards", "SwitchableNorm2d", "state",
        """Momentum follows torch here: it is the share of the new batch, running = (1 - momentum) * running + momentum
        * batch. The paper's own code has the shares the other way round.""",
        {"mean_batch.flatten(), ": "mean_batch.flatten(), 1 - ", "var_batch.flatten(), ": "var_batch.flatten(), 1 - "}),
    mistake("UpdatesInEvaluation", "SwitchableNorm2d", "state",
        """Running statistics move in training only. In evaluation they are read, never written.""",
        {"        else:\n": "        else:\n            self.train().forward(x.detach())\n            self.eval()\n"}),
    mistake("TracksTheMixture", "SwitchableNorm2d", "state",
        """The running statistics follow those of the batch alone. You let them follow the mixture of all three.""",
        {
            "mean_batch.flatten()": (
                "(of_mean[0] * mean_instance + of_mean[1] * mean_layer + of_mean[2] * mean_batch).mean(0).flatten()"
            ),
            "var_batch.flatten()": (
                "(of_var[0] * var_instance + of_var[1] * var_layer + of_var[2] * var_batch).mean(0).flatten()"
            ),
        }),
    mistake("BatchInEvaluation", "SwitchableNorm2d", "values",
        """After `eval()` the running statistics stand in for those of the batch. You still use the batch at hand, so
        what one image becomes depends on its neighbours.""",
        {"self.running_mean.reshape(-1, 1, 1), self.running_var.reshape(-1, 1, 1)": "_statistics(x, (0, 2, 3))"}),
    mistake("AnotherOrder", "SwitchableNorm2d", "values",
        """The three weights stand for instance, layer and batch, in this order. Yours are in another one: test a layer
        with mean_weight = [100, 0, 0], which must use the means of the instances.""",
        {OF_MEAN: "torch.softmax(self.mean_weight, 0).roll(-1)", OF_VAR: "torch.softmax(self.var_weight, 0).roll(-1)"}),
    mistake("NoSoftmax", "SwitchableNorm2d", "values",
        """mean_weight and var_weight are logits. Take their softmax before you mix, so that the shares are positive and
        add up to one.""",
        {OF_MEAN: "self.mean_weight", OF_VAR: "self.var_weight.abs()"}),
    mistake("NormalisedWithoutExponential", "SwitchableNorm2d", "values",
        """The shares are a softmax: exponentials first, then divide by their sum. You divide the weights by their sum
        as they are.""",
        {
            OF_MEAN: "self.mean_weight / self.mean_weight.sum()",
            OF_VAR: "(self.var_weight / self.var_weight.sum()).abs()",
        }),
    mistake("AveragesTheVariances", "SwitchableNorm2d", "values",
        """The variance of a whole image is more than the average of its channels' variances: it also counts how far the
        channels' means lie apart. The same goes for the batch.""",
        {"_statistics(x, (1, 2, 3))": "mean_instance.mean(1, keepdim=True), var_instance.mean(1, keepdim=True)"}),
    mistake("MixesTheOutputs", "SwitchableNorm2d", "values",
        """The statistics are mixed first, then the input is normalised once. You normalise three times and mix what
        comes out, which is not the same.""",
        {
            NORMALISED: (
                "kinds = ((mean_instance, var_instance), (mean_layer, var_layer), (mean_batch, var_batch))\n"
                "        y = sum(share * (x - m) / torch.sqrt(v + self.eps) for share, (m, v) in zip(of_mean, kinds))"
            ),
        }),
    mistake("MixesDeviations", "SwitchableNorm2d", "values",
        """It is the variances that are mixed, and the root is taken once at the end. You mix standard deviations.""",
        {
            "of_var[0] * var_instance": "of_var[0] * torch.sqrt(var_instance + self.eps)",
            "of_var[1] * var_layer": "of_var[1] * torch.sqrt(var_layer + self.eps)",
            "of_var[2] * var_batch": "of_var[2] * torch.sqrt(var_batch + self.eps)",
            NORMALISED: "y = (x - mean) / var",
        }),
    mistake("EpsOutsideTheRoot", "SwitchableNorm2d", "values",
        """You add eps to the standard deviation. It belongs to the mixed variance, under the square root.""",
        {"torch.sqrt(var + self.eps)": "(torch.sqrt(var) + self.eps)"}),
    mistake("ConstantStatistics", "SwitchableNorm2d", "gradients",
        """Your output is right, its gradient is not: all of the statistics depend on the input, so the gradient must
        flow through them. Only what goes into the running statistics is detached.""",
        {"    return x.mean": "    x = x.detach()\n    return x.mean"}),
    mistake("BatchIsConstant", "SwitchableNorm2d", "gradients",
        """Your output is right, but in training no gradient flows through the batch's mean and variance. Detach only
        the copies that go into the running statistics.""",
        {"_statistics(x, (0, 2, 3))": "_statistics(x.detach(), (0, 2, 3))"}),
    mistake("FrozenMixture", "SwitchableNorm2d", "gradients",
        """mean_weight and var_weight must learn too, so the mixture may not be detached from them.""",
        {OF_MEAN: "torch.softmax(self.mean_weight.detach(), 0)", OF_VAR: "torch.softmax(self.var_weight.detach(), 0)"}),
    mistake("MeanOfSquares", "SwitchableNorm2d", "numerics",
        """E[x^2] - E[x]^2 (also in the form that reuses the instance statistics) subtracts two large numbers that are
        nearly equal. In float32 a share of about 6e-8 times (mean / deviation)^2 of the variance is lost: all of it at
        10 000 to 1. Subtract the mean first, then square.""",
        {
            "x.var(dims, correction=0, keepdim=True)": (
                "(x.square().mean(dims, keepdim=True) - x.mean(dims, keepdim=True).square()).clamp(min=0)"
            ),
        }),
    mistake("MixtureFromZero", "SwitchableNorm2d", "init",
        """mean_weight and var_weight start as ones. With zeros the first softmax is the same, but what is stored is
        not.""",
        {
            "self.mean_weight = nn.Parameter(torch.ones(3))": "self.mean_weight = nn.Parameter(torch.zeros(3))",
            "self.var_weight = nn.Parameter(torch.ones(3))": "self.var_weight = nn.Parameter(torch.zeros(3))",
        }),
    mistake("AcceptsOneImage", "SwitchableNorm2d", "errors",
        """This layer takes batches of images only, because it needs a batch to speak of. Raise a ValueError unless the
        input has 4 dimensions.""",
        {
            "        if x.dim() != 4:": (
                "        if x.dim() == 3:\n"
                "            return self.forward(x.unsqueeze(0)).squeeze(0)\n"
                "        if x.dim() != 4:"
            ),
        }),
    mistake("OneImageAtATime", "SwitchableNorm2d", "vectorized",
        """You loop over the images of a batch in Python. One reduction with keepdim handles all of them.""",
        {"_statistics(x, (2, 3))": "map(torch.cat, zip(*(_statistics(image, (2, 3)) for image in x.split(1))))"}),
]  # fmt: skip
