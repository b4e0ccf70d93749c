"""The layers RNN, LSTM and GRU: cells that walk along sequences, in several layers and both directions."""

import torch
from torch import Tensor, nn


class RNN(nn.Module):
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
        raise NotImplementedError("Write RNN.__init__.")

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
        raise NotImplementedError("Write RNN.forward.")


class LSTM(nn.Module):
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
        raise NotImplementedError("Write LSTM.__init__.")

    def forward(
        self, x: Tensor, hx: tuple[Tensor, Tensor] | None = None
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
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
        raise NotImplementedError("Write LSTM.forward.")


class GRU(nn.Module):
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
        raise NotImplementedError("Write GRU.__init__.")

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
        raise NotImplementedError("Write GRU.forward.")
