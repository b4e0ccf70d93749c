"""Known-wrong answers for RNN, LSTM and GRU, and the hint that each earns.

A mistake that fits any of them is written once, as a mixin whose docstring is the hint.
"""

import math

import torch
from layers import GRU, LSTM, RNN
from torch import nn

from grader.spec import misconception

# --- Mistakes that fit any of them ------------------------------------------------------------------------------------


class _ZerosInDefaultDtype:
    """A layer that was moved with .double() gets float64 inputs, but the zeros that you start from have the default
    dtype. Take dtype and device from the input, as `x.new_zeros(...)` does."""

    def _states(self, x, given):
        states = super()._states(x, given)
        return tuple(torch.zeros(state.shape) for state in states) if given is None else states


class _OneBias:
    """torch keeps two biases a layer and direction, bias_ih and bias_hh, one for each product. A state dict has
    both."""

    def _create_parameters(self, layer, suffix):
        super()._create_parameters(layer, suffix)
        if self.bias:
            delattr(self, "bias_hh" + suffix)

    def _affine(self, x, name):
        if self.bias and name.startswith("_hh"):
            return nn.functional.linear(x, getattr(self, "weight" + name))
        return super()._affine(x, name)


class _BiasRegardless:
    """With bias=False there should be no biases among the parameters at all, not even some of zeros."""

    def _create_parameters(self, layer, suffix):
        self.bias = True
        super()._create_parameters(layer, suffix)


class _OneSetForBothDirections:
    """The backward direction has weights and biases of its own, named ..._reverse. Yours shares those of the forward
    direction."""

    def _create_parameters(self, layer, suffix):
        if not suffix.endswith("_reverse"):
            super()._create_parameters(layer, suffix)

    def _affine(self, x, name):
        return super()._affine(x, name.removesuffix("_reverse"))


class _OneSetForAllLayers:
    """Each layer has weights and biases of its own, named ..._l0, ..._l1 and so on. Yours has those of the first
    only."""

    def _create_parameters(self, layer, suffix):
        if layer == 0:
            super()._create_parameters(layer, suffix)

    def _affine(self, x, name):
        kind, _, rest = name.partition("_l")
        return super()._affine(x[..., : self.input_size], f"{kind}_l0{rest[1:]}")


class _CountsLayersFromOne:
    """The layers are counted from zero: the first one's parameters end in _l0."""

    def _create_parameters(self, layer, suffix):
        super()._create_parameters(layer, self._renamed(suffix))

    def _affine(self, x, name):
        return super()._affine(x, self._renamed(name))

    def _renamed(self, name):
        stem, _, rest = name.rpartition("_l")
        return f"{stem}_l{int(rest[0]) + 1}{rest[1:]}"


class _KeepsTheBatchAxis:
    """An input without a batch gives an output and states without a batch: if you add an axis on the way in, take it
    away on the way out."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return (
            (output.unsqueeze(1), tuple(state.unsqueeze(1) for state in states)) if x.dim() == 2 else (output, states)
        )


class _StatesBatchFirst:
    """batch_first is about inputs and outputs only. The states keep their shape, (layers and directions, N,
    features)."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return output, tuple(state.transpose(0, 1) for state in states) if self.batch_first and x.dim() == 3 else states


class _IgnoresBatchFirst:
    """With batch_first=True the input is (N, T, features), so the walk goes along its second axis. Yours still walks
    along the first."""

    def _run(self, x, given):
        asked, self.batch_first = self.batch_first, False
        try:
            return super()._run(x, given)
        finally:
            self.batch_first = asked


class _LastLayersState:
    """The second result has the last state of *each* layer and direction, stacked. Yours has only the last layer's."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return output, tuple(state[-len(self.directions) :] for state in states)


class _AddsTheDirections:
    """The outputs of the two directions are concatenated, forward first, so there are 2 * hidden_size features. You add
    them up."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return output.unflatten(-1, (len(self.directions), -1)).sum(-2), states


class _LastOutputOnly:
    """The output has the last layer's state at every time, not only at the last one."""

    def _run(self, x, given):
        _, states = super()._run(x, given)
        return states[0][-1], states


