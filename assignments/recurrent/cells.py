"""The cells: one step of a simple recurrent network, of an LSTM and of a GRU."""

import torch
from torch import Tensor, nn


class RNNCell(nn.Module):
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

    def __init__(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: str = "tanh"
    ) -> None:
        raise NotImplementedError("Write RNNCell.__init__.")

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
        raise NotImplementedError("Write RNNCell.forward.")


class LSTMCell(nn.Module):
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
        raise NotImplementedError("Write LSTMCell.__init__.")

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
        raise NotImplementedError("Write LSTMCell.forward.")


class GRUCell(nn.Module):
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
        raise NotImplementedError("Write GRUCell.__init__.")

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
        raise NotImplementedError("Write GRUCell.forward.")
