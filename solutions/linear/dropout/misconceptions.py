"""Known-wrong answers on dropout, as edits of the reference, and the hint that each earns."""

from grader.spec import mistake

ALL = ("Dropout", "Dropout2d", "Dropout3d")
CHANNELS = ("Dropout2d", "Dropout3d")
DRAW = "torch.rand(draws, dtype=x.dtype, device=x.device) >= self.p"
RESULT = "return x * keep * scale"

mistakes = [
    mistake("AsksTorch", ALL, "own_work",
        """F.dropout does all the work here. Draw the mask yourself: one comparison of random numbers with p.""",
        {"if not self.training:\n            return x": "return nn.functional.dropout(x, self.p, self.training)"}),
    mistake("PIsAsked", ALL, "interface",
        """Without an argument the layer drops half: p has a default.""",
        {"p: float = 0.5": "p: float"}),
    mistake("RefusesTheEnds", ALL, "interface",
        """0 and 1 are probabilities too: with p=0 nothing is dropped, with p=1 everything.""",
        {"0 <= p <= 1": "0 < p < 1"}),
    mistake("ProbabilityAsAParameter", ALL, "parameters",
        """This layer has nothing to learn, and nothing to save: p belongs into a plain attribute.""",
        {"self.p = p": "self.register_buffer('rate', torch.tensor(float(p)))\n        self.p = p"}),
    mistake("OnlyWhatIsKept", ALL, "shapes",
        """Dropped elements stay in their places as zeros. Yours leave the tensor, whose shape changes.""",
        {RESULT: "return (x * keep * scale)[(keep & (x == x))]"}),
    mistake("NoScaling", ALL, "values",
        """In training too little comes out on average: elements are dropped, and the others stay as they are. What
        must they be divided by for the expected output to be the input?""",
        {RESULT: "return x * keep"}),
    mistake("ScalesInEvaluation", ALL, "values",
        """That is dropout as first published: training leaves what it keeps as it is, and evaluation multiplies by 1
        - p. torch does it the other way round, so that evaluation need not do anything.""",
        {
            "if not self.training:\n            return x": "if not self.training:\n            return x * (1 - self.p)",
            RESULT: "return x * keep",
        }),
    mistake("ScalesAlways", ALL, "values",
        """In evaluation mode nothing is dropped, and so there is nothing to make up for: return the input as it
        is.""",
        {"if not self.training:\n            return x":
            "if not self.training:\n            return x / (1 - self.p) if self.p < 1 else x"}),
    mistake("DropsInEvaluation", ALL, "values",
        """Something is dropped in evaluation mode as well. `train()` and `eval()` set `self.training`: ask it.""",
        {"if not self.training:\n            return x\n": "\n"}),
    mistake("ScaledByP", ALL, "values",
        """You divide what is kept by p. With p = 0.5 nobody notices; but a share of 1 - p is kept.""",
        {"1 / (1 - self.p) if self.p < 1 else 0.0": "1 / self.p if self.p > 0 else 1.0"}),
    mistake("KeepsWithP", ALL, "values",
        """You take p for the probability of keeping an element, as TensorFlow 1 did. Here it is that of dropping
        it.""",
        {">= self.p": "< self.p", "1 / (1 - self.p) if self.p < 1 else 0.0": "1 / self.p if self.p > 0 else 0.0"}),
    mistake("DropsTheOthers", ALL, "values",
        """The comparison is the wrong way round: what is to be kept is dropped. With p = 0 everything should come
        through, with p = 1 nothing.""",
        {">= self.p": "< self.p"}),
    mistake("NormalNoise", ALL, "values",
        """The random numbers that you compare with p are normal, so half of them are negative. A number that falls
        below p with probability p is uniform between 0 and 1.""",
        {"torch.rand(": "torch.randn("}),
    mistake("GaussianDropout", ALL, "values",
        """You multiply by random numbers around 1. That is Gaussian dropout, a relative; here each element is either
        zero or divided by 1 - p.""",
        {RESULT: "return x * (1 + scale ** 0.5 * torch.randn(draws, dtype=x.dtype, device=x.device)) if 0 < self.p < 1 "
                 "else x * keep * scale"}),
    mistake("NotANumberAtOne", ALL, "values",
        """With p = 1 you divide zero by zero, which is nan. Everything is dropped there, so the output is zeros, and
        so is the gradient.""",
        {"1 / (1 - self.p) if self.p < 1 else 0.0": "1 - self.p", RESULT: "return x * keep / scale"}),
    mistake("DividesByZero", ALL, "values",
        """With p = 1 your scale is one over zero, and Python raises an exception. Everything is dropped there: the
        output is zeros.""",
        {" if self.p < 1 else 0.0": ""}),
    mistake("ScaledByWhatIsLeft", ALL, "values",
        """You divide by the share that happened to be kept in this call. Divide by 1 - p, its expectation: else every
        element depends on the draws of all the others.""",
        {"1 / (1 - self.p) if self.p < 1 else 0.0": "1 / keep.double().mean().clamp(min=1e-9)"}),
    mistake("ExactlyTheShare", ALL, "values",
        """You drop exactly p of all there is, chosen at random. Dropout decides about each by a draw of its own, so
        that how many are dropped is random as well.""",
        {DRAW: "(torch.rand(draws, dtype=x.dtype, device=x.device).flatten().argsort().argsort().view(tuple(draws))"
               " >= round(self.p * torch.Size(draws).numel()))"}),
    mistake("AlwaysTheSame", ALL, "values",
        """Two calls drop the very same. Draw a new mask in every call; and no seed belongs into a layer.""",
        {"keep = torch.rand": "torch.manual_seed(0)\n        keep = torch.rand"}),
    mistake("SeedsOfItsOwn", ALL, "values",
        """Two new layers drop the very same: yours draws from a generator of its own, with a fixed seed. Draw from
        torch's, which whoever trains may seed; no seed belongs into a layer.""",
        {
            "self.p = p": "self.p = p\n        self.draws = torch.Generator().manual_seed(1)",
            "keep = torch.rand(draws, dtype=x.dtype, device=x.device)":
                "keep = torch.rand(draws, dtype=x.dtype, generator=self.draws).to(x.device)",
        }),
    mistake("PairsOfChannels", ALL, "values",
        """Two channels side by side are always dropped or kept together: they share a draw. Each element, or each
        channel, should have a draw of its own.""",
        {"keep = torch.rand(draws, dtype=x.dtype, device=x.device)":
            "drawn = torch.rand(draws, dtype=x.dtype, device=x.device)\n"
            "        if len(draws) > 1 and draws[1] > 1:\n"
            "            drawn[:, 1::2] = drawn[:, : draws[1] // 2 * 2 : 2]\n"
            "        keep = drawn"}),
    mistake("KeepsSomething", ALL, "values",
        """You never drop everything: where no draw says keep, you keep all. With few elements that happens now and
        then, and zeros are then the right output.""",
        {RESULT: "if self.p < 1 and not keep.any():\n            keep = ~keep\n        return x * keep * scale"}),
    mistake("OneMaskForTheBatch", ALL, "values",
        """All samples of a batch lose the same. Each should have draws of its own: the mask needs the batch's
        axis.""",
        {"keep = torch.rand": "draws = (1, *draws[1:]) if draws else draws\n        keep = torch.rand"}),
    mistake("WholeSamples", ALL, "values",
        """You make one draw for each sample, which then is dropped or kept as a whole.""",
        {"keep = torch.rand": "draws = (*draws[:1], *[1] * (len(draws) - 1))\n        keep = torch.rand"}),
    mistake("AlwaysChannels", "Dropout", "values",
        """Elements of one channel are dropped together: that is what Dropout2d is for. In Dropout every element has a
        draw of its own, whatever the shape of the input.""",
        {"self._drop(x, x.shape)": "self._drop(x, (*x.shape[:2], *[1] * (x.dim() - 2)))"}),
    mistake("LastAxisTogether", "Dropout", "values",
        """You make one draw for each row, and all of its elements share it. The mask should have the input's
        shape.""",
        {"self._drop(x, x.shape)": "self._drop(x, (*x.shape[:-1], 1) if x.dim() else x.shape)"}),
    mistake("SingleElements", CHANNELS, "values",
        """Single pixels are dropped, as by Dropout. Neighbouring pixels tell the same story, so it is whole channels
        that should go: one draw for each image and channel.""",
        {"(*x.shape[:2], 1, 1": "(*x.shape[:2], *x.shape[2:4]"}),
    mistake("PixelsThroughAllChannels", CHANNELS, "values",
        """You drop a pixel in all channels at once. It is the other way round: a channel, in all pixels at once.""",
        {"(*x.shape[:2], 1, 1": "(x.shape[0], 1, *x.shape[2:4]"}),
    mistake("RowsOfAChannel", CHANNELS, "values",
        """Parts of a channel are dropped by themselves: the mask has a size in one of the axes behind the channels',
        where it should have 1.""",
        {"(*x.shape[:2], 1, 1": "(*x.shape[:3], 1"}),
    mistake("ChangesItsInput", ALL, "values",
        """The caller's tensor changes under its hands: an in-place operation (`*=`, `mul_`, or an assignment by a
        mask) writes zeros into the input. Make a new tensor.""",
        {RESULT: "y = x * keep * scale\n        x.data.copy_(y)\n        return y"}),
    mistake("StraightThrough", ALL, "gradients",
        """The gradient passes as if nothing had been dropped. It should be multiplied by what the element was
        multiplied by: 0 or 1 / (1 - p).""",
        {RESULT: "return x + (x * keep * scale - x).detach()"}),
    mistake("AnotherMaskBackward", ALL, "gradients",
        """The gradient is dropped with another mask than the output: draw once, and keep the mask for the backward
        pass.""",
        {RESULT: f"other = x * ({DRAW}) * scale\n        return other + (x * keep * scale - other).detach()"}),
    mistake("UnscaledGradient", ALL, "gradients",
        """The gradient of what is dropped is zero, as it should be; that of what is kept lacks the factor 1 / (1 -
        p).""",
        {RESULT: "y = x * keep\n        return y + (y * scale - y).detach()"}),
    mistake("ChecksNothing", ALL, "errors",
        """p is a probability: the constructor should raise a ValueError where it is below 0 or above 1.""",
        {"if not 0 <= p <= 1:": "if p != p:"}),
    mistake("ChecksOneEnd", ALL, "errors",
        """There are two ends to check: p may be neither below 0 nor above 1.""",
        {"0 <= p <= 1": "0 <= p"}),
    mistake("AllowsALittleMore", ALL, "errors",
        """You let through what lies just below 0 or just above 1. No probability does: compare with 0 and 1
        themselves.""",
        {"0 <= p <= 1": "-0.05 <= p <= 1.05"}),
    mistake("SampleBySample", ALL, "vectorized",
        """The masks are drawn in a Python loop over the samples, and that is slow. torch.rand takes a whole
        shape.""",
        {"keep = torch.rand(draws, dtype=x.dtype, device=x.device) >= self.p":
            "keep = torch.rand(draws, dtype=x.dtype, device=x.device) >= self.p\n"
            "        if len(draws) > 1:\n"
            "            rows = [torch.rand(draws[1:], dtype=x.dtype, device=x.device) for _ in x]\n"
            "            keep = torch.stack(rows) >= self.p"}),
]  # fmt: skip