class _WalksForwardTwice:
    """The backward direction has to start at the end of the sequence. Yours walks forward, with other weights."""

    def _walk(self, x, state, layer, direction):
        if not direction:
            return super()._walk(x, state, layer, direction)
        output, state = super()._walk(x.flip(0), state, layer, direction)
        return output.flip(0), state


class _LeavesTheOutputsReversed:
    """The backward direction walks from the end, but its outputs belong to the times of their inputs: turn them round
    before you concatenate."""

    def _walk(self, x, state, layer, direction):
        output, state = super()._walk(x, state, layer, direction)
        return (output.flip(0) if direction else output), state


class _ReverseStateAtTheEnd:
    """The last state of the backward direction is the one after its last step, at the *start* of the sequence.
    output[-1] holds its first step."""

    def _walk(self, x, state, layer, direction):
        output, state = super()._walk(x, state, layer, direction)
        return output, ((output[-1], *state[1:]) if direction else state)


class _BackwardFirst:
    """The two outputs are concatenated with the forward direction first. Yours has them swapped."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return output.unflatten(-1, (len(self.directions), -1)).flip(-2).flatten(-2), states


class _DirectionsApart:
    """The states are stacked layer by layer: layer 0, layer 0 reversed, layer 1, layer 1 reversed. Yours has all
    layers of one direction first."""

    def _walk_layers(self, x, states):
        many = (self.num_layers, len(self.directions))
        states = tuple(state.unflatten(0, many[::-1]).transpose(0, 1).flatten(0, 1) for state in states)
        output, states = super()._walk_layers(x, states)
        return output, tuple(state.unflatten(0, many).transpose(0, 1).flatten(0, 1) for state in states)


class _SeparateStacks:
    """Each layer reads the outputs of *both* directions below. You stack forward layers on forward layers and
    backward ones on backward ones, and join them at the end."""

    def _walk(self, x, state, layer, direction):
        if layer == 0 or len(self.directions) == 1:
            return super()._walk(x, state, layer, direction)
        own = torch.zeros_like(x)
        half = slice(self.hidden_size, None) if direction else slice(None, self.hidden_size)
        own[..., half] = x[..., half]
        return super()._walk(own, state, layer, direction)


class _IgnoresTheState:
    """The output does not change when another state is handed in. Zeros are only for calls without one."""

    def _states(self, x, given):
        super()._states(x, given)
        return super()._states(x, None)


class _StateOfTheFirstLayerOnly:
    """The state that is handed in has a part for every layer and direction. Only the first layer starts from its own in
    your answer, the others from zero."""

    def _walk_layers(self, x, states):
        rows = len(self.directions)
        return super()._walk_layers(x, tuple(torch.cat([s[:rows], torch.zeros_like(s[rows:])]) for s in states))


class _OneStateForAll:
    """The state that is handed in has a part for every layer and direction. You let all of them start from the
    first."""

    def _walk_layers(self, x, states):
        return super()._walk_layers(x, tuple(state[:1].expand_as(state) for state in states))


class _LayersHandOnTheirState:
    """A layer starts from its own initial state, not from where the layer below ended."""

    def _walk_layers(self, x, states):
        self.ends = None
        return super()._walk_layers(x, states)

    def _walk(self, x, state, layer, direction):
        if layer and self.ends is not None:
            state = self.ends
        output, self.ends = super()._walk(x, state, layer, direction)
        return output, self.ends


class _RemembersTheState:
    """The layer has no memory of its own: whoever calls it keeps the state and hands it in again. A call without a
    state starts from zeros, whatever was called before."""

    def _states(self, x, given):
        states = super()._states(x, given)
        kept = getattr(self, "kept", None)
        return kept if given is None and kept is not None and kept[0].shape == states[0].shape else states

    def _run(self, x, given):
        output, states = super()._run(x, given)
        self.kept = tuple(state.detach() for state in states)
        return output, states


class _TransposesWithoutABatch:
    """Without a batch an input is (T, features), and batch_first has nothing to say. Do not swap its axes."""

    def _run(self, x, given):
        if x.dim() == 3 or not self.batch_first:
            return super()._run(x, given)
        if given is not None:
            given = tuple(state.unsqueeze(1).expand(-1, len(x), -1) for state in given)
        output, states = super()._run(x.unsqueeze(1), given)
        return output.squeeze(1), tuple(state[:, -1] for state in states)


class _NeverDrops:
    """In training nothing is dropped. The argument dropout asks for it between the layers."""

    def _drop(self, x):
        return x


class _DropsInEvaluation:
    """After eval() nothing is dropped. F.dropout drops unless you tell it the mode: pass training=self.training."""

    def _drop(self, x):
        return nn.functional.dropout(x, self.dropout)


class _DropsTheLastOutput:
    """The outputs of the last layer are left alone: dropout stands only *between* layers."""

    def _walk_layers(self, x, states):
        output, states = super()._walk_layers(x, states)
        return nn.functional.dropout(output, self.dropout, self.training), states


class _DropsTheInput:
    """The input of the first layer is left alone: dropout stands only *between* layers."""

    def _walk_layers(self, x, states):
        return super()._walk_layers(nn.functional.dropout(x, self.dropout, self.training), states)


class _OneMaskForAllTimes:
    """Each element has its own draw, at each time. Your mask is drawn once and used for the whole sequence."""

    def _drop(self, x):
        return x * nn.functional.dropout(torch.ones_like(x[:1]), self.dropout, self.training)


class _DropsWithoutScaling:
    """What is not dropped is divided by 1 - dropout in training, so that the mean stays the same."""

    def _drop(self, x):
        return super()._drop(x) * ((1 - self.dropout) if self.training else 1)


class _KeepsWithThatProbability:
    """dropout is the probability of an element to be zeroed, not the one to be kept."""

    def _drop(self, x):
        return nn.functional.dropout(x, 1 - self.dropout, self.training) if self.dropout else x


class _OverwritesTheState:
    """The caller's state changes under its hands: an in-place operation writes into it. Make a new tensor."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        for before, after in zip(given or (), states, strict=False):
            before.data.copy_(after)
        return output, states


