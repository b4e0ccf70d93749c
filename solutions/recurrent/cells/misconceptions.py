"""Known-wrong answers for RNNCell, LSTMCell and GRUCell, and the hint that each earns."""

from collections.abc import Mapping, Sequence

from grader.spec import Misconception, mistake

CELLS = ("RNNCell", "LSTMCell", "GRUCell")
SIGMOID = "{0}.exp() / (1 + {0}.exp())"
TANH = "(({0}).exp() - (-{0}).exp()) / (({0}).exp() + (-{0}).exp())"
"""Formulas that overflow."""

OVERFLOWING_TANH = """The formula of tanh with exponentials gives nan for large sums: both exponentials overflow, and
infinity over infinity is not a number. torch.tanh does not."""
MEMORY = """A cell has no memory of its own: anyone who calls it keeps the state and hands it in again. A call without a
state starts from zeros, whatever was called before."""
OVERWRITING = """You overwrite the caller's state: an in-place operation writes into it. Make a new tensor."""
KEPT = "getattr(self, 'kept', {}).get(x.shape)"


def in_each(
    name: str, criterion: str, hint: str, edits: Mapping[str, str], cells: Sequence[str] = CELLS
) -> list[Misconception]:
    """A mistake that several cells invite, made in what they share."""
    return [item for cell in cells for item in mistake(f"{name}In{cell}", cell, criterion, hint, edits)]


