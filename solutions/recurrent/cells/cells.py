"""The cells: one step of a simple recurrent network, of an LSTM and of a GRU."""

import math

import torch
from torch import Tensor, nn


class _Cell(nn.Module):
    """What the three cells share: parameters of stacked blocks, and the two affine maps."""

    def __init__(self, input_size: int, hidden_size: int, bias: bool, blocks: int) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        rows = blocks * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.bias_ih = nn.Parameter(torch.empty(rows)) if bias else None
        self.bias_hh = nn.Parameter(torch.empty(rows)) if bias else None
        bound = 1 / math.sqrt(hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def _state(self, x: Tensor, state: Tensor | None) -> Tensor:
        """The state to start from: the one given, if its shape fits the input, or zeros."""
        shape = (*x.shape[:-1], self.hidden_size)
        if state is None:
            return x.new_zeros(shape)
        if state.shape != shape:
            raise ValueError(f"expected a state of shape {shape}, got {tuple(state.shape)}")
        return state

    def _affine(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """What the input and the state contribute to all blocks."""
        if x.dim() not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError(f"expected an input of shape (N, {self.input_size}), got {tuple(x.shape)}")
        from_input = nn.functional.linear(x, self.weight_ih, self.bias_ih)
        from_state = nn.functional.linear(h, self.weight_hh, self.bias_hh)
        return from_input, from_state


class RNNCell(_Cell):
    r"""Take one step of a simple recurrent network.

    $$h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of the state.
        bias: Whether the two biases are there; if not, the layer has no parameters of these names.
        nonlinearity: ``"tanh"`` or ``"relu"``, which then takes the place of $\tanh$.

    Attributes:
        weight_ih: $W_{ih}$, shape (hidden_size, input_size).
        weight_hh: $W_{hh}$, shape (hidden_size, hidden_size).
        bias_ih: $b_{ih}$, shape (hidden_size,).
        bias_hh: $b_{hh}$, shape (hidden_size,).

    Fresh values of all of them are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$.
    An unknown nonlinearity raises, at construction or in the first call.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh") -> None:
        super().__init__(input_size, hidden_size, bias, blocks=1)
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"unknown nonlinearity {nonlinearity!r}")
        self.nonlinearity = nonlinearity

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """Take one step.

        Args:
            x: Input of shape (N, input_size), or (input_size,) without a batch.
            hx: The state before the step, of shape (N, hidden_size) or (hidden_size,); zeros if it is left out.

        Returns:
            The state after the step, in the shape of ``hx``.

        Raises:
            ValueError: If the shape of ``x`` or of ``hx`` does not fit.
        """
        from_input, from_state = self._affine(x, self._state(x, hx))
        squash = torch.tanh if self.nonlinearity == "tanh" else torch.relu
        return squash(from_input + from_state)


class LSTMCell(_Cell):
    r"""Take one step of a network with a long short-term memory.

    $$\begin{aligned}
    i &= \sigma(W_{ii} x + b_{ii} + W_{hi} h + b_{hi}) &
    f &= \sigma(W_{if} x + b_{if} + W_{hf} h + b_{hf}) \\
    g &= \tanh(W_{ig} x + b_{ig} + W_{hg} h + b_{hg}) &
    o &= \sigma(W_{io} x + b_{io} + W_{ho} h + b_{ho}) \\
    c' &= f \odot c + i \odot g &
    h' &= o \odot \tanh(c')
    \end{aligned}$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of each of the two states.
        bias: Whether the two biases are there; if not, the layer has no parameters of these names.

    Attributes:
        weight_ih: $W_{ii}$, $W_{if}$, $W_{ig}$, $W_{io}$ on top of each other, shape (4 * hidden_size, input_size).
        weight_hh: $W_{hi}$, $W_{hf}$, $W_{hg}$, $W_{ho}$, shape (4 * hidden_size, hidden_size).
        bias_ih: $b_{ii}$, $b_{if}$, $b_{ig}$, $b_{io}$, shape (4 * hidden_size,).
        bias_hh: $b_{hi}$, $b_{hf}$, $b_{hg}$, $b_{ho}$, shape (4 * hidden_size,).

    Fresh values of all of them are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__(input_size, hidden_size, bias, blocks=4)

    def forward(self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        """Take one step.

        Args:
            x: Input of shape (N, input_size), or (input_size,) without a batch.
            hx: The pair (h, c) before the step, each of shape (N, hidden_size) or (hidden_size,); zeros if it is left
                out.

        Returns:
            The pair (h', c') after the step, in the shapes of ``hx``.

        Raises:
            ValueError: If the shape of ``x``, of h or of c does not fit.
        """
        h, c = (None, None) if hx is None else hx
        h, c = self._state(x, h), self._state(x, c)
        from_input, from_state = self._affine(x, h)
        i, f, g, o = (from_input + from_state).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return h, c


class GRUCell(_Cell):
    r"""Take one step of a network of gated recurrent units.

    $$\begin{aligned}
    r &= \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr}) \\
    z &= \sigma(W_{iz} x + b_{iz} + W_{hz} h + b_{hz}) \\
    n &= \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn})) \\
    h' &= (1 - z) \odot n + z \odot h
    \end{aligned}$$

    Args:
        input_size: Number of features of the input.
        hidden_size: Number of features of the state.
        bias: Whether the two biases are there; if not, the layer has no parameters of these names.

    Attributes:
        weight_ih: $W_{ir}$, $W_{iz}$, $W_{in}$ on top of each other, shape (3 * hidden_size, input_size).
        weight_hh: $W_{hr}$, $W_{hz}$, $W_{hn}$, shape (3 * hidden_size, hidden_size).
        bias_ih: $b_{ir}$, $b_{iz}$, $b_{in}$, shape (3 * hidden_size,).
        bias_hh: $b_{hr}$, $b_{hz}$, $b_{hn}$, shape (3 * hidden_size,).

    Fresh values of all of them are drawn from $\mathcal{U}(-1/\sqrt{hidden\_size}, 1/\sqrt{hidden\_size})$.
    """

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True) -> None:
        super().__init__(input_size, hidden_size, bias, blocks=3)

    def forward(self, x: Tensor, hx: Tensor | None = None) -> Tensor:
        """Take one step.

        Args:
            x: Input of shape (N, input_size), or (input_size,) without a batch.
            hx: The state before the step, of shape (N, hidden_size) or (hidden_size,); zeros if it is left out.

        Returns:
            The state after the step, in the shape of ``hx``.

        Raises:
            ValueError: If the shape of ``x`` or of ``hx`` does not fit.
        """
        h = self._state(x, hx)
        from_input, from_state = self._affine(x, h)
        input_r, input_z, input_n = from_input.chunk(3, -1)
        state_r, state_z, state_n = from_state.chunk(3, -1)
        r = torch.sigmoid(input_r + state_r)
        z = torch.sigmoid(input_z + state_z)
        n = torch.tanh(input_n + r * state_n)
        return (1 - z) * n + z * h
