"""Known-wrong answers for RNNCell, LSTMCell and GRUCell, and the hint that each earns.

A mistake that all three invite is written once, as a mixin whose docstring is the hint of the three.
"""

import math

import torch
from cells import GRUCell, LSTMCell, RNNCell
from torch import nn

from grader.spec import misconception

# --- Mistakes that fit all three --------------------------------------------------------------------------------------


class _ZerosInDefaultDtype:
    """A layer that was moved with .double() gets float64 inputs, but the zeros that you start from have the default
    dtype. Take dtype and device from the input, as `x.new_zeros(...)` does."""

    def _state(self, x, state):
        return torch.zeros(*x.shape[:-1], self.hidden_size) if state is None else super()._state(x, state)


class _OneBias:
    """torch keeps two biases, bias_ih and bias_hh, one for each product. Their sum is all that counts for most gates,
    but a state dict has both."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        del self.bias_hh
        self.bias_hh = None


class _BiasRegardless:
    """With bias=False there should be no bias among the parameters at all, not even one of zeros."""

    def _create_parameters(self, bias):
        super()._create_parameters(True)


class _FeaturesFirst:
    """The weights have the shape (rows of all gates, features), as in nn.Linear. Yours are stored transposed, so a
    state dict of torch does not fit."""

    def _create_parameters(self, bias):
        super()._create_parameters(bias)
        self.weight_ih = nn.Parameter(self.weight_ih.detach().t().contiguous())

    def _from_input(self, x):
        return nn.functional.linear(x, self.weight_ih.t(), self.bias_ih)


class _KeepsTheBatchAxis:
    """An input without a batch gives states without a batch: if you add an axis on the way in, take it away on the way
    out."""

    def forward(self, x, hx=None):
        out = super().forward(x, hx)
        if x.dim() == 2:
            return out
        return tuple(item.unsqueeze(0) for item in out) if isinstance(out, tuple) else out.unsqueeze(0)


class _IgnoresTheState:
    """The output does not change when another state is handed in. Zeros are only for calls without one."""

    def _state(self, x, state):
        super()._state(x, state)
        return x.new_zeros(*x.shape[:-1], self.hidden_size)


class _RemembersTheState:
    """A cell has no memory of its own: whoever calls it keeps the state and hands it in again. A call without a state
    starts from zeros, whatever was called before."""

    def forward(self, x, hx=None):
        if hx is None:
            hx = getattr(self, "kept", {}).get(x.shape)
        out = super().forward(x, hx)
        kept = tuple(item.detach() for item in out) if isinstance(out, tuple) else out.detach()
        self.kept = {x.shape: kept}
        return out


class _OneBiasUsed:
    """Both biases are added, the one of the input's product and the one of the state's. One of yours has no effect."""

    def _from_state(self, h):
        return nn.functional.linear(h, self.weight_hh)


class _BiasOfTheStateOnly:
    """The state's bias is added even if the state is zero. Do not skip the second product when there is no state: the
    bias belongs to it."""

    def _from_state(self, h):
        return super()._from_state(h) if h.any() else torch.zeros_like(super()._from_state(h))


class _OverwritesTheState:
    """The caller's state changes under its hands: an in-place operation writes into it. Make a new tensor."""

    def forward(self, x, hx=None):
        out = super().forward(x, hx)
        old, new = (hx, out) if isinstance(hx, tuple) else ((hx,), (out,))
        for before, after in zip(old, new, strict=False):
            if before is not None:
                before.data.copy_(after)
        return out


class _DetachesTheState:
    """Your output is right, but no gradient reaches the state that was handed in, so nothing could be learned through
    time. Use the state as it is, not detached and not its data."""

    def _state(self, x, state):
        return super()._state(x, state).detach()


class _DetachesTheProduct:
    """Your output is right, but the weights and bias of the state's product get no gradient. Is it computed under
    no_grad, or from .data?"""

    def _from_state(self, h):
        return super()._from_state(h).detach() + (h - h.detach()).sum() * 0


class _BoundOfTheInputs:
    """The bound of the initial values is one over the root of hidden_size, for the input's weights as well. Yours comes
    from input_size."""

    def _draw_parameters(self):
        bound = 1 / math.sqrt(self.input_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


class _ZeroBiases:
    """The biases start from the same uniform distribution as the weights, not from zero."""

    def _draw_parameters(self):
        super()._draw_parameters()
        for bias in (self.bias_ih, self.bias_hh):
            if bias is not None:
                nn.init.zeros_(bias)


class _NormalWeights:
    """The initial values are uniform between -1/sqrt(hidden_size) and 1/sqrt(hidden_size). A normal distribution is
    something else, torch.randn included."""

    def _draw_parameters(self):
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=1 / math.sqrt(self.hidden_size))