class _DetachesEachStep:
    """Your output is right, but the gradient ends after one step: the state is detached in the loop, so nothing is
    learned through time."""

    def _walk(self, x, state, layer, direction):
        outputs = []
        for step in reversed(x) if direction else x:
            output, state = super()._walk(step.unsqueeze(0), tuple(item.detach() for item in state), layer, direction)
            outputs.append(output)
        return torch.cat(outputs[::-1] if direction else outputs), state


class _DetachesTheState:
    """Your output is right, but no gradient reaches the initial state that was handed in."""

    def _states(self, x, given):
        return tuple(state.detach() for state in super()._states(x, given))


class _DetachesLastStates:
    """The output is differentiable, but the last states are not. Both results belong to the graph: a classifier often
    reads h_n alone."""

    def _run(self, x, given):
        output, states = super()._run(x, given)
        return output, tuple(state.detach() for state in states)


class _LayersApart:
    """Your output is right, but the lower layers get no gradient from those above. Is something detached between
    them?"""

    def _drop(self, x):
        return super()._drop(x).detach()


class _BoundOfTheInputs:
    """The bound of the initial values is one over the root of hidden_size, for the input's weights as well. Yours comes
    from the number of inputs."""

    def _draw_parameters(self):
        bound = 1 / math.sqrt(self.input_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)


class _ZeroBiases:
    """The biases start from the same uniform distribution as the weights, not from zero."""

    def _draw_parameters(self):
        super()._draw_parameters()
        for name, parameter in self.named_parameters():
            if name.startswith("bias"):
                nn.init.zeros_(parameter)


class _FlattensTheBatch:
    """An input has 3 dimensions, or 2 without a batch. One of 4 should raise an exception instead of being reshaped."""

    def _run(self, x, given):
        return super()._run(x.flatten(1, 2) if x.dim() == 4 else x, given)


