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
    raise NotImplementedError("Write lstm_cell_backward.")


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
    raise NotImplementedError("Write gru_cell_backward.")
