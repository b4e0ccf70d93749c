"""numpy's integers, and a stack as one affine map."""

import numpy as np


def dilated_kernel_size(k, d):
    return int(np.int64(d) * (k - 1) + 1)


def conv_output_size(i, k, s=1, p=0, d=1):
    return np.floor_divide(i + 2 * p - d * (k - 1) - 1, s) + 1


def conv_transpose_output_size(i, k, s=1, p=0, output_padding=0, d=1):
    return np.add(np.multiply(i - 1, s), d * (k - 1) + 1 + output_padding - 2 * p)


def pool_output_size(i, k, s=None, p=0, d=1, ceil_mode=False):
    s = k if s is None else s
    room = i + 2 * p - d * (k - 1) - 1 + (s - 1 if ceil_mode else 0)
    out = np.floor_divide(room, s) + 1
    return int(out - (ceil_mode and (out - 1) * s >= i + p))


def same_padding(k, d=1):
    both = np.int64(d * (k - 1))
    return both // 2, both - both // 2


def receptive_field(layers):
    table = np.array(layers)
    steps = np.concatenate([[1], np.cumprod(table[:, 1])[:-1]])
    return 1 + int(((table[:, 0] - 1) * table[:, 3] * steps).sum())


def infer_input_size(layers, output_size):
    scale, shift = 1, 0
    for k, s, p, d in layers:
        shift += scale * (d * (k - 1) + 1 - 2 * p - s)
        scale *= s
    return scale * output_size + shift


def linear_parameter_count(in_features, out_features, bias=True):
    return np.prod([in_features, out_features]) + out_features * int(bias)


def conv_parameter_count(in_channels, out_channels, kernel_size, groups=1, bias=True):
    kernel = np.broadcast_to(kernel_size, 2) if np.isscalar(kernel_size) else np.asarray(kernel_size)
    return np.prod([out_channels, in_channels // groups, *kernel]) + out_channels * int(bias)


def separable_parameter_count(in_channels, out_channels, kernel_size, bias=False):
    kernel = np.broadcast_to(kernel_size, 2) if np.isscalar(kernel_size) else np.asarray(kernel_size)
    return in_channels * (kernel.prod() + out_channels) + int(bias) * (in_channels + out_channels)


def rnn_parameter_count(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    directions = bidirectional + 1
    gates = {"RNN": 1, "LSTM": 4, "GRU": 3}[kind]
    inside = np.full(num_layers, hidden_size * directions)
    inside[0] = input_size
    return (directions * gates * hidden_size * (inside + hidden_size + 2 * bias)).sum()