class _SequenceBySequence:
    """The result is right, but the sequences of a batch go through in a Python loop, and that is slow. Take one step
    of all of them at a time."""

    def _walk_layers(self, x, states):
        runs = [
            super(_SequenceBySequence, self)._walk_layers(
                x[:, i : i + 1], tuple(state[:, i : i + 1] for state in states)
            )
            for i in range(x.shape[1])
        ]
        output = torch.cat([run[0] for run in runs], 1)
        return output, tuple(torch.cat(each, 1) for each in zip(*(run[1] for run in runs), strict=True))


def tanh_by_exponentials(a):
    """The textbook's formula, which overflows."""
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())


# --- RNN -------------------------------------------------------------------------------------------------------------


@misconception("RNN", "interface")
class BiasBeforeNonlinearity(RNN):
    """Mind the order of the arguments: the nonlinearity comes fourth, after num_layers and before bias. Given by
    position, yours take each other's place."""

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, nonlinearity="tanh", batch_first=False, dropout=0.0,
        bidirectional=False,
    ):  # fmt: skip
        super().__init__(input_size, hidden_size, num_layers, nonlinearity, bias, batch_first, dropout, bidirectional)


@misconception("RNN", "values")
class AlwaysTanh(RNN):
    """The nonlinearity of the constructor never reaches your formula: with "relu" the output should change."""

    def _activate(self, a):
        return torch.tanh(a)


@misconception("RNN", "values")
class TransposedRecurrence(RNN):
    """W_hh is square, so a transposed product goes unnoticed. As for the input, the rows of the weight are the outputs:
    h @ weight_hh.T."""

    def _affine(self, x, name):
        if not name.startswith("_hh"):
            return super()._affine(x, name)
        bias = getattr(self, "bias" + name) if self.bias else None
        return nn.functional.linear(x, getattr(self, "weight" + name).t(), bias)


@misconception("RNN", "numerics")
class TanhByExponentialsInRNN(RNN):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _activate(self, a):
        return tanh_by_exponentials(a) if self.nonlinearity == "tanh" else torch.relu(a)


@misconception("RNN", "errors")
class AnyNonlinearity(RNN):
    """Only "tanh" and "relu" are known. Another name, say "sigmoid", should raise an exception rather than stand for
    one of them."""

    def __init__(
        self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True, batch_first=False, dropout=0.0,
        bidirectional=False,
    ):  # fmt: skip
        known = nonlinearity if nonlinearity == "relu" else "tanh"
        super().__init__(input_size, hidden_size, num_layers, known, bias, batch_first, dropout, bidirectional)


@misconception("RNN", "interface")
class ZerosInDefaultDtypeInRNN(_ZerosInDefaultDtype, RNN):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("RNN", "parameters")
class OneBiasInRNN(_OneBias, RNN):
    __doc__ = _OneBias.__doc__


@misconception("RNN", "parameters")
class BiasRegardlessInRNN(_BiasRegardless, RNN):
    __doc__ = _BiasRegardless.__doc__


@misconception("RNN", "parameters")
class CountsLayersFromOneInRNN(_CountsLayersFromOne, RNN):
    __doc__ = _CountsLayersFromOne.__doc__


@misconception("RNN", "shapes")
class KeepsTheBatchAxisInRNN(_KeepsTheBatchAxis, RNN):
    __doc__ = _KeepsTheBatchAxis.__doc__


@misconception("RNN", "shapes")
class IgnoresBatchFirstInRNN(_IgnoresBatchFirst, RNN):
    __doc__ = _IgnoresBatchFirst.__doc__


@misconception("RNN", "values")
class WalksForwardTwiceInRNN(_WalksForwardTwice, RNN):
    __doc__ = _WalksForwardTwice.__doc__


@misconception("RNN", "values")
class LeavesTheOutputsReversedInRNN(_LeavesTheOutputsReversed, RNN):
    __doc__ = _LeavesTheOutputsReversed.__doc__


@misconception("RNN", "values")
class ReverseStateAtTheEndInRNN(_ReverseStateAtTheEnd, RNN):
    __doc__ = _ReverseStateAtTheEnd.__doc__


@misconception("RNN", "values")
class BackwardFirstInRNN(_BackwardFirst, RNN):
    __doc__ = _BackwardFirst.__doc__


