"""Known-wrong answers on batch normalisation, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

LAYERS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")

EPS_OUTSIDE = """Where does eps go? It is added to the variance, before the root is taken; you add it to the standard
    deviation."""
SQUARES = """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
    takes the difference of two huge numbers: subtract the mean first."""
FLOAT32 = """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the
    dtype of the input."""
OF_SQUARES = {
    "x.var(axes, correction=0, keepdim=True)": "(x * x).mean(axes, keepdim=True) - x.mean(axes, keepdim=True) ** 2"
}

LEARN_FROM_MEAN = "self.running_mean.lerp_(mean.detach()"
LEARN_FROM_VAR = "self.running_var.lerp_(var.detach()"

function = [
    mistake("torch_momentum", "batch_norm", "state",
        """Here momentum is the share of the *old* moving statistics, as in most textbooks. In torch's layers it is the
        share of the new batch; which of the two is in your code?""",
        {
            "momentum * moving_mean + (1 - momentum) * mean": "(1 - momentum) * moving_mean + momentum * mean",
            "momentum * moving_var + (1 - momentum) * var": "(1 - momentum) * moving_var + momentum * var",
        }),
    mistake("unbiased_moving_variance", "batch_norm", "state",
        """Your moving variance is too large on small batches: this function uses the biased variance for both purposes,
        and leaves the unbiased one to torch's layers.""",
        {"(1 - momentum) * var": "(1 - momentum) * var * x.numel() / (x.numel() - x.shape[1])"}),
    mistake("unbiased_normalisation", "batch_norm", "values",
        """Compare your divisor with the formula: the variance that normalises the batch is the sum of squares over the
        count, not over the count less one. (Tensor.var needs to be told.)""",
        {
            "(1 - momentum) * var": (
                "(1 - momentum) * var\n"
                "        var = var * x.numel() / (x.numel() - x.shape[1])"
            ),
        }),
    mistake("eps_outside_the_root", "batch_norm", "values",
        EPS_OUTSIDE,
        {"torch.sqrt(var + eps)": "(torch.sqrt(var) + eps)"}),
    mistake("always_the_batch", "batch_norm", "values",
        """With training=False nothing should depend on the rest of the batch: normalise with the moving statistics that
        came in, not with those of the batch.""",
        {
            "mean, var = moving_mean, moving_var\n": (
                "mean, var = moving_mean, moving_var\n"
                "    if x.numel() > x.shape[1]:\n"
                "        mean, var = _batch_statistics(x)\n"
            ),
        }),
    mistake("learns_in_evaluation", "batch_norm", "state",
        """With training=False the moving statistics should come back as they went in; yours still learn from the
        batch.""",
        {
            "mean, var = moving_mean, moving_var\n": (
                "mean, var = moving_mean, moving_var\n"
                "        if x.numel() > x.shape[1]:\n"
                "            _, moving_mean, moving_var = batch_norm(x, gamma, beta, moving_mean, moving_var, eps, "
                "momentum, True)\n"
            ),
        }),
    mistake("normalises_with_moving", "batch_norm", "values",
        """In training, normalise with the statistics of this very batch. You normalise with the moving ones, just after
        updating them.""",
        {"    else:\n    ": "    moving_mean, moving_var = moving_mean.detach(), moving_var.detach()\n"}),
    mistake("changes_its_inputs", "batch_norm", "values",
        """You overwrite the caller's moving statistics: an in-place operation writes into the tensors that
        were passed in. Return new tensors instead.""",
        {
            "moving_mean = momentum": "moving_mean.data[:] = momentum",
            "moving_var = momentum": "moving_var.data[:] = momentum",
        }),
    mistake("gamma_before_the_mean", "batch_norm", "values",
        """Scale and shift come last: standardise first, then multiply by gamma, then add beta. In your answer beta is
        scaled along.""",
        {"(x - mean) / torch.sqrt(var + eps) + beta": "((x - mean) / torch.sqrt(var + eps) + beta)"}),
    mistake("statistics_in_a_row", "batch_norm", "shapes",
        """The moving statistics should come back in the very shape in which they were given: (1, C) or, for images,
        (1, C, 1, 1).""",
        {"moving_mean.detach(), moving_var.detach()": "moving_mean.detach().flatten(), moving_var.detach().flatten()"}),
    mistake("only_the_output", "batch_norm", "shapes",
        """The function returns three things: the output, and both moving statistics. Otherwise nobody would ever see
        what was learned.""",
        {"return y, moving_mean.detach(), moving_var.detach()": "return y"}),
    mistake("constant_statistics", "batch_norm", "gradients",
        """Forward is right, backward is not: mean and variance of the batch depend on x as well, and the gradient has
        to flow through them. Only the moving statistics are detached.""",
        {"(x - mean) / torch.sqrt(var + eps)": "(x - mean.detach()) / torch.sqrt(var.detach() + eps)"}),
    mistake("statistics_on_the_graph", "batch_norm", "gradients",
        """The moving statistics that you return are still part of the graph of x, so gradients leak through them and
        memory grows batch by batch. Detach them.""",
        {"moving_mean.detach(), moving_var.detach()": "moving_mean, moving_var"}),
    mistake("mean_of_squares", "batch_norm", "numerics",
        SQUARES,
        OF_SQUARES),
    mistake("always_float32", "batch_norm", "numerics",
        FLOAT32,
        {
            "return y, moving_mean.detach(), moving_var.detach()": (
                "return y.float(), moving_mean.detach().float(), moving_var.detach().float()"
            ),
        }),
    mistake("other_names", "batch_norm", "interface",
        """Callers may pass the arguments by name, so the names are part of the task: x, gamma, beta, moving_mean,
        moving_var, eps, momentum, training.""",
        {
            "    gamma: Tensor,\n    beta: Tensor,\n": "    weight: Tensor,\n    bias: Tensor,\n",
            "    if x.dim() not in (2, 4):": "    gamma, beta = weight, bias\n    if x.dim() not in (2, 4):",
        }),
    mistake("any_dimensions", "batch_norm", "errors",
        """An input that is neither 2-D nor 4-D goes through as if it were an image. Look at the number of dimensions
        first, and raise a ValueError.""",
        {"x.dim() not in (2, 4)": "x.dim() < 2"}),
    mistake("sample_by_sample", "batch_norm", "vectorized",
        """The result is right, but it is put together in a Python loop over the batch, and that is slow. Let one
        broadcast expression treat all samples at once.""",
        {
            "(x - mean) / torch.sqrt(var + eps)": (
                "torch.cat([(sample - mean) / torch.sqrt(var + eps) for sample in x.split(1)])"
            ),
        }),
]  # fmt: skip