class _AnyDimensions:
    """A cell takes one step of a batch (2 dimensions) or of a single sample (1). A whole sequence of 3 dimensions
    should raise an exception instead of passing for a batch."""

    def _check_input(self, x):
        if x.shape[-1] != self.input_size:
            raise ValueError("wrong number of features")


class _RowByRow:
    """The result is right, but samples go through in a Python loop, and that is slow. A matrix product takes the whole
    batch."""

    def forward(self, x, hx=None):
        if x.dim() != 2:
            return super().forward(x, hx)
        self._check_input(x)
        states = hx if isinstance(hx, tuple) else (hx,)
        states = [self._state(x, state) for state in states]
        rows = []
        for i in range(len(x)):
            state = tuple(state[i] for state in states)
            row = super().forward(x[i], None if hx is None else state if isinstance(hx, tuple) else state[0])
            rows.append(row if isinstance(row, tuple) else (row,))
        out = tuple(torch.stack(each) for each in zip(*rows, strict=True))
        return out if len(out) > 1 else out[0]


def tanh_by_exponentials(a):
    """The textbook's formula, which overflows."""
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())


def sigmoid_by_exponentials(a):
    """A formula of the sigmoid that overflows."""
    return a.exp() / (1 + a.exp())


# --- RNNCell ----------------------------------------------------------------------------------------------------------


@misconception("RNNCell", "interface")
class NonlinearityThird(RNNCell):
    """Mind the order of the arguments: input_size, hidden_size, bias, nonlinearity. Given by position, yours take each
    other's place."""

    def __init__(self, input_size, hidden_size, nonlinearity="tanh", bias=True):
        super().__init__(input_size, hidden_size, bias, nonlinearity)


@misconception("RNNCell", "values")
class AlwaysTanh(RNNCell):
    """The nonlinearity of the constructor never reaches your formula: with "relu" the output should change."""

    def _activate(self, a):
        return torch.tanh(a)


@misconception("RNNCell", "values")
class SigmoidForTanh(RNNCell):
    """Your states lie between 0 and 1. The nonlinearity is a tanh, from -1 to 1."""

    def _activate(self, a):
        return torch.sigmoid(a) if self.nonlinearity == "tanh" else torch.relu(a)


@misconception("RNNCell", "values")
class SquashesTwice(RNNCell):
    """Add the two products first, then apply the nonlinearity once, to the sum. You apply it to each of them."""

    def _from_input(self, x):
        return self._activate(super()._from_input(x))

    def _from_state(self, h):
        return self._activate(super()._from_state(h))

    def forward(self, x, hx=None):
        self._check_input(x)
        return self._from_input(x) + self._from_state(self._state(x, hx))


@misconception("RNNCell", "values")
class TransposedRecurrence(RNNCell):
    """W_hh is square, so a transposed product goes unnoticed. As for the input, the rows of the weight are the outputs:
    h @ weight_hh.T."""

    def _from_state(self, h):
        return nn.functional.linear(h, self.weight_hh.t(), self.bias_hh)


@misconception("RNNCell", "shapes")
class OutputAndState(RNNCell):
    """A cell returns its new state, one tensor. The pair (output, state) is what the layer nn.RNN returns."""

    def forward(self, x, hx=None):
        h = super().forward(x, hx)
        return h, h


@misconception("RNNCell", "numerics")
class TanhByExponentialsInRNN(RNNCell):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _activate(self, a):
        return tanh_by_exponentials(a) if self.nonlinearity == "tanh" else torch.relu(a)


@misconception("RNNCell", "errors")
class AnyNonlinearity(RNNCell):
    """Only "tanh" and "relu" are known. Another name, say "sigmoid", should raise an exception rather than stand for
    one of them."""

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh"):
        super().__init__(input_size, hidden_size, bias, "relu" if nonlinearity == "relu" else "tanh")


@misconception("RNNCell", "interface")
class ZerosInDefaultDtypeInRNNCell(_ZerosInDefaultDtype, RNNCell):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("RNNCell", "parameters")
class OneBiasInRNNCell(_OneBias, RNNCell):
    __doc__ = _OneBias.__doc__