@misconception("RNN", "values")
class SeparateStacksInRNN(_SeparateStacks, RNN):
    __doc__ = _SeparateStacks.__doc__


@misconception("RNN", "values")
class IgnoresTheStateInRNN(_IgnoresTheState, RNN):
    __doc__ = _IgnoresTheState.__doc__


@misconception("RNN", "values")
class StateOfTheFirstLayerOnlyInRNN(_StateOfTheFirstLayerOnly, RNN):
    __doc__ = _StateOfTheFirstLayerOnly.__doc__


@misconception("RNN", "values")
class DropsInEvaluationInRNN(_DropsInEvaluation, RNN):
    __doc__ = _DropsInEvaluation.__doc__


@misconception("RNN", "values")
class DropsTheInputInRNN(_DropsTheInput, RNN):
    __doc__ = _DropsTheInput.__doc__


@misconception("RNN", "values")
class KeepsWithThatProbabilityInRNN(_KeepsWithThatProbability, RNN):
    __doc__ = _KeepsWithThatProbability.__doc__


@misconception("RNN", "gradients")
class DetachesEachStepInRNN(_DetachesEachStep, RNN):
    __doc__ = _DetachesEachStep.__doc__


@misconception("RNN", "gradients")
class DetachesTheStateInRNN(_DetachesTheState, RNN):
    __doc__ = _DetachesTheState.__doc__


@misconception("RNN", "gradients")
class DetachesLastStatesInRNN(_DetachesLastStates, RNN):
    __doc__ = _DetachesLastStates.__doc__


@misconception("RNN", "init")
class BoundOfTheInputsInRNN(_BoundOfTheInputs, RNN):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("RNN", "init")
class ZeroBiasesInRNN(_ZeroBiases, RNN):
    __doc__ = _ZeroBiases.__doc__


@misconception("RNN", "errors")
class FlattensTheBatchInRNN(_FlattensTheBatch, RNN):
    __doc__ = _FlattensTheBatch.__doc__


@misconception("RNN", "vectorized")
class SequenceBySequenceInRNN(_SequenceBySequence, RNN):
    __doc__ = _SequenceBySequence.__doc__


# --- LSTM ------------------------------------------------------------------------------------------------------------


class _Gates:
    """An LSTM whose four blocks can be taken in another order, and put together in another way."""

    def _step(self, from_input, from_state, state):
        i, f, g, o = self._gates(*(from_input + from_state).chunk(4, -1))
        return self._combine(i, f, g, o, state[1])

    def _gates(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)

    def _combine(self, i, f, g, o, c):
        c = f * c + i * g
        return o * torch.tanh(c), c


@misconception("LSTM", "values")
class OutputGateThird(_Gates, LSTM):
    """torch stacks the blocks in the order i, f, g, o: the candidate g comes third, the output gate last. You have
    the two swapped."""

    def _gates(self, i, f, g, o):
        return super()._gates(i, f, o, g)


@misconception("LSTM", "values")
class ForgetGateFirst(_Gates, LSTM):
    """torch stacks the blocks in the order i, f, g, o. You take the first for the forget gate and the second for the
    input gate."""

    def _gates(self, i, f, g, o):
        return super()._gates(f, i, g, o)


@misconception("LSTM", "values")
class CandidateSecond(_Gates, LSTM):
    """torch stacks the blocks in the order i, f, g, o. You have the candidate second and the forget gate third, as
    TensorFlow does."""

    def _gates(self, i, f, g, o):
        return super()._gates(i, g, f, o)


@misconception("LSTM", "values")
class NoTanhOfTheCell(_Gates, LSTM):
    """The output gate lets through the tanh of the new cell state, not the cell state itself."""

    def _combine(self, i, f, g, o, c):
        c = f * c + i * g
        return o * c, c


@misconception("LSTM", "values")
class OutputFromTheOldCell(_Gates, LSTM):
    """h is made from the new cell state. You use the one of the step before."""

    def _combine(self, i, f, g, o, c):
        return o * torch.tanh(c), f * c + i * g


