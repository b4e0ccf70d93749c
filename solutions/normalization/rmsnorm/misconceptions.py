"""Known-wrong answers on RMS normalisation, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

mistakes = [
    mistake("SubtractsTheMean", "RMSNorm", "values",
        """That is layer normalisation: you centre the values first. Here the mean stays where it is; only the size of
        the vector is brought to a common scale.""",
        {"        eps = torch": "        x = x - x.mean(axes, keepdim=True)\n        eps = torch"}),
    mistake("DividesByTheDeviation", "RMSNorm", "values",
        """You divide by the standard deviation, which is taken around the mean. The root mean square is taken around
        zero: square the values as they are.""",
        {"x.square().mean(axes, keepdim=True)": "x.var(axes, correction=0, keepdim=True)"}),
    mistake("LastAxisOnly", "RMSNorm", "values",
        """One axis works, several do not: normalized_shape may name two axes or more, and then one mean square goes
        over all of them together.""",
        {"range(-dims, 0)": "range(-1, 0)"}),
    mistake("AllButTheFirst", "RMSNorm", "values",
        """You normalise over everything but the batch. Count the axes from the *end* instead: normalized_shape says
        how many, and all axes before them are kept apart, as each word of each sentence is.""",
        {"range(-dims, 0)": "range(1 if x.dim() > dims else 0, x.dim())"}),
    mistake("OverTheBatch", "RMSNorm", "values",
        """Your mean square runs over the samples of the batch. Here every sample is divided by a root mean square of
        its own, over its own last axes.""",
        {"range(-dims, 0)": "range(1 if x.dim() > dims else dims)"}),
    mistake("NormWithoutTheMean", "RMSNorm", "values",
        """You divide by the length of the vector, the root of the *sum* of squares. It is the root of their *mean*:
        your outputs are too small by the root of the number of elements.""",
        {".mean(axes, keepdim=True)": ".sum(axes, keepdim=True)"}),
    mistake("NoRoot", "RMSNorm", "values",
        """You divide by the mean square itself. A root is missing.""",
        {"torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)": "1 / (x.square().mean(axes, keepdim=True) + eps)"}),
    mistake("MeanOfAbsoluteValues", "RMSNorm", "values",
        """You take the square root of each square, or the absolute value, before the mean. First comes the mean of
        the squares, then one root of it.""",
        {"torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)": (
            "1 / (x.square() + eps).sqrt().mean(axes, keepdim=True)")}),
    mistake("EpsOutsideTheRoot", "RMSNorm", "values",
        """Where does eps go? It joins the mean square, before the root is taken; you add it to the root.""",
        {"torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)": (
            "1 / (x.square().mean(axes, keepdim=True).sqrt() + eps)")}),
    mistake("EpsAsAFloor", "RMSNorm", "values",
        """You use eps as a lower bound of the mean square, by clamp or max. It is added, however large the mean
        square is.""",
        {"mean(axes, keepdim=True) + eps": "mean(axes, keepdim=True).clamp(min=eps)"}),
    mistake("FixedEps", "RMSNorm", "values",
        """The eps of the constructor never reaches your formula: another value should change the output.""",
        {"torch.finfo(x.dtype).eps if self.eps is None else self.eps": "torch.finfo(x.dtype).eps"}),
    mistake("EpsOfLayerNorm", "RMSNorm", "values",
        """Without an eps you take that of LayerNorm, or the one of a language model you know. Here eps=None stands
        for the machine epsilon of the input's dtype. Which number is that in float64?""",
        {"torch.finfo(x.dtype).eps if self.eps is None": "1e-5 if self.eps is None"}),
    mistake("EpsOfFloat32", "RMSNorm", "values",
        """With eps=None you always add the machine epsilon of float32. It is that of the *input's* dtype, and a
        float64 input has a much smaller one: torch.finfo takes a dtype.""",
        {"torch.finfo(x.dtype).eps if": "torch.finfo(torch.float32).eps if"}),
    mistake("EpsOfFloat64", "RMSNorm", "values",
        """With eps=None you always add the machine epsilon of float64, which is Python's own. A float32 input asks
        for that of float32.""",
        {"torch.finfo(x.dtype).eps if": "torch.finfo(torch.float64).eps if"}),
    mistake("EpsOfTheDefaultDtype", "RMSNorm", "values",
        """With eps=None you add the machine epsilon of torch's default dtype, whatever dtype the input has. torch.finfo
        takes the dtype of the input.""",
        {"torch.finfo(x.dtype).eps if": "torch.finfo(torch.get_default_dtype()).eps if"}),
    mistake("EpsOfTheFirstInput", "RMSNorm", "values",
        """With eps=None you keep the machine epsilon of the first input, also for later ones of another dtype. Look it
        up anew in every call, and leave self.eps as it is.""",
        {"eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps":
            "self.eps = eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps"}),
    mistake("NoEps", "RMSNorm", "values",
        """With eps=None you add nothing. None is not zero here: it stands for the machine epsilon of the input's
        dtype.""",
        {"torch.finfo(x.dtype).eps if self.eps is None": "0.0 if self.eps is None"}),
    mistake("ZeroIsNoEps", "RMSNorm", "values",
        """eps=0.0 is a value like any other, but `if eps` or `eps or ...` takes it for a missing one. Compare with
        None instead: `is None`.""",
        {"if self.eps is None else": "if not self.eps else"}),
    mistake("WeightPlusOne", "RMSNorm", "values",
        """You scale by 1 + weight, as Gemma does. torch scales by the weight itself.""",
        {"y * self.weight": "y * (1 + self.weight)"}),
    mistake("ForgetsTheWeight", "RMSNorm", "values",
        """The weight is there, but it never scales anything.""",
        {"return y if self.weight is None else y * self.weight": "return y"}),
    mistake("ChangesItsInput", "RMSNorm", "values",
        """You overwrite the caller's tensor: an in-place operation writes into the input. Make a new tensor.""",
        {"        return y if": "        x.data.copy_(y)\n        return y if"}),
    mistake("ConstantScale", "RMSNorm", "gradients",
        """Forward is right, backward is not: the root mean square depends on the input as well, and the gradient has
        to flow through it. Is something detached, or under no_grad, that should not be?""",
        {"x.square()": "x.detach().square()"}),
    mistake("AlwaysFloat32", "RMSNorm", "numerics",
        """Somewhere float32 is written into your code, as in many a language model's: a float64 input comes back
        rounded. Let the computation keep the dtype of the input.""",
        {"x.square().mean(axes, keepdim=True)": "x.float().square().mean(axes, keepdim=True)"}),
    mistake("ReturnsFloat32", "RMSNorm", "numerics",
        """Whatever comes in, float32 comes out: a float64 input loses half of its digits. Let the output have the
        dtype of the input.""",
        {"return y if self.weight is None else y * self.weight": (
            "return (y if self.weight is None else y * self.weight).float()")}),
    mistake("HasABias", "RMSNorm", "parameters",
        """There is no bias here, unlike in LayerNorm: weight is the only parameter.""",
        {
            "        self.elementwise_affine =": (
                "        self.bias = nn.Parameter(torch.zeros(self.normalized_shape))\n"
                "        self.elementwise_affine ="
            ),
        }),
    mistake("AlwaysAWeight", "RMSNorm", "parameters",
        """With elementwise_affine=False there is no weight to learn: set it to None.""",
        {" if elementwise_affine else None": ""}),
    mistake("FlatWeight", "RMSNorm", "parameters",
        """weight has the shape normalized_shape itself, with as many axes; yours is laid out in one row.""",
        {
            "torch.ones(self.normalized_shape)": "torch.ones(self.normalized_shape).flatten()",
            "y * self.weight": "y * self.weight.reshape(self.normalized_shape)",
        }),
    mistake("NotRegistered", "RMSNorm", "parameters",
        """An optimizer would never find your weight: a plain tensor is not a Parameter.""",
        {"nn.Parameter(torch.ones(self.normalized_shape))": "torch.ones(self.normalized_shape)"}),
    mistake("CalledScale", "RMSNorm", "parameters",
        """The paper calls it a gain, and many models `scale`; in torch.nn it is `weight`, and a state dict is loaded
        by name.""",
        {
            "self.weight = nn": "self.scale = nn",
            "y if self.weight is None else y * self.weight": "y if self.scale is None else y * self.scale",
        }),
    mistake("NumbersOnly", "RMSNorm", "interface",
        """normalized_shape may be a number, but also a list or tuple of sizes. What does yours do with [2, 3]?""",
        {
            "(normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)": (
                "(int(normalized_shape),)"
            ),
        }),
    mistake("KeepsTheAxes", "RMSNorm", "shapes",
        """The output should have the shape of the input. Yours joins the normalised axes into one and leaves them
        so.""",
        {"return y if self.weight is None else y * self.weight": (
            "return (y if self.weight is None else y * self.weight).flatten(-dims)")}),
    mistake("StartsAtZero", "RMSNorm", "init",
        """A fresh layer should only normalise, so its weight starts at one. What does yours start from?""",
        {"torch.ones": "torch.zeros"}),
    mistake("RandomScale", "RMSNorm", "init",
        """Every element of a fresh weight is one; yours is drawn at random.""",
        {"torch.ones": "torch.randn"}),
    mistake("ChecksNothing", "RMSNorm", "errors",
        """A wrong last axis goes through where there is no weight to stop it, or where one of the two sizes is one.
        Compare the last axes with normalized_shape, and raise a ValueError.""",
        {"x.shape[-dims:] != self.normalized_shape": "False"}),
    mistake("ChecksTheLastAxis", "RMSNorm", "errors",
        """All the axes that are normalised count: compare x.shape[-len(normalized_shape):] with normalized_shape, not
        only the last of them.""",
        {"x.shape[-dims:] != self.normalized_shape": "x.shape[-1] != self.normalized_shape[-1]"}),
    mistake("RowByRow", "RMSNorm", "vectorized",
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