@misconception("RNNCell", "parameters")
class BiasRegardlessInRNNCell(_BiasRegardless, RNNCell):
    __doc__ = _BiasRegardless.__doc__


@misconception("RNNCell", "parameters")
class FeaturesFirstInRNNCell(_FeaturesFirst, RNNCell):
    __doc__ = _FeaturesFirst.__doc__


@misconception("RNNCell", "shapes")
class KeepsTheBatchAxisInRNNCell(_KeepsTheBatchAxis, RNNCell):
    __doc__ = _KeepsTheBatchAxis.__doc__


@misconception("RNNCell", "values")
class IgnoresTheStateInRNNCell(_IgnoresTheState, RNNCell):
    __doc__ = _IgnoresTheState.__doc__


@misconception("RNNCell", "values")
class RemembersTheStateInRNNCell(_RemembersTheState, RNNCell):
    __doc__ = _RemembersTheState.__doc__


@misconception("RNNCell", "values")
class OneBiasUsedInRNNCell(_OneBiasUsed, RNNCell):
    __doc__ = _OneBiasUsed.__doc__


@misconception("RNNCell", "values")
class BiasOfTheStateOnlyInRNNCell(_BiasOfTheStateOnly, RNNCell):
    __doc__ = _BiasOfTheStateOnly.__doc__


@misconception("RNNCell", "values")
class OverwritesTheStateInRNNCell(_OverwritesTheState, RNNCell):
    __doc__ = _OverwritesTheState.__doc__


@misconception("RNNCell", "gradients")
class DetachesTheStateInRNNCell(_DetachesTheState, RNNCell):
    __doc__ = _DetachesTheState.__doc__


@misconception("RNNCell", "gradients")
class DetachesTheProductInRNNCell(_DetachesTheProduct, RNNCell):
    __doc__ = _DetachesTheProduct.__doc__


@misconception("RNNCell", "init")
class BoundOfTheInputsInRNNCell(_BoundOfTheInputs, RNNCell):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("RNNCell", "init")
class ZeroBiasesInRNNCell(_ZeroBiases, RNNCell):
    __doc__ = _ZeroBiases.__doc__


@misconception("RNNCell", "init")
class NormalWeightsInRNNCell(_NormalWeights, RNNCell):
    __doc__ = _NormalWeights.__doc__


@misconception("RNNCell", "errors")
class AnyDimensionsInRNNCell(_AnyDimensions, RNNCell):
    __doc__ = _AnyDimensions.__doc__


@misconception("RNNCell", "vectorized")
class RowByRowInRNNCell(_RowByRow, RNNCell):
    __doc__ = _RowByRow.__doc__


# --- LSTMCell ---------------------------------------------------------------------------------------------------------


class _Gates:
    """A cell whose four blocks can be taken in another order, and put together in another way."""

    def _update(self, a, c):
        i, f, g, o = self._gates(*a.chunk(4, -1))
        return self._combine(i, f, g, o, c)

    def _gates(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)

    def _combine(self, i, f, g, o, c):
        c = f * c + i * g
        return o * torch.tanh(c), c


@misconception("LSTMCell", "values")
class OutputGateThird(_Gates, LSTMCell):
    """torch stacks the blocks in the order i, f, g, o: the candidate g comes third, the output gate last. You have
    the two swapped."""

    def _gates(self, i, f, g, o):
        return super()._gates(i, f, o, g)


@misconception("LSTMCell", "values")
class ForgetGateFirst(_Gates, LSTMCell):
    """torch stacks the blocks in the order i, f, g, o. You take the first for the forget gate and the second for the
    input gate."""

    def _gates(self, i, f, g, o):
        return super()._gates(f, i, g, o)


@misconception("LSTMCell", "values")
class CandidateSecond(_Gates, LSTMCell):
    """torch stacks the blocks in the order i, f, g, o. You have the candidate second and the forget gate third, as
    TensorFlow does."""

    def _gates(self, i, f, g, o):
        return super()._gates(i, g, f, o)


@misconception("LSTMCell", "values")
class SigmoidCandidate(_Gates, LSTMCell):
    """The candidate g is no gate: it is what may be written, so it takes a tanh and can be negative. Yours goes
    through a sigmoid."""

    def _gates(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), torch.sigmoid(g), torch.sigmoid(o)