@misconception("LSTM", "values")
class CellBeforeHidden(LSTM):
    """The states are the pair (h, c), in this order, on the way in and on the way out. Yours come the other way
    round."""

    def forward(self, x, hx=None):
        output, states = super().forward(x, hx)
        return output, states[::-1]


@misconception("LSTM", "shapes")
class NoCellState(LSTM):
    """An LSTM returns both of its last states: (output, (h_n, c_n))."""

    def forward(self, x, hx=None):
        output, states = super().forward(x, hx)
        return output, states[0]


@misconception("LSTM", "shapes")
class ThreeResults(LSTM):
    """The states come as a pair of their own: (output, (h_n, c_n)), two results, not three."""

    def forward(self, x, hx=None):
        output, states = super().forward(x, hx)
        return output, *states


@misconception("LSTM", "gradients")
class DetachesTheCell(_Gates, LSTM):
    """Your output is right, but no gradient flows through the cell state, which is the very path that lets an LSTM
    remember. Is c detached somewhere?"""

    def _combine(self, i, f, g, o, c):
        return super()._combine(i, f, g, o, c.detach())


@misconception("LSTM", "numerics")
class OverflowingGates(_Gates, LSTM):
    """Your sigmoid gives nan for large sums: exp(a) / (1 + exp(a)) becomes infinity over infinity. torch.sigmoid does
    not, nor does 1 / (1 + exp(-a))."""

    def _gates(self, i, f, g, o):
        return (*(a.exp() / (1 + a.exp()) for a in (i, f)), torch.tanh(g), o.exp() / (1 + o.exp()))


@misconception("LSTM", "numerics")
class TanhByExponentialsInLSTM(_Gates, LSTM):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _gates(self, i, f, g, o):
        return torch.sigmoid(i), torch.sigmoid(f), tanh_by_exponentials(g), torch.sigmoid(o)


@misconception("LSTM", "init")
class ForgetBiasOfOne(LSTM):
    """Starting the forget gate's bias at one is a good trick, but torch does not do it: all initial values are uniform
    within 1/sqrt(hidden_size)."""

    def _draw_parameters(self):
        super()._draw_parameters()
        for name, parameter in self.named_parameters():
            if name.startswith("bias_ih"):
                nn.init.ones_(parameter.data[self.hidden_size : 2 * self.hidden_size])


@misconception("LSTM", "interface")
class ZerosInDefaultDtypeInLSTM(_ZerosInDefaultDtype, LSTM):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("LSTM", "parameters")
class OneBiasInLSTM(_OneBias, LSTM):
    __doc__ = _OneBias.__doc__


@misconception("LSTM", "parameters")
class BiasRegardlessInLSTM(_BiasRegardless, LSTM):
    __doc__ = _BiasRegardless.__doc__


@misconception("LSTM", "parameters")
class OneSetForAllLayersInLSTM(_OneSetForAllLayers, LSTM):
    __doc__ = _OneSetForAllLayers.__doc__


@misconception("LSTM", "shapes")
class StatesBatchFirstInLSTM(_StatesBatchFirst, LSTM):
    __doc__ = _StatesBatchFirst.__doc__


@misconception("LSTM", "shapes")
class LastLayersStateInLSTM(_LastLayersState, LSTM):
    __doc__ = _LastLayersState.__doc__


@misconception("LSTM", "shapes")
class AddsTheDirectionsInLSTM(_AddsTheDirections, LSTM):
    __doc__ = _AddsTheDirections.__doc__


@misconception("LSTM", "values")
class LeavesTheOutputsReversedInLSTM(_LeavesTheOutputsReversed, LSTM):
    __doc__ = _LeavesTheOutputsReversed.__doc__


@misconception("LSTM", "values")
class OneStateForAllInLSTM(_OneStateForAll, LSTM):
    __doc__ = _OneStateForAll.__doc__


@misconception("LSTM", "values")
class LayersHandOnTheirStateInLSTM(_LayersHandOnTheirState, LSTM):
    __doc__ = _LayersHandOnTheirState.__doc__


