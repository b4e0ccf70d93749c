"""Known-wrong answers for Linear and Flatten, and the hint that each earns."""

import torch
from linear import Linear
from torch import nn

from grader.spec import misconception, mistake

mistakes = [
    # --- Linear ---
    mistake("NoBiasAttribute", "Linear", "interface",
        """Without a bias, `layer.bias` should still be there, registered as None, so that code which asks for it keeps
        working. Look up `register_parameter`.""",
        {
            'self.register_parameter("bias", nn.Parameter(torch.empty(out_features)) if bias else None)': (
                "if bias:\n"
                "            self.bias = nn.Parameter(torch.empty(out_features))"
            ),
            "y if self.bias is None else y + self.bias": 'y + self.bias if hasattr(self, "bias") else y',
            "{self.bias is not None}": "{hasattr(self, 'bias')}",
        }),
    mistake("AlwaysHasBias", "Linear", "parameters",
        """With `bias=False` there should be no bias among the parameters. Yours is there, only never added; register
        None in its place.""",
        {
            " if bias else None)": ")\n        self.adds_it = bias",
            "y if self.bias is None else y + self.bias": "y + self.bias if self.adds_it else y",
            "{self.bias is not None}": "{self.adds_it}",
        }),
    mistake("BiasByName", "Linear", "interface",
        """`Linear(3, 2, False)` is a layer without a bias: bias is an ordinary third argument, not a keyword-only
        one.""",
        {"out_features: int, bias": "out_features: int, *, bias"}),
    mistake("SaysNothingOfItself", "Linear", "interface",
        """`print(layer)` should show in_features, out_features and whether there is a bias. Return that text from
        `extra_repr`.""",
        {"def extra_repr": "def describe"}),
    mistake("WeightTheOtherWayRound", "Linear", "parameters",
        """Torch stores the weight as (out_features, in_features), one row per output, and multiplies by its transpose.
        Yours is (in_features, out_features).""",
        {"torch.empty(out_features, in_features)": "torch.empty(in_features, out_features)", "weight.T": "weight"}),
    mistake("PlainTensors", "Linear", "parameters",
        """Your weight is a plain tensor, so the module does not know it: nothing to train, nothing in the state dict.
        Wrap it in nn.Parameter.""",
        {
            "nn.Parameter(torch.empty(out_features, in_features))": (
                "torch.rand(out_features, in_features, requires_grad=True)"
            ),
        }),
    mistake("BiasAsARow", "Linear", "parameters",
        """The bias is a vector of out_features elements. Yours has a dimension too many; broadcasting does not need
        it.""",
        {"torch.empty(out_features)": "torch.empty(1, out_features)", "y + self.bias": "y + self.bias[0]"}),
    mistake("SavesItsInput", "Linear", "parameters",
        """After a call your layer has a buffer that it did not have before, so its state dict no longer fits a fresh
        layer. What belongs to a call is a local variable, not a part of the layer.""",
        {"y = x @": 'self.register_buffer("last_input", x.detach().clone())\n        y = x @'}),
    mistake("MergesTheBatch", "Linear", "shapes",
        """All dimensions but the last come back as they were: (2, 3, 5) becomes (2, 3, out_features). You merge the
        leading ones and leave them merged.""",
        {"y = x @": "x = x.reshape(-1, x.shape[-1]) if x.dim() > 1 else x\n        y = x @"}),
    mistake("AlwaysABatch", "Linear", "shapes",
        """A single vector goes in as (in_features,) and comes out as (out_features,). You return a batch of one.""",
        {"x @": "torch.atleast_2d(x) @"}),
    mistake("ReshapedInsteadOfTransposed", "Linear", "values",
        """Transposing swaps rows and columns. A reshape (or view) to the transposed shape keeps the elements in their
        order in memory, which is a different matrix.""",
        {"weight.T": "weight.reshape(self.in_features, self.out_features)"}),
    mistake("ForgetsTheBias", "Linear", "values",
        """The bias is registered, but it never reaches the output.""",
        {"y if self.bias is None else y + self.bias": "y"}),
    mistake("ScaledLikeAttention", "Linear", "values",
        """The square root of in_features belongs to the initial values only. Your output is divided by it too.""",
        {"x @ self.weight.T": "x @ self.weight.T / math.sqrt(self.in_features)"}),
    mistake("BiasOncePerFeature", "Linear", "values",
        """The bias is added once, after the sum over the input features. You add it inside the sum, so it counts
        in_features times.""",
        {"y + self.bias": "y + self.in_features * self.bias"}),
    mistake("NoBiasInEvaluation", "Linear", "values",
        """This layer does the same in training and in evaluation. Yours leaves the bias out after `eval()`.""",
        {"if self.bias is None": "if self.bias is None or not self.training"}),
    mistake("ComputesWithoutGradients", "Linear", "gradients",
        """Nothing can be learned through your layer: its output has no history, so no gradient reaches input, weight or
        bias. Is there a no_grad in forward?""",
        {"    def forward(": "    @torch.no_grad()\n    def forward("}),
    mistake("WeightData", "Linear", "gradients",
        """Your output is right, but no gradient reaches the weight: `.data` and `.detach()` cut it out of the graph.
        Use the parameter itself.""",
        {"weight.T": "weight.data.T"}),
    mistake("RewrappedInput", "Linear", "gradients",
        """Your output is right, but no gradient reaches the input: making a new tensor from it, or detaching it, starts
        a new graph. Use `x` itself, so that the layers before this one can learn.""",
        {"x @": "x.detach() @"}),
    mistake("HalfPrecision", "Linear", "numerics",
        """In float32 your product has only three digits, and overflows for large inputs: it is worked out in a shorter
        format. Stay in the dtype of the input.""",
        {
            "x @ self.weight.T": (
                "x @ self.weight.T\n"
                "        if x.dtype == torch.float32:\n"
                "            y = (x.half() @ self.weight.T.half()).float()"
            ),
        }),
    mistake("AlwaysDouble", "Linear", "numerics",
        """A float32 input gives a float32 output. You convert to float64 somewhere and never back, so the next layer
        would refuse what it is given.""",
        {"x @ self.weight.T": "x.double() @ self.weight.double().T"}),
    mistake("NormalWeights", "Linear", "init",
        """Fresh weights are uniform between -1/sqrt(in_features) and 1/sqrt(in_features), not normal: look at
        nn.init.uniform_.""",
        {"-bound, bound)": "-bound, bound)\n        nn.init.normal_(self.weight, std=bound / math.sqrt(3))"}),
    mistake("ZeroBias", "Linear", "init",
        """The bias starts like the weight, uniform between -1/sqrt(in_features) and 1/sqrt(in_features); yours starts
        at zero.""",
        {"-bound, bound)": "-bound, bound)\n        if self.bias is not None:\n            nn.init.zeros_(self.bias)"}),
    mistake("BoundOfTheOutputs", "Linear", "init",
        """The bound of the initial values is one over the root of the number of inputs. You take the number of
        outputs.""",
        {"math.sqrt(self.in_features)": "math.sqrt(self.out_features)"}),
    mistake("KaimingByDefault", "Linear", "init",
        """nn.init.kaiming_uniform_ with its default slope draws from an interval that is sqrt(6) times too wide. The
        bound here is 1/sqrt(in_features).""",
        {"-bound, bound)": "-bound, bound)\n        nn.init.kaiming_uniform_(self.weight)"}),
    mistake("SameSeedEveryTime", "Linear", "init",
        """Two of your layers start with the very same values. Do not seed the generator inside the layer: that is for
        the person who runs the program.""",
        {"bound = 1": "torch.manual_seed(0)\n        bound = 1"}),
    mistake("ResetsNothing", "Linear", "init",
        """`reset_parameters()` should draw weight and bias again, whatever happened to them since. Yours leaves them as
        they are when they were drawn once.""",
        {"bound = 1": 'if hasattr(self, "drawn"):\n            return\n        self.drawn = True\n        bound = 1'}),
    mistake("TakesWhatItNeeds", "Linear", "errors",
        """You cut the input to in_features, so one with more features goes through unnoticed. Use all of it: a matrix
        product refuses sizes that do not fit.""",
        {"x @ self.weight.T": "x[..., : self.in_features] @ self.weight[:, : x.shape[-1]].T"}),
    mistake("StretchesOneFeature", "Linear", "errors",
        """A product and a sum stretch an input of a single feature over all of them. Compare the last dimension with
        in_features, or use a matrix product, which does.""",
        {"x @ self.weight.T": "(x.unsqueeze(-2) * self.weight).sum(-1)"}),
    mistake("OneRowAtATime", "Linear", "vectorized",
        """You loop over the rows of the input in Python. One matrix product takes them all, whatever the number of
        leading dimensions.""",
        {
            "y = x @": (
                "if x.dim() > 1:\n"
                "            return torch.stack([self.forward(row) for row in x])\n"
                "        y = x @"
            ),
        }),
    # --- Flatten ---
    mistake("CallsTorchs", "Flatten", "own_work",
        """You call torch's own flatten. Work out the new shape yourself and let reshape do the rest.""",
        {"x.reshape(*x.shape[:start], merged, *x.shape[end + 1 :])": "torch.flatten(x, start, end)"}),
    mistake("StartsAtTheFront", "Flatten", "shapes",
        """The layer keeps the batch by default: start_dim is 1, not 0 as in the function torch.flatten.""",
        {"start_dim: int = 1": "start_dim: int = 0"}),
    mistake("TakesNoArguments", "Flatten", "interface",
        """The constructor takes start_dim (1 unless given) and end_dim (-1 unless given).""",
        {
            "self, start_dim: int = 1, end_dim: int = -1": "self",
            "self.start_dim = start_dim": "self.start_dim = 1",
            "self.end_dim = end_dim": "self.end_dim = -1",
        }),
    mistake("RemembersDimensionsAsBuffers", "Flatten", "parameters",
        """A Flatten has nothing to learn and nothing to save: its state dict is empty. Keep start_dim and end_dim as
        plain attributes.""",
        {
            "self.end_dim = end_dim": (
                "self.end_dim = end_dim\n"
                '        self.register_buffer("start", torch.tensor(start_dim))\n'
                '        self.register_buffer("end", torch.tensor(end_dim))'
            ),
        }),
    mistake("EndIsExclusive", "Flatten", "shapes",
        """end_dim is included in what is merged, unlike the end of a slice.""",
        {"merged =": "if self.end_dim != -1 and start < end:\n            end -= 1\n        merged ="}),
    mistake("AlwaysToTheEnd", "Flatten", "shapes",
        """You merge everything from start_dim on. The dimensions after end_dim stay as they are.""",
        {"merged =": "end = dims[-1]\n        merged ="}),
    mistake("KeepsTheBatchOnly", "Flatten", "shapes",
        """You always keep the first dimension and merge the rest. Which dimensions are merged is up to start_dim and
        end_dim.""",
        {"merged =": "start, end = 1, dims[-1]\n        merged ="}),
    mistake("ViewsOnly", "Flatten", "values",
        """`view` refuses tensors whose memory is in another order, such as transposed ones. `reshape` copies where it
        has to.""",
        {"x.reshape": "x.view"}),
    mistake("RemembersTheFirstBatch", "Flatten", "shapes",
        """You keep the shape of the first input and use it for every later one. Work it out again in each call: the
        next batch may be smaller.""",
        {
            "return x.reshape(*x.shape[:start], merged, *x.shape[end + 1 :])": (
                'if not hasattr(self, "shape"):\n'
                "            self.shape = *x.shape[:start], merged, *x.shape[end + 1 :]\n"
                "        return x.reshape(self.shape)"
            ),
        }),
    mistake("ColumnsFirst", "Flatten", "values",
        """The last dimension moves fastest, as in every reshape of torch. Your elements come out with the first of the
        merged dimensions moving fastest.""",
        {"merged =": "x = x.permute(*dims[:start], *dims[start : end + 1][::-1], *dims[end + 1 :])\n        merged ="}),
    mistake("LeavesTheGraph", "Flatten", "gradients",
        """Your output is right, but no gradient comes back through it. Reshape `x` itself rather than its data, a
        detached copy or a new tensor.""",
        {"x.reshape": "x.detach().reshape"}),
    mistake("GoesRound", "Flatten", "errors",
        """A dimension that the input does not have should raise. The remainder of a division turns it into one that it
        has.""",
        {"dims[self.start_dim], dims[self.end_dim]": "self.start_dim % x.dim(), self.end_dim % x.dim()"}),
    mistake("OffTheEnd", "Flatten", "errors",
        """A dimension that the input does not have should raise. A slice does not mind where it ends.""",
        {
            "dims[self.start_dim], dims[self.end_dim]": (
                "(dim + x.dim() if dim < 0 else dim for dim in (self.start_dim, self.end_dim))"
            ),
        }),
    mistake("MergesNothing", "Flatten", "errors",
        """A start_dim after end_dim makes no range. Raise an exception instead of adding a dimension of one.""",
        {'raise ValueError("start_dim comes after end_dim")': "pass"}),
    mistake("SwapsThem", "Flatten", "errors",
        """A start_dim after end_dim makes no range. You take them in the other order; raise an exception.""",
        {'raise ValueError("start_dim comes after end_dim")': "start, end = end, start"}),
    mistake("OneSampleAtATime", "Flatten", "vectorized",
        """You handle the samples one by one in Python. A single reshape moves all of them.""",
        {"x.reshape": "torch.stack([sample.reshape(-1) for sample in x]).reshape"}),
]  # fmt: skip


@misconception("Linear", "own_work")
class SubclassOfTorchs(nn.Linear):
    """Your layer is torch's own under another name. Start from nn.Module, keep a weight and a bias as
    nn.Parameter, and write the product yourself."""


@misconception("Linear", "gradients")
class KeepsInputOnItself(Linear):
    """Your backward pass takes the input of the last call, wherever the gradient comes from. What a backward pass needs
    belongs to its call: `ctx.save_for_backward` keeps it there, an attribute of the layer does not."""

    def forward(self, x):
        layer = self

        class Product(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, weight):
                layer.last = x
                return x @ weight.T

            @staticmethod
            def backward(ctx, grad):
                rows = grad.reshape(-1, layer.out_features), layer.last.reshape(-1, layer.in_features)
                return grad @ layer.weight, rows[0].T @ rows[1]

        y = Product.apply(x, self.weight)
        return y if self.bias is None else y + self.bias