@misconception("LSTMCell", "values")
class NoTanhOfTheCell(_Gates, LSTMCell):
    """The output gate lets through the tanh of the new cell state, not the cell state itself."""

    def _combine(self, i, f, g, o, c):
        c = f * c + i * g
        return o * c, c


@misconception("LSTMCell", "values")
class OutputFromTheOldCell(_Gates, LSTMCell):
    """h' is made from the new cell state c'. You use the one that came in."""

    def _combine(self, i, f, g, o, c):
        return o * torch.tanh(c), f * c + i * g


@misconception("LSTMCell", "values")
class CoupledGates(_Gates, LSTMCell):
    """What is forgotten and what is written are two gates with weights of their own. You forget 1 - i, which is another
    kind of cell."""

    def _combine(self, i, f, g, o, c):
        return super()._combine(i, 1 - i, g, o, c)


@misconception("LSTMCell", "values")
class CellBeforeHidden(LSTMCell):
    """The state is the pair (h, c), in this order, on the way in and on the way out. Yours comes the other way
    round."""

    def forward(self, x, hx=None):
        return super().forward(x, hx)[::-1]


@misconception("LSTMCell", "values")
class IgnoresTheCell(LSTMCell):
    """The h that is handed in is used, but the c is not: its share f * c is missing."""

    def _update(self, a, c):
        return super()._update(a, torch.zeros_like(c))


@misconception("LSTMCell", "shapes")
class HiddenOnly(LSTMCell):
    """An LSTM cell returns both of its states, (h, c): the next step needs them."""

    def forward(self, x, hx=None):
        return super().forward(x, hx)[0]


@misconception("LSTMCell", "shapes")
class OutputAndStates(LSTMCell):
    """A cell returns the pair (h, c). The nested (output, (h, c)) is what the layer nn.LSTM returns."""

    def forward(self, x, hx=None):
        h, c = super().forward(x, hx)
        return h, (h, c)


@misconception("LSTMCell", "gradients")
class DetachesTheCell(_Gates, LSTMCell):
    """Your output is right, but no gradient flows through the cell state, which is the very path that lets an LSTM
    remember. Is c detached somewhere?"""

    def _combine(self, i, f, g, o, c):
        return super()._combine(i, f, g, o, c.detach())


@misconception("LSTMCell", "numerics")
class OverflowingGates(_Gates, LSTMCell):
    """Your sigmoid gives nan for large sums: exp(a) / (1 + exp(a)) becomes infinity over infinity. torch.sigmoid does
    not, nor does 1 / (1 + exp(-a))."""

    def _gates(self, i, f, g, o):
        return tuple(sigmoid_by_exponentials(a) if a is not g else torch.tanh(a) for a in (i, f, g, o))


@misconception("LSTMCell", "numerics")
class TanhByExponentialsInLSTM(_Gates, LSTMCell):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _gates(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), tanh_by_exponentials(g), torch.sigmoid(o)


@misconception("LSTMCell", "init")
class ForgetBiasOfOne(LSTMCell):
    """Starting the forget gate's bias at one is a good trick, but torch does not do it: all initial values are uniform
    within 1/sqrt(hidden_size)."""

    def _draw_parameters(self):
        super()._draw_parameters()
        if self.bias_ih is not None:
            nn.init.ones_(self.bias_ih.data[self.hidden_size : 2 * self.hidden_size])


@misconception("LSTMCell", "interface")
class ZerosInDefaultDtypeInLSTMCell(_ZerosInDefaultDtype, LSTMCell):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("LSTMCell", "parameters")
class OneBiasInLSTMCell(_OneBias, LSTMCell):
    __doc__ = _OneBias.__doc__


@misconception("LSTMCell", "parameters")
class BiasRegardlessInLSTMCell(_BiasRegardless, LSTMCell):
    __doc__ = _BiasRegardless.__doc__


@misconception("LSTMCell", "parameters")
class FeaturesFirstInLSTMCell(_FeaturesFirst, LSTMCell):
    __doc__ = _FeaturesFirst.__doc__


@misconception("LSTMCell", "shapes")
class KeepsTheBatchAxisInLSTMCell(_KeepsTheBatchAxis, LSTMCell):
    __doc__ = _KeepsTheBatchAxis.__doc__


@misconception("LSTMCell", "values")
class IgnoresTheStateInLSTMCell(_IgnoresTheState, LSTMCell):
    __doc__ = _IgnoresTheState.__doc__


