"""Known-wrong answers on layer normalisation, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    mistake("UnbiasedVariance", "LayerNorm", "values",
        """Check the divisor of the variance: it is the count of the normalised elements, not the count less one.
        (Tensor.var needs to be told.)""",
        {"correction=0, ": ""}),
    mistake("EpsOutsideTheRoot", "LayerNorm", "values",
        """Where does eps go? It joins the variance, before the root is taken; you add it to the standard deviation.""",
        {"torch.sqrt(var + self.eps)": "(torch.sqrt(var) + self.eps)"}),
    mistake("FixedEps", "LayerNorm", "values",
        """The eps of the constructor never reaches your formula: another value should change the output.""",
        {"var + self.eps": "var + 1e-5"}),
    mistake("LastAxisOnly", "LayerNorm", "values",
        """One axis works, several do not: normalized_shape may name two axes or more, and then one mean and one
        variance go over all of them together.""",
        {"range(-dims, 0)": "range(-1, 0)"}),
    mistake("AllButTheFirst", "LayerNorm", "values",
        """You normalise over everything but the batch. Count the axes from the *end* instead: normalized_shape says how
        many, and all axes before them are kept apart, as each word of each sentence is.""",
        {"range(-dims, 0)": "range(1 if x.dim() > dims else 0, x.dim())"}),
    mistake("OverTheBatch", "LayerNorm", "values",
        """That is batch normalisation: your mean runs over the samples. Here every sample is standardised by itself,
        over its own last axes.""",
        {"range(-dims, 0)": "range(1 if x.dim() > dims else dims)"}),
    mistake("EachAxisByItself", "LayerNorm", "values",
        """With several axes in normalized_shape you standardise along one after the other. It is a single step, with
        one mean and one variance over all of them.""",
        {
            "x.var(axes, correction=0, keepdim=True)": (
                "x.var(-dims, correction=0, keepdim=True).mean(axes, keepdim=True)"
            ),
        }),
    mistake("NoRoot", "LayerNorm", "values",
        """Divide by the standard deviation, not by the variance: a root is missing.""",
        {"torch.sqrt(var + self.eps)": "(var + self.eps)"}),
    mistake("ShiftFirst", "LayerNorm", "values",
        """Scale first, then shift: in your answer the bias is multiplied by the weight as well.""",
        {"y + self.bias": "y + self.bias * self.weight"}),
    mistake("ChangesItsInput", "LayerNorm", "values",
        """You overwrite the caller's tensor: an in-place operation writes into the input. Make a new tensor.""",
        {"return y": "x.data.copy_(y)\n        return y"}),
    mistake("ConstantStatistics", "LayerNorm", "gradients",
        """Forward is right, backward is not: mean and variance depend on the input as well, and the gradient has to
        flow through them. Is something detached, or under no_grad, that should not be?""",
        {"(x - mean) / torch.sqrt(var + self.eps)": "(x - mean.detach()) / torch.sqrt(var.detach() + self.eps)"}),
    mistake("ConstantVariance", "LayerNorm", "gradients",
        """Half of the gradient is there: it flows through the mean, but not through the variance.""",
        {"var + self.eps": "var.detach() + self.eps"}),
    mistake("MeanOfSquares", "LayerNorm", "numerics",
        """The mean of the squares less the square of the mean is the variance on paper. In float32, far from zero, it
        takes the difference of two huge numbers: subtract the mean first.""",
        {"x.var(axes, correction=0, keepdim=True)": "(x * x).mean(axes, keepdim=True) - mean * mean"}),
    mistake("AlwaysFloat32", "LayerNorm", "numerics",
        """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the
        dtype of the input.""",
        {"return y": "return y.float()"}),
    mistake("BiasRegardless", "LayerNorm", "parameters",
        """With bias=False there should be no bias among the parameters at all, not even one of zeros.""",
        {"if elementwise_affine and bias else": "if elementwise_affine else"}),
    mistake("FlatWeight", "LayerNorm", "parameters",
        """weight and bias have the shape normalized_shape itself, with as many axes; yours are laid out in one row.""",
        {
            "torch.ones(self.normalized_shape)": "torch.ones(self.normalized_shape).flatten()",
            "torch.zeros(self.normalized_shape)": "torch.zeros(self.normalized_shape).flatten()",
            "y * self.weight": "y * self.weight.reshape(self.normalized_shape)",
            "y + self.bias": "y + self.bias.reshape(self.normalized_shape)",
        }),
    mistake("PlainBias", "LayerNorm", "parameters",
        """An optimizer would never find your bias: a plain tensor, even one of the right shape, is not a Parameter.""",
        {"nn.Parameter(torch.zeros(self.normalized_shape))": "torch.zeros(self.normalized_shape)"}),
    mistake("NotRegistered", "LayerNorm", "parameters",
        """Your layer has no parameters, so optimizers find nothing to train: wrap weight and bias in nn.Parameter.""",
        {"nn.Parameter(torch.ones": "(torch.ones", "nn.Parameter(torch.zeros": "(torch.zeros"}),
    mistake("NumbersOnly", "LayerNorm", "interface",
        """normalized_shape may be a number, but also a list or tuple of sizes. What does yours do with [2, 3]?""",
        {
            "(normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)": (
                "(int(normalized_shape),)"
            ),
        }),
    mistake("NoChoiceOfBias", "LayerNorm", "interface",
        """The constructor should also take bias. Compare its signature with the handout's, argument by argument.""",
        {"        bias: bool = True,\n": "", "elementwise_affine and bias else": "elementwise_affine else"}),
    mistake("Flattened", "LayerNorm", "shapes",
        """The output should have the shape of the input. Yours joins the normalised axes into one and leaves them
        so.""",
        {"return y": "return y.flatten(-dims)"}),
    mistake("RandomScale", "LayerNorm", "init",
        """A fresh layer should only standardise, so scale starts at one and shift at zero. What do yours start
        from?""",
        {"torch.ones": "torch.randn", "torch.zeros": "torch.randn"}),
    mistake("ChecksNothing", "LayerNorm", "errors",
        """A wrong last axis goes through where there is no weight to stop it, or where one of the two sizes is one.
        Compare the last axes with normalized_shape, and raise a ValueError.""",
        {"x.shape[-dims:] != self.normalized_shape": "False"}),
    mistake("ChecksTheLastAxis", "LayerNorm", "errors",
        """All the axes that are normalised count: compare x.shape[-len(normalized_shape):] with normalized_shape, not
        only the last of them.""",
        {"x.shape[-dims:] != self.normalized_shape": "x.shape[-1] != self.normalized_shape[-1]"}),
    mistake("Regrouped", "LayerNorm", "errors",
        """You reshape the input into rows of normalized_shape, and a wrong input is cut up into rows that are no
        samples. Compare its last axes with normalized_shape first, and raise a ValueError that says what was
        expected.""",
        {
            "        dims = len": (
                "        shape, x = x.shape, x.reshape(-1, *self.normalized_shape)\n"
                "        dims = len"
            ),
            "return y": "return y.reshape(shape)",
        }),
    mistake("RowByRow", "LayerNorm", "vectorized",
        """The result is right, but it is put together in a Python loop over the samples, and that is slow. Reductions
        along axes, with keepdim, treat all of them at once.""",
        {
            "        axes =": (
                "        if x.dim() > dims:\n"
                "            return torch.stack([self.forward(row) for row in x])\n"
                "        axes ="
            ),
        }),
]  # fmt: skip
