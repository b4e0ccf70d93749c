"""Known-wrong answers for Linear and Flatten, and the hint that each earns."""

import math

import torch
from linear import Flatten, Linear
from torch import nn

from grader.spec import misconception

# --- Linear ---


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


@misconception("Linear", "interface")
class NoBiasAttribute(Linear):
    """Without a bias, `layer.bias` should still be there, registered as None, so that code which asks for it keeps
    working. Look up `register_parameter`."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        if not bias:
            del self.bias

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.in_features)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def _add_bias(self, y):
        return y + self.bias if hasattr(self, "bias") else y

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={hasattr(self, 'bias')}"


@misconception("Linear", "interface")
class AlwaysHasBias(Linear):
    """With `bias=False` there should be no bias among the parameters. Yours is there, only never added; register None
    in its place."""

    def __init__(self, in_features, out_features, bias=True):
        super().__init__(in_features, out_features, True)
        self.adds_it = bias

    def _add_bias(self, y):
        return super()._add_bias(y) if self.adds_it else y

    def extra_repr(self):
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.adds_it}"


@misconception("Linear", "interface")
class BiasByName(Linear):
    """`Linear(3, 2, False)` is a layer without a bias: bias is an ordinary third argument, not a keyword-only
    one."""

    def __init__(self, in_features, out_features, *, bias=True):
        super().__init__(in_features, out_features, bias)


@misconception("Linear", "interface")
class SaysNothingOfItself(Linear):
    """`print(layer)` should show in_features, out_features and whether there is a bias. Return that text from
    `extra_repr`."""

    def extra_repr(self):
        return ""


@misconception("Linear", "parameters")
class WeightTheOtherWayRound(Linear):
    """Torch stores the weight as (out_features, in_features), one row an output, and multiplies by its transpose.
    Yours is (in_features, out_features)."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight = nn.Parameter(torch.empty(self.in_features, self.out_features))

    def _multiply(self, x):
        return x @ self.weight


@misconception("Linear", "parameters")
class PlainTensors(Linear):
    """Your weight is a plain tensor, so the module does not know it: nothing to train, nothing in the state dict.
    Wrap it in nn.Parameter."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        weight = self.weight.detach().requires_grad_()
        del self.weight
        self.weight = weight


@misconception("Linear", "parameters")
class BiasAsARow(Linear):
    """The bias is a vector of out_features elements. Yours has a dimension too many; broadcasting does not need
    it."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        if bias:
            self.bias = nn.Parameter(torch.empty(1, self.out_features))

    def _add_bias(self, y):
        return y if self.bias is None else y + self.bias.reshape(-1)


@misconception("Linear", "shapes")
class MergesTheBatch(Linear):
    """All dimensions but the last come back as they were: (2, 3, 5) becomes (2, 3, out_features). You merge the
    leading ones and leave them merged."""

    def forward(self, x):
        return super().forward(x.reshape(-1, x.shape[-1]) if x.dim() > 1 else x)


@misconception("Linear", "shapes")
class AlwaysABatch(Linear):
    """A single vector goes in as (in_features,) and comes out as (out_features,). You return a batch of one."""

    def forward(self, x):
        return super().forward(x if x.dim() > 1 else x.unsqueeze(0))


@misconception("Linear", "values")
class ReshapedInsteadOfTransposed(Linear):
    """Transposing swaps rows and columns. A reshape (or view) to the transposed shape keeps the elements in their
    order in memory, which is a different matrix."""

    def _multiply(self, x):
        return x @ self.weight.reshape(self.in_features, self.out_features)


@misconception("Linear", "values")
class ForgetsTheBias(Linear):
    """The bias is registered, but it never reaches the output."""

    def _add_bias(self, y):
        return y


@misconception("Linear", "values")
class ScaledLikeAttention(Linear):
    """The square root of in_features belongs to the initial values only. Your output is divided by it too."""

    def _multiply(self, x):
        return super()._multiply(x) / math.sqrt(self.in_features)


@misconception("Linear", "values")
class BiasOncePerFeature(Linear):
    """The bias is added once, after the sum over the input features. You add it inside the sum, so it counts
    in_features times."""

    def _add_bias(self, y):
        return y if self.bias is None else y + self.in_features * self.bias


