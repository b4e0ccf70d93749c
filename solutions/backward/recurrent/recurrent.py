"""Backward passes of one step of an LSTM and of a GRU, by hand."""

import torch
from torch import Tensor


def lstm_cell_backward(
    grad_h: Tensor,
    grad_c: Tensor,
    x: Tensor,
    h: Tensor,
    c: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    r"""Pull gradients back through one step of an LSTM.

    $$\begin{aligned}
    a &= W_{ih} x + b_{ih} + W_{hh} h + b_{hh}, \text{ cut into } a_i, a_f, a_g, a_o \\
    i &= \sigma(a_i), \quad f = \sigma(a_f), \quad g = \tanh(a_g), \quad o = \sigma(a_o) \\
    c' &= f \odot c + i \odot g, \qquad h' = o \odot \tanh(c')
    \end{aligned}$$

    Args:
        grad_h: The gradient of the loss with respect to $h'$, shape (N, hidden).
        grad_c: The gradient of the loss with respect to $c'$, other than by way of $h'$, shape (N, hidden).
        x: The input of the step, shape (N, inputs).
        h: The hidden state before it, shape (N, hidden).
        c: The cell state before it, shape (N, hidden).
        weight_ih: $W_{ih}$, the blocks i, f, g, o on top of each other, shape (4 * hidden, inputs).
        weight_hh: $W_{hh}$, in the same order, shape (4 * hidden, hidden).
        bias_ih: $b_{ih}$, shape (4 * hidden,).
        bias_hh: $b_{hh}$, shape (4 * hidden,).

    Returns:
        The gradients of the loss with respect to ``x``, ``h``, ``c``, ``weight_ih``, ``weight_hh``, ``bias_ih`` and
        ``bias_hh``, each in its shape.
    """
    gates = x @ weight_ih.T + bias_ih + h @ weight_hh.T + bias_hh
    gate_i, gate_f, gate_g, gate_o = gates.chunk(4, 1)
    i, f, g, o = gate_i.sigmoid(), gate_f.sigmoid(), gate_g.tanh(), gate_o.sigmoid()
    squashed = torch.tanh(f * c + i * g)
    # The new cell state acts on the loss by itself, and through the new hidden state.
    grad_cell = grad_c + grad_h * o * (1 - squashed**2)
    grad_i = grad_cell * g * i * (1 - i)
    grad_f = grad_cell * c * f * (1 - f)
    grad_g = grad_cell * i * (1 - g**2)
    grad_o = grad_h * squashed * o * (1 - o)
    grad_gates = torch.cat((grad_i, grad_f, grad_g, grad_o), 1)
    grad_weight_ih, grad_weight_hh = grad_gates.T @ x, grad_gates.T @ h
    grad_bias = grad_gates.sum(0)
    return (
        grad_gates @ weight_ih,
        grad_gates @ weight_hh,
        grad_cell * f,
        grad_weight_ih,
        grad_weight_hh,
        grad_bias,
        grad_bias,
    )


def gru_cell_backward(
    grad_h: Tensor,
    x: Tensor,
    h: Tensor,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor,
    bias_hh: Tensor,
) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    r"""Pull a gradient back through one step of a GRU.

    $$\begin{aligned}
    u &= W_{ih} x + b_{ih}, \text{ cut into } u_r, u_z, u_n \\
    v &= W_{hh} h + b_{hh}, \text{ cut into } v_r, v_z, v_n \\
    r &= \sigma(u_r + v_r), \quad z = \sigma(u_z + v_z), \quad n = \tanh(u_n + r \odot v_n) \\
    h' &= (1 - z) \odot n + z \odot h
    \end{aligned}$$

    Args:
        grad_h: The gradient of the loss with respect to $h'$, shape (N, hidden).
        x: The input of the step, shape (N, inputs).
        h: The hidden state before it, shape (N, hidden).
        weight_ih: $W_{ih}$, the blocks r, z, n on top of each other, shape (3 * hidden, inputs).
        weight_hh: $W_{hh}$, in the same order, shape (3 * hidden, hidden).
        bias_ih: $b_{ih}$, shape (3 * hidden,).
        bias_hh: $b_{hh}$, shape (3 * hidden,).

    Returns:
        The gradients of the loss with respect to ``x``, ``h``, ``weight_ih``, ``weight_hh``, ``bias_ih`` and
        ``bias_hh``, each in its shape.
    """
    from_x, from_h = x @ weight_ih.T + bias_ih, h @ weight_hh.T + bias_hh
    x_r, x_z, x_n = from_x.chunk(3, 1)
    h_r, h_z, h_n = from_h.chunk(3, 1)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    grad_n = grad_h * (1 - z) * (1 - n**2)
    grad_z = grad_h * (h - n) * z * (1 - z)
    grad_r = grad_n * h_n * r * (1 - r)
    grad_from_x = torch.cat((grad_r, grad_z, grad_n), 1)
    # The reset gate stands between the state's share of n and n.
    grad_from_h = torch.cat((grad_r, grad_z, grad_n * r), 1)
    grad_state = grad_from_h @ weight_hh + grad_h * z
    grad_weight_ih, grad_weight_hh = grad_from_x.T @ x, grad_from_h.T @ h
    return grad_from_x @ weight_ih, grad_state, grad_weight_ih, grad_weight_hh, grad_from_x.sum(0), grad_from_h.sum(0)