mistakes = [
    # RNNCell.
    mistake(
        "NonlinearityThird",
        "RNNCell",
        "interface",
        """Mind the order of the arguments: input_size, hidden_size, bias, nonlinearity. Given by position, yours take
        each other's place.""",
        {'bias: bool = True, nonlinearity: str = "tanh"': 'nonlinearity: str = "tanh", bias: bool = True'},
    ),
    mistake(
        "AlwaysTanh",
        "RNNCell",
        "values",
        """The nonlinearity of the constructor never reaches your formula: with "relu" the output should change.""",
        {'torch.tanh if self.nonlinearity == "tanh" else torch.relu': "torch.tanh"},
    ),
    mistake(
        "SigmoidForTanh",
        "RNNCell",
        "values",
        """Your states lie between 0 and 1. The nonlinearity is a tanh, from -1 to 1.""",
        {"torch.tanh": "torch.sigmoid"},
    ),
    mistake(
        "SquashesTwice",
        "RNNCell",
        "values",
        """Add the two products first, then apply the nonlinearity once, to the sum. You apply it to each of them.""",
        {"squash(from_input + from_state)": "squash(from_input) + squash(from_state)"},
    ),
    mistake(
        "TransposedRecurrence",
        "RNNCell",
        "values",
        """W_hh is square, so a transposed product goes unnoticed. As for the input, the rows of the weight are the
        outputs: h @ weight_hh.T.""",
        {"linear(h, self.weight_hh,": "linear(h, self.weight_hh.t(),"},
    ),
    mistake(
        "OutputAndState",
        "RNNCell",
        "shapes",
        """A cell returns its new state, one tensor. The pair (output, state) is what the layer nn.RNN returns.""",
        {"return squash(from_input + from_state)": "h = squash(from_input + from_state)\n        return h, h"},
    ),
    mistake(
        "TanhByExponentialsInRNN",
        "RNNCell",
        "numerics",
        OVERFLOWING_TANH,
        {"torch.tanh": f"(lambda a: {TANH.format('a')})"},
    ),
    mistake(
        "AnyNonlinearity",
        "RNNCell",
        "errors",
        """Only "tanh" and "relu" are known. Another name, say "sigmoid", should raise an exception rather than stand
        for one of them.""",
        {'raise ValueError(f"unknown nonlinearity {nonlinearity!r}")': 'nonlinearity = "tanh"'},
    ),
    # LSTMCell.
    mistake(
        "OutputGateThird",
        "LSTMCell",
        "values",
        """torch stacks the blocks in the order i, f, g, o: the candidate g comes third, the output gate last. You have
        the two swapped.""",
        {"i, f, g, o =": "i, f, o, g ="},
    ),
    mistake(
        "ForgetGateFirst",
        "LSTMCell",
        "values",
        """torch stacks the blocks in the order i, f, g, o. You take the first for the forget gate and the second for
        the input gate.""",
        {"i, f, g, o =": "f, i, g, o ="},
    ),
    mistake(
        "CandidateSecond",
        "LSTMCell",
        "values",
        """torch stacks the blocks in the order i, f, g, o. You have the candidate second and the forget gate
        third, as in TensorFlow 1's BasicLSTMCell; Keras has torch's order.""",
        {"i, f, g, o =": "i, g, f, o ="},
    ),
    mistake(
        "SigmoidCandidate",
        "LSTMCell",
        "values",
        """The candidate g is not a gate: it is what may be written, so it takes a tanh and can be negative. Yours goes
        through a sigmoid.""",
        {"torch.tanh(g)": "torch.sigmoid(g)"},
    ),
    mistake(
        "NoTanhOfTheCell",
        "LSTMCell",
        "values",
        """The output gate lets through the tanh of the new cell state, not the cell state itself.""",
        {"torch.tanh(c)": "c"},
    ),
    mistake(
        "OutputFromTheOldCell",
        "LSTMCell",
        "values",
        """h' is made from the new cell state c'. You use the one that came in.""",
        {"c = torch.sigmoid(f)": "old, c = c, torch.sigmoid(f)", "torch.tanh(c)": "torch.tanh(old)"},
    ),
    mistake(
        "CoupledGates",
        "LSTMCell",
        "values",
        """What is forgotten and what is written are two gates with weights of their own. You forget 1 - i, which is
        another kind of cell.""",
        {"torch.sigmoid(f)": "(1 - torch.sigmoid(i))"},
    ),
    mistake(
        "CellBeforeHidden",
        "LSTMCell",
        "values",
        """The state is the pair (h, c), in this order, on the way in and on the way out. Yours comes the other way
        round.""",
        {"return h, c": "return c, h"},
    ),
    mistake(
        "IgnoresTheCell",
        "LSTMCell",
        "values",
        """The h that is handed in is used, but the c is not: its share f * c is missing.""",
        {"torch.sigmoid(f) * c + ": ""},
    ),
    mistake(
        "HiddenOnly",
        "LSTMCell",
        "shapes",
        """An LSTM cell returns both of its states, (h, c): the next step needs them.""",
        {"return h, c": "return h"},
    ),
    mistake(
        "OutputAndStates",
        "LSTMCell",
        "shapes",
        """A cell returns the pair (h, c). The nested (output, (h, c)) is what the layer nn.LSTM returns.""",
        {"return h, c": "return h, (h, c)"},
    ),
    mistake(
        "DetachesTheCell",
        "LSTMCell",
        "gradients",
        """Your output is right, but no gradient flows through the cell state, which is the very path that lets an LSTM
        remember. Is c detached somewhere?""",
        {"torch.sigmoid(f) * c": "torch.sigmoid(f) * c.detach()"},
    ),
    mistake(
        "OverflowingGates",
        "LSTMCell",
        "numerics",
        """Your sigmoid gives nan for large sums: exp(a) / (1 + exp(a)) becomes infinity over infinity. torch.sigmoid
        does not, nor does 1 / (1 + exp(-a)).""",
        {f"torch.sigmoid({gate})": SIGMOID.format(gate) for gate in "ifo"},
    ),
    mistake(
        "TanhByExponentialsInLSTM",
        "LSTMCell",
        "numerics",
        OVERFLOWING_TANH,
        {"torch.tanh(g)": f"({TANH.format('g')})"},
    ),
    mistake(
        "ForgetBiasOfOne",
        "LSTMCell",
        "init",
        """Starting the forget gate's bias at one is a good trick, but torch does not do it: all initial values are
        uniform within 1/sqrt(hidden_size).""",
        {
            "bias, blocks=4)": """bias, blocks=4)
        if bias:
            self.bias_ih.data[hidden_size : 2 * hidden_size] = 1"""
        },
    ),
    # GRUCell.
    mistake(
        "ResetBeforeTheProduct",
        "GRUCell",
        "values",
        """The paper resets the state first and multiplies then, W (r * h). torch multiplies first: r * (W h + b), and
        the bias is inside as well.""",
        {"r * state_n": "self._affine(x, r * h)[1].chunk(3, -1)[2]"},
    ),
    mistake(
        "BiasOutsideTheReset",
        "GRUCell",
        "values",
        """The reset gate multiplies the state's product and its bias: r * (W_hn h + b_hn). Your bias is added outside
        of the bracket.""",
        {
            "n = torch.tanh(input_n + r * state_n)": """bias = 0 if self.bias_hh is None else self.bias_hh.chunk(3)[2]
        n = torch.tanh(input_n + r * (state_n - bias) + bias)"""
        },
    ),
    mistake(
        "ResetsEverything",
        "GRUCell",
        "values",
        """The reset gate acts on the state's share of the candidate only. You multiply the input's share by it too.""",
        {"input_n + r * state_n": "r * (input_n + state_n)"},
    ),
    mistake(
        "NeverResets",
        "GRUCell",
        "values",
        """The reset gate has no effect on your candidate: it multiplies the state's share, r * (W_hn h + b_hn).""",
        {"r * state_n": "state_n"},
    ),
    mistake(
        "UpdateGateFirst",
        "GRUCell",
        "values",
        """torch stacks the blocks in the order r, z, n: the reset gate comes first. You have reset and update gate
        swapped.""",
        {"input_r, input_z, input_n =": "input_z, input_r, input_n =", "state_r, state_z,": "state_z, state_r,"},
    ),
    mistake(
        "KeepsTheComplement",
        "GRUCell",
        "values",
        """In torch z is the share of the old state that is kept: (1 - z) * n + z * h. Yours is the share of the new
        one, as in some papers.""",
        {"(1 - z) * n + z * h": "z * n + (1 - z) * h"},
    ),
    mistake(
        "SigmoidCandidateInGRU",
        "GRUCell",
        "values",
        """The candidate n is not a gate: it takes a tanh, so that states can be negative. Yours goes through a
        sigmoid.""",
        {"torch.tanh": "torch.sigmoid"},
    ),
    mistake(
        "AddsTheOldState",
        "GRUCell",
        "values",
        """Old and new state are mixed, their shares add up to one. You add n on top of what is kept, without 1 - z.""",
        {"(1 - z) * n": "n"},
    ),
    mistake(
        "PairOfStates",
        "GRUCell",
        "shapes",
        """A GRU has a single state, and its cell returns one tensor. Pairs are for the LSTM.""",
        {"return (1 - z) * n + z * h": "h = (1 - z) * n + z * h\n        return h, h"},
    ),
    mistake(
        "DetachesTheGates",
        "GRUCell",
        "gradients",
        """Your output is right, but the gates get no gradient: they have weights to learn as well.""",
        {"input_r + state_r": "(input_r + state_r).detach()", "input_z + state_z": "(input_z + state_z).detach()"},
    ),
    mistake(
        "DetachesWhatIsKept",
        "GRUCell",
        "gradients",
        """Your output is right, but the gradient misses the share of the old state that is kept, z * h: the direct path
        back in time.""",
        {"z * h": "z * h.detach()"},
    ),
    mistake(
        "TanhByExponentialsInGRU",
        "GRUCell",
        "numerics",
        OVERFLOWING_TANH,
        {"n = torch.tanh(input_n + r * state_n)": f"n = input_n + r * state_n\n        n = {TANH.format('n')}"},
    ),
    # All three.
    in_each(
        "ForgetsTheModule",
        "interface",
        """Before a module can hold parameters it has to be set up: call super().__init__() first in the
        constructor.""",
        {"super().__init__()\n        ": ""},
    ),
    in_each(
        "ZerosInDefaultDtype",
        "device",
        """A layer that was moved with .double() gets float64 inputs, but the zeros that you start from have the default
        dtype. Take dtype and device from the input, as `x.new_zeros(...)` does.""",
        {"x.new_zeros(shape)": "torch.zeros(shape)"},
    ),
    in_each(
        "OneBias",
        "parameters",
        """torch keeps two biases, bias_ih and bias_hh, one for each product. Their sum is all that counts for most
        gates, but a state dict has both.""",
        {"self.bias_hh = nn.Parameter(torch.empty(rows)) if bias else None": "self.bias_hh = None"},
    ),
    in_each(
        "BiasRegardless",
        "parameters",
        """With bias=False there should be no bias among the parameters at all, not even one of zeros.""",
        {"rows = blocks * hidden_size": "rows, bias = blocks * hidden_size, True"},
    ),
    in_each(
        "FeaturesFirst",
        "parameters",
        """The weights have the shape (rows of all gates, features), as in nn.Linear. Yours are stored transposed, so a
        state dict of torch does not fit.""",
        {
            "torch.empty(rows, input_size)": "torch.empty(input_size, rows)",
            "(x, self.weight_ih": "(x, self.weight_ih.t()",
        },
    ),
    in_each(
        "KeepsTheBatchAxis",
        "shapes",
        """An input without a batch gives states without a batch: if you add an axis on the way in, take it away on the
        way out.""",
        {"(x, self.weight_ih,": "(torch.atleast_2d(x), self.weight_ih,"},
    ),
    in_each(
        "IgnoresTheState",
        "values",
        """The output does not change when another state is handed in. Zeros are only for calls without one.""",
        {"return state": "return x.new_zeros(shape)"},
    ),
    mistake(
        "RemembersTheStateInRNNCell",
        "RNNCell",
        "values",
        MEMORY,
        {
            "self._state(x, hx)": f"self._state(x, {KEPT} if hx is None else hx)",
            "return squash(from_input + from_state)": """h = squash(from_input + from_state)
        self.kept = {x.shape: h.detach()}
        return h""",
        },
    ),
    mistake(
        "RemembersTheStateInLSTMCell",
        "LSTMCell",
        "values",
        MEMORY,
        {
            "(None, None) if hx is None else hx": f"hx or {KEPT} or (None, None)",
            "return h, c": "self.kept = {x.shape: (h.detach(), c.detach())}\n        return h, c",
        },
    ),
    mistake(
        "RemembersTheStateInGRUCell",
        "GRUCell",
        "values",
        MEMORY,
        {
            "self._state(x, hx)": f"self._state(x, {KEPT} if hx is None else hx)",
            "return (1 - z) * n + z * h": """h = (1 - z) * n + z * h
        self.kept = {x.shape: h.detach()}
        return h""",
        },
    ),
    in_each(
        "OneBiasUsed",
        "values",
        """Both biases are added, the one of the input's product and the one of the state's. One of yours has no
        effect.""",
        {"(h, self.weight_hh, self.bias_hh)": "(h, self.weight_hh)"},
    ),
    in_each(
        "BiasOfTheStateOnly",
        "values",
        """The state's bias is added even if the state is zero. Do not skip the second product when there is no state:
        the bias belongs to it.""",
        {"self.bias_hh)": "self.bias_hh if h.any() else None)"},
        ("RNNCell", "LSTMCell"),
    ),
    mistake(
        "OverwritesTheStateInRNNCell",
        "RNNCell",
        "values",
        OVERWRITING,
        {
            "return squash(from_input + from_state)": """h = squash(from_input + from_state)
        if hx is not None:
            hx.data.copy_(h)
        return h"""
        },
    ),
    mistake(
        "OverwritesTheStateInLSTMCell",
        "LSTMCell",
        "values",
        OVERWRITING,
        {
            "return h, c": """for before, after in zip(hx or (), (h, c)):
            before.data.copy_(after)
        return h, c"""
        },
    ),
    mistake(
        "OverwritesTheStateInGRUCell",
        "GRUCell",
        "values",
        OVERWRITING,
        {
            "return (1 - z) * n + z * h": """h = (1 - z) * n + z * h
        if hx is not None:
            hx.data.copy_(h)
        return h"""
        },
    ),
    in_each(
        "DetachesTheState",
        "gradients",
        """Your output is right, but no gradient reaches the state that was handed in, so nothing could be learned
        through time. Use the state as it is, not detached and not its data.""",
        {"return state": "return state.detach()"},
    ),
    in_each(
        "DetachesTheProduct",
        "gradients",
        """Your output is right, but the weights and bias of the state's product get no gradient. Is it computed under
        no_grad, or from .data?""",
        {"(h, self.weight_hh, self.bias_hh)": "(h, self.weight_hh, self.bias_hh).detach()"},
    ),
    in_each(
        "BoundOfTheInputs",
        "init",
        """The bound of the initial values is one over the root of hidden_size, for the input's weights as well. Yours
        comes from input_size.""",
        {"math.sqrt(hidden_size)": "math.sqrt(input_size)"},
    ),
    in_each(
        "ZeroBiases",
        "init",
        """The biases start from the same uniform distribution as the weights, not from zero.""",
        {
            "nn.init.uniform_(parameter, -bound, bound)": """nn.init.zeros_(parameter)
            if parameter.dim() > 1:
                nn.init.uniform_(parameter, -bound, bound)"""
        },
    ),
    in_each(
        "NormalWeights",
        "init",
        """The initial values are uniform between -1/sqrt(hidden_size) and 1/sqrt(hidden_size). A normal distribution is
        something else, torch.randn included.""",
        {"uniform_(parameter, -bound, bound)": "normal_(parameter, std=bound)"},
    ),
    in_each(
        "AnyDimensions",
        "errors",
        """A cell takes one step of a batch (2 dimensions) or of a single sample (1). A whole sequence of 3 dimensions
        should raise an exception instead of passing for a batch.""",
        {"x.dim() not in (1, 2) or ": ""},
    ),
    in_each(
        "RowByRow",
        "vectorized",
        """The result is right, but samples go through in a Python loop, and that is slow. A matrix product takes the
        whole batch.""",
        {
            "nn.functional.linear(x, self.weight_ih, self.bias_ih)": """torch.cat(
            [nn.functional.linear(row, self.weight_ih, self.bias_ih) for row in (x.split(1) if x.dim() > 1 else [x])]
        )"""
        },
    ),
]