@misconception("Linear", "values")
class NoBiasInEvaluation(Linear):
    """This layer does the same in training and in evaluation. Yours leaves the bias out after `eval()`."""

    def _add_bias(self, y):
        return super()._add_bias(y) if self.training else y


@misconception("Linear", "gradients")
class WeightData(Linear):
    """Your output is right, but no gradient reaches the weight: `.data` and `.detach()` cut it out of the graph.
    Use the parameter itself."""

    def _multiply(self, x):
        return x @ self.weight.data.T


@misconception("Linear", "gradients")
class RewrappedInput(Linear):
    """Your output is right, but no gradient reaches the input: making a new tensor from it, or detaching it,
    starts a new graph. Use `x` itself, so that the layers before this one can learn."""

    def _multiply(self, x):
        return super()._multiply(x.detach())


@misconception("Linear", "numerics")
class HalfPrecision(Linear):
    """In float32 your product has only three digits, and overflows for large inputs: it is worked out in a shorter
    format. Stay in the dtype of the input."""

    def _multiply(self, x):
        if x.dtype == torch.float32:
            return (x.half() @ self.weight.T.half()).float()
        return super()._multiply(x)


@misconception("Linear", "numerics")
class AlwaysDouble(Linear):
    """A float32 input gives a float32 output. You convert to float64 somewhere and never back, so the next layer
    would refuse what it is given."""

    def _multiply(self, x):
        return x.double() @ self.weight.double().T


@misconception("Linear", "init")
class NormalWeights(Linear):
    """Fresh weights are uniform between -1/sqrt(in_features) and 1/sqrt(in_features), not normal: look at
    nn.init.uniform_."""

    def reset_parameters(self):
        super().reset_parameters()
        nn.init.normal_(self.weight, std=1 / math.sqrt(3 * self.in_features))


@misconception("Linear", "init")
class ZeroBias(Linear):
    """The bias starts like the weight, uniform between -1/sqrt(in_features) and 1/sqrt(in_features); yours starts
    at zero."""

    def reset_parameters(self):
        super().reset_parameters()
        if self.bias is not None:
            nn.init.zeros_(self.bias)


@misconception("Linear", "init")
class BoundOfTheOutputs(Linear):
    """The bound of the initial values is one over the root of the number of inputs. You take the number of
    outputs."""

    def reset_parameters(self):
        bound = 1 / math.sqrt(self.out_features)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


@misconception("Linear", "init")
class KaimingByDefault(Linear):
    """nn.init.kaiming_uniform_ with its default slope draws from an interval that is sqrt(6) times too wide. The
    bound here is 1/sqrt(in_features)."""

    def reset_parameters(self):
        super().reset_parameters()
        nn.init.kaiming_uniform_(self.weight)


@misconception("Linear", "init")
class SameSeedEveryTime(Linear):
    """Two of your layers start with the very same values. Do not seed the generator inside the layer: that is for
    whoever runs the program."""

    def reset_parameters(self):
        torch.manual_seed(0)
        super().reset_parameters()


@misconception("Linear", "init")
class ResetsNothing(Linear):
    """`reset_parameters()` should draw weight and bias again, whatever happened to them since. Yours leaves them
    as they are when they were drawn once."""

    def reset_parameters(self):
        if not getattr(self, "drawn", False):
            super().reset_parameters()
        self.drawn = True


@misconception("Linear", "errors")
class TakesWhatItNeeds(Linear):
    """You cut the input to in_features, so one with more features goes through unnoticed. Use all of it: a matrix
    product refuses sizes that do not fit."""

    def _multiply(self, x):
        return x[..., : self.in_features] @ self.weight[:, : x.shape[-1]].T


@misconception("Linear", "vectorized")
class OneRowAtATime(Linear):
    """You loop over the rows of the input in Python. One matrix product takes them all, whatever the number of
    leading dimensions."""

    def _multiply(self, x):
        if x.dim() == 1:
            return self.weight @ x
        return torch.stack([self._multiply(row) for row in x])


# --- Flatten ---