layers = [
    mistake("UnbiasedNormalisation", LAYERS, "values",
        """Check which variance divides the batch. Normalising takes the biased one, the sum of squares over the count;
        dividing by the count less one is only for what goes into running_var.""",
        {"correction=0, ": "", " * count / (count - 1)": ""}),
    mistake("BiasedRunningVariance", LAYERS, "state",
        """Your output is normalised well, but running_var drifts low on small batches: torch feeds it the unbiased
        variance, although the batch itself is divided by the biased one.""",
        {" * count / (count - 1)": ""}),
    mistake("MomentumOfTheOld", LAYERS, "state",
        """In torch momentum is the share of the *new* batch, so at 0.1 the running statistics move slowly. Yours keep
        that share of the old value instead.""",
        {"else self.momentum": "else 1 - self.momentum"}),
    mistake("NoneIsTheDefault", LAYERS, "state",
        """momentum=None asks for a plain average of all batches seen so far, so the newest batch's share shrinks call
        by call. Which buffer knows how many there were?""",
        {"1 / self.num_batches_tracked.item() if": "0.1 if"}),
    mistake("ZeroIsNone", LAYERS, "state",
        """A momentum of 0.0 is a number, not a missing one: running statistics should then stay where they are. Is
        there a test for truth where a test for None is meant?""",
        {"if self.momentum is None else": "if not self.momentum else"}),
    mistake("CountsAfterwards", LAYERS, "state",
        """In a cumulative average the batch at hand counts too: the first one has a share of 1, the second of 1/2. Look
        at the order of counting and averaging.""",
        {"1 / self.num_batches_tracked.item()": "1 / (self.num_batches_tracked.item() + 1)"}),
    mistake("ForgetsToCount", LAYERS, "state",
        """After each batch in training num_batches_tracked should be larger by one; yours stays where it was loaded.
        Count in the buffer itself, so that the count is saved with the layer.""",
        {
            "self.num_batches_tracked += 1": "counted = self.num_batches_tracked.item() + 1",
            "1 / self.num_batches_tracked.item()": "1 / counted",
        }),
    mistake("LearnsInEval", LAYERS, "state",
        """After eval() a layer should only look: your running statistics still move with every batch that it sees.""",
        {
            "if self.training and self.track": "if x.numel() > x.shape[1] and self.track",
            LEARN_FROM_MEAN: "self.running_mean = self.running_mean.lerp(_batch_statistics(x.detach())[0]",
            LEARN_FROM_VAR: "self.running_var = self.running_var.lerp(_batch_statistics(x.detach())[1]",
        }),
    mistake("RemembersTheGraph", LAYERS, "state",
        """Values are right, but the running statistics keep the graph of every batch alive, and memory grows until it
        is full. They are bookkeeping: cut them off from the gradient.""",
        {LEARN_FROM_MEAN: "self.running_mean.lerp_(mean", LEARN_FROM_VAR: "self.running_var.lerp_(var"}),
    mistake("AlwaysTheBatch", LAYERS, "values",
        """eval() makes no difference to your layer. Once it is in evaluation mode, the running statistics should
        replace those of the batch, so that one sample's output does not depend on its neighbours.""",
        {"if self.training or not self.track_running_stats:": "if x.numel() > x.shape[1] or self.training:"}),
    mistake("RunningInTraining", LAYERS, "values",
        """In training, normalise with the statistics of this very batch; the running ones are only kept for later.
        Yours are used at once.""",
        {
            "count / (count - 1), share)": (
                "count / (count - 1), share)\n"
                "            mean, var = self.running_mean.reshape(per_channel), self.running_var.reshape(per_channel)"
            ),
        }),
    mistake("EpsOutsideTheRoot", LAYERS, "values",
        EPS_OUTSIDE,
        {"torch.sqrt(var + self.eps)": "(torch.sqrt(var) + self.eps)"}),
    mistake("EachSample", LAYERS, "values",
        """Over which axes do mean and variance go? You give every sample its own, as LayerNorm does; batch
        normalisation gives every channel its own and goes over the batch.""",
        {
            "        y = (x - mean)": (
                "        if self.training:\n"
                "            var, mean = torch.var_mean(x, tuple(range(1, x.dim())), correction=0, keepdim=True)\n"
                "        y = (x - mean)"
            ),
        }),
    mistake("ConstantStatistics", LAYERS, "gradients",
        """Forward is right, backward is not: mean and variance depend on the input as well, and the gradient has to
        flow through them. Is something detached, or under no_grad, that should not be?""",
        {"(x - mean) / torch.sqrt(var + self.eps)": "(x - mean.detach()) / torch.sqrt(var.detach() + self.eps)"}),
    mistake("MeanOfSquares", LAYERS, "numerics",
        SQUARES,
        OF_SQUARES),
    mistake("AlwaysFloat32", LAYERS, "numerics",
        FLOAT32,
        {"return y\n": "return y.float()\n"}),
    mistake("PlainAttributes", LAYERS, "parameters",
        """The running statistics are not in your layer's state_dict, so they are neither saved nor moved by .to(). A
        tensor that belongs to the layer but is not learned has to be registered as a buffer.""",
        {
            'self.register_buffer("running_mean", ': "self.running_mean = (",
            'self.register_buffer("running_var", ': "self.running_var = (",
            'self.register_buffer("num_batches_tracked", ': "self.num_batches_tracked = (",
        }),
    mistake("OneWeightForAll", LAYERS, "parameters",
        """weight and bias should hold one number for each channel; yours are single numbers that all channels
        share.""",
        {"torch.ones(num_features)) if": "torch.ones(1)) if", "torch.zeros(num_features)) if": "torch.zeros(1)) if"}),
    mistake("NoChoiceOfTracking", LAYERS, "interface",
        """The constructor should also take track_running_stats. Compare its signature with the one in the handout,
        argument by argument.""",
        {
            "        track_running_stats: bool = True,\n": "",
            "        super().__init__()\n": "        super().__init__()\n        track_running_stats = True\n",
        }),
    mistake("Squeezed", LAYERS, "shapes",
        """The output should have the shape of the input, always. Yours loses its axes of size one; try a batch with a
        single sample.""",
        {"return y\n": "return y.squeeze()\n"}),
    mistake("RandomScale", LAYERS, "init",
        """A fresh layer should only standardise, so scale starts at one and shift at zero. What do yours start
        from?""",
        {"nn.Parameter(torch.ones(num_features))": "nn.Parameter(torch.randn(num_features))"}),
    mistake("ZeroVariance", LAYERS, "init",
        """Look at the fresh running statistics: before any batch was seen they should describe a standard distribution,
        of mean zero and variance one.""",
        {'"running_var", torch.ones': '"running_var", torch.zeros'}),
    mistake("AnyShape", LAYERS, "errors",
        """Broadcasting makes some wrong inputs work by accident. Check the number of dimensions and of channels before
        you compute, and raise a ValueError that says what was expected.""",
        {"x.dim() not in dims": "False", "x.shape[1] != self.num_features": "False"}),
    mistake("ChecksDimensionsOnly", LAYERS, "errors",
        """An input with another number of channels goes through where nothing refuses to be stretched: a single channel
        fits anything. Compare `x.shape[1]` with `num_features`.""",
        {"x.shape[1] != self.num_features": "False"}),
    mistake("SingleValue", LAYERS, "errors",
        """With one value in each channel there is no variance to speak of, and training on it would wipe out the input.
        torch refuses such a batch; so should you.""",
        {"x.numel() == x.shape[1]": "False"}),
]  # fmt: skip

loops = [
    mistake(
        name,
        layer,
        "vectorized",
        f"""The result is right, but it is put together in a Python loop over the {items}, and that is slow. Let one
        broadcast expression treat all of them at once.""",
        {
            "(x - mean) / torch.sqrt(var + self.eps)": (
                "torch.cat([(item - mean) / torch.sqrt(var + self.eps) for item in x.split(1)])"
            )
        },
    )
    for name, layer, items in zip(
        ("RowByRow", "ImageByImage", "VolumeByVolume"), LAYERS, ("samples", "images", "volumes"), strict=True
    )
]

mistakes = [*function, *layers, *loops]