@misconception("LSTM", "values")
class DropsInEvaluationInLSTM(_DropsInEvaluation, LSTM):
    __doc__ = _DropsInEvaluation.__doc__


@misconception("LSTM", "values")
class DropsTheLastOutputInLSTM(_DropsTheLastOutput, LSTM):
    __doc__ = _DropsTheLastOutput.__doc__


@misconception("LSTM", "values")
class DropsWithoutScalingInLSTM(_DropsWithoutScaling, LSTM):
    __doc__ = _DropsWithoutScaling.__doc__


@misconception("LSTM", "values")
class OverwritesTheStateInLSTM(_OverwritesTheState, LSTM):
    __doc__ = _OverwritesTheState.__doc__


@misconception("LSTM", "gradients")
class DetachesEachStepInLSTM(_DetachesEachStep, LSTM):
    __doc__ = _DetachesEachStep.__doc__


@misconception("LSTM", "gradients")
class DetachesTheStateInLSTM(_DetachesTheState, LSTM):
    __doc__ = _DetachesTheState.__doc__


@misconception("LSTM", "gradients")
class LayersApartInLSTM(_LayersApart, LSTM):
    __doc__ = _LayersApart.__doc__


@misconception("LSTM", "init")
class BoundOfTheInputsInLSTM(_BoundOfTheInputs, LSTM):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("LSTM", "init")
class ZeroBiasesInLSTM(_ZeroBiases, LSTM):
    __doc__ = _ZeroBiases.__doc__


@misconception("LSTM", "errors")
class FlattensTheBatchInLSTM(_FlattensTheBatch, LSTM):
    __doc__ = _FlattensTheBatch.__doc__


@misconception("LSTM", "vectorized")
class SequenceBySequenceInLSTM(_SequenceBySequence, LSTM):
    __doc__ = _SequenceBySequence.__doc__


# --- GRU -------------------------------------------------------------------------------------------------------------


class _Units:
    """A GRU whose gates can be put together in another way."""

    def _step(self, from_input, from_state, state):
        input_r, input_z, input_n = from_input.chunk(3, -1)
        state_r, state_z, state_n = from_state.chunk(3, -1)
        r, z = torch.sigmoid(input_r + state_r), torch.sigmoid(input_z + state_z)
        return (self._combine(r, z, input_n, state_n, state[0]),)

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(input_n + r * state_n), h)


@misconception("GRU", "values")
class ResetBeforeTheProduct(_Units, GRU):
    """The paper resets the state first and multiplies then, W (r * h). torch multiplies first: r * (W h + b), and the
    bias is inside as well."""

    def _affine(self, x, name):
        if name.startswith("_hh"):
            self.name = name
        return super()._affine(x, name)

    def _combine(self, r, z, input_n, state_n, h):
        again = self._affine(r * h, self.name).chunk(3, -1)[2]
        return self._mix(z, torch.tanh(input_n + again), h)


@misconception("GRU", "values")
class BiasOutsideTheReset(_Units, GRU):
    """The reset gate multiplies the state's product and its bias: r * (W_hn h + b_hn). Your bias is added outside of
    the bracket."""

    def _affine(self, x, name):
        if name.startswith("_hh"):
            self.bias_n = getattr(self, "bias" + name).chunk(3)[2] if self.bias else 0
        return super()._affine(x, name)

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(input_n + r * (state_n - self.bias_n) + self.bias_n), h)