@misconception("LSTMCell", "values")
class RemembersTheStateInLSTMCell(_RemembersTheState, LSTMCell):
    __doc__ = _RemembersTheState.__doc__


@misconception("LSTMCell", "values")
class OneBiasUsedInLSTMCell(_OneBiasUsed, LSTMCell):
    __doc__ = _OneBiasUsed.__doc__


@misconception("LSTMCell", "values")
class BiasOfTheStateOnlyInLSTMCell(_BiasOfTheStateOnly, LSTMCell):
    __doc__ = _BiasOfTheStateOnly.__doc__


@misconception("LSTMCell", "values")
class OverwritesTheStateInLSTMCell(_OverwritesTheState, LSTMCell):
    __doc__ = _OverwritesTheState.__doc__


@misconception("LSTMCell", "gradients")
class DetachesTheStateInLSTMCell(_DetachesTheState, LSTMCell):
    __doc__ = _DetachesTheState.__doc__


@misconception("LSTMCell", "gradients")
class DetachesTheProductInLSTMCell(_DetachesTheProduct, LSTMCell):
    __doc__ = _DetachesTheProduct.__doc__


@misconception("LSTMCell", "init")
class BoundOfTheInputsInLSTMCell(_BoundOfTheInputs, LSTMCell):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("LSTMCell", "init")
class ZeroBiasesInLSTMCell(_ZeroBiases, LSTMCell):
    __doc__ = _ZeroBiases.__doc__


@misconception("LSTMCell", "init")
class NormalWeightsInLSTMCell(_NormalWeights, LSTMCell):
    __doc__ = _NormalWeights.__doc__


@misconception("LSTMCell", "errors")
class AnyDimensionsInLSTMCell(_AnyDimensions, LSTMCell):
    __doc__ = _AnyDimensions.__doc__


@misconception("LSTMCell", "vectorized")
class RowByRowInLSTMCell(_RowByRow, LSTMCell):
    __doc__ = _RowByRow.__doc__


# --- GRUCell ----------------------------------------------------------------------------------------------------------


class _Units:
    """A cell whose gates can be put together in another way."""

    def _update(self, from_input, from_state, h):
        input_r, input_z, input_n = from_input.chunk(3, -1)
        state_r, state_z, state_n = from_state.chunk(3, -1)
        return self._combine(torch.sigmoid(input_r + state_r), torch.sigmoid(input_z + state_z), input_n, state_n, h)

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(input_n + r * state_n), h)


@misconception("GRUCell", "values")
class ResetBeforeTheProduct(_Units, GRUCell):
    """The paper resets the state first and multiplies then, W (r * h). torch multiplies first: r * (W h + b), and the
    bias is inside as well."""

    def _combine(self, r, z, input_n, state_n, h):
        size = self.hidden_size
        bias = None if self.bias_hh is None else self.bias_hh[2 * size :]
        return self._mix(z, torch.tanh(input_n + nn.functional.linear(r * h, self.weight_hh[2 * size :], bias)), h)


@misconception("GRUCell", "values")
class BiasOutsideTheReset(_Units, GRUCell):
    """The reset gate multiplies the state's product and its bias: r * (W_hn h + b_hn). Your bias is added outside of
    the bracket."""

    def _combine(self, r, z, input_n, state_n, h):
        if self.bias_hh is None:
            return super()._combine(r, z, input_n, state_n, h)
        bias = self.bias_hh.chunk(3)[2]
        return self._mix(z, torch.tanh(input_n + r * (state_n - bias) + bias), h)


@misconception("GRUCell", "values")
class ResetsEverything(_Units, GRUCell):
    """The reset gate acts on the state's share of the candidate only. You multiply the input's share by it too."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(r * (input_n + state_n)), h)


@misconception("GRUCell", "values")
class NeverResets(_Units, GRUCell):
    """The reset gate has no effect on your candidate: it multiplies the state's share, r * (W_hn h + b_hn)."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(input_n + state_n), h)


@misconception("GRUCell", "values")
class UpdateGateFirst(_Units, GRUCell):
    """torch stacks the blocks in the order r, z, n: the reset gate comes first. You have reset and update gate
    swapped."""

    def _combine(self, r, z, input_n, state_n, h):
        return super()._combine(z, r, input_n, state_n, h)


