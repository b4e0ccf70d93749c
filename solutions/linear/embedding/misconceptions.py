"""Known-wrong answers for Embedding, and the hint that each earns."""

import torch
from embedding import Embedding
from torch import nn

from grader.spec import misconception, mistake

ROWS = "rows = self.weight[x]"
WHERE = "torch.where(is_padding, rows.detach(), rows)"
ZEROED = "with torch.no_grad():\n                self.weight[self.padding_idx] = 0"

mistakes = [
    mistake("AsksTorch", "Embedding", "own_work",
        "`F.embedding` does all the work here. A tensor can be indexed by a tensor: that is the whole lookup.",
        {ROWS: "return nn.functional.embedding(x, self.weight, self.padding_idx)"}),
    mistake("PaddingByNameOnly", "Embedding", "interface",
        "`Embedding(10, 3, 0)` is allowed: padding_idx is an ordinary third argument, not a keyword-only one.",
        {"embedding_dim: int, padding_idx": "embedding_dim: int, *, padding_idx"}),
    mistake("TableTransposed", "Embedding", "parameters",
        """The table has a row for each word: (num_embeddings, embedding_dim). Yours is the other way round, as in
        `nn.Linear`.""",
        {"torch.randn(num_embeddings, embedding_dim)": "torch.randn(embedding_dim, num_embeddings)",
         "self.weight[self.padding_idx] = 0": "self.weight[:, self.padding_idx] = 0",
         ROWS: "rows = self.weight.T[x]"}),
    mistake("CallsItEmbeddings", "Embedding", "parameters",
        "The table is called `weight`, so that state dicts of torch's layer fit. Yours has another name.",
        {"self.weight = nn.Parameter": "self.embeddings = nn.Parameter",
         "self.weight[self.padding_idx] = 0": "self.embeddings[self.padding_idx] = 0",
         ROWS: "rows = self.embeddings[x]"}),
    mistake("PlainTable", "Embedding", "parameters",
        """Your table is a plain tensor, so the module does not know it: nothing to train, nothing in the state dict.
        Wrap it in nn.Parameter.""",
        {"nn.Parameter(torch.randn(num_embeddings, embedding_dim))":
            "torch.randn(num_embeddings, embedding_dim, requires_grad=True)"}),
    mistake("FrozenTable", "Embedding", "parameters",
        "The table should be learned, but yours asks for no gradient. That is what `from_pretrained` does by default.",
        {"torch.randn(num_embeddings, embedding_dim))":
            "torch.randn(num_embeddings, embedding_dim), requires_grad=False)"}),
    mistake("RowLessForPadding", "Embedding", "parameters",
        """The padding has a row of its own among the `num_embeddings`, like every other number. You add one more, or
        leave one out.""",
        {"torch.randn(num_embeddings, embedding_dim)":
            "torch.randn(num_embeddings + (padding_idx is not None), embedding_dim)"}),
    mistake("SequencesFlattened", "Embedding", "shapes",
        """Indices of shape (2, 3) give an output of shape (2, 3, embedding_dim). You flatten the indices and leave them
        so.""",
        {ROWS: "x = x.flatten()\n        rows = self.weight[x]"}),
    mistake("AlwaysABatch", "Embedding", "shapes",
        "Indices of any shape may come, without any dimension too. You add a dimension to those that have few.",
        {ROWS: "x = torch.atleast_2d(x)\n        rows = self.weight[x]"}),
    mistake("SumsTheSequence", "Embedding", "shapes",
        """Every index gives a vector of its own. You add them up (or average them) along the sequence, as an
        `EmbeddingBag` does.""",
        {WHERE: "torch.where(is_padding, rows.detach(), rows).sum(-2)", "return rows\n": "return rows.sum(-2)\n"}),
    mistake("ScaledLikeATransformer", "Embedding", "values",
        """Your vectors are the table's rows times the square root of embedding_dim. Transformers do that *after* the
        embedding; the layer itself returns the rows as they are.""",
        {ROWS: "rows = self.weight[x] * self.embedding_dim**0.5"}),
    mistake("PaddingAlwaysZero", "Embedding", "values",
        """You return zeros for the padding, whatever the table says. The row is zero in a new layer; once another one
        is loaded there, that is what comes out.""",
        {WHERE: "rows * ~is_padding"}),
    mistake("ZeroesTheRowInEachCall", "Embedding", "values",
        """A call of your layer writes zeros into the padding's row. It is zeroed once, when the layer is made; what is
        loaded after that stays.""",
        {"rows = self.weight[x]\n":
            "if self.padding_idx is not None:\n            self.weight.data[self.padding_idx] = 0\n"
            "        rows = self.weight[x]\n"}),
    mistake("ZeroCountsAsNone", "Embedding", "gradients",
        """`padding_idx=0` is taken for no padding at all: the row of zeros gets a gradient. In Python 0 is false;
        compare with None.""",
        {"if self.padding_idx is None:\n            return rows": "if not self.padding_idx:\n            return rows"}),
    mistake("NormalisedRows", "Embedding", "values",
        "You scale the rows to length 1. The layer returns them as they are.",
        {ROWS: "rows = nn.functional.normalize(self.weight[x], dim=-1)"}),
    mistake("OneHotOfInt64Only", "Embedding", "values",
        "Indices may be int32 too, and `one_hot` takes int64 only: convert the indices first.",
        {ROWS: "rows = nn.functional.one_hot(x, self.num_embeddings).to(self.weight.dtype) @ self.weight"}),
    mistake("PaddingLearns", "Embedding", "gradients",
        """The padding's row gets a gradient, so training would move it away from zero. Its gradient is always zero,
        however often the padding occurs.""",
        {WHERE: "rows"}),
    mistake("NegativePaddingNeverMatches", "Embedding", "gradients",
        """A negative padding_idx counts from the end of the table. You compare the indices with the negative number,
        which none of them equals, so the padding's row gets a gradient.""",
        {"range(num_embeddings)[padding_idx]": "padding_idx"}),
    mistake("WeightData", "Embedding", "gradients",
        "Your output is right, but no gradient reaches the table: `.data` and `.detach()` cut it out of the graph.",
        {ROWS: "rows = self.weight.data[x]"}),
    mistake("PaddedCallsDoNotLearn", "Embedding", "gradients",
        """With padding among the indices no row learns anything. Only the padding's own gradient is zero: which of the
        looked-up rows are padding?""",
        {"(x == self.padding_idx).unsqueeze(-1)": "(x == self.padding_idx).any()"}),
    mistake("DividedByTheCount", "Embedding", "gradients",
        """A row that is looked up three times gets the sum of the three gradients. You divide it by the number of times
        (torch has that as an option, `scale_grad_by_freq`, which is off).""",
        {ROWS:
            "count = (x.reshape(-1, 1) == x.reshape(1, -1)).sum(1).reshape(x.shape).unsqueeze(-1)\n"
            "        rows = self.weight[x]\n"
            "        rows = rows.detach() + (rows - rows.detach()) / count"}),
    mistake("UniformStart", "Embedding", "init",
        "A fresh table is normal with mean 0 and standard deviation 1. Yours is uniform, as that of `nn.Linear` is.",
        {"torch.randn(num_embeddings, embedding_dim)": "torch.rand(num_embeddings, embedding_dim) * 2 - 1"}),
    mistake("SmallStart", "Embedding", "init",
        """A fresh table is normal with standard deviation 1. Yours is much narrower; 0.02 is what some transformers
        choose for themselves.""",
        {"torch.randn(num_embeddings, embedding_dim)": "torch.randn(num_embeddings, embedding_dim) * 0.02"}),
    mistake("TruncatedStart", "Embedding", "init",
        """A fresh table is normal with standard deviation 1, without ends. Yours stops at two deviations: that is
        `trunc_normal_`, and it is narrower, 0.88.""",
        {"torch.randn(num_embeddings, embedding_dim)":
            "nn.init.trunc_normal_(torch.empty(num_embeddings, embedding_dim))"}),
    mistake("EqualLengthsAtTheStart", "Embedding", "init",
        """The rows of your fresh table all have the same length. The elements should be independent draws: nothing is
        normalised.""",
        {"torch.randn(num_embeddings, embedding_dim)":
            "nn.functional.normalize(torch.randn(num_embeddings, embedding_dim), dim=-1) * embedding_dim**0.5"}),
    mistake("XavierStart", "Embedding", "init",
        """A fresh table is normal with standard deviation 1, whatever its size. Yours gets narrower as the table grows,
        which suits matrices that are multiplied, not tables.""",
        {"torch.randn(num_embeddings, embedding_dim)":
            "nn.init.xavier_normal_(torch.empty(num_embeddings, embedding_dim))"}),
    mistake("PaddingStartsAtRandom", "Embedding", "init",
        "In a new layer the row at padding_idx is zero. Yours is as random as the others.",
        {ZEROED: "pass"}),
    mistake("SameSeedEveryTime", "Embedding", "init",
        """Two of your layers start with the very same table. Do not seed the generator inside the layer: that is for
        the person who runs the program.""",
        {"self.weight = nn.Parameter": "torch.manual_seed(0)\n        self.weight = nn.Parameter"}),
    mistake("CountsIndicesFromTheEnd", "Embedding", "errors",
        """A negative index should raise. Indexing a tensor counts it from the end, so a -1 that marks a missing word
        goes through unnoticed. Only padding_idx may be negative.""",
        {"((x < 0) | (x >= self.num_embeddings))": "(x >= self.num_embeddings)"}),
    mistake("ClampsTheIndices", "Embedding", "errors",
        """An index that the table does not have should raise. You move it to the nearest row, and nobody learns that
        the vocabulary and the table do not fit.""",
        {'raise IndexError(f"an index is not between 0 and {self.num_embeddings - 1}")':
            "x = x.clamp(0, self.num_embeddings - 1)"}),
    mistake("UnknownBecomesZero", "Embedding", "errors",
        """An index that the table does not have should raise. You return a vector of zeros for it, as a product with a
        one-hot vector that is nowhere 1 does.""",
        {'raise IndexError(f"an index is not between 0 and {self.num_embeddings - 1}")':
            "every = torch.arange(self.num_embeddings, device=x.device)\n"
            "            return (x.unsqueeze(-1) == every).to(self.weight.dtype) @ self.weight"}),
    mistake("WordByWord", "Embedding", "vectorized",
        """The result is right, but you look the words up one by one in Python. A table can be indexed by a whole tensor
        of indices at once.""",
        {ROWS:
            "rows = torch.stack([self.weight[i] for i in x.flatten()]).reshape(*x.shape, self.embedding_dim)"}),
    mistake("RowOfTheTableByRow", "Embedding", "vectorized",
        """The result is right, but you go through the table row by row and look where each is wanted. A table can be
        indexed by a whole tensor of indices at once.""",
        {ROWS:
            "rows = self.weight.new_zeros(*x.shape, self.embedding_dim)\n"
            "        for i, row in enumerate(self.weight):\n"
            "            rows = torch.where((x == i).unsqueeze(-1), row, rows)"}),
]  # fmt: skip


@misconception("Embedding", "own_work")
class SubclassOfTorchs(nn.Embedding):
    """Your layer is torch's own under another name. Start from nn.Module, keep a table as nn.Parameter, and write the
    lookup yourself."""


@misconception("Embedding", "gradients")
class LastGradientWins(Embedding):
    """Where an index occurs more than once, your gradient is that of one occurrence. All of them are summed: writing
    with an index keeps the last value only."""

    def forward(self, x):
        layer = self

        class Lookup(torch.autograd.Function):
            @staticmethod
            def forward(ctx, weight, x):
                ctx.save_for_backward(x)
                return weight[x]

            @staticmethod
            def backward(ctx, grad):
                (x,) = ctx.saved_tensors
                grad_weight = torch.zeros_like(layer.weight)
                grad_weight[x.flatten().long()] = grad.reshape(-1, layer.embedding_dim)
                if layer.padding_idx is not None:
                    grad_weight[layer.padding_idx] = 0
                return grad_weight, None

        if ((x < 0) | (x >= self.num_embeddings)).any():
            raise IndexError("no such row")
        return Lookup.apply(self.weight, x)
