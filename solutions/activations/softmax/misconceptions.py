"""Known-wrong answers for the softmax family, and the hint that each earns."""

from grader.spec import mistake

ALONG = ("Softmax", "Softmin", "LogSoftmax")
SHARES = ("Softmax", "Softmin")

mistakes = [
    # --- Softmax and Softmin ---
    mistake("AsksTorch", SHARES, "own_work",
        "`torch.softmax` does all the work here. Take powers of e, and divide each by their sum.",
        {"powers = torch.exp(x - x.amax(dim, keepdim=True))": "return torch.softmax(x, dim)"}),
    mistake("CallsItAxis", ALONG, "interface",
        "The argument is called `dim`, as everywhere in torch: `Softmax(dim=1)` should work.",
        {"def __init__(self, dim: int) -> None:\n        super().__init__()\n        self.dim = dim":
            "def __init__(self, axis: int) -> None:\n        super().__init__()\n        self.dim = axis"}),
    mistake("DimAsABuffer", ALONG, "parameters",
        """This layer has nothing to learn and nothing to save, so its state dict is empty. Keep `dim` as a plain
        attribute.""",
        {"self.dim = dim": 'self.dim = dim\n        self.register_buffer("along", torch.tensor(dim))'}),
    mistake("SumsWithoutKeepdim", SHARES, "shapes",
        """The sum has lost the dimension along which you summed, so dividing by it either fails or lines it up with
        another dimension. Look up `keepdim`.""",
        {"powers.sum(dim, keepdim=True)": "powers.sum(dim)"}),
    mistake("SumsOverEverything", SHARES, "values",
        """All the outputs together sum to 1. It should be those along `dim`: in a batch, every row by itself.""",
        {"powers.sum(dim, keepdim=True)": "powers.sum()"}),
    mistake("AlwaysTheLastDimension", SHARES, "values",
        "You work along the last dimension whatever `dim` says.",
        {"powers = torch.exp(x": "dim = -1\n    powers = torch.exp(x"}),
    mistake("AlwaysTheSecondDimension", SHARES, "values",
        "You work along dimension 1 whatever `dim` says.",
        {"powers = torch.exp(x": "dim = min(1, x.dim() - 1)\n    powers = torch.exp(x"}),
    mistake("PowersOverflow", SHARES, "values",
        """e to the power of 10,000 is infinite, and infinity divided by infinity is not a number; e to the power of
        -10,000 is 0, and so is a sum of such powers. What could you add to all the inputs without changing the
        result?""",
        {"torch.exp(x - x.amax(dim, keepdim=True))": "torch.exp(x)"}),
    mistake("OneMaximumForAll", SHARES, "values",
        """You subtract one maximum from the whole input. In a row far below it all powers are rounded to 0, and 0/0 is
        not a number: each row needs a shift of its own.""",
        {"x.amax(dim, keepdim=True)": "x.max()"}),
    mistake("AddsASmallNumber", SHARES, "values",
        """You add a small number to the denominator, and the outputs no longer sum to 1. After the shift the sum is
        never below 1, so nothing has to be added.""",
        {"powers / powers.sum(dim, keepdim=True)": "powers / (powers.sum(dim, keepdim=True) + 1e-6)"}),
    mistake("DividesByTheNorm", SHARES, "values",
        "The outputs should sum to 1; it is their squares that do. Divide by the sum of the powers, not by their norm.",
        {"powers.sum(dim, keepdim=True)": "powers.norm(dim=dim, keepdim=True)"}),
    mistake("PowersOfTwo", SHARES, "values",
        "The base of the powers is e. Yours is 2, which makes the outputs too even.",
        {"torch.exp(x -": "torch.exp2(x -"}),
    mistake("SumWithoutGradient", SHARES, "gradients",
        """Your values are right. The gradient is that of a numerator over a constant: every output depends on every
        input, through the sum as well, so the sum must stay in the graph.""",
        {"powers.sum(dim, keepdim=True)": "powers.sum(dim, keepdim=True).detach()"}),
    mistake("OutsideTheGraph", SHARES, "gradients",
        """Your values are right, but no gradient reaches the input: a detached copy, `.data` or a new tensor starts a
        graph of its own.""",
        {"powers = torch.exp(x": "x = x.detach()\n    powers = torch.exp(x"}),
    mistake("HalfPrecision", SHARES, "numerics",
        "In float32 only three digits of your output are right: a shorter format is used on the way.",
        {"    return powers /":
            "    if x.dtype == torch.float32:\n        powers = powers.half().float()\n    return powers /"}),
    mistake("RowByRow", SHARES, "vectorized",
        """The result is right, but you loop over the first dimension in Python. `amax` and `sum` take a dimension, and
        handle all rows at once.""",
        {"powers = torch.exp(x":
            "if x.dim() > 1 and dim % x.dim():\n"
            "        return torch.stack([_shares(row, dim % x.dim() - 1) for row in x])\n"
            "    powers = torch.exp(x"}),
    mistake("ForgetsTheMinus", "Softmin", "values",
        "This is a softmax: the largest input gets the largest share. In a softmin the smallest does.",
        {"_shares(-x, self.dim)": "_shares(x, self.dim)"}),
    mistake("MinusOutside", "Softmin", "values",
        "Your outputs are negative. The minus belongs to the input, inside the exponential.",
        {"_shares(-x, self.dim)": "-_shares(x, self.dim)"}),
    mistake("OneMinusSoftmax", "Softmin", "values",
        """You take 1 - softmax, which does not sum to 1 when there are more than two numbers. The minus belongs to the
        input.""",
        {"_shares(-x, self.dim)": "1 - _shares(x, self.dim)"}),

    # --- LogSoftmax ---
    mistake("LogOfTorchs", "LogSoftmax", "own_work",
        "`F.log_softmax` does all the work here. Write the formula x - log(sum(exp(x))), and mind large inputs.",
        {"shifted = x - x.amax(self.dim, keepdim=True)": "return F.log_softmax(x, self.dim)"}),
    mistake("LogOfTheQuotient", "LogSoftmax", "values",
        """You take the logarithm of the softmax. A probability below 1e-323 is rounded to 0, and its logarithm is minus
        infinity. Take the logarithm of the quotient on paper first.""",
        {"return shifted - torch.log(torch.exp(shifted).sum(self.dim, keepdim=True))":
            "return torch.log(torch.exp(shifted) / torch.exp(shifted).sum(self.dim, keepdim=True))"}),
    mistake("LogOfAlmostTheQuotient", "LogSoftmax", "values",
        """You add a small number before you take the logarithm, so no output falls below that number's logarithm. Take
        the logarithm of the quotient on paper first; then nothing has to be added.""",
        {"return shifted - torch.log(torch.exp(shifted).sum(self.dim, keepdim=True))":
            "return torch.log(torch.exp(shifted) / torch.exp(shifted).sum(self.dim, keepdim=True) + 1e-12)"}),
    mistake("LogOverflows", "LogSoftmax", "values",
        """e to the power of 10,000 is infinite, and the logarithm of a sum of powers that were all rounded to 0 is
        minus infinity. What could you add to all the inputs without changing the result?""",
        {"x - x.amax(self.dim, keepdim=True)": "x"}),
    mistake("OneMaximumForAllLogs", "LogSoftmax", "values",
        """You subtract one maximum from the whole input. In a row far below it all powers are rounded to 0, and their
        logarithm is minus infinity: each row needs a shift of its own.""",
        {"x.amax(self.dim, keepdim=True)": "x.max()"}),
    mistake("ForgetsTheLog", "LogSoftmax", "values",
        "You subtract the sum of the powers. What is subtracted is its logarithm.",
        {"torch.log(torch.exp(shifted).sum(self.dim, keepdim=True))":
            "torch.exp(shifted).sum(self.dim, keepdim=True)"}),
    mistake("SumOfTheLogs", "LogSoftmax", "values",
        "The sum comes first and the logarithm after it; the logarithm of a sum is not the sum of the logarithms.",
        {"torch.log(torch.exp(shifted).sum(self.dim, keepdim=True))":
            "torch.log(torch.exp(shifted)).sum(self.dim, keepdim=True)"}),
    mistake("LogBase2", "LogSoftmax", "values",
        "The logarithm that undoes exp is the natural one. Yours has another base.",
        {"torch.log(": "torch.log2("}),
    mistake("ShiftOnlyOnce", "LogSoftmax", "values",
        """The shift goes into the sum but not into the number from which its logarithm is subtracted (or the reverse),
        so every output is off by the maximum.""",
        {"return shifted -": "return x -"}),
    mistake("LastDimensionOnly", "LogSoftmax", "values",
        "You work along the last dimension whatever `dim` says.",
        {"x.amax(self.dim, keepdim=True)": "x.amax(-1, keepdim=True)", ".sum(self.dim, keepdim": ".sum(-1, keepdim"}),
    mistake("LogsWithoutKeepdim", "LogSoftmax", "shapes",
        """The sum has lost the dimension along which you summed, so subtracting its logarithm either fails or lines it
        up with another dimension. Look up `keepdim`.""",
        {"sum(self.dim, keepdim=True)": "sum(self.dim)"}),
    mistake("NormaliserWithoutGradient", "LogSoftmax", "gradients",
        """Your values are right. In the gradient, what you subtract counts as a constant: every output depends on every
        input, through the sum, so the sum must stay in the graph.""",
        {"torch.exp(shifted)": "torch.exp(shifted.detach())"}),
    mistake("HalfPrecisionLogs", "LogSoftmax", "numerics",
        "In float32 only three digits of your output are right: a shorter format is used on the way.",
        {"        return shifted":
            "        if x.dtype == torch.float32:\n            shifted = shifted.half().float()\n"
            "        return shifted"}),
    mistake("LogsRowByRow", "LogSoftmax", "vectorized",
        """The result is right, but you loop over the first dimension in Python. `amax` and `sum` take a dimension, and
        handle all rows at once.""",
        {"shifted = x - x.amax(self.dim, keepdim=True)":
            "if x.dim() > 1 and self.dim % x.dim():\n"
            "            return torch.stack([LogSoftmax(self.dim % x.dim() - 1)(row) for row in x])\n"
            "        shifted = x - x.amax(self.dim, keepdim=True)"}),

    # --- AdaptiveLogSoftmaxWithLoss ---
    mistake("HeadForTheShortlistOnly", "AdaptiveLogSoftmaxWithLoss", "parameters",
        """The head needs an output for each cluster besides those of the shortlist: that is where the probability of
        landing in a cluster comes from.""",
        {"self.bounds[0] + len(cutoffs)": "self.bounds[0]"}),
    mistake("OneWidthForAllClusters", "AdaptiveLogSoftmaxWithLoss", "parameters",
        """Each cluster's projection is `div_value` times smaller than the one before: rare words get less room. Yours
        are all of one width.""",
        {"int(in_features // div_value ** (i + 1))": "int(in_features // div_value)"}),
    mistake("DividesAgainAndAgain", "AdaptiveLogSoftmaxWithLoss", "parameters",
        """You divide the width of the cluster before, which is rounded already. Each width comes from in_features
        itself: in_features // div_value ** (i + 1).""",
        {"width = int(in_features // div_value ** (i + 1))":
            "width = int((width if i else in_features) // div_value)"}),
    mistake("FirstClusterUndivided", "AdaptiveLogSoftmaxWithLoss", "parameters",
        """The first cluster's projection is already smaller than the input, by `div_value` to the power of one. Yours
        starts with the power of zero.""",
        {"int(in_features // div_value ** (i + 1))": "int(in_features // div_value**i)"}),
    mistake("BiasInTheClusters", "AdaptiveLogSoftmaxWithLoss", "parameters",
        "`head_bias` is about the head alone; the layers of the clusters have no bias.",
        {"nn.Linear(width, end - first, bias=False)": "nn.Linear(width, end - first, bias=head_bias)"}),
    mistake("HeadAlwaysBiased", "AdaptiveLogSoftmaxWithLoss", "parameters",
        "Without `head_bias=True` the head has no bias, and by default it has none. `nn.Linear` has one unless told.",
        {", bias=head_bias)": ")"}),
    mistake("ListOfLayers", "AdaptiveLogSoftmaxWithLoss", "parameters",
        """A plain list hides its layers from the module: their weights are neither trained nor saved. Look up
        `nn.ModuleList`.""",
        {"nn.ModuleList()": "[]"}),
    mistake("ChangesTheListOfCutoffs", "AdaptiveLogSoftmaxWithLoss", "interface",
        """You append `n_classes` to the list that you were given, so whoever passed it finds another list than before.
        Make a list of your own.""",
        {"self.bounds = [*cutoffs, n_classes]":
            "self.bounds = cutoffs\n        if isinstance(cutoffs, tuple):\n            self.bounds = list(cutoffs)\n"
            "        self.bounds.append(n_classes)",
         "len(cutoffs)": "len(self.bounds) - 1"}),
    mistake("OutputAsAColumn", "AdaptiveLogSoftmaxWithLoss", "shapes",
        """The output has the shape of the targets, (N,). Yours has a dimension more: `gather` keeps the one along which
        it picks.""",
        {"return output, -output.mean()": "return output.unsqueeze(1), -output.mean()",
         "return output.squeeze(0), loss": "return output[0, 0], loss"}),
    mistake("KeepsTheBatchOfOne", "AdaptiveLogSoftmaxWithLoss", "shapes",
        """A single vector of features comes with a single target, of shape (), and gives an output of that shape. You
        return a batch of one.""",
        {"return output.squeeze(0), loss": "return output, loss"}),
    mistake("WithinTheClusterOnly", "AdaptiveLogSoftmaxWithLoss", "values",
        """The log-probability of a class in a cluster has two terms: that of the cluster, from the head, and that of
        the class given the cluster. The first is missing.""",
        {"head[rows, shortlist + i] + given_cluster": "given_cluster",
         "head[:, shortlist + i].unsqueeze(1) + within": "within"}),
    mistake("ClustersBackwards", "AdaptiveLogSoftmaxWithLoss", "values",
        """The head's last outputs are the clusters in order: the first of them after the shortlist is the first
        cluster. You count them from the end.""",
        {"head[rows, shortlist + i]": "head[rows, -1 - i]",
         "head[:, shortlist + i]": "head[:, -1 - i]"}),
    mistake("ClustersFirst", "AdaptiveLogSoftmaxWithLoss", "values",
        "In the head the shortlist comes first and the clusters after it. You have them the other way round.",
        {"head = F.log_softmax(self.head(x), dim=1)\n        output":
            "head = F.log_softmax(self.head(x), dim=1).roll(-len(self.tail), 1)\n        output",
         "head = F.log_softmax(self.head(x), dim=1)\n        pieces":
            "head = F.log_softmax(self.head(x), dim=1).roll(-len(self.tail), 1)\n        pieces"}),
    mistake("InTheOrderOfClusters", "AdaptiveLogSoftmaxWithLoss", "values",
        """The output is in the order of the targets. Yours is sorted by cluster: put what each cluster gives back into
        the rows that it came from.""",
        {"return output, -output.mean()":
            "parts = [output[(target >= first) & (target < end)] for first, end in pairwise([0, *self.bounds])]\n"
            "        return torch.cat(parts), -output.mean()"}),
    mistake("SumsTheLoss", "AdaptiveLogSoftmaxWithLoss", "values",
        "The loss is the mean of the negative log-probabilities. You sum them.",
        {"-output.mean()": "-output.sum()"}),
    mistake("ForgetsTheSign", "AdaptiveLogSoftmaxWithLoss", "values",
        """The loss is the *negative* mean of the log-probabilities: what training makes smaller. Yours has the other
        sign.""",
        {"-output.mean()": "output.mean()"}),
    mistake("NegativeOutput", "AdaptiveLogSoftmaxWithLoss", "values",
        """The output holds log-probabilities, which are never above 0. Only the loss has its sign turned.""",
        {"return output, -output.mean()": "return -output, -output.mean()"}),
    mistake("OneSoftmaxForAll", "AdaptiveLogSoftmaxWithLoss", "values",
        """Each cluster has a softmax of its own, over its own classes. You add up scores first and take one softmax
        over all classes in the end.""",
        {"within = F.log_softmax(self.tail[i](x[rows]), dim=1)": "within = self.tail[i](x[rows])",
         "within = F.log_softmax(cluster(x), dim=1)": "within = cluster(x)"}),
    mistake("ReluBetween", "AdaptiveLogSoftmaxWithLoss", "values",
        "A cluster is two matrices, one after the other, with nothing in between. You have a ReLU there.",
        {"self.tail[i](x[rows])": "self.tail[i][1](self.tail[i][0](x[rows]).relu())",
         "cluster(x)": "cluster[1](cluster[0](x).relu())"}),
    mistake("PredictsWithTheHeadAlone", "AdaptiveLogSoftmaxWithLoss", "values",
        """`predict` takes the head's largest output for a class. Where that is a cluster, the number is not the class
        but the place of the cluster: look at the probabilities of all classes.""",
        {"self.log_prob(x).argmax(dim=1)": "self.head(x).argmax(dim=1)"}),
    mistake("PredictsTheLikeliestCluster", "AdaptiveLogSoftmaxWithLoss", "values",
        """`predict` goes into the likeliest cluster and takes its best class. A class of the shortlist, or of another
        cluster, may be likelier all the same: compare the probabilities of all classes.""",
        {"return self.log_prob(x).argmax(dim=1)":
            "best, every = self.head(x).argmax(1, keepdim=True), torch.arange(self.bounds[-1], device=x.device)\n"
            "        place = sum((every >= end).long() for end in self.bounds[:-1])\n"
            "        place = torch.where(place > 0, place + self.bounds[0] - 1, every)\n"
            "        return self.log_prob(x).masked_fill(place != best, float('-inf')).argmax(dim=1)"}),
    mistake("ProbabilitiesInsteadOfLogs", "AdaptiveLogSoftmaxWithLoss", "values",
        "`log_prob` gives the logarithms of the probabilities. Yours are the probabilities themselves.",
        {"return torch.cat(pieces, dim=1)": "return torch.cat(pieces, dim=1).exp()"}),
    mistake("LossWithoutHistory", "AdaptiveLogSoftmaxWithLoss", "gradients",
        """The loss is right, but it is a number without a history: nothing learns from it. Do not make a new tensor of
        it, and do not detach what it is computed from.""",
        {"-output.mean()": "-output.detach().mean()"}),
    mistake("ClustersDoNotLearn", "AdaptiveLogSoftmaxWithLoss", "gradients",
        """Your values are right, but no gradient reaches the weights of the clusters. Filling a tensor with `.data` or
        detached values cuts them off.""",
        {"head[rows, shortlist + i] + given_cluster": "head[rows, shortlist + i] + given_cluster.detach()"}),
    mistake("HeadForgetsTheClusters", "AdaptiveLogSoftmaxWithLoss", "gradients",
        """Your values are right, but the head learns nothing from targets that lie in a cluster: the log-probability of
        the cluster must stay in the graph.""",
        {"head[rows, shortlist + i] + given_cluster": "head[rows, shortlist + i].detach() + given_cluster"}),
    mistake("LogsOfRoundedProbabilities", "AdaptiveLogSoftmaxWithLoss", "numerics",
        """You take the logarithm of a softmax. Far-off classes have a probability that is rounded to 0 in float32, and
        the logarithm of that is minus infinity. `F.log_softmax` is allowed here.""",
        {"head = F.log_softmax(self.head(x), dim=1)\n        output":
            "head = torch.log(F.softmax(self.head(x), dim=1))\n        output",
         "head = F.log_softmax(self.head(x), dim=1)\n        pieces":
            "head = torch.log(F.softmax(self.head(x), dim=1))\n        pieces",
         "F.log_softmax(self.tail[i](x[rows]), dim=1)": "torch.log(F.softmax(self.tail[i](x[rows]), dim=1))",
         "F.log_softmax(cluster(x), dim=1)": "torch.log(F.softmax(cluster(x), dim=1))"}),
    mistake("TargetByTarget", "AdaptiveLogSoftmaxWithLoss", "vectorized",
        """The result is right, but you handle the rows one by one in Python. For each cluster, pick out all the rows
        whose targets lie in it at once.""",
        {"shortlist = self.bounds[0]\n        head = F.log_softmax(self.head(x), dim=1)\n        output":
            "if len(x) > 1:\n"
            "            one_by_one = [self(row, which)[0] for row, which in zip(x, target, strict=True)]\n"
            "            return torch.stack(one_by_one), -torch.stack(one_by_one).mean()\n"
            "        shortlist = self.bounds[0]\n        head = F.log_softmax(self.head(x), dim=1)\n        output"}),
    mistake("PredictsShortNumbers", "AdaptiveLogSoftmaxWithLoss", "values",
        """`predict` gives int64 classes, as targets are. Yours are shorter whole numbers, or floating ones.""",
        {"self.log_prob(x).argmax(dim=1)": "self.log_prob(x).argmax(dim=1).int()"}),
    mistake("BiasStartsAtZero", "AdaptiveLogSoftmaxWithLoss", "init",
        "Fresh weights are those of `nn.Linear`, the head's bias as well. You set that to zero.",
        {"        self.tail = nn.ModuleList()\n":
            "        if head_bias:\n            nn.init.zeros_(self.head.bias)\n"
            "        self.tail = nn.ModuleList()\n"}),
    mistake("SmallWeightsEverywhere", "AdaptiveLogSoftmaxWithLoss", "init",
        "Fresh weights are those of `nn.Linear`. You overwrite them with other ones.",
        {"        for i, (first, end) in enumerate(pairwise(self.bounds)):\n            width":
            "        nn.init.normal_(self.head.weight, std=0.01)\n"
            "        for i, (first, end) in enumerate(pairwise(self.bounds)):\n            width"}),
]  # fmt: skip
