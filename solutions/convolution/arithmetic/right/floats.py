"""Formulas with true division, math.floor and math.ceil, a stack walked by recursion, lists for pairs."""

import math
from functools import reduce
from operator import mul


def dilated_kernel_size(k, d):
    return k + (k - 1) * (d - 1)


def conv_output_size(i, k, s=1, p=0, d=1):
    return math.floor((i + 2 * p - d * (k - 1) - 1) / s + 1)


def conv_transpose_output_size(i, k, s=1, p=0, output_padding=0, d=1):
    return (i - 1) * s - 2 * p + d * (k - 1) + output_padding + 1


def pool_output_size(i, k, s=None, p=0, d=1, ceil_mode=False):
    stride = s or k
    steps = (i + 2 * p - d * (k - 1) - 1) / stride
    if not ceil_mode:
        return int(steps) + 1
    size = math.ceil(steps) + 1
    if (size - 1) * stride >= i + p:
        size -= 1
    return size


def same_padding(k, d=1):
    total = d * (k - 1)
    return [math.floor(total / 2), math.ceil(total / 2)]


def receptive_field(layers):
    if not layers:
        return 1
    *before, (k, _, _, d) = layers
    return receptive_field(before) + d * (k - 1) * math.prod(s for _, s, _, _ in before)


def infer_input_size(layers, output_size):
    if not layers:
        return output_size
    (k, s, p, d), *rest = layers
    inner = infer_input_size(rest, output_size)
    return s * (inner - 1) + d * (k - 1) + 1 - 2 * p


def linear_parameter_count(in_features, out_features, bias=True):
    weights = in_features * out_features
    return weights + out_features if bias else weights


def conv_parameter_count(in_channels, out_channels, kernel_size, groups=1, bias=True):
    taps = reduce(mul, kernel_size, 1) if hasattr(kernel_size, "__len__") else kernel_size * kernel_size
    return int(in_channels / groups) * out_channels * taps + out_channels * bias


def separable_parameter_count(in_channels, out_channels, kernel_size, bias=False):
    depthwise = conv_parameter_count(in_channels, in_channels, kernel_size, groups=in_channels, bias=bias)
    pointwise = conv_parameter_count(in_channels, out_channels, (1, 1), bias=bias)
    return depthwise + pointwise


def rnn_parameter_count(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    gates = dict(RNN=1, LSTM=4, GRU=3)[kind]
    d = 2 if bidirectional else 1
    per_bias = 2 * hidden_size if bias else 0
    first = gates * (hidden_size * (input_size + hidden_size) + per_bias)
    other = gates * (hidden_size * (d * hidden_size + hidden_size) + per_bias)
    return d * (first + (num_layers - 1) * other)
