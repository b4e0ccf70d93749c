"""Known-wrong answers for RNN, LSTM and GRU, and the hint that each earns."""

from collections.abc import Mapping, Sequence

from grader.spec import Misconception, mistake

EVERY = ("RNN", "LSTM", "GRU")
WITH_WEIGHTS = {"state = self._step(": "self.hh = w_hh, b_hh\n            state = self._step("}
"""Where a step needs the state's weights as well."""
OVERFLOWS = """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and infinity
    over infinity is not a number. torch.tanh does not."""


def shared(name: str, parts: Sequence[str], criterion: str, hint: str, edits: Mapping[str, str]) -> list[Misconception]:
    """A mistake that fits several layers, under a name for each: ...InRNN."""
    return [item for part in parts for item in mistake(f"{name}In{part}", part, criterion, hint, edits)]


mistakes = [
    mistake("BiasBeforeNonlinearity", "RNN", "interface",
            """Mind the order of the arguments: the nonlinearity comes fourth, after num_layers and before bias. Given
            by position, yours take each other's place.""",
            {'nonlinearity: str = "tanh",\n        bias: bool = True,':
                'bias: bool = True,\n        nonlinearity: str = "tanh",'}),
    mistake("AlwaysTanh", "RNN", "values",
            """The nonlinearity of the constructor never reaches your formula: with "relu" the output should change.""",
            {'torch.relu(a) if self.nonlinearity == "relu" else torch.tanh(a)': "torch.tanh(a)"}),
    mistake("TransposedRecurrence", "RNN", "values",
            """W_hh is square, so a transposed product goes unnoticed. As for the input, the rows of the weight are the
            outputs: h @ weight_hh.T.""",
            {"F.linear(state[0], w_hh, b_hh)": "F.linear(state[0], w_hh.T, b_hh)"}),
    mistake("TanhByExponentialsInRNN", "RNN", "numerics", OVERFLOWS,
            {"torch.tanh(a)": "(a.exp() - (-a).exp()) / (a.exp() + (-a).exp())"}),
    mistake("AnyNonlinearity", "RNN", "errors",
            """Only "tanh" and "relu" are known. Another name, say "sigmoid", should raise an exception rather than
            stand for one of them.""",
            {'if nonlinearity not in ("tanh", "relu")': "if False"}),

    mistake("OutputGateThird", "LSTM", "values",
            """torch stacks the blocks in the order i, f, g, o: the candidate g comes third, the output gate last. You
            have the two swapped.""",
            {"i, f, g, o =": "i, f, o, g ="}),
    mistake("ForgetGateFirst", "LSTM", "values",
            """torch stacks the blocks in the order i, f, g, o. You take the first for the forget gate and the second
            for the input gate.""",
            {"i, f, g, o =": "f, i, g, o ="}),
    mistake("CandidateSecond", "LSTM", "values",
            """torch stacks the blocks in the order i, f, g, o. You have the candidate second and the forget gate
            third, as in TensorFlow 1's BasicLSTMCell; Keras has torch's order.""",
            {"i, f, g, o =": "i, g, f, o ="}),
    mistake("NoTanhOfTheCell", "LSTM", "values",
            "The output gate lets through the tanh of the new cell state, not the cell state itself.",
            {"torch.tanh(c)": "c"}),
    mistake("OutputFromTheOldCell", "LSTM", "values",
            "h is made from the new cell state. You use the one of the step before.",
            {"torch.tanh(c)": "torch.tanh(state[1])"}),
    mistake("CellBeforeHidden", "LSTM", "values",
            """The states are the pair (h, c), in this order, on the way in and on the way out. Yours come the other way
            round.""",
            {"return output, (h_n, c_n)": "return output, (c_n, h_n)"}),
    mistake("NoCellState", "LSTM", "shapes",
            "An LSTM returns both of its last states: (output, (h_n, c_n)).",
            {"return output, (h_n, c_n)": "return output, h_n"}),
    mistake("ThreeResults", "LSTM", "shapes",
            "The states come as a pair of their own: (output, (h_n, c_n)), two results, not three.",
            {"return output, (h_n, c_n)": "return output, h_n, c_n"}),
    mistake("DetachesTheCell", "LSTM", "gradients",
            """Your output is right, but no gradient flows through the cell state, which is the very path that lets an
            LSTM remember. Is c detached somewhere?""",
            {"* state[1]": "* state[1].detach()"}),
    mistake("OverflowingGates", "LSTM", "numerics",
            """Your sigmoid gives nan for large sums: exp(a) / (1 + exp(a)) becomes infinity over infinity.
            torch.sigmoid does not, nor does 1 / (1 + exp(-a)).""",
            {f"torch.sigmoid({gate})": f"({gate}.exp() / (1 + {gate}.exp()))" for gate in "ifo"}),
    mistake("TanhByExponentialsInLSTM", "LSTM", "numerics", OVERFLOWS,
            {"torch.tanh(g)": "((g.exp() - (-g).exp()) / (g.exp() + (-g).exp()))"}),
    mistake("ForgetBiasOfOne", "LSTM", "init",
            """Starting the forget gate's bias at one is a good trick, but torch does not do it: all initial values are
            uniform within 1/sqrt(hidden_size).""",
            {"self.register_parameter(":
                'if name == "bias_ih":\n'
                "                        parameter.data[hidden_size : 2 * hidden_size] = 1\n"
                "                    self.register_parameter("}),

    mistake("ResetBeforeTheProduct", "GRU", "values",
            """The paper resets the state first and multiplies then, W (r * h). torch multiplies first: r * (W h + b),
            and the bias is inside as well.""",
            {**WITH_WEIGHTS, "r * state_n": "F.linear(r * state[0], *self.hh).chunk(3, -1)[2]"}),
    mistake("BiasOutsideTheReset", "GRU", "values",
            """The reset gate multiplies the state's product and its bias: r * (W_hn h + b_hn). Your bias is added
            outside of the bracket.""",
            {**WITH_WEIGHTS,
             "n = torch.tanh(input_n + r * state_n)":
                "b_n = 0 if self.hh[1] is None else self.hh[1].chunk(3)[2]\n"
                "        n = torch.tanh(input_n + r * (state_n - b_n) + b_n)"}),
    mistake("NeverResets", "GRU", "values",
            """The reset gate has no effect on your candidate: it multiplies the state's share, r * (W_hn h + b_hn).""",
            {"r * state_n": "state_n"}),
    mistake("UpdateGateFirst", "GRU", "values",
            """torch stacks the blocks in the order r, z, n: the reset gate comes first. You have reset and update gate
            swapped.""",
            {"r, z =": "z, r ="}),
    mistake("KeepsTheComplement", "GRU", "values",
            """In torch z is the share of the old state that is kept: (1 - z) * n + z * h. Yours is the share of the new
            one, as in some papers.""",
            {"(1 - z) * n + z * state[0]": "z * n + (1 - z) * state[0]"}),
    mistake("DetachesTheGates", "GRU", "gradients",
            "Your output is right, but the gates get no gradient: they have weights to learn as well.",
            {"r * state_n": "r.detach() * state_n",
             "(1 - z) * n + z * state[0]": "(1 - z.detach()) * n + z.detach() * state[0]"}),
    mistake("TanhByExponentialsInGRU", "GRU", "numerics", OVERFLOWS,
            {"n = torch.tanh(input_n + r * state_n)":
                "a = input_n + r * state_n\n        n = (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())"}),

    # Any of them: the parameters.
    shared("BatchFirstBeforeBias", ("LSTM", "GRU"), "interface",
           """Mind the order of the arguments: bias comes fourth, batch_first fifth. Given by position, yours take each
           other's place.""",
           {"num_layers: int = 1,\n        bias: bool = True,\n        batch_first: bool = False,":
               "num_layers: int = 1,\n        batch_first: bool = False,\n        bias: bool = True,"}),
    shared("ZerosInDefaultDtype", EVERY, "device",
           """A layer that was moved with .double() gets float64 inputs, but the zeros that you start from have the
           default dtype. Take dtype and device from the input, as `x.new_zeros(...)` does.""",
           {"x.new_zeros(shape)": "torch.zeros(shape)"}),
    shared("OneBias", EVERY, "parameters",
           """torch keeps two biases per layer and direction, bias_ih and bias_hh, one for each product. A state dict
           has both.""",
           {', "bias_hh": (rows,)': ""}),
    shared("BiasRegardless", EVERY, "parameters",
           "With bias=False there should be no biases among the parameters at all, not even some of zeros.",
           {"if bias:": "if True:"}),
    mistake("OneSetForBothDirectionsInGRU", "GRU", "parameters",
            """The backward direction has weights and biases of its own, named ..._reverse. Yours shares those of the
            forward direction.""",
            {"_l{layer}{way}": "_l{layer}"}),
    mistake("OneSetForAllLayersInLSTM", "LSTM", "parameters",
            """Each layer has weights and biases of its own, named ..._l0, ..._l1 and so on. Yours has those of the
            first only.""",
            {"_l{layer}": "_l0",
             "hidden_size * len(ways)": "input_size",
             "F.linear(x,": "F.linear(x[..., : self.input_size],"}),
    mistake("CountsLayersFromOneInRNN", "RNN", "parameters",
            "The layers are counted from zero: the first one's parameters end in _l0.",
            {"_l{layer}": "_l{layer + 1}"}),

    # The shapes.
    mistake("KeepsTheBatchAxisInRNN", "RNN", "shapes",
            """An input without a batch gives an output and states without a batch: if you add an axis on the way in,
            take it away on the way out.""",
            {"return x.squeeze(1), tuple(state.squeeze(1) for state in ends)": "return x, ends"}),
    shared("StatesBatchFirst", ["LSTM", "GRU"], "shapes",
           """batch_first is about inputs and outputs only. The states keep their shape, (layers and directions, N,
           features).""",
           {"return (x.transpose(0, 1) if self.batch_first else x), ends":
               "if self.batch_first:\n"
               "            x, ends = x.transpose(0, 1), tuple(state.transpose(0, 1) for state in ends)\n"
               "        return x, ends"}),
    mistake("IgnoresBatchFirstInRNN", "RNN", "shapes",
            """With batch_first=True the input is (N, T, features), so the walk goes along its second axis. Yours still
            walks along the first.""",
            {"self.batch_first = batch_first": "self.batch_first = False"}),
    mistake("LastLayersStateInLSTM", "LSTM", "shapes",
            """The second result has the last state of *each* layer and direction, stacked. Yours has only the last
            layer's.""",
            {"torch.stack(each)": "torch.stack(each[-len(suffixes) :])"}),
    mistake("AddsTheDirectionsInLSTM", "LSTM", "shapes",
            """The outputs of the two directions are concatenated, forward first, so there are 2 * hidden_size features.
            You add them up.""",
            {"torch.cat(outputs, -1)": "sum(outputs) if layer == len(self.suffixes) - 1 else torch.cat(outputs, -1)"}),
    mistake("LastOutputOnlyInGRU", "GRU", "shapes",
            "The output has the last layer's state at every time, not only at the last one.",
            {"return output, h_n": "return h_n[-1], h_n"}),

    # The directions.
    mistake("WalksForwardTwiceInRNN", "RNN", "values",
            """The backward direction has to start at the end of the sequence. Yours walks forward, with other
            weights.""",
            {"x.flip(0) if backward else x": "x", "output.flip(0) if backward else output": "output"}),
    shared("LeavesTheOutputsReversed", EVERY, "values",
           """The backward direction walks from the end, but its outputs belong to the times of their inputs: turn them
           round before you concatenate.""",
           {"output.flip(0) if backward else output": "output"}),
    shared("ReverseStateAtTheEnd", ["RNN", "GRU"], "values",
           """The last state of the backward direction is the one after its last step, at the *start* of the sequence.
           output[-1] holds its first step.""",
           {"last.append(end)": "last.append((outputs[-1][-1],))"}),
    mistake("BackwardFirstInRNN", "RNN", "values",
            "The two outputs are concatenated with the forward direction first. Yours has them swapped.",
            {"torch.cat(outputs, -1)": "torch.cat(outputs[::-1], -1)"}),
    mistake("DirectionsApartInGRU", "GRU", "values",
            """The states are stacked layer by layer: layer 0, layer 0 reversed, layer 1, layer 1 reversed. Yours has
            all layers of one direction first.""",
            {"state[len(last)]": "state[backward * len(self.suffixes) + layer]",
             "zip(*last, strict=True)":
                "zip(*(end for way in range(len(suffixes)) for end in last[way :: len(suffixes)]))"}),
    mistake("SeparateStacksInRNN", "RNN", "values",
            """Each layer reads the outputs of *both* directions below. You stack forward layers on forward layers and
            backward ones on backward ones, and join them at the end.""",
            {"output, end = self._walk(x.flip(0) if backward else x,":
                "own = x.clone()\n"
                "                own[..., self.hidden_size * (1 - backward) :][..., : self.hidden_size] *= layer == 0\n"
                "                output, end = self._walk(own.flip(0) if backward else own,"}),

    # The states.
    mistake("IgnoresTheStateInRNN", "RNN", "values",
            "The output does not change when another state is handed in. Zeros are only for calls without one.",
            {"state[len(last)]": "torch.zeros_like(state[len(last)])"}),
    mistake("StateOfTheFirstLayerOnlyInRNN", "RNN", "values",
            """The state that is handed in has a part for every layer and direction. Only the first layer starts from
            its own in your answer, the others from zero.""",
            {"state[len(last)]": "state[len(last)] * (layer == 0)"}),
    mistake("OneStateForAllInLSTM", "LSTM", "values",
            """The state that is handed in has a part for every layer and direction. You let all of them start from the
            first.""",
            {"state[len(last)]": "state[0]"}),
    mistake("LayersHandOnTheirStateInLSTM", "LSTM", "values",
            "A layer starts from its own initial state, not from where the layer below ended.",
            {"start = tuple(": "start = last[-1] if layer else tuple("}),
    mistake("RemembersTheStateInGRU", "GRU", "values",
            """The layer has no memory of its own: its caller keeps the state and hands it in again. A call without a
            state starts from zeros, whatever was called before.""",
            {"hx = (x.new_zeros(shape),) * self.states":
                'hx = getattr(self, "kept", ())\n'
                "            if not hx or hx[0].shape != shape:\n"
                "                hx = (x.new_zeros(shape),)",
             "return output, h_n": "self.kept = (h_n.detach(),)\n        return output, h_n"}),
    mistake("TransposesWithoutABatchInGRU", "GRU", "values",
            """Without a batch an input is (T, features), and batch_first has nothing to say. Do not swap its axes.""",
            # Each time becomes a sequence of its own.
            {"x, hx = x.unsqueeze(1)": "x, hx = x.unsqueeze(1 - self.batch_first)",
             "state.unsqueeze(1)": "state.unsqueeze(1).expand(-1, len(x) if self.batch_first else 1, -1)",
             "return x.squeeze(1)": "return x.squeeze(1 - self.batch_first)",
             "state.squeeze(1)": "state[:, -1]"}),

    # Dropout.
    mistake("NeverDropsInGRU", "GRU", "values",
            "In training nothing is dropped. The argument dropout asks for it between the layers.",
            {"F.dropout(x, self.dropout, self.training)": "x"}),
    shared("DropsInEvaluation", EVERY, "values",
           """After eval() nothing is dropped. F.dropout drops unless you tell it the mode: pass
           training=self.training.""",
           {"F.dropout(x, self.dropout, self.training)": "F.dropout(x, self.dropout)"}),
    mistake("DropsTheLastOutputInLSTM", "LSTM", "values",
            "The outputs of the last layer are left alone: dropout stands only *between* layers.",
            {"ends = tuple(": "x = F.dropout(x, self.dropout, self.training)\n        ends = tuple("}),
    mistake("DropsTheInputInRNN", "RNN", "values",
            "The input of the first layer is left alone: dropout stands only *between* layers.",
            {"if layer > 0": "if True"}),
    mistake("OneMaskForAllTimesInGRU", "GRU", "values",
            "Each element has its own draw, at each time. Your mask is drawn once and used for the whole sequence.",
            {"F.dropout(x,": "x * F.dropout(torch.ones_like(x[:1]),"}),
    mistake("DropsWithoutScalingInLSTM", "LSTM", "values",
            "What is not dropped is divided by 1 - dropout in training, so that the mean stays the same.",
            {"x = F.dropout(": "x = (1 - self.dropout * self.training) * F.dropout("}),
    mistake("KeepsWithThatProbabilityInRNN", "RNN", "values",
            "dropout is the probability of an element to be zeroed, not the one to be kept.",
            {"if layer > 0": "if layer > 0 and self.dropout",
             "F.dropout(x, self.dropout": "F.dropout(x, 1 - self.dropout"}),

    # What stays, what flows, how fast.
    mistake("OverwritesTheStateInLSTM", "LSTM", "values",
            """You overwrite the caller's state: an in-place operation writes into it. Make a new tensor.""",
            {"= self._run(x, hx)":
                "= self._run(x, hx)\n"
                "        for given, state in zip(hx or (), (h_n, c_n)):\n"
                "            given.data.copy_(state)"}),
    shared("DetachesEachStep", EVERY, "gradients",
           """Your output is right, but the gradient ends after one step: the state is detached in the loop, so nothing
           is learned through time.""",
           {"state = self._step(":
               "state = tuple(item.detach() for item in state)\n            state = self._step("}),
    shared("DetachesTheState", EVERY, "gradients",
           "Your output is right, but no gradient reaches the initial state that was handed in.",
           {"state[len(last)]": "state[len(last)].detach()"}),
    mistake("DetachesLastStatesInRNN", "RNN", "gradients",
            """The output is differentiable, but the last states are not. Both results belong to the graph: a classifier
            often reads h_n alone.""",
            {"torch.stack(each)": "torch.stack(each).detach()"}),
    mistake("LayersApartInLSTM", "LSTM", "gradients",
            """Your output is right, but the lower layers get no gradient from those above. Is something detached
            between them?""",
            {"F.dropout(x,": "F.dropout(x.detach(),"}),
    shared("BoundOfTheInputs", EVERY, "init",
           """The bound of the initial values is one over the root of hidden_size, for the input's weights as well.
           Yours comes from the number of inputs.""",
           {"math.sqrt(hidden_size)": "math.sqrt(input_size)"}),
    shared("ZeroBiases", EVERY, "init",
           "The biases start from the same uniform distribution as the weights, not from zero.",
           {"uniform_(-bound, bound)": "uniform_(-bound, bound) * (len(shape) > 1)"}),
    shared("FlattensTheBatch", EVERY, "errors",
           """An input has 3 dimensions, or 2 without a batch. One of 4 should raise an exception instead of being
           reshaped.""",
           {"if x.dim() not in (2, 3)":
               "x = x.flatten(1, 2) if x.dim() == 4 else x\n        if x.dim() not in (2, 3)"}),
    shared("SequenceBySequence", EVERY, "vectorized",
           """The result is right, but the sequences of a batch go through in a Python loop, and that is slow. Take one
           step of all of them at a time.""",
           {"state = self._step(from_input, F.linear(state[0], w_hh, b_hh), state)":
               "rows = zip(from_input, F.linear(state[0], w_hh, b_hh), zip(*state))\n"
               "            state = tuple(torch.stack(each) for each in zip(*(self._step(*row) for row in rows)))"}),
]  # fmt: skip
