"""The layers RNN, LSTM and GRU: cells that walk along sequences, in several layers and both directions."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

State = tuple[Tensor, ...]
"""The states of a cell: (h,), or (h, c) for an LSTM."""


class _Recurrent(nn.Module):
    """The walk along the sequences, which is the same for all three; subclasses say what one step does."""

    blocks = 1
    """How many blocks of ``hidden_size`` rows are stacked in every parameter."""
    states = 1
    """How many states are carried from step to step."""

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.batch_first = batch_first
        self.dropout = dropout
        ways = ("", "_reverse") if bidirectional else ("",)
        # How the names of the parameters end, by layer and direction.
        self.suffixes = [[f"_l{layer}{way}" for way in ways] for layer in range(num_layers)]
        rows, bound = self.blocks * hidden_size, 1 / math.sqrt(hidden_size)
        for layer, suffixes in enumerate(self.suffixes):
            below = input_size if layer == 0 else hidden_size * len(ways)
            for suffix in suffixes:
                shapes = {"weight_ih": (rows, below), "weight_hh": (rows, hidden_size)}
                if bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                for name, shape in shapes.items():
                    parameter = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
                    self.register_parameter(name + suffix, parameter)

    def _run(self, x: Tensor, hx: Sequence[Tensor] | None) -> tuple[Tensor, State]:
        """Climb from layer to layer; inside, every input has the shape (T, N, features)."""
        if x.dim() not in (2, 3) or x.shape[-1] != self.input_size:
            raise ValueError(f"expected 2 or 3 dimensions, the last of {self.input_size}, got {tuple(x.shape)}")
        batched = x.dim() == 3
        if batched and self.batch_first:
            x = x.transpose(0, 1)
        shape = (sum(map(len, self.suffixes)), *x.shape[1:-1], self.hidden_size)
        if hx is None:
            hx = (x.new_zeros(shape),) * self.states
        for state in hx:
            if state.shape != shape:
                raise ValueError(f"expected a state of shape {shape}, got {tuple(state.shape)}")
        if not batched:
            x, hx = x.unsqueeze(1), tuple(state.unsqueeze(1) for state in hx)

        last: list[State] = []
        for layer, suffixes in enumerate(self.suffixes):
            if layer > 0:
                x = F.dropout(x, self.dropout, self.training)
            outputs = []
            for backward, suffix in enumerate(suffixes):
                start = tuple(state[len(last)] for state in hx)
                output, end = self._walk(x.flip(0) if backward else x, start, suffix)
                outputs.append(output.flip(0) if backward else output)
                last.append(end)
            x = torch.cat(outputs, -1)
        ends = tuple(torch.stack(each) for each in zip(*last, strict=True))

        if not batched:
            return x.squeeze(1), tuple(state.squeeze(1) for state in ends)
        return (x.transpose(0, 1) if self.batch_first else x), ends

    def _walk(self, x: Tensor, state: State, suffix: str) -> tuple[Tensor, State]:
        """One layer in one direction: the outputs, and the state after the last step."""
        w_ih, w_hh, b_ih, b_hh = (
            getattr(self, name + suffix, None) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        outputs = []
        # The input's share does not depend on the state, so one product serves all steps.
        for from_input in F.linear(x, w_ih, b_ih):
            state = self._step(from_input, F.linear(state[0], w_hh, b_hh), state)
            outputs.append(state[0])
        return torch.stack(outputs), state

    def _step(self, from_input: Tensor, from_state: Tensor, state: State) -> State:
        """The states after one step, from both affine maps and the states before it."""
        raise NotImplementedError


class RNN(_Recurrent):
    r"""Run a simple recurrent network along sequences.

    $$h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of the state.
        num_layers: How many layers are stacked; the outputs of one are the inputs of the next.
        nonlinearity: ``"tanh"`` or ``"relu"``, which then takes the place of $\tanh$.
        bias: Whether the biases are there; if not, the layer has no parameters of these names.
        batch_first: Whether batched inputs and outputs are (N, T, features) instead of (T, N, features). States are not
            affected, nor are inputs without a batch.
        dropout: In training, the probability with which each element of the outputs of a layer is zeroed (and the
            others scaled up) on the way to the next layer. The last layer's outputs are left alone.
        bidirectional: Whether each layer also walks the sequence from its end, with parameters of its own; then the two
            outputs at a time are concatenated, forward first.

    Attributes:
        weight_ih_l0: $W_{ih}$ of layer 0, shape (hidden_size, input_size). For the layers above, ``weight_ih_l1`` and
            so on, the input is the output below: hidden_size features, or twice as many with both directions.
        weight_hh_l0: $W_{hh}$, shape (hidden_size, hidden_size).
        bias_ih_l0: $b_{ih}$, shape (hidden_size,).
        bias_hh_l0: $b_{hh}$, shape (hidden_size,).

    The backward direction's names end in ``_reverse``, as in ``weight_ih_l0_reverse``. Fresh values of all parameters
    are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$. An unknown nonlinearity raises, at
    construction or in the first call.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> None:
        super().__init__(input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"unknown nonlinearity {nonlinearity!r}")
        self.nonlinearity = nonlinearity

    def forward(self, x: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Walk along the sequences.

        Args:
            x: Input of shape (T, N, input_size), or (N, T, input_size) with ``batch_first``, or (T, input_size) without
                a batch.
            hx: The states to start from, shape (num_layers * D, N, hidden_size), where D is 2 with both directions and
                1 otherwise; without a batch (num_layers * D, hidden_size). Zeros if it is left out.

        Returns:
            ``(output, h_n)``: the last layer's states at every time, with D * hidden_size features and otherwise in the
            shape of ``x``; and the last state of each layer and direction, in the shape of ``hx``.

        Raises:
            ValueError: If the shape of ``x`` or of ``hx`` does not fit.
        """
        output, (h_n,) = self._run(x, None if hx is None else (hx,))
        return output, h_n

    def _step(self, from_input: Tensor, from_state: Tensor, state: State) -> State:
        a = from_input + from_state
        return (torch.relu(a) if self.nonlinearity == "relu" else torch.tanh(a),)


class LSTM(_Recurrent):
    r"""Run a network with a long short-term memory along sequences.

    $$\begin{aligned}
    i_t &= \sigma(W_{ii} x_t + b_{ii} + W_{hi} h_{t-1} + b_{hi}) &
    f_t &= \sigma(W_{if} x_t + b_{if} + W_{hf} h_{t-1} + b_{hf}) \\
    g_t &= \tanh(W_{ig} x_t + b_{ig} + W_{hg} h_{t-1} + b_{hg}) &
    o_t &= \sigma(W_{io} x_t + b_{io} + W_{ho} h_{t-1} + b_{ho}) \\
    c_t &= f_t \odot c_{t-1} + i_t \odot g_t &
    h_t &= o_t \odot \tanh(c_t)
    \end{aligned}$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of each of the two states.
        num_layers: How many layers are stacked; the outputs of one are the inputs of the next.
        bias: Whether the biases are there; if not, the layer has no parameters of these names.
        batch_first: Whether batched inputs and outputs are (N, T, features) instead of (T, N, features). States are not
            affected, nor are inputs without a batch.
        dropout: In training, the probability with which each element of the outputs of a layer is zeroed (and the
            others scaled up) on the way to the next layer. The last layer's outputs are left alone.
        bidirectional: Whether each layer also walks the sequence from its end, with parameters of its own; then the two
            outputs at a time are concatenated, forward first.

    Attributes:
        weight_ih_l0: $W_{ii}$, $W_{if}$, $W_{ig}$, $W_{io}$ of layer 0 on top of each other, shape (4 * hidden_size,
            input_size). For the layers above, ``weight_ih_l1`` and so on, the input is the output below: hidden_size
            features, or twice as many with both directions.
        weight_hh_l0: $W_{hi}$, $W_{hf}$, $W_{hg}$, $W_{ho}$, shape (4 * hidden_size, hidden_size).
        bias_ih_l0: $b_{ii}$, $b_{if}$, $b_{ig}$, $b_{io}$, shape (4 * hidden_size,).
        bias_hh_l0: $b_{hi}$, $b_{hf}$, $b_{hg}$, $b_{ho}$, shape (4 * hidden_size,).

    The backward direction's names end in ``_reverse``, as in ``weight_ih_l0_reverse``. Fresh values of all parameters
    are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$.
    """

    blocks = 4
    states = 2

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Walk along the sequences.

        Args:
            x: Input of shape (T, N, input_size), or (N, T, input_size) with ``batch_first``, or (T, input_size) without
                a batch.
            hx: The pair (h_0, c_0) to start from, each of shape (num_layers * D, N, hidden_size), where D is 2 with
                both directions and 1 otherwise; without a batch (num_layers * D, hidden_size). Zeros if it is left out.

        Returns:
            ``(output, (h_n, c_n))``: the last layer's h at every time, with D * hidden_size features and otherwise in
            the shape of ``x``; and the last h and c of each layer and direction, in the shapes of ``hx``.

        Raises:
            ValueError: If the shape of ``x``, of h_0 or of c_0 does not fit.
        """
        output, (h_n, c_n) = self._run(x, hx)
        return output, (h_n, c_n)

    def _step(self, from_input: Tensor, from_state: Tensor, state: State) -> State:
        i, f, g, o = (from_input + from_state).chunk(self.blocks, -1)
        c = torch.sigmoid(f) * state[1] + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class GRU(_Recurrent):
    r"""Run a network of gated recurrent units along sequences.

    $$\begin{aligned}
    r_t &= \sigma(W_{ir} x_t + b_{ir} + W_{hr} h_{t-1} + b_{hr}) \\
    z_t &= \sigma(W_{iz} x_t + b_{iz} + W_{hz} h_{t-1} + b_{hz}) \\
    n_t &= \tanh(W_{in} x_t + b_{in} + r_t \odot (W_{hn} h_{t-1} + b_{hn})) \\
    h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}
    \end{aligned}$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of the state.
        num_layers: How many layers are stacked; the outputs of one are the inputs of the next.
        bias: Whether the biases are there; if not, the layer has no parameters of these names.
        batch_first: Whether batched inputs and outputs are (N, T, features) instead of (T, N, features). States are not
            affected, nor are inputs without a batch.
        dropout: In training, the probability with which each element of the outputs of a layer is zeroed (and the
            others scaled up) on the way to the next layer. The last layer's outputs are left alone.
        bidirectional: Whether each layer also walks the sequence from its end, with parameters of its own; then the two
            outputs at a time are concatenated, forward first.

    Attributes:
        weight_ih_l0: $W_{ir}$, $W_{iz}$, $W_{in}$ of layer 0 on top of each other, shape (3 * hidden_size, input_size).
            For the layers above, ``weight_ih_l1`` and so on, the input is the output below: hidden_size features, or
            twice as many with both directions.
        weight_hh_l0: $W_{hr}$, $W_{hz}$, $W_{hn}$, shape (3 * hidden_size, hidden_size).
        bias_ih_l0: $b_{ir}$, $b_{iz}$, $b_{in}$, shape (3 * hidden_size,).
        bias_hh_l0: $b_{hr}$, $b_{hz}$, $b_{hn}$, shape (3 * hidden_size,).

    The backward direction's names end in ``_reverse``, as in ``weight_ih_l0_reverse``. Fresh values of all parameters
    are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$.
    """

    blocks = 3

    def forward(self, x: Tensor, hx: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Walk along the sequences.

        Args:
            x: Input of shape (T, N, input_size), or (N, T, input_size) with ``batch_first``, or (T, input_size) without
                a batch.
            hx: The states to start from, shape (num_layers * D, N, hidden_size), where D is 2 with both directions and
                1 otherwise; without a batch (num_layers * D, hidden_size). Zeros if it is left out.

        Returns:
            ``(output, h_n)``: the last layer's states at every time, with D * hidden_size features and otherwise in the
            shape of ``x``; and the last state of each layer and direction, in the shape of ``hx``.

        Raises:
            ValueError: If the shape of ``x`` or of ``hx`` does not fit.
        """
        output, (h_n,) = self._run(x, None if hx is None else (hx,))
        return output, h_n

    def _step(self, from_input: Tensor, from_state: Tensor, state: State) -> State:
        input_r, input_z, input_n = from_input.chunk(self.blocks, -1)
        state_r, state_z, state_n = from_state.chunk(self.blocks, -1)
        r, z = torch.sigmoid(input_r + state_r), torch.sigmoid(input_z + state_z)
        n = torch.tanh(input_n + r * state_n)
        return ((1 - z) * n + z * state[0],)
