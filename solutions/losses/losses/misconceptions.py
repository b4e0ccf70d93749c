"""Known-wrong answers for MSELoss, BCELoss and CrossEntropyLoss, and the hint that each earns."""

from grader.spec import mistake

ALL = ("MSELoss", "BCELoss", "CrossEntropyLoss")
WEIGHTED = ("BCELoss", "CrossEntropyLoss")

mistakes = [
    # All of them.
    mistake("NotAModule", ALL, "interface",
            """A loss is a layer like any other: a subclass of nn.Module, which also calls `forward` for you. Yours
            is a plain class.""",
            {"(nn.Module)": "", "super().__init__()": "self.register_buffer = lambda name, item: None"}),
    mistake("AlwaysTheMean", ALL, "shapes",
            """`reduction` has no effect: you always take the mean. "none" gives a loss for each element, "sum"
            their sum.""",
            {"self.reduction = reduction": 'self.reduction = "mean"'}),
    mistake("AnyReduction", ALL, "errors",
            """There are three reductions: "none", "mean" and "sum". Another name, a misspelt one say, should raise
            an exception rather than stand for one of them.""",
            {'raise ValueError(f"unknown reduction {reduction!r}")': "return losses.mean()"}),
    mistake("PlainWeight", WEIGHTED, "parameters",
            """The weights are a plain attribute, so they are neither in `state_dict()` nor moved by `.to(...)`.
            Nothing is learned about them, but they belong to the layer's state: register them.""",
            {'self.register_buffer("weight", weight)': "self.weight = weight"}),
    mistake("LearnedWeight", WEIGHTED, "parameters",
            """The weights are given, not learned. As a parameter they would be changed by the optimizer, which
            would find that weights of zero make the best loss. They belong into a buffer.""",
            {'self.register_buffer("weight", weight)':
                'if weight is None:\n            self.register_parameter("weight", None)\n'
                "        else:\n            self.weight = nn.Parameter(weight)"}),

    mistake("KeepsTheGivenWeight", "BCELoss", "values",
            """You compute with the tensor that the constructor was given, beside the buffer. `.to(...)` makes a new
            buffer, and loading fills that one: read `self.weight` in every call.""",
            {'self.register_buffer("weight", weight)':
                'self.register_buffer("weight", weight)\n        self.w = weight',
             "losses = losses * self.weight": "losses = losses * self.w"}),
    mistake("KeepsTheGivenWeight", "CrossEntropyLoss", "values",
            """You compute with the tensor that the constructor was given, beside the buffer. `.to(...)` makes a new
            buffer, and loading fills that one: read `self.weight` in every call.""",
            {'self.register_buffer("weight", weight)':
                'self.register_buffer("weight", weight)\n        self.w = weight',
             "if self.weight is None else self.weight": "if self.weight is None else self.w"}),

    # MSELoss.
    mistake("MseOfTorch", "MSELoss", "own_work",
            "`F.mse_loss` does all the work here. It takes a difference, a square and a reduction.",
            {"_reduced((input - target) ** 2, self.reduction)":
                "nn.functional.mse_loss(input, target, reduction=self.reduction)"}),
    mistake("LearnsAScale", "MSELoss", "parameters",
            "This loss has nothing to learn and keeps no tensors. Yours has a parameter; plain numbers need none.",
            {"self.reduction = reduction":
                "self.reduction = reduction\n        self.scale = nn.Parameter(torch.ones(1))"}),
    mistake("HalfTheSquare", "MSELoss", "values",
            """You take half of each square, as textbooks do so that the derivative has no 2. torch takes the whole
            square.""",
            {"(input - target) ** 2": "0.5 * (input - target) ** 2"}),
    mistake("AbsoluteError", "MSELoss", "values",
            "You take the absolute difference, which is another loss (L1). Here each difference is squared.",
            {"(input - target) ** 2": "(input - target).abs()"}),
    mistake("RootMeanSquare", "MSELoss", "values",
            "You take the root of the mean. That is a fine measure to report, but the loss is the mean itself.",
            {"return _reduced((input - target) ** 2, self.reduction)":
                "loss = _reduced((input - target) ** 2, self.reduction)\n"
                '        return loss.sqrt() if self.reduction == "mean" else loss'}),
    mistake("MeanOverTheBatchOnly", "MSELoss", "values",
            """"mean" divides by the number of elements, features included. You divide by the size of the batch.""",
            {"return _reduced((input - target) ** 2, self.reduction)":
                "losses = (input - target) ** 2\n"
                '        if self.reduction == "mean" and losses.dim():\n'
                "            return losses.sum() / len(losses)\n"
                "        return _reduced(losses, self.reduction)"}),
    mistake("NoGradientForTheTarget", "MSELoss", "gradients",
            """The target gets a gradient too, where it asks for one: it may itself be the output of a network. You
            detach it.""",
            {"(input - target)": "(input - target.detach())"}),
    mistake("ExpandsTheSquare", "MSELoss", "numerics",
            """x² - 2xt + t² is the square on paper only. In float32, for values near 10 000, the digits that
            matter are lost in numbers near 10⁸. Take the difference first.""",
            {"(input - target) ** 2": "input**2 - 2 * input * target + target**2"}),
    mistake("ElementByElement", "MSELoss", "vectorized",
            """The result is right, but a Python loop over the elements takes thousands of times as long as one
            operation.""",
            {"(input - target) ** 2":
                "torch.stack([(a - b) ** 2 for a, b in zip(input.flatten(), target.flatten())]).reshape(input.shape)"}),

    # BCELoss.
    mistake("BceOfTorch", "BCELoss", "own_work",
            "`F.binary_cross_entropy` does all the work here. Write its formula with logarithms.",
            {"losses = -(target * log_one + (1 - target) * log_zero)":
                'losses = nn.functional.binary_cross_entropy(input, target, reduction="none")'}),
    mistake("TakesLogits", "BCELoss", "values",
            """You put the input through a sigmoid. It is made of probabilities already; BCEWithLogitsLoss is the
            one that takes logits.""",
            {"if input.shape": "input = input.sigmoid()\n        if input.shape"}),
    mistake("LogarithmsUnclamped", "BCELoss", "values",
            """At exactly 0 or 1 your loss is infinite or NaN (0 times infinity). torch lets no logarithm be less
            than -100.""",
            {"input.log().clamp(min=-100), (1 - input).log().clamp(min=-100)": "input.log(), (1 - input).log()"}),
    mistake("AddsEpsilon", "BCELoss", "values",
            """You add a small number before you take the logarithm. That changes every loss a little, and at
            exactly 0 it gives -log(eps) where torch gives 100. Bound the logarithm instead.""",
            {"input.log().clamp(min=-100), (1 - input).log().clamp(min=-100)":
                "(input + 1e-8).log(), (1 - input + 1e-8).log()"}),
    mistake("ClampsTheProbabilities", "BCELoss", "values",
            """You clamp the probabilities, as Keras does, so at exactly 0 the loss is about 16. torch clamps the
            logarithms, at -100.""",
            {"if input.shape": "input = input.clamp(1e-7, 1 - 1e-7)\n        if input.shape"}),
    mistake("OnlyWhereTheTargetIsOne", "BCELoss", "values",
            "Only -t·log x is there. Where the target is 0, the loss is -log(1 - x).",
            {" + (1 - target) * log_zero": ""}),
    mistake("HardTargets", "BCELoss", "values",
            """You treat every target as 0 or 1. It may be any number between, and then both logarithms count, each
            by its share.""",
            {"losses = -(target * log_one + (1 - target) * log_zero)":
                "losses = -torch.where(target > 0.5, log_one, log_zero)"}),
    mistake("NegativeLoss", "BCELoss", "values",
            "Your loss is negative: the minus in front of the logarithms is missing.",
            {"-(target * log_one": "(target * log_one"}),
    mistake("DividesByTheWeights", "BCELoss", "values",
            """"mean" divides by the number of elements here, whatever the weights are. You divide by the sum of
            the weights, as CrossEntropyLoss does.""",
            {"return _reduced(losses, self.reduction)":
                'if self.weight is not None and self.reduction == "mean":\n'
                "            return losses.sum() / self.weight.expand(losses.shape).sum()\n"
                "        return _reduced(losses, self.reduction)"}),
    mistake("WeighsOnlyTheOnes", "BCELoss", "values",
            """You weigh only the term of the target 1, as `pos_weight` does in BCEWithLogitsLoss. Here the weight
            is a factor of the whole loss.""",
            {"target * log_one +": "(1 if self.weight is None else self.weight) * target * log_one +",
             "losses = losses * self.weight": "pass"}),
    mistake("ForgetsTheWeight", "BCELoss", "values",
            "`weight` never reaches the formula: each loss is multiplied by it, before the reduction.",
            {"losses = losses * self.weight": "pass"}),
    mistake("WeighsTheSamples", "BCELoss", "values",
            """You give a row of weights to the samples. Like any tensor that broadcasts, it belongs to the last axis:
            one weight for each feature.""",
            {"losses = losses * self.weight":
                "weight = self.weight\n"
                "            if weight.dim() == 1 and losses.dim() > 1 and len(weight) == len(losses):\n"
                "                weight = weight.reshape(-1, *[1] * (losses.dim() - 1))\n"
                "            losses = losses * weight"}),
    mistake("NoGradientForTheLabels", "BCELoss", "gradients",
            """The target gets a gradient too, where it asks for one: it may itself be the output of a network. You
            detach it.""",
            {"-(target * log_one": "-((target := target.detach()) * log_one"}),
    mistake("BroadcastsTheTarget", "BCELoss", "errors",
            """A column of inputs and a row of targets become a square of losses, without a word. Sizes that differ
            should raise an exception.""",
            {"input.shape != target.shape": "False"}),
    mistake("CountsElements", "BCELoss", "errors",
            """It is not enough that input and target have as many elements: as a column beside a row they do, too,
            and broadcast to a square. The sizes must be equal.""",
            {"input.shape != target.shape": "input.numel() != target.numel()"}),
    mistake("LabelByLabel", "BCELoss", "vectorized",
            """The result is right, but a Python loop over the elements takes thousands of times as long as one
            operation.""",
            {"losses = -(target * log_one + (1 - target) * log_zero)":
                "rows = zip(target.flatten(), log_one.flatten(), log_zero.flatten())\n"
                "        losses = -torch.stack([t * a + (1 - t) * b for t, a, b in rows]).reshape(input.shape)"}),

    # CrossEntropyLoss.
    mistake("CrossEntropyOfTorch", "CrossEntropyLoss", "own_work",
            """`F.nll_loss` or `F.cross_entropy` does the work here. `log_softmax` is allowed; the class's entry is
            then picked by `gather` or by an index.""",
            {"log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)":
                '-nn.functional.nll_loss(log_p.reshape(-1, log_p.shape[-1]), target.flatten(), reduction="none")'
                ".reshape(target.shape)"}),
    mistake("NoLabelSmoothing", "CrossEntropyLoss", "interface",
            "The constructor also takes `label_smoothing`, a number from 0 to 1.",
            {'reduction: str = "mean",\n        label_smoothing: float = 0.0,': 'reduction: str = "mean",',
             "self.label_smoothing = label_smoothing": "self.label_smoothing = 0.0"}),
    mistake("KeepsTheAxisOfClasses", "CrossEntropyLoss", "shapes",
            """With "none" there is one loss for each position, so the axis of the classes is gone. Yours still has
            an axis of one there, which `gather` leaves.""",
            {"return _reduced(losses, self.reduction)": "return _reduced(losses.unsqueeze(-1), self.reduction)"}),
    mistake("SoftmaxTwice", "CrossEntropyLoss", "values",
            """You take the softmax of the logits, and then the log-softmax of that. Once is enough: the input is
            made of logits.""",
            {"torch.log_softmax(classes_last, -1)": "torch.log_softmax(torch.softmax(classes_last, -1), -1)"}),
    mistake("ExpectsProbabilities", "CrossEntropyLoss", "values",
            """You take the logarithm of the input as if it held probabilities. It holds logits, any numbers, and
            becomes probabilities by a softmax first.""",
            {"torch.log_softmax(classes_last, -1)": "classes_last.log()"}),
    mistake("ExpectsLogProbabilities", "CrossEntropyLoss", "values",
            """You take the input for logarithms of probabilities, as NLLLoss does. Here it holds logits: the log-
            softmax is part of the loss.""",
            {"torch.log_softmax(classes_last, -1)": "classes_last.clone()"}),
    mistake("MeanWithoutWeights", "CrossEntropyLoss", "values",
            """With weights, "mean" is a weighted mean: it divides by the sum of the weights of the targets. You
            divide by their number.""",
            {"(weight[target] * counts).sum()": "counts.sum()"}),
    mistake("DividesByAllWeights", "CrossEntropyLoss", "values",
            """"mean" divides by the sum of the weights *of the targets*, each as often as its class comes up. You
            divide by the sum of the weights of all classes.""",
            {"(weight[target] * counts).sum()": "(counts.sum() if self.weight is None else weight.sum())"}),
    mistake("WeightForgotten", "CrossEntropyLoss", "values",
            "`weight` never reaches your formula: each loss is multiplied by the weight of its class.",
            {"if self.weight is None else self.weight": "if True else self.weight"}),
    mistake("MeanCountsIgnored", "CrossEntropyLoss", "values",
            """Positions that are ignored give no loss, and "mean" does not count them either. You divide by the
            number of all positions.""",
            {"(weight[target] * counts).sum()": "weight[target].sum()"}),
    mistake("IgnoredAsClassZero", "CrossEntropyLoss", "values",
            """Positions with `ignore_index` should add nothing. You replace the index by a class, so that nothing
            breaks, and then count that class.""",
            {"+ self.label_smoothing * spread) * counts": "+ self.label_smoothing * spread)",
             "(weight[target] * counts).sum()": "weight[target].sum()"}),
    mistake("OnlyMinusOneHundred", "CrossEntropyLoss", "values",
            "You ignore -100, whatever `ignore_index` says.",
            {"self.ignore_index = ignore_index": "self.ignore_index = -100"}),
    mistake("ZeroWhereNothingCounts", "CrossEntropyLoss", "values",
            """Where every position is ignored, the mean of nothing is 0/0, which torch leaves as NaN. You give a
            number there.""",
            {"(weight[target] * counts).sum()": "(weight[target] * counts).sum().clamp(min=1e-12)"}),
    mistake("ClassesOnTheLastAxis", "CrossEntropyLoss", "values",
            "With further axes the classes are on axis 1, not on the last: (N, C, d1, ...).",
            {"input if input.dim() == 1 else input.movedim(1, -1)": "input"}),
    mistake("OneSampleIsABatch", "CrossEntropyLoss", "values",
            """Logits of one sample, (C,), have their classes on axis 0 and one class as the target. You look for
            axis 1.""",
            {"input if input.dim() == 1 else input.movedim(1, -1)": "input.movedim(1, -1)"}),
    mistake("SmoothsTheOthersOnly", "CrossEntropyLoss", "values",
            """You share the smoothing among the other C - 1 classes. torch spreads it over all C, the right one
            included.""",
            {"(1 - self.label_smoothing) * hit + self.label_smoothing * spread":
                "(1 - self.label_smoothing) * hit + self.label_smoothing * "
                "((weight * log_p).sum(-1) - hit) / max(log_p.shape[-1] - 1, 1)"}),
    mistake("SmoothingUnweighted", "CrossEntropyLoss", "values",
            """With smoothing, a little of the target falls to every class, and each of those shares is weighed by
            its own class's weight. You leave the weights out there.""",
            {"(weight * log_p).mean(-1)": "log_p.mean(-1)"}),
    mistake("SmoothingWeighedByTheTarget", "CrossEntropyLoss", "values",
            """With smoothing, a little of the target falls to every class, and each of those shares is weighed by
            its own class's weight. You weigh them all by the weight of the right class.""",
            {"(weight * log_p).mean(-1)": "weight[target] * log_p.mean(-1)"}),
    mistake("SmoothsWhatIsIgnored", "CrossEntropyLoss", "values",
            "An ignored position has no loss at all. Yours keeps the part that smoothing adds.",
            {"* hit + self.label_smoothing * spread) * counts": "* hit * counts + self.label_smoothing * spread)"}),
    mistake("SmoothsClassesOnly", "CrossEntropyLoss", "values",
            """Smoothing has no effect in your loss where the target is made of probabilities: they are mixed with
            1/C as well.""",
            {"q = (1 - self.label_smoothing) * q + self.label_smoothing / q.shape[-1]": "pass"}),
    mistake("SmoothsOnlyWhatIsThere", "CrossEntropyLoss", "values",
            """Where the target is made of probabilities, smoothing adds s/C to every class. You leave out those whose
            probability is exactly 0.""",
            {"self.label_smoothing / q.shape[-1]": "self.label_smoothing / q.shape[-1] * (q > 0)"}),
    mistake("ProbabilitiesToClasses", "CrossEntropyLoss", "values",
            """Where the target is made of probabilities, you take the most likely class. Every class counts, by
            its probability.""",
            {"q = target if target.dim() == 1 else target.movedim(1, -1)":
                "q = target if target.dim() == 1 else target.movedim(1, -1)\n"
                "            q = nn.functional.one_hot(q.argmax(-1), q.shape[-1]).to(q.dtype) + 0 * q"}),
    mistake("MeanOverClassesToo", "CrossEntropyLoss", "values",
            """Where the target is made of probabilities, the classes are summed, and "mean" divides by the number
            of positions. You divide by the number of classes as well.""",
            {"(weight * q * log_p).sum(-1)": "(weight * q * log_p).mean(-1)"}),
    mistake("WeighedMeanOfProbabilities", "CrossEntropyLoss", "values",
            """Where the target is made of probabilities, "mean" divides by the number of positions, whatever the
            weights are. You divide by weights.""",
            {"return _reduced(-(weight * q * log_p).sum(-1), self.reduction)":
                "losses = -(weight * q * log_p).sum(-1)\n"
                '            if self.reduction == "mean":\n'
                "                return losses.sum() / (weight * q).sum()\n"
                "            return _reduced(losses, self.reduction)"}),
    mistake("NoGradientForProbabilities", "CrossEntropyLoss", "gradients",
            """Probabilities as the target get a gradient too, where they ask for one: they may be the output of
            another network. You detach them.""",
            {"q = target if target.dim() == 1 else target.movedim(1, -1)":
                "q = target.detach() if target.dim() == 1 else target.detach().movedim(1, -1)"}),
    mistake("LogOfSoftmax", "CrossEntropyLoss", "numerics",
            """Softmax first and the logarithm after it is right on paper only: in float32 a probability below
            10⁻⁴⁵ is 0, and its logarithm infinite. `log_softmax` subtracts the largest logit and takes no
            logarithm of a small number.""",
            {"torch.log_softmax(classes_last, -1)": "torch.softmax(classes_last, -1).log()"}),
    mistake("ExponentialsOfTheLogits", "CrossEntropyLoss", "numerics",
            """Your normaliser adds up exponentials of the logits as they are. In float32, e⁸⁹ is infinite.
            Subtract the largest logit first, or use `logsumexp`.""",
            {"torch.log_softmax(classes_last, -1)": "classes_last - classes_last.exp().sum(-1, keepdim=True).log()"}),
    mistake("ClassesFromTheEnd", "CrossEntropyLoss", "errors",
            """A negative index counts from the end in Python, so the class -1 silently becomes the last one.
            Unless it is `ignore_index`, it should raise an exception.""",
            {"(target < 0) | (target >= log_p.shape[-1])": "(target >= log_p.shape[-1])",
             "target = target.where(counts, 0)": "target = target.where(counts, 0) % log_p.shape[-1]"}),
    mistake("AnyNumberOfClasses", "CrossEntropyLoss", "errors",
            """Classes for fewer samples than there are logits should raise an exception. `gather` does not mind:
            it takes the first rows; and a single class is broadcast to all of them.""",
            {"target.shape != log_p.shape[:-1]": "target.dim() == 0 != log_p.dim() - 1",
             "spread = (weight * log_p).mean(-1)": "spread = (weight * log_p).mean(-1)[: len(hit)] if hit.dim() else "
             "(weight * log_p).mean(-1)"}),
    mistake("ComparesTheBatchOnly", "CrossEntropyLoss", "errors",
            """You compare the size of the batch alone. The further axes count as well: there should be a class for
            each position, and `gather` does not mind where there are fewer.""",
            {"target.shape != log_p.shape[:-1]": "target.dim() and target.shape[0] != log_p.shape[0]"}),
    mistake("ClampsTheClasses", "CrossEntropyLoss", "errors",
            """A class that there is not should raise an exception. You bring it into the range, and go on with
            another class.""",
            {"(counts & ((target < 0) | (target >= log_p.shape[-1]))).any()": "False",
             "target = target.where(counts, 0)": "target = target.where(counts, 0).clamp(0, log_p.shape[-1] - 1)"}),
    mistake("SampleBySample", "CrossEntropyLoss", "vectorized",
            """The result is right, but you loop over the samples in Python. `gather`, or an index for each axis,
            takes the entries of all samples at once.""",
            {"log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)":
                "torch.stack([row[c] for row, c in zip(log_p.reshape(-1, log_p.shape[-1]), target.flatten())])"
                ".reshape(target.shape)"}),
]  # fmt: skip
