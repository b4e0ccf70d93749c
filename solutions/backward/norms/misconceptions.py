"""Known-wrong gradients of batch and layer normalisation, and the hint that each earns."""

from collections.abc import Mapping

from grader.spec import Misconception, mistake

BATCH, LAYER = "batch_norm_backward", "layer_norm_backward"
BOTH = (BATCH, LAYER)
AXES = {BATCH: "axes", LAYER: "-1"}
"""What the statistics go over, in the text of the reference."""


def each(name: str, criterion: str, hint: str, edits: Mapping[str, str]) -> list[Misconception]:
    """A mistake that both parts may make, in lines that differ only in the axes: ``AXES`` stands for them."""
    return [
        item
        for part, axes in AXES.items()
        for item in mistake(
            name,
            part,
            criterion,
            hint,
            {old.replace("AXES", axes): new.replace("AXES", axes) for old, new in edits.items()},
        )
    ]


mistakes = [
    # The three ways back to x.
    mistake("ConstantStatistics", BOTH, "values",
        """Your grad_x treats mean and standard deviation as constants. Both are computed from x: moving one value moves
        them, and with them everything that is standardised by them. Two terms of the formula are about that.""",
        {"grad_hat - through_mean - through_std": "grad_hat"}),
    mistake("ConstantVariance", BOTH, "values",
        """Half of the correction is there: your grad_x goes through the mean, but treats the standard deviation as a
        constant.""",
        {"grad_hat - through_mean - through_std": "grad_hat - through_mean"}),
    mistake("ConstantMean", BOTH, "values",
        """Your grad_x goes through the standard deviation, but treats the mean as a constant. A test: adding the same
        amount to all values that share a mean changes nothing, so their gradients add up to zero. Do yours?""",
        {"grad_hat - through_mean - through_std": "grad_hat - through_std"}),
    mistake("AddsTheStd", BOTH, "values",
        """The term through the standard deviation has the wrong sign: a larger deviation makes what is divided by it
        smaller.""",
        {"through_mean - through_std": "through_mean + through_std"}),
    mistake("ForgetsTheHalf", BOTH, "values",
        """The term through the standard deviation is twice as large as it should be. Where you differentiate a root,
        look for the factor 1/2 in front of it; it cancels the 2 that the square leaves.""",
        {"through_mean - through_std": "through_mean - 2 * through_std"}),
    mistake("ForgetsTheScale", BOTH, "values",
        """gamma plays no part in your grad_x. The standardised values were multiplied by it on the way forward; so is
        the gradient that comes back to them.""",
        {"    through_mean =": "    grad_hat = grad\n    through_mean ="}),
    mistake("ForgetsToDivide", BOTH, "values",
        """The standard deviation plays no part in how large your grad_x is. Forward, x was divided by it.""",
        {"through_std) / std": "through_std)"}),
    mistake("NoRoot", BOTH, "values",
        """You divide by the variance in place of the standard deviation: a root is missing.""",
        {"(var + eps).sqrt()": "(var + eps)"}),
    mistake("DividesTwice", BOTH, "values",
        """Your grad_x is divided by the variance, where a single standard deviation should stand in the
        denominator.""",
        {"through_std) / std": "through_std) / std.square()"}),
    mistake("UsesX", BOTH, "values",
        """The term through the standard deviation is built on the centred input. It is the standardised one, x_hat,
        that belongs there, in both places.""",
        {"through_std = x_hat * (grad_hat * x_hat)": "through_std = centred * (grad_hat * centred)"}),
    # The variance.
    each("UnbiasedVariance", "values",
        """Your variance divides by n - 1, as Tensor.var does unless told otherwise. Normalisation takes the biased one,
        which divides by n.""",
        {"centred.square().mean(AXES, keepdim=True)": "x.var(AXES, keepdim=True)"}),
    mistake("EpsOutside", BOTH, "values",
        """Where does eps go? It is added to the variance, before the root is taken; you add it to the standard
        deviation.""",
        {"(var + eps).sqrt()": "(var.sqrt() + eps)"}),
    each("TorchStd", "values",
        """It looks like x.std() + eps in your denominator. Tensor.std divides by n - 1 unless told otherwise, and eps
        belongs to the variance, under the root.""",
        {"(var + eps).sqrt()": "x.std(AXES, keepdim=True) + eps"}),
    mistake("ForgetsEps", BOTH, "values",
        """eps plays no part in your answer. Forward, it was added to the variance under the root, and the gradient is
        that of what was computed.""",
        {"(var + eps).sqrt()": "var.sqrt()"}),
    mistake("OwnEps", BOTH, "values",
        """You use an eps of your own, 1e-5, in place of the one that is given.""",
        {"(var + eps).sqrt()": "(var + 1e-5).sqrt()"}),
    each("MeanOfSquares", "numerics",
        """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
        takes the difference of two huge numbers: subtract the mean first.""",
        {
            "var = centred.square().mean(AXES, keepdim=True)": (
                "var = x.square().mean(AXES, keepdim=True) - x.mean(AXES, keepdim=True).square()"
            ),
        }),
    # Scale and shift.
    mistake("ScaleWithTheInput", BOTH, "values",
        """grad_gamma is built on x as it came in. gamma was multiplied by the standardised x_hat.""",
        {"(grad * x_hat)": "(grad * x)"}),
    mistake("ScaleWithTheCentred", BOTH, "values",
        """grad_gamma is built on x less its mean. gamma was multiplied by x_hat, which is also divided by the standard
        deviation.""",
        {"(grad * x_hat)": "(grad * centred)"}),
    mistake("ScaleTwice", BOTH, "values",
        """gamma is a factor of your grad_gamma. The output is gamma times x_hat plus beta: what is its derivative with
        respect to gamma? Take grad as it arrives, not what has passed through gamma already.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_x, grad_gamma * gamma, grad_beta"}),
    mistake("ScaleInTheShift", BOTH, "values",
        """gamma is a factor of your grad_beta. beta is added after the scale, so grad reaches it unchanged.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_x, grad_gamma, grad_beta * gamma"}),
    mistake("ParametersAfterScale", BOTH, "values",
        """Your grad_gamma and grad_beta are made of what has passed through gamma already. Both belong to the very last
        step, y = gamma * x_hat + beta: take grad as it arrives.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_x, grad_gamma * gamma, grad_beta * gamma"}),
    mistake("AveragesTheParameters", BOTH, "values",
        """grad_gamma and grad_beta are means where they should be sums. If the loss is a mean, grad has been divided
        already when it gets here.""",
        {
            "return grad_x, grad_gamma, grad_beta": (
                "n = x.numel() // len(gamma)\n    return grad_x, grad_gamma / n, grad_beta / n"
            ),
        }),
    mistake("ShiftBeforeScale", BOTH, "values",
        """The last two gradients have changed places: first that of gamma, then that of beta.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_x, grad_beta, grad_gamma"}),
    mistake("ParametersFirst", BOTH, "shapes",
        """The three gradients are in another order: the input's comes first, then gamma's, then beta's.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_gamma, grad_beta, grad_x"}),
    # What surrounds the formula.
    mistake("ChangesTheGradient", BOTH, "values",
        """The caller's grad is not what it was after your call: an operation in place (*=, or a method whose name ends
        in _) writes into it. Make a new tensor.""",
        {"    through_mean =": "    grad.copy_(grad_hat)\n    through_mean ="}),
    mistake("CentresInPlace", BOTH, "values",
        """The caller's x is not what it was after your call: -= and methods whose names end in _ write into the tensor
        that you were given. Make a new one.""",
        {"centred = x - x.mean": "centred = x.sub_(x.mean", "keepdim=True)\n    var": "keepdim=True))\n    var"}),
    mistake("AlwaysFloat32", BOTH, "numerics",
        """Somewhere float32 is written into your code: gradients of float64 inputs come back rounded.""",
        {"return grad_x, grad_gamma, grad_beta": "return grad_x.float(), grad_gamma, grad_beta"}),
    mistake("DefaultPlace", BOTH, "device",
        """A new tensor of yours has the default dtype and stays on the CPU whatever the inputs are. Make new tensors
        from the inputs (zeros_like, new_zeros), or give them their dtype and device.""",
        {
            "from torch import Tensor": "import torch\nfrom torch import Tensor",
            "    grad_hat =": "    grad_beta = torch.zeros(len(gamma)).copy_(grad_beta)\n    grad_hat =",
        }),
    mistake("OtherNames", BOTH, "interface",
        """Callers may pass the arguments by name, so the names belong to the exercise: grad, x, gamma and eps.""",
        {"gamma: Tensor, eps": "weight: Tensor, eps", "    centred =": "    gamma = weight\n    centred ="}),
    # Batch normalisation alone.
    mistake("OverTheBatchAlone", BATCH, "shapes",
        """In images you take a mean per pixel, over the batch alone. A channel has one mean and one variance, over its
        height and width as well, and so one scale and one shift.""",
        {"(0, *range(2, x.dim()))": "(0,)"}),
    mistake("CountsTheBatch", BATCH, "values",
        """For images the terms through mean and standard deviation are too large: you divide their sums by the size of
        the batch. How many values share a mean?""",
        {
            "(grad_hat - through_mean - through_std)": (
                "(grad_hat - (through_mean + through_std) * x[0, 0].numel())"
            ),
        }),
    mistake("SampleByItself", BATCH, "values",
        """You standardise every sample by itself, over its channels: that is layer normalisation. Here a channel is
        standardised over the batch.""",
        {
            "x - x.mean(axes, keepdim=True)": "x - x.mean(1, keepdim=True)",
            "centred.square().mean(axes, keepdim=True)": "centred.square().mean(1, keepdim=True)",
        }),
    mistake("OneMeanForAll", BATCH, "values",
        """You standardise by one mean and one variance of everything. Each channel has its own.""",
        {
            "x - x.mean(axes, keepdim=True)": "x - x.mean()",
            "centred.square().mean(axes, keepdim=True)": "centred.square().mean()",
        }),
    mistake("ChannelsLast", BATCH, "shapes",
        """In images you take the last axis for the channels. In PyTorch they are the second: (N, C, H, W).""",
        {
            "(0, *range(2, x.dim()))": "tuple(range(x.dim() - 1))",
            "gamma.reshape(-1, *[1] * (x.dim() - 2))": "(gamma if x.shape[-1] == len(gamma) else gamma.mean())",
        }),
    mistake("ScaleAlongTheWidth", BATCH, "shapes",
        """A gamma of shape (C,) broadcasts along the last axis, which in images is the width. Give it as many axes as
        it takes for its own to stand second.""",
        {"gamma.reshape(-1, *[1] * (x.dim() - 2))": "gamma"}),
    mistake("ParametersPerPixel", BATCH, "shapes",
        """For images your grad_gamma and grad_beta have height and width left: the sum goes over the batch alone. One
        scale and one shift served the whole channel.""",
        {"(grad * x_hat).sum(axes)": "(grad * x_hat).sum(0)", "grad.sum(axes)": "grad.sum(0)"}),
    mistake("RowsOfAReshape", BATCH, "values",
        """For images your channels are mixed up: x.reshape(-1, C) cuts the memory into rows of C elements, which are
        pixels and not channels. Move the channel axis to its place first.""",
        {
            "    axes =": (
                "    shape, x, grad = x.shape, x.reshape(-1, len(gamma)), grad.reshape(-1, len(gamma))\n    axes ="
            ),
            "return grad_x,": "return grad_x.reshape(shape),",
        }),
    mistake("KeepsTheAxes", BATCH, "shapes",
        """grad_gamma and grad_beta have axes of size one left. They should have the shape of gamma, (C,).""",
        {
            "(grad * x_hat).sum(axes)": "(grad * x_hat).sum(axes, keepdim=True)",
            "grad.sum(axes)": "grad.sum(axes, keepdim=True)",
        }),
    mistake("SampleAfterSample", BATCH, "vectorized",
        """The gradients are right, but added up in a Python loop over the batch. Sums along axes take all samples at
        once.""",
        {"grad.sum(axes)": "sum(sample.reshape(len(gamma), -1).sum(1) for sample in grad)"}),
    # Layer normalisation alone.
    mistake("ScaleTakenOut", LAYER, "values",
        """You multiply by gamma at the very end, as batch normalisation may. There all values that share a mean share a
        gamma too; here each has its own, so it has to go in before the means are taken.""",
        {"grad_hat = grad * gamma": "grad_hat = grad", "through_std) / std": "through_std) / std * gamma"}),
    mistake("OverTheBatch", LAYER, "values",
        """You standardise over the first axis: that is batch normalisation. Here every sample is standardised by
        itself, along its last axis.""",
        {
            "x - x.mean(-1, keepdim=True)": "x - x.mean(0, keepdim=True)",
            "centred.square().mean(-1, keepdim=True)": "centred.square().mean(0, keepdim=True)",
        }),
    mistake("AllButTheFirst", LAYER, "values",
        """With several leading axes you standardise over all but the first. Only the last axis is normalised; each word
        of each sentence is kept apart.""",
        {
            "x - x.mean(-1, keepdim=True)": "x - x.mean(tuple(range(min(1, x.dim() - 1), x.dim())), keepdim=True)",
            "centred.square().mean(-1, keepdim=True)": (
                "centred.square().mean(tuple(range(min(1, x.dim() - 1), x.dim())), keepdim=True)"
            ),
        }),
    mistake("ParametersPerSample", LAYER, "shapes",
        """grad_gamma and grad_beta are summed along the last axis, over the elements of each sample. gamma has a number
        per element, which served all samples: it is their axes that go.""",
        {
            "(grad * x_hat).reshape(-1, len(gamma)).sum(0)": "(grad * x_hat).sum(-1)",
            "grad.reshape(-1, len(gamma)).sum(0)": "grad.sum(-1)",
        }),
    mistake("SumsTheFirstAxis", LAYER, "shapes",
        """With several leading axes, or none, grad_gamma and grad_beta are not right: you sum over the first axis
        alone. All axes but the last are to go, however many there are.""",
        {
            "(grad * x_hat).reshape(-1, len(gamma)).sum(0)": "(grad * x_hat).sum(0)",
            "grad.reshape(-1, len(gamma)).sum(0)": "grad.sum(0)",
        }),
    mistake("SumOverNoAxes", LAYER, "shapes",
        """For a single vector grad_gamma and grad_beta come out as one number: torch takes an empty tuple of axes to
        mean all of them.""",
        {
            "(grad * x_hat).reshape(-1, len(gamma)).sum(0)": "(grad * x_hat).sum(tuple(range(x.dim() - 1)))",
            "grad.reshape(-1, len(gamma)).sum(0)": "grad.sum(tuple(range(x.dim() - 1)))",
        }),
    mistake("KeepsEverySample", LAYER, "shapes",
        """grad_gamma and grad_beta still have a row per sample. One scale and one shift served all of them; what does
        that ask for on the way back?""",
        {
            "(grad * x_hat).reshape(-1, len(gamma)).sum(0)": "grad * x_hat",
            "grad.reshape(-1, len(gamma)).sum(0)": "grad",
        }),
    mistake("SampleAfterSample", LAYER, "vectorized",
        """The gradients are right, but added up in a Python loop over the samples. Sums along axes take all of them at
        once.""",
        {"grad.reshape(-1, len(gamma)).sum(0)": "sum(sample for sample in grad.reshape(-1, len(gamma)))"}),
]  # fmt: skip