@misconception("Flatten", "own_work")
class CallsTorchs(Flatten):
    """You call torch's own flatten. Work out the new shape yourself and let reshape do the rest."""

    def forward(self, x):
        return torch.flatten(x, self.start_dim, self.end_dim)


@misconception("Flatten", "shapes")
class StartsAtTheFront(Flatten):
    """The layer keeps the batch by default: start_dim is 1, not 0 as in the function torch.flatten."""

    def __init__(self, start_dim=0, end_dim=-1):
        super().__init__(start_dim, end_dim)


@misconception("Flatten", "interface")
class TakesNoArguments(Flatten):
    """The constructor takes start_dim (1 unless given) and end_dim (-1 unless given)."""

    def __init__(self):
        super().__init__()


@misconception("Flatten", "parameters")
class RemembersDimensionsAsBuffers(Flatten):
    """A Flatten has nothing to learn and nothing to save: its state dict is empty. Keep start_dim and end_dim as
    plain attributes."""

    def __init__(self, start_dim=1, end_dim=-1):
        nn.Module.__init__(self)
        self.register_buffer("start", torch.tensor(start_dim))
        self.register_buffer("end", torch.tensor(end_dim))
        self.start_dim, self.end_dim = start_dim, end_dim


@misconception("Flatten", "shapes")
class EndIsExclusive(Flatten):
    """end_dim is included in what is merged, unlike the end of a slice."""

    def _merged_shape(self, sizes):
        whole = super()._merged_shape(sizes)
        start, end = self._position(self.start_dim, len(sizes)), self._position(self.end_dim, len(sizes))
        if self.end_dim == -1 or start == end:
            return whole
        return [*sizes[:start], math.prod(sizes[start:end]), *sizes[end:]]


@misconception("Flatten", "shapes")
class AlwaysToTheEnd(Flatten):
    """You merge everything from start_dim on. The dimensions behind end_dim stay as they are."""

    def _merged_shape(self, sizes):
        super()._merged_shape(sizes)
        start = self._position(self.start_dim, len(sizes))
        return [*sizes[:start], math.prod(sizes[start:])]


@misconception("Flatten", "shapes")
class KeepsTheBatchOnly(Flatten):
    """You always keep the first dimension and merge the rest. Which dimensions are merged is up to start_dim and
    end_dim."""

    def _merged_shape(self, sizes):
        super()._merged_shape(sizes)
        return [sizes[0], math.prod(sizes[1:])]


@misconception("Flatten", "values")
class ViewsOnly(Flatten):
    """`view` refuses tensors whose memory is in another order, such as transposed ones. `reshape` copies where it
    has to."""

    def forward(self, x):
        return x.view(self._merged_shape(list(x.shape)))


@misconception("Flatten", "shapes")
class RemembersTheFirstBatch(Flatten):
    """You keep the shape of the first input and use it for every later one. Work it out anew in each call: the
    next batch may be smaller."""

    def _merged_shape(self, sizes):
        if not hasattr(self, "shape"):
            self.shape = super()._merged_shape(sizes)
        return self.shape


@misconception("Flatten", "values")
class ColumnsFirst(Flatten):
    """The last dimension moves fastest, as in every reshape of torch. Your elements come out with the first of the
    merged dimensions moving fastest."""

    def forward(self, x):
        shape = self._merged_shape(list(x.shape))
        start, end = self._position(self.start_dim, x.dim()), self._position(self.end_dim, x.dim())
        return x.permute(*range(start), *reversed(range(start, end + 1)), *range(end + 1, x.dim())).reshape(shape)


@misconception("Flatten", "gradients")
class LeavesTheGraph(Flatten):
    """Your output is right, but no gradient comes back through it. Reshape `x` itself rather than its data, a
    detached copy or a new tensor."""

    def forward(self, x):
        return super().forward(x.detach())


@misconception("Flatten", "vectorized")
class OneSampleAtATime(Flatten):
    """You handle the samples one by one in Python. A single reshape moves all of them."""

    def forward(self, x):
        shape = self._merged_shape(list(x.shape))
        if x.dim() < 2:
            return x.reshape(shape)
        return torch.stack([sample.reshape(-1) for sample in x]).reshape(shape)
