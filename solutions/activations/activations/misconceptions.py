"""Known-wrong answers on activations, as edits of the reference, and the hint that each earns.

What can go wrong with any of them is declared once, as an edit of the line with which every ``forward`` begins.
"""

from grader.spec import mistake

PLAIN = ("ReLU", "ReLU6", "Hardsigmoid", "Hardswish", "SELU", "Sigmoid", "Tanh", "Tanhshrink", "Softsign",
    "LogSigmoid", "SiLU", "Mish")  # fmt: skip
"""Without arguments."""
TOLD = ("LeakyReLU", "RReLU", "Threshold", "Hardtanh", "Hardshrink", "ELU", "CELU", "Softplus", "GELU")
"""With arguments, but nothing to learn."""
ALL = (*PLAIN, *TOLD, "PReLU")

FORWARD = "def forward(self, x: Tensor) -> Tensor:"


def around(*lines: str) -> dict[str, str]:
    """The edit that puts lines around the right formula, which they call as ``self.formula``."""
    body = "\n        ".join(lines)
    return {FORWARD: f"def forward(self, x):\n        {body}\n\n    def formula(self, x: Tensor) -> Tensor:"}


mistakes = [
    # --- all of them ---
    mistake("NotAModule", ALL, "interface",
        """Your class is no nn.Module, so it cannot be called, moved or put into a Sequential. Let it inherit from
        nn.Module, and begin `__init__`, if there is one, with super().__init__().""",
        {"(nn.Module):": ":"}),
    mistake("SavesItsConstants", PLAIN, "parameters",
        """This layer has nothing to learn and nothing to save, so its state dict should be empty. Constants can stand
        in the formula as plain numbers.""",
        {"(nn.Module):": (
            "(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            '        self.register_buffer("zero", torch.zeros(1))\n'
        )}),
    mistake("SavesItsConstants", TOLD, "parameters",
        """This layer has nothing to learn and nothing to save, so its state dict should be empty. Keep what the
        constructor is told as plain numbers.""",
        {"super().__init__()": 'super().__init__()\n        self.register_buffer("zero", torch.zeros(1))'}),
    mistake("OneLongRow", ALL, "shapes",
        """The output should have the shape of the input, whatever that is. Yours comes back as one long row.""",
        around("return self.formula(x).flatten()")),
    mistake("WritesIntoTheInput", ALL, "values",
        """The caller's tensor changes under its hands: an in-place operation writes into the input. Make a new
        tensor.""",
        around("y = self.formula(x)", "x.data.copy_(y.data)", "return y")),
    mistake("LeavesTheGraph", ALL, "gradients",
        """Your output is right, but no gradient comes back through it. Look for `.data`, `.detach()`, `.item()`, NumPy,
        or a new tensor made out of numbers.""",
        around("return self.formula(x.detach())")),
    mistake("AlwaysFloat32", ALL, "numerics",
        """Somewhere float32 is written into your code: a float64 input comes back rounded. Let new tensors take the
        dtype of the input.""",
        around("return self.formula(x).float()")),
    mistake("OneRowAtATime", (*PLAIN, *TOLD), "vectorized",
        """The result is right, but it is put together in a Python loop over the rows of the input, and that is slow.
        Arithmetic on the whole tensor treats all elements at once; torch.where chooses for each of them.""",
        around(
            "if x.dim() and len(x):",
            "    return torch.stack([self.formula(row) for row in x])",
            "return self.formula(x)",
        )),
    mistake("OneRowAtATime", "PReLU", "vectorized",
        """The result is right, but it is put together in a Python loop over the batch, and that is slow. Reshape the
        slopes so that they broadcast against the whole input.""",
        around(
            "if x.dim() and len(x):",
            "    return torch.cat([self.formula(row) for row in x.split(1)])",
            "return self.formula(x)",
        )),
    mistake("OtherwiseAtZero", ("ReLU", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU"), "gradients",
        """Everything is right but the gradient at exactly 0, where the slopes from the left and from the right differ.
        There torch takes the one from the left. Which of your comparisons, or which clamp, includes 0?""",
        {"where(x > 0": "where(x >= 0"}),
    # --- rectifiers ---
    mistake("HalfAtZero", "ReLU", "gradients",
        """Everything is right but the gradient at exactly 0: torch.maximum gives half of it to either side there, and
        an absolute value does the like. It should be 0; choose with a comparison.""",
        {"torch.where(x > 0, x, 0.0)": "torch.maximum(x, torch.zeros_like(x))"}),
    mistake("AStep", "ReLU", "values",
        """Yours is a step: 1 above 0. What is above 0 should be kept as it is.""",
        {"torch.where(x > 0, x, 0.0)": "torch.where(x > 0, x / x.detach(), 0.0)"}),
    mistake("TheOtherSide", "ReLU", "values",
        """You keep what is below 0, and cut off what is above.""",
        {"torch.where(x > 0, x, 0.0)": "torch.where(x < 0, x, 0.0)"}),
    mistake("TheLargerOfTheTwo", "LeakyReLU", "values",
        """The larger of x and slope times x is right for slopes below 1 only. The sign of x decides.""",
        {"torch.where(x > 0, x, self.negative_slope * x)": "torch.maximum(x, self.negative_slope * x)"}),
    mistake("FixedSlope", "LeakyReLU", "values",
        """The slope of the constructor never reaches your formula: another negative_slope should change the output.""",
        {"self.negative_slope * x": "0.01 * x"}),
    mistake("ATenth", "LeakyReLU", "values",
        """With defaults your slope is ten times too large. Compare the default of negative_slope with the stub's.""",
        {"negative_slope: float = 0.01": "negative_slope: float = 0.1"}),
    mistake("TurnedOver", "LeakyReLU", "values",
        """Below 0 the sign is wrong: x is negative there already, and times a positive slope it stays so.""",
        {"self.negative_slope * x": "-self.negative_slope * x"}),
    mistake("SlopesOfTheLastAxis", "PReLU", "shapes",
        """The channels are axis 1, as in a batch of images. Your slopes are matched with the last axis: a vector
        broadcasts from the end. Reshape it so that its numbers stand where the channels are.""",
        {"shape[1]": "shape[-1]"}),
    mistake("TheFirstSlopeOnly", "PReLU", "values",
        """There may be a slope for each channel. Yours takes the first for all of them.""",
        {"self.weight.reshape(shape)": "self.weight[0]"}),
    mistake("SlopesMinus", "PReLU", "values",
        """Below 0 the sign is wrong: x is negative there already, and is multiplied by the slope as it is.""",
        {"self.weight.reshape(shape) * x": "-self.weight.reshape(shape) * x"}),
    mistake("SlopesStayAsTheyAre", "PReLU", "gradients",
        """The layer is there to learn its slopes, but no gradient reaches them: is weight detached, or read by .data,
        .item() or float()?""",
        {"self.weight.reshape": "self.weight.detach().reshape"}),
    mistake("SlopesOfNobody", "PReLU", "parameters",
        """An optimizer would never find your slopes: a plain tensor is not a Parameter.""",
        {"nn.Parameter(torch.full((num_parameters,), float(init)))": "torch.full((num_parameters,), float(init))"}),
    mistake("ANumberAsWeight", "PReLU", "parameters",
        """weight has the shape (num_parameters,), with one slope too. Yours has no axis.""",
        {
            "nn.Parameter(torch.full((num_parameters,), float(init)))": (
                "nn.Parameter(torch.full((num_parameters,) if num_parameters > 1 else (), float(init)))"
            ),
        }),
    mistake("ReadyToBroadcast", "PReLU", "parameters",
        """weight has the shape (num_parameters,), a single axis. Reshape it when it is used, not when it is stored: a
        state dict of torch.nn would not load.""",
        {"torch.full((num_parameters,), float(init))": "torch.full((1, num_parameters, 1, 1), float(init))"}),
    mistake("FixedStart", "PReLU", "init",
        """init says what the slopes are at first. Yours begin at 0.25 whatever it is.""",
        {"float(init)": "0.25"}),
    mistake("RandomStart", "PReLU", "init",
        """All slopes begin at the same value, init. Yours are drawn at random.""",
        {"torch.full((num_parameters,), float(init))": "init * torch.rand(num_parameters)"}),
    mistake("OneSlopeForAll", "RReLU", "values",
        """In training each element has a slope of its own. You draw a single one and use it for all.""",
        {"torch.empty_like(x).uniform_": "x.new_empty(()).uniform_"}),
    mistake("OneSlopeAColumn", "RReLU", "values",
        """In training each element has a slope of its own. Yours are shared along an axis: does what you draw have the
        shape of the input?""",
        {"torch.empty_like(x).uniform_": "x.new_empty(x.shape[-1:]).uniform_"}),
    mistake("RandomForever", "RReLU", "values",
        """In evaluation nothing is random: all slopes are the mean of lower and upper. Ask self.training.""",
        {"if self.training:": "if True:"}),
    mistake("NeverRandom", "RReLU", "values",
        """In training the slopes are drawn at random between lower and upper. Yours are always their mean.""",
        {"if self.training:": "if False:"}),
    mistake("TheSameSlopesAgain", "RReLU", "values",
        """Two calls in training get the very same slopes. Do not seed the generator, and draw in forward, not when the
        layer is constructed.""",
        {"if self.training:": "if self.training:\n            torch.manual_seed(0)"}),
    mistake("NormalSlopes", "RReLU", "values",
        """The slopes are uniform between lower and upper. Yours follow another distribution.""",
        {
            "uniform_(self.lower, self.upper)": (
                "normal_((self.lower + self.upper) / 2, (self.upper - self.lower) / 6)"
                ".clamp(self.lower, self.upper)"
            ),
        }),
    mistake("OneOverTheSlope", "RReLU", "values",
        """x is multiplied by its slope, not divided by it. (In the paper the numbers drawn are divisors, between 3
        and 8; in torch they are factors.)""",
        {"slope * x": "x / slope"}),
    mistake("LowerInEvaluation", "RReLU", "values",
        """In evaluation every slope is the mean of lower and upper.""",
        {"(self.lower + self.upper) / 2": "self.lower"}),
    mistake("DrawsAgainForTheGradient", "RReLU", "gradients",
        """The gradient of an element is the slope that the forward pass drew for it. Yours has another: draw once, and
        use the same tensor in both passes.""",
        {
            "slope * x": (
                "(slope * x).detach() + (self.lower + self.upper - slope) * 0.9 * (x - x.detach())"
            ),
        }),
    # --- with ends ---
    mistake("OtherwiseAtTheEnds", "ReLU6", "gradients",
        """Everything is right but the gradient at exactly 0 and exactly 6. It should be 0; clamp lets it through at
        its bounds. Choose with comparisons that include the ends.""",
        {"torch.where(x <= 0, 0.0, torch.where(x >= 6, 6.0, x))": "x.clamp(0, 6)"}),
    mistake("NoCeiling", "ReLU6", "values",
        """Numbers above 6 come through. The 6 in the name is a ceiling: from there on the output is 6.""",
        {"torch.where(x >= 6, 6.0, x)": "x"}),
    mistake("NothingAboveTheCeiling", "ReLU6", "values",
        """Above 6 the output is 6. Yours falls back to 0.""",
        {"torch.where(x >= 6, 6.0, x)": "torch.where(x >= 6, 0.0, x)"}),
    mistake("FallsToTheThreshold", "Threshold", "values",
        """What does not exceed the threshold becomes `value`. Yours becomes the threshold itself, as with a clamp.""",
        {"torch.where(x > self.threshold, x, self.value)": "x.clamp(min=self.threshold)"}),
    mistake("FallsToZero", "Threshold", "values",
        """What does not exceed the threshold becomes `value`, the second argument. Yours becomes 0.""",
        {"x, self.value)": "x, 0.0)"}),
    mistake("KeepsTheThreshold", "Threshold", "values",
        """An element must exceed the threshold to be kept. Yours keeps one that equals it.""",
        {"x > self.threshold": "x >= self.threshold"}),
    mistake("ComparesSizes", "Threshold", "values",
        """x itself is compared with the threshold, with its sign. You compare its absolute value, as Hardshrink
        does.""",
        {"x > self.threshold": "x.abs() > self.threshold"}),
    mistake("OtherwiseAtTheEnds", "Hardtanh", "gradients",
        """Everything is right but the gradient at exactly min_val and exactly max_val. It should be 0; clamp lets it
        through at its bounds. Choose with comparisons that include the ends.""",
        {
            "torch.where(x <= self.min_val, self.min_val, torch.where(x >= self.max_val, self.max_val, x))": (
                "x.clamp(self.min_val, self.max_val)"
            ),
        }),
    mistake("FixedEnds", "Hardtanh", "values",
        """min_val and max_val of the constructor never reach your formula: your ends are always -1 and 1.""",
        {"self.min_val = min_val": "self.min_val = -1.0", "self.max_val = max_val": "self.max_val = 1.0"}),
    mistake("AsFarBelow", "Hardtanh", "values",
        """The lower end is min_val. Yours is the upper end, negated, which is the same for the defaults only.""",
        {"self.min_val = min_val": "self.min_val = -max_val"}),
    mistake("ASmoothOne", "Hardtanh", "values",
        """Between its ends this function is x itself, a straight line. Yours bends, as tanh does.""",
        {"self.max_val, x))": "self.max_val, torch.tanh(x)))"}),
    mistake("KerasSlope", "Hardsigmoid", "values",
        """The slope is 1/6, so that the line runs from -3 to 3. Yours is steeper: 0.2 is what Keras had before its
        third version.""",
        {
            "torch.where(x <= -3, 0.0, torch.where(x >= 3, 1.0, x / 6 + 0.5))": (
                "torch.where(x <= -2.5, 0.0, torch.where(x >= 2.5, 1.0, 0.2 * x + 0.5))"
            ),
        }),
    mistake("OtherwiseAtTheEnds", "Hardsigmoid", "gradients",
        """Everything is right but the gradient at exactly -3 and exactly 3. It should be 0; clamp lets it through at
        its bounds. Choose with comparisons that include the ends.""",
        {"torch.where(x <= -3, 0.0, torch.where(x >= 3, 1.0, x / 6 + 0.5))": "(x / 6 + 0.5).clamp(0, 1)"}),
    mistake("ThroughTheOrigin", "Hardsigmoid", "values",
        """At 0 a sigmoid is one half. Yours is 0 there: the line needs its 1/2.""",
        {"x / 6 + 0.5": "x / 6"}),
    mistake("TheGateAlone", "Hardswish", "values",
        """That is the hard sigmoid by itself. It is a gate: x is multiplied by it.""",
        {"torch.where(x >= 3, x, x * (x + 3) / 6)": "torch.where(x >= 3, 1.0, (x + 3) / 6)"}),
    mistake("ASmoothGate", "Hardswish", "values",
        """You multiply by a true sigmoid, which is SiLU. Here the gate is the hard one, of three straight lines.""",
        {"torch.where(x <= -3, 0.0, torch.where(x >= 3, x, x * (x + 3) / 6))": "x * torch.sigmoid(x)"}),
    mistake("StopsAtThree", "Hardswish", "values",
        """From x = 3 on the gate is open and the output is x itself. Yours stays at 3.""",
        {"torch.where(x >= 3, x, x": "torch.where(x >= 3, 3.0, x"}),
    mistake("ConstantGate", "Hardswish", "gradients",
        """The gate depends on x as well, and the gradient has a term for it. Is it detached?""",
        {"x * (x + 3) / 6": "x * (x.detach() + 3) / 6"}),
    mistake("SoftShrinks", "Hardshrink", "values",
        """What is kept is kept as it is. You also move it towards 0 by lambd, which is the soft shrinkage.""",
        {"self.lambd, x, 0.0)": "self.lambd, x - self.lambd * x.sign(), 0.0)"}),
    mistake("KeepsThePositive", "Hardshrink", "values",
        """Numbers below -lambd are kept, too: it is the absolute value that counts.""",
        {"x.abs() > self.lambd": "x > self.lambd"}),
    mistake("KeepsTheEdge", "Hardshrink", "values",
        """At exactly lambd and -lambd the output is 0. Your comparison includes them.""",
        {"x.abs() > self.lambd": "x.abs() >= self.lambd"}),
    mistake("FixedWidth", "Hardshrink", "values",
        """lambd of the constructor never reaches your formula: another value should change the output.""",
        {"> self.lambd": "> 0.5"}),
    mistake("PassesEverywhere", "Hardshrink", "gradients",
        """Where the output is 0, so is the gradient. In your answer it passes as if nothing had been cut off.""",
        {"torch.where(x.abs() > self.lambd, x, 0.0)": "x - torch.where(x.abs() > self.lambd, 0.0, x.detach())"}),
    # --- exponential units ---
    mistake("OverflowsWhereItIsNotTaken", ("ELU", "SELU", "CELU"), "gradients",
        """At large x the output is right, but the gradient is nan. torch.where computes both sides for every element,
        and in the backward pass the side that was not taken gives infinity times 0. Keep the exponential's argument
        from growing there.""",
        {"x.clamp(max=0)": "x"}),
    mistake("LosesDigitsAtZero", ("ELU", "SELU", "CELU"), "numerics",
        """Near 0 the exponential is nearly 1, and taking 1 away leaves few digits in float32. torch has a function for
        exactly this difference.""",
        {"torch.expm1(": "(lambda z: torch.exp(z) - 1)("}),
    mistake("OneOutside", "ELU", "values",
        """alpha multiplies the whole difference: the exponential and the 1. In your answer the 1 is outside.""",
        {"self.alpha * torch.expm1(x.clamp(max=0))": "self.alpha * torch.exp(x.clamp(max=0)) - 1"}),
    mistake("FixedAlpha", "ELU", "values",
        """alpha of the constructor never reaches your formula: another value should change the output.""",
        {"self.alpha = alpha": "self.alpha = 1.0"}),
    mistake("ScalesHalf", "SELU", "values",
        """The scale multiplies both sides. In your answer what is above 0 comes through as it is.""",
        {"torch.where(x > 0, x, self.ALPHA": "torch.where(x > 0, x / self.SCALE, self.ALPHA"}),
    mistake("RoundedConstants", "SELU", "numerics",
        """Your results are off in the sixth digit: the constants are rounded. The docstring has all of their digits;
        they make mean 0 and variance 1 a fixed point.""",
        {
            "ALPHA = 1.6732632423543772848170429916717": "ALPHA = 1.67326",
            "SCALE = 1.0507009873554804934193349852946": "SCALE = 1.0507",
        }),
    mistake("JustAnELU", "SELU", "values",
        """The scale is missing, on both sides.""",
        {"self.SCALE * ": ""}),
    mistake("JustAnELU", "CELU", "values",
        """alpha occurs twice: it also divides x inside of the exponential. Without that it is an ELU.""",
        {" / self.alpha": ""}),
    mistake("MultipliesInside", "CELU", "values",
        """Inside of the exponential x is divided by alpha. You multiply.""",
        {" / self.alpha": " * self.alpha"}),
    mistake("ForgetsAlphaInFront", "CELU", "values",
        """Inside of the exponential alpha is there; in front of the difference it is missing.""",
        {"self.alpha * torch.expm1": "torch.expm1"}),
    # --- sigmoids ---
    mistake("OverflowsFarBelow", "Sigmoid", "gradients",
        """The output is right, but far below 0 the gradient is nan: the exponential of -x overflows, and in the
        backward pass infinity meets 0. Use another form of the same function there, or keep the argument small.""",
        {"torch.where(x > 0, 1 / (1 + falling), rising / (1 + rising))": "1 / (1 + torch.exp(-x))"}),
    mistake("ForgetsTheMinus", "Sigmoid", "values",
        """Yours falls where it should rise: check the sign in the exponential.""",
        {"1 / (1 + falling), rising / (1 + rising))": "falling / (1 + falling), 1 / (1 + rising))"}),
    mistake("FlatAtZero", "Sigmoid", "gradients",
        """Everything is right but the gradient at exactly 0, which should be 1/4. An absolute value has no slope there,
        so nothing comes back through it.""",
        {"x.clamp(max=0)": "-x.abs()", "-x.clamp(min=0)": "-x.abs()"}),
    mistake("TwiceTooSteep", "Sigmoid", "values",
        """A sigmoid is half of 1 + tanh(x / 2). Is yours twice too steep?""",
        {"torch.where(x > 0, 1 / (1 + falling), rising / (1 + rising))": "0.5 + 0.5 * torch.tanh(x)"}),
    mistake("InfinityByInfinity", "Tanh", "values",
        """For large numbers your output is nan: both exponentials overflow, and infinity is divided by infinity. Divide
        numerator and denominator by the larger exponential first.""",
        {
            "torch.where(x > 0, -above / (above + 2), below / (below + 2))": (
                "(torch.exp(x) - torch.exp(-x)) / (torch.exp(x) + torch.exp(-x))"
            ),
        }),
    mistake("FlatAtZero", "Tanh", "gradients",
        """Everything is right but the gradient at exactly 0, which should be 1. Neither sign(x) nor abs(x) has a slope
        there, so nothing comes back through them.""",
        {
            "torch.where(x > 0, -above / (above + 2), below / (below + 2))": (
                "x.sign() * (1 - torch.exp(-2 * x.abs())) / (1 + torch.exp(-2 * x.abs()))"
            ),
        }),
    mistake("HalfAsSteep", "Tanh", "values",
        """tanh(x) is twice the sigmoid of 2x, less one. Is the 2 inside there?""",
        {"2 * x.clamp(max=0)": "x.clamp(max=0)", "-2 * x.clamp(min=0)": "-x.clamp(min=0)"}),
    mistake("OtherWayRound", "Tanhshrink", "values",
        """The sign is wrong: it is x less its tanh.""",
        {"x - torch.tanh(x)": "torch.tanh(x) - x"}),
    mistake("ConstantTanh", "Tanhshrink", "gradients",
        """tanh(x) depends on x as well, and the gradient has a term for it. Is it detached?""",
        {"- torch.tanh(x)": "- torch.tanh(x).detach()"}),
    mistake("ShrinksByAHardTanh", "Tanhshrink", "values",
        """You take away a tanh of straight lines. It is the true one, which bends.""",
        {"torch.tanh(x)": "x.clamp(-1, 1)"}),
    mistake("WithoutTheAbsoluteValue", "Softsign", "values",
        """The denominator has the absolute value of x. Without it the output is infinite at -1.""",
        {"x.abs()": "x"}),
    mistake("ARoot", "Softsign", "values",
        """x over the root of 1 + x² looks much the same, but comes nearer to 1 sooner. Here the denominator is
        1 + |x|.""",
        {"x / (1 + x.abs())": "x / torch.sqrt(1 + x * x)"}),
    mistake("ConstantDenominator", "Softsign", "gradients",
        """The denominator depends on x as well, and the gradient has a term for it. Is it detached?""",
        {"x.abs()": "x.detach().abs()"}),
    # --- soft rectifiers ---
    mistake("OverflowsAbove", "Softplus", "gradients",
        """At large x the output is right, but the gradient is nan. torch.where computes both sides for every element,
        and in the backward pass the exponential that overflowed gives infinity times 0. Keep its argument below the
        threshold there.""",
        {".clamp(max=self.threshold)": ""}),
    mistake("NoThreshold", "Softplus", "values",
        """Where beta times x exceeds the threshold the output is x itself. A small threshold shows that yours goes on
        with the formula.""",
        {
            "torch.log1p(torch.exp(scaled.clamp(max=self.threshold))) / self.beta": (
                "torch.logaddexp(scaled, torch.zeros_like(x)) / self.beta"
            ),
            "torch.where(scaled > self.threshold, x, smooth)": "smooth",
        }),
    mistake("ComparesXItself", "Softplus", "values",
        """It is beta times x that is compared with the threshold, not x.""",
        {"where(scaled > self.threshold": "where(x > self.threshold", "clamp(max=self.threshold)": "clamp(max=80)"}),
    mistake("ForgetsToDivide", "Softplus", "values",
        """The logarithm is divided by beta: else the function does not run along x in the end.""",
        {") / self.beta": ")"}),
    mistake("FixedBeta", "Softplus", "values",
        """beta of the constructor never reaches your formula: another value should change the output.""",
        {"self.beta = beta": "self.beta = 1.0"}),
    mistake("LosesTheTail", "Softplus", "numerics",
        """Far below 0 the exponential is tiny, and 1 plus it is 1 in float32, so your output is 0 where it should be
        small. torch has a function for the logarithm of 1 plus something.""",
        {"torch.log1p(": "torch.log(1 + "}),
    mistake("LogOfNothing", "LogSigmoid", "values",
        """Far below 0 the sigmoid is 0 after rounding, and its logarithm minus infinity. Do not compute the sigmoid
        first: its logarithm is a softplus, but for signs.""",
        {"-torch.logaddexp(torch.zeros_like(x), -x)": "torch.log(torch.sigmoid(x))"}),
    mistake("SignInside", "LogSigmoid", "values",
        """Yours falls where it should rise: the sign of x inside is wrong.""",
        {"(x), -x)": "(x), x)"}),
    mistake("SignOutside", "LogSigmoid", "values",
        """The logarithm of a number below 1 is negative. Yours is positive: a minus is missing.""",
        {"return -torch": "return torch"}),
    mistake("LosesTheTail", "LogSigmoid", "numerics",
        """Far above 0 your output is 0 in float32 where it should be a small negative number: 1 plus a tiny exponential
        is 1. torch has a function for the logarithm of 1 plus something.""",
        {
            "-torch.logaddexp(torch.zeros_like(x), -x)": (
                "torch.minimum(x, torch.zeros_like(x)) - torch.log(1 + torch.exp(-x.abs()))"
            ),
        }),
    mistake("TheGateAlone", "SiLU", "values",
        """That is the sigmoid by itself. It is a gate: x is multiplied by it.""",
        {"x * torch.sigmoid(x)": "torch.sigmoid(x)"}),
    mistake("OverflowsFarBelow", "SiLU", "gradients",
        """The output is right, but far below 0 the gradient is nan: the exponential of -x overflows. torch.sigmoid
        does not.""",
        {"x * torch.sigmoid(x)": "x / (1 + torch.exp(-x))"}),
    mistake("AsGELUIsApproximated", "SiLU", "values",
        """The gate is the sigmoid of x itself. With 1.702 in it, it stands in for GELU.""",
        {"torch.sigmoid(x)": "torch.sigmoid(1.702 * x)"}),
    mistake("ConstantGate", "SiLU", "gradients",
        """The gate depends on x as well, and the gradient has a term for it. Is it detached?""",
        {"torch.sigmoid(x)": "torch.sigmoid(x).detach()"}),
    mistake("WithoutTheTanh", "Mish", "values",
        """Between the softplus and the product there is a tanh.""",
        {"torch.tanh(F.softplus(x))": "F.softplus(x)"}),
    mistake("OverflowsAbove", "Mish", "gradients",
        """At large x the output is right, but the gradient is nan: the exponential overflows. A softplus that knows
        this, such as torch's own, is allowed here.""",
        {"F.softplus(x)": "torch.log1p(torch.exp(x))"}),
    mistake("JustASwish", "Mish", "values",
        """You gate x by its sigmoid, which is SiLU. Here the gate is the tanh of the softplus of x.""",
        {"torch.tanh(F.softplus(x))": "torch.sigmoid(x)"}),
    mistake("TanhOutside", "Mish", "values",
        """Only the gate goes through tanh; x is multiplied by what comes out. Mind the brackets.""",
        {"x * torch.tanh(F.softplus(x))": "torch.tanh(x * F.softplus(x))"}),
    mistake("AlwaysExact", "GELU", "values",
        """With approximate="tanh" the formula is another one, and so is the output, in the fourth digit.""",
        {'if self.approximate == "tanh":': "if False:"}),
    mistake("AlwaysApproximate", "GELU", "values",
        """With defaults the formula is the exact one, with erf. The approximation is for approximate="tanh".""",
        {'if self.approximate == "tanh":': "if True:"}),
    mistake("ByASigmoid", "GELU", "values",
        """x times the sigmoid of 1.702 x is another approximation than either that is asked for.""",
        {"0.5 * x * (1 + torch.erf(x / math.sqrt(2)))": "x * torch.sigmoid(1.702 * x)"}),
    mistake("WithoutTheRoot", "GELU", "values",
        """The distribution function of the normal distribution is half of 1 + erf(x / √2). Is the root of 2 there?""",
        {"torch.erf(x / math.sqrt(2))": "torch.erf(x)"}),
    mistake("ASquare", "GELU", "values",
        """In the approximation the 0.044715 belongs to the third power of x.""",
        {"x**3": "x**2"}),
]  # fmt: skip