@misconception("GRU", "values")
class NeverResets(_Units, GRU):
    """The reset gate has no effect on your candidate: it multiplies the state's share, r * (W_hn h + b_hn)."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, torch.tanh(input_n + state_n), h)


@misconception("GRU", "values")
class UpdateGateFirst(_Units, GRU):
    """torch stacks the blocks in the order r, z, n: the reset gate comes first. You have reset and update gate
    swapped."""

    def _combine(self, r, z, input_n, state_n, h):
        return super()._combine(z, r, input_n, state_n, h)


@misconception("GRU", "values")
class KeepsTheComplement(GRU):
    """In torch z is the share of the old state that is kept: (1 - z) * n + z * h. Yours is the share of the new one,
    as in some papers."""

    def _mix(self, z, n, h):
        return z * n + (1 - z) * h


@misconception("GRU", "gradients")
class DetachesTheGates(_Units, GRU):
    """Your output is right, but the gates get no gradient: they have weights to learn as well."""

    def _combine(self, r, z, input_n, state_n, h):
        return super()._combine(r.detach(), z.detach(), input_n, state_n, h)


@misconception("GRU", "numerics")
class TanhByExponentialsInGRU(_Units, GRU):
    """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity over
    infinity is no number. torch.tanh does not."""

    def _combine(self, r, z, input_n, state_n, h):
        return self._mix(z, tanh_by_exponentials(input_n + r * state_n), h)


@misconception("GRU", "interface")
class ZerosInDefaultDtypeInGRU(_ZerosInDefaultDtype, GRU):
    __doc__ = _ZerosInDefaultDtype.__doc__


@misconception("GRU", "parameters")
class OneBiasInGRU(_OneBias, GRU):
    __doc__ = _OneBias.__doc__


@misconception("GRU", "parameters")
class BiasRegardlessInGRU(_BiasRegardless, GRU):
    __doc__ = _BiasRegardless.__doc__


@misconception("GRU", "parameters")
class OneSetForBothDirectionsInGRU(_OneSetForBothDirections, GRU):
    __doc__ = _OneSetForBothDirections.__doc__


@misconception("GRU", "shapes")
class StatesBatchFirstInGRU(_StatesBatchFirst, GRU):
    __doc__ = _StatesBatchFirst.__doc__


@misconception("GRU", "shapes")
class LastOutputOnlyInGRU(_LastOutputOnly, GRU):
    __doc__ = _LastOutputOnly.__doc__


@misconception("GRU", "values")
class LeavesTheOutputsReversedInGRU(_LeavesTheOutputsReversed, GRU):
    __doc__ = _LeavesTheOutputsReversed.__doc__


@misconception("GRU", "values")
class ReverseStateAtTheEndInGRU(_ReverseStateAtTheEnd, GRU):
    __doc__ = _ReverseStateAtTheEnd.__doc__


@misconception("GRU", "values")
class DirectionsApartInGRU(_DirectionsApart, GRU):
    __doc__ = _DirectionsApart.__doc__


@misconception("GRU", "values")
class RemembersTheStateInGRU(_RemembersTheState, GRU):
    __doc__ = _RemembersTheState.__doc__


@misconception("GRU", "values")
class TransposesWithoutABatchInGRU(_TransposesWithoutABatch, GRU):
    __doc__ = _TransposesWithoutABatch.__doc__


@misconception("GRU", "values")
class NeverDropsInGRU(_NeverDrops, GRU):
    __doc__ = _NeverDrops.__doc__


@misconception("GRU", "values")
class DropsInEvaluationInGRU(_DropsInEvaluation, GRU):
    __doc__ = _DropsInEvaluation.__doc__


@misconception("GRU", "values")
class OneMaskForAllTimesInGRU(_OneMaskForAllTimes, GRU):
    __doc__ = _OneMaskForAllTimes.__doc__


@misconception("GRU", "gradients")
class DetachesEachStepInGRU(_DetachesEachStep, GRU):
    __doc__ = _DetachesEachStep.__doc__


@misconception("GRU", "gradients")
class DetachesTheStateInGRU(_DetachesTheState, GRU):
    __doc__ = _DetachesTheState.__doc__


@misconception("GRU", "init")
class BoundOfTheInputsInGRU(_BoundOfTheInputs, GRU):
    __doc__ = _BoundOfTheInputs.__doc__


@misconception("GRU", "init")
class ZeroBiasesInGRU(_ZeroBiases, GRU):
    __doc__ = _ZeroBiases.__doc__


@misconception("GRU", "errors")
class FlattensTheBatchInGRU(_FlattensTheBatch, GRU):
    __doc__ = _FlattensTheBatch.__doc__


@misconception("GRU", "vectorized")
class SequenceBySequenceInGRU(_SequenceBySequence, GRU):
    __doc__ = _SequenceBySequence.__doc__