@misconception("GRUCell", "values")
class KeepsTheComplement(_Units, GRUCell):
    """In torch z is the share of the old state that is kept: (1 - z) * n + z * h. Yours is the share of the new one,
    as in some papers."""

    def _mix(self, z, n, h):
        return z * n + (1 - z) * h


@misconception("GRUCell", "values")
class SigmoidCandidateInGRU(_Units, GRUCell):
    """The candidate n is no gate: it takes a tanh, so that states can be negative. Yours goes through a sigmoid."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.sigmoid(input_n + r * state_n), h)


@misconception("GRUCell", "values")
class AddsTheOldState(_Units, GRUCell):
    """Old and new state are mixed, their shares add up to one. You add n on top of what is kept, without 1 - z."""

    def _mix(self, z, n, h):
        return n + z * h


@misconception("GRUCell", "shapes")
class PairOfStates(GRUCell):
    """A GRU has a single state, and its cell returns one tensor. Pairs are for the LSTM."""

    def forward(self, x, hx=None):
        h = super().forward(x, hx)
        return h, h


@misconception("GRUCell", "gradients")
class DetachesTheGates(_Units, GRUCell):
    """Your output is right, but the gates get no gradient: they have weights to learn as well."""

    def _combine(self, r, z, input_n, state_n, h):
        return super()._combine(r.detach(), z.detach(), input_n, state_n, h)


@misconception("GRUCell", "gradients")
class DetachesWhatIsKept(_Units, GRUCell):
    """Your output is right, but the gradient misses the share of the old state that is kept, z * h: the direct path
    back in time."""

    def _mix(self, z, n, h):
        return (1 - z) * n + z * h.detach()


@misconception("GRUCell", "numerics")
class TanhByExponentialsInGRU(_Units, GRUCell):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, tanh_by_exponentials(input_n + r * state_n), h)


@misconception("GRUCell", "interface")
class ZerosInDefaultDtypeInGRUCell(_ZerosInDefaultDtype, GRUCell):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("GRUCell", "parameters")
class OneBiasInGRUCell(_OneBias, GRUCell):
    __doc__ = _OneBias.__doc__


@misconception("GRUCell", "parameters")
class BiasRegardlessInGRUCell(_BiasRegardless, GRUCell):
    __doc__ = _BiasRegardless.__doc__


@misconception("GRUCell", "parameters")
class FeaturesFirstInGRUCell(_FeaturesFirst, GRUCell):
    __doc__ = _FeaturesFirst.__doc__


@misconception("GRUCell", "shapes")
class KeepsTheBatchAxisInGRUCell(_KeepsTheBatchAxis, GRUCell):
    __doc__ = _KeepsTheBatchAxis.__doc__


@misconception("GRUCell", "values")
class IgnoresTheStateInGRUCell(_IgnoresTheState, GRUCell):
    __doc__ = _IgnoresTheState.__doc__


@misconception("GRUCell", "values")
class RemembersTheStateInGRUCell(_RemembersTheState, GRUCell):
    __doc__ = _RemembersTheState.__doc__


@misconception("GRUCell", "values")
class OneBiasUsedInGRUCell(_OneBiasUsed, GRUCell):
    __doc__ = _OneBiasUsed.__doc__


@misconception("GRUCell", "values")
class OverwritesTheStateInGRUCell(_OverwritesTheState, GRUCell):
    __doc__ = _OverwritesTheState.__doc__


@misconception("GRUCell", "gradients")
class DetachesTheStateInGRUCell(_DetachesTheState, GRUCell):
    __doc__ = _DetachesTheState.__doc__


@misconception("GRUCell", "gradients")
class DetachesTheProductInGRUCell(_DetachesTheProduct, GRUCell):
    __doc__ = _DetachesTheProduct.__doc__


@misconception("GRUCell", "init")
class BoundOfTheInputsInGRUCell(_BoundOfTheInputs, GRUCell):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("GRUCell", "init")
class ZeroBiasesInGRUCell(_ZeroBiases, GRUCell):
    __doc__ = _ZeroBiases.__doc__


@misconception("GRUCell", "init")
class NormalWeightsInGRUCell(_NormalWeights, GRUCell):
    __doc__ = _NormalWeights.__doc__


@misconception("GRUCell", "errors")
class AnyDimensionsInGRUCell(_AnyDimensions, GRUCell):
    __doc__ = _AnyDimensions.__doc__


@misconception("GRUCell", "vectorized")
class RowByRowInGRUCell(_RowByRow, GRUCell):
    __doc__ = _RowByRow.__doc__
