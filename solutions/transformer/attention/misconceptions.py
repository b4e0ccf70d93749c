"""Known-wrong answers for MultiheadAttention, and the hint that each earns."""

from grader.spec import mistake

PART = "MultiheadAttention"
DROPOUT = "F.dropout(scores.softmax(-1), self.dropout, self.training)"
PROJECTIONS = ("F.linear(query, w_q, b_q)", "F.linear(key, w_k, b_k)", "F.linear(value, w_v, b_v)")
MIX = "(weights @ v).transpose(1, 2).flatten(2)"
MASK = "scores.masked_fill(mask, -math.inf) if mask.dtype == torch.bool else scores + mask"
SPLIT = "x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)"

mistakes = [
    mistake("AsksTorch", PART, "own_work",
            """`F.scaled_dot_product_attention` does all the work here. Two products, a softmax and a scale do it too,
            and they are the exercise.""",
            {MIX: "F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)"}),
    mistake("NamesTheHeadsOtherwise", PART, "interface",
            """The arguments have torch's names, and callers use them: `embed_dim`, `num_heads`, `dropout`, `bias`,
            `batch_first`. One of yours is called otherwise.""",
            {"embed_dim: int, num_heads: int, dropout: float": "embed_dim: int, heads: int, dropout: float",
             "super().__init__()\n": "super().__init__()\n        num_heads = heads\n"}),

    # The parameters.
    mistake("ThreeProjections", PART, "parameters",
            """torch keeps the three input projections in one parameter, `in_proj_weight`, on top of each other in the
            order query, key, value. Yours are three.""",
            {"self.in_proj_weight = nn.Parameter(torch.empty(3 * embed_dim, embed_dim))":
                "self.q_proj_weight = nn.Parameter(torch.empty(embed_dim, embed_dim))\n"
                "        self.k_proj_weight = nn.Parameter(torch.empty(embed_dim, embed_dim))\n"
                "        self.v_proj_weight = nn.Parameter(torch.empty(embed_dim, embed_dim))",
             "nn.init.xavier_uniform_(self.in_proj_weight)":
                "for weight in (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):\n"
                "            nn.init.xavier_uniform_(weight)",
             "self.in_proj_weight.chunk(3)": "self.q_proj_weight, self.k_proj_weight, self.v_proj_weight"}),
    mistake("ProjectionOnItsSide", PART, "parameters",
            """Weights of linear maps have the outputs as rows, as in `nn.Linear`: `in_proj_weight` is (3 * embed_dim,
            embed_dim). Yours lies on its side.""",
            {"torch.empty(3 * embed_dim, embed_dim)": "torch.empty(embed_dim, 3 * embed_dim)",
             "self.in_proj_weight.chunk(3)": "self.in_proj_weight.T.chunk(3)"}),
    mistake("BiasRegardless", PART, "parameters",
            "With bias=False there is no bias at all, neither for the input projections nor in `out_proj`.",
            {"torch.zeros(3 * embed_dim)) if bias else None": "torch.zeros(3 * embed_dim))"}),
    mistake("NoOutputProjection", PART, "parameters",
            """What the heads found is concatenated and then goes through one more linear layer, `out_proj`, which mixes
            the heads. Yours ends before it.""",
            {"self.out_proj = nn.Linear(embed_dim, embed_dim, bias=bias)": "self.out_proj = nn.Identity()",
             "if bias:\n            nn.init.zeros_(self.out_proj.bias)": ""}),

    # The shapes of what is returned.
    mistake("OutputAlone", PART, "shapes",
            "The layer returns a pair, `(output, weights)`; where no weights are asked for, the second is None.",
            {"return output, (weights if need_weights else None)": "return output"}),
    mistake("WeightsInAnyCase", PART, "shapes",
            "With need_weights=False the second result is None. Yours is a tensor.",
            {"(weights if need_weights else None)": "weights"}),
    mistake("NeverAverages", PART, "shapes",
            """The weights that come back are the mean over the heads, unless average_attn_weights=False asks for each
            head's. Yours are always one for each head.""",
            {"if average_attn_weights:": "if False:"}),
    mistake("AlwaysAverages", PART, "shapes",
            "With average_attn_weights=False the weights of each head are asked for: (N, num_heads, L, S).",
            {"if average_attn_weights:": "if True:"}),
    mistake("KeepsTheBatchAxis", PART, "shapes",
            """An input without a batch gives an output and weights without a batch: if you add an axis on the way in,
            take it away on the way out.""",
            {"output, weights = output.squeeze(0), weights.squeeze(0)": "pass"}),
    mistake("IgnoresBatchFirst", PART, "shapes",
            """With batch_first=True the batch is the first axis, and positions attend to each other along the second.
            Yours still takes the first axis for the positions, so that sequences of the batch mix.""",
            {"self.batch_first = batch_first": "self.batch_first = False"}),
    mistake("WeightsAsSumOfTheHeads", PART, "values",
            """The rows of the weights that you return add up to the number of heads. What is asked for is their mean
            over the heads.""",
            {"weights.mean(1)": "weights.sum(1)"}),
    mistake("ReturnsTheScores", PART, "values",
            """The output is right, but the weights that you return are the scores before the softmax: rows of weights
            are positive and add up to one.""",
            {"if average_attn_weights:": "weights = scores\n        if average_attn_weights:"}),

    # Scores and softmax.
    mistake("ScalesByAllFeatures", PART, "values",
            """The scores are divided by the root of the features that a product adds up. That is the size of one head,
            embed_dim / num_heads, not embed_dim: with one head the difference does not show.""",
            {"math.sqrt(q.shape[-1])": "math.sqrt(query.shape[-1])"}),
    mistake("NeverScales", PART, "values",
            "The scores are divided by the root of a head's size before the softmax. Yours are not.",
            {" / math.sqrt(q.shape[-1])": ""}),
    mistake("ScalesWithoutARoot", PART, "values",
            "The scores are divided by the *root* of a head's size. Yours are divided by the size itself.",
            {"math.sqrt(q.shape[-1])": "q.shape[-1]"}),
    mistake("SoftmaxOverQueries", PART, "values",
            """Each query shares out one unit of weight among the keys, so the softmax runs over the keys: rows of the
            weights add up to one. In yours the columns do.""",
            {"scores.softmax(-1)": "scores.softmax(-2)"}),
    mistake("SoftmaxOverHeads", PART, "values",
            """The heads do not compete: within each head every query has weights that add up to one over the keys.
            Yours add up to one over the heads.""",
            {"scores.softmax(-1)": "scores.softmax(1)"}),
    mistake("OverflowingSoftmax", PART, "numerics",
            """Large scores give nan: their exponentials overflow. `softmax` subtracts the largest score of the row
            first, which changes nothing but that.""",
            {"scores.softmax(-1)": "(scores.exp() / scores.exp().sum(-1, keepdim=True))"}),

    # Heads.
    mistake("HeadsCutAcrossPositions", PART, "values",
            """A plain view to (N, heads, length, size) cuts the memory into heads across positions. First split the
            last axis into (heads, size), then move the axis of the heads forward with `transpose`.""",
            {SPLIT: "x.reshape(len(x), self.num_heads, -1, x.shape[-1] // self.num_heads)"}),
    mistake("InterleavedHeads", PART, "values",
            """A head reads features that lie side by side: the last axis is (heads, size), with the heads outside.
            Yours takes every num_heads-th feature.""",
            {SPLIT: "x.unflatten(-1, (-1, self.num_heads)).movedim(-1, 1)"}),
    mistake("MergesWithoutTransposing", PART, "values",
            """The heads' results are (N, heads, length, size). Before the last two axes can be put together as
            features, the axis of the heads has to come back behind the length.""",
            {MIX: "(weights @ v).reshape(query.shape)"}),
    mistake("OneHead", PART, "shapes",
            """The number of heads has no effect on the output. Each head compares its own slice of the features and has
            weights of its own.""",
            {"self.num_heads = num_heads": "self.num_heads = 1"}),

    # Projections.
    mistake("ValuesBeforeKeys", PART, "values",
            """The three projections are stacked in the order query, key, value. Yours takes the second for the values
            and the third for the keys.""",
            {"w_q, w_k, w_v =": "w_q, w_v, w_k =", "b_q, b_k, b_v =": "b_q, b_v, b_k ="}),
    mistake("TransposedProjections", PART, "values",
            """The projections are square, so a transposed product goes unnoticed. The rows of a weight are its outputs:
            x @ weight.T + bias, as in `F.linear`.""",
            dict(zip(PROJECTIONS, (text.replace(", b", ".T, b") for text in PROJECTIONS), strict=True))),
    mistake("ForgetsTheInputBias", PART, "values",
            "`in_proj_bias` is never added. Each of the three projections has its third of it.",
            dict(zip(PROJECTIONS, (text[: text.rindex(",")] + ")" for text in PROJECTIONS), strict=True))),
    mistake("ValuesFromTheKeys", PART, "values",
            "The values are projected from `value`. Yours come from `key`: where both are the same, nobody notices.",
            {"F.linear(value, w_v, b_v)": "F.linear(key, w_v, b_v)"}),
    mistake("OnlyAttendsToItself", PART, "shapes",
            """Keys and values are made from `query`, so what is handed in as `key` and `value` has no effect. That is
            right only where a sequence attends to itself.""",
            {"F.linear(key, w_k, b_k)": "F.linear(query, w_k, b_k)",
             "F.linear(value, w_v, b_v)": "F.linear(query, w_v, b_v)"}),

    # Masks.
    mistake("MaskInverted", PART, "values",
            """In torch's boolean masks True *forbids*. Yours lets pass what should be hidden and hides the rest (as
            `F.scaled_dot_product_attention` has it, where True means "may attend").""",
            {"masked_fill(mask,": "masked_fill(~mask,"}),
    mistake("PaddingMaskInverted", PART, "values",
            """In key_padding_mask True marks the padding, which nobody may read. Yours hides the words and reads the
            padding.""",
            {"self._mask(scores, key_padding_mask[..., None, None, :])":
                "self._mask(scores, ~key_padding_mask[..., None, None, :] if key_padding_mask.dtype == torch.bool "
                "else key_padding_mask[..., None, None, :])"}),
    mistake("BooleanMaskAdded", PART, "values",
            """A boolean mask that is added to the scores adds 1 where it says True, and forbids nothing. It has to put
            minus infinity there.""",
            {MASK: "scores + mask"}),
    mistake("AdditiveMaskMultiplied", PART, "values",
            "A mask of numbers is added to the scores. Yours is multiplied with them.",
            {"else scores + mask": "else scores * mask"}),
    mistake("AdditiveMaskAsBoolean", PART, "values",
            """A mask of numbers is added to the scores as it is. Yours only asks whether a number is zero, or below
            zero, so that a bias such as 0.5 gets lost.""",
            {"else scores + mask": "else scores.masked_fill(mask < 0, -math.inf)"}),
    mistake("MaskedScoreOfZero", PART, "values",
            """A score of 0 is no prohibition: exp(0) = 1, so the softmax still gives weight to that key. Only a score
            of minus infinity gives none.""",
            {"-math.inf": "0.0"}),
    mistake("MaskedScoreOfMinusHundred", PART, "values",
            """A forbidden score is put at some negative number, such as -100. Where the other scores are lower still,
            the forbidden key gets all the weight: fill in minus infinity.""",
            {"-math.inf": "-100.0"}),
    mistake("MaskedScoreOfMinusTenThousand", PART, "numerics",
            """-10,000 is not low enough: where scores are large, those of the other keys may be lower still, and then
            the forbidden key gets all the weight. Fill in minus infinity.""",
            {"-math.inf": "-1e4"}),
    mistake("MinusHundredAdded", PART, "values",
            """What is forbidden only has some number subtracted, such as 100. A score that is higher by more than that
            still wins: a boolean mask has to put minus infinity there.""",
            {MASK: "scores + mask.to(scores.dtype) * -100.0 if mask.dtype == torch.bool else scores + mask"}),
    mistake("MasksAfterTheSoftmax", PART, "values",
            """If weights are set to zero *after* the softmax, the rest of the row no longer adds up to one. Mask the
            scores before it.""",
            {MASK: "scores if mask.dtype == torch.bool else scores + mask",
             DROPOUT: "scores.softmax(-1)\n"
                "        for hides in (attn_mask, key_padding_mask):\n"
                "            if hides is not None and hides.dtype == torch.bool:\n"
                "                hides = hides if hides is attn_mask else hides[..., None, None, :]\n"
                "                weights = weights.masked_fill(hides, 0.0)\n"
                "        weights = F.dropout(weights, self.dropout, self.training)"}),
    mistake("IgnoresThePadding", PART, "values",
            "key_padding_mask has no effect on the output: every query still reads the padded keys.",
            {"if key_padding_mask is not None:": "if False:"}),
    mistake("IgnoresTheMask", PART, "values",
            "attn_mask has no effect on the output: every query still reads every key.",
            {"if attn_mask is not None:": "if False:"}),
    mistake("OneMaskReplacesTheOther", PART, "values",
            "Where both masks are given, both hold. In yours one of the two is dropped as soon as the other is there.",
            {"if key_padding_mask is not None:": "if key_padding_mask is not None and attn_mask is None:"}),
    mistake("MaskTransposed", PART, "values",
            """Rows of attn_mask are queries, columns are keys: mask[i, j] is about query i and key j. Yours has the two
            exchanged.""",
            {"scores = self._mask(scores, attn_mask)":
                "scores = self._mask(scores, attn_mask.mT if scores.shape[-1] == scores.shape[-2] else attn_mask)"}),
    mistake("MasksHeadByHead", PART, "values",
            """Of an attn_mask of shape (N * num_heads, L, S) the first num_heads belong to the first sequence. Yours
            takes the first N for the first head.""",
            {"attn_mask.unflatten(0, (-1, self.num_heads))":
                "attn_mask.unflatten(0, (self.num_heads, -1)).transpose(0, 1)"}),

    # Dropout.
    mistake("DropsInEvaluation", PART, "values",
            """After eval() nothing is dropped. `F.dropout` drops unless you tell it the mode: pass
            training=self.training.""",
            {DROPOUT: "F.dropout(scores.softmax(-1), self.dropout)"}),
    mistake("NeverDrops", PART, "values",
            "In training nothing is dropped. The argument dropout asks for it, of the weights.",
            {DROPOUT: "scores.softmax(-1)"}),
    mistake("NeverDropsBehindAMask", PART, "values",
            """In training, nothing is dropped where there is a mask. Dropout asks for the mode alone, `self.training`:
            masks, a missing batch or need_weights have no say in it.""",
            {DROPOUT: "F.dropout(scores.softmax(-1), self.dropout, "
                "self.training and attn_mask is None and key_padding_mask is None)"}),
    mistake("DropsTheOutput", PART, "values",
            """Dropout belongs on the attention weights, after the softmax and before the product with the values. Yours
            drops elements of the output.""",
            {DROPOUT: "scores.softmax(-1)",
             f"self.out_proj({MIX})": f"F.dropout(self.out_proj({MIX}), self.dropout, self.training)"}),
    mistake("DropsTheScores", PART, "values",
            """A dropped score is 0, which is a score like any other. Dropout belongs behind the softmax, on the
            weights.""",
            {DROPOUT: "F.dropout(scores, self.dropout, self.training).softmax(-1)"}),
    mistake("KeepsWithThatProbability", PART, "values",
            "dropout is the probability of a weight to be zeroed, not the one to be kept.",
            {"self.dropout = dropout": "self.dropout = 1 - dropout if dropout else 0.0"}),
    mistake("WeightsBeforeDropout", PART, "values",
            """The output is right, but in training the weights that you return are those before dropout. torch returns
            the ones that made the output.""",
            {DROPOUT: "scores.softmax(-1)",
             MIX: "(F.dropout(weights, self.dropout, self.training) @ v).transpose(1, 2).flatten(2)"}),

    # What flows, how it starts, how fast it is.
    mistake("DetachesTheWeights", PART, "gradients",
            """Your output is right, but no gradient flows through the attention weights, so that queries and keys never
            learn what to look at.""",
            {"weights @ v": "weights.detach() @ v"}),
    mistake("ReturnsDetachedWeights", PART, "gradients",
            """The weights that you return are cut from the graph. They are a result like the output, and a loss may be
            made of them.""",
            {"weights if need_weights else None": "weights.detach() if need_weights else None"}),
    mistake("DetachesTheMask", PART, "gradients",
            """A mask that is added may be a bias that is learned, and it gets no gradient from your answer. Is it
            detached, or made into another tensor?""",
            {"scores + mask": "scores + mask.detach()"}),
    mistake("XavierForEach", PART, "init",
            """`xavier_uniform_` gets all of `in_proj_weight` at once, with 3 * embed_dim outputs. Drawn for each of the
            three projections by itself, the values spread too far.""",
            {"nn.init.xavier_uniform_(self.in_proj_weight)":
                "for third in self.in_proj_weight.chunk(3):\n            nn.init.xavier_uniform_(third)"}),
    mistake("DrawnAsInLinear", PART, "init",
            """`in_proj_weight` is drawn by `xavier_uniform_`, whose bound depends on both sizes, and not like the
            weight of an `nn.Linear`.""",
            {"nn.init.xavier_uniform_(self.in_proj_weight)":
                "nn.init.uniform_(self.in_proj_weight, -(embed_dim**-0.5), embed_dim**-0.5)"}),
    mistake("XavierForTheOutputToo", PART, "init",
            "The weight of `out_proj` keeps what `nn.Linear` gives it; only `in_proj_weight` follows Xavier's rule.",
            {"nn.init.xavier_uniform_(self.in_proj_weight)":
                "nn.init.xavier_uniform_(self.in_proj_weight)\n"
                "        nn.init.xavier_uniform_(self.out_proj.weight)"}),
    mistake("RandomOutputBias", PART, "init",
            "The bias of `out_proj` starts at zero; `nn.Linear` by itself draws it at random.",
            {"if bias:\n            nn.init.zeros_(self.out_proj.bias)": ""}),
    mistake("LeavesFeaturesOver", PART, "errors",
            """Five features cannot be shared by two heads. Rounding the size of a head down leaves features unread, and
            nobody is told: raise an exception.""",
            {"if embed_dim % num_heads != 0:": "if num_heads > embed_dim:",
             "nn.Linear(embed_dim, embed_dim, bias=bias)":
                "nn.Linear(embed_dim // num_heads * num_heads, embed_dim, bias=bias)",
             SPLIT: "x[..., : x.shape[-1] // self.num_heads * self.num_heads].unflatten("
                "-1, (self.num_heads, -1)).transpose(1, 2)"}),
    mistake("SequenceBySequence", PART, "vectorized",
            """The result is right, but the sequences of a batch go through in a Python loop, and that is slow. `@`
            multiplies whole batches of matrices.""",
            {"weights @ v": "torch.stack([one @ other for one, other in zip(weights, v, strict=True)])"}),
]  # fmt: skip
