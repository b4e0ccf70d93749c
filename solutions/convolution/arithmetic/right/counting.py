"""Counts what there is: places of windows, taps, matrices."""

from itertools import product


def dilated_kernel_size(k, d):
    taps = range(0, k * d, d)
    return taps[-1] + 1


def conv_output_size(i, k, s=1, p=0, d=1):
    last_start = i + p - dilated_kernel_size(k, d)
    return len(range(-p, last_start + 1, s))


def conv_transpose_output_size(i, k, s=1, p=0, output_padding=0, d=1):
    stretched = len(range(0, (i - 1) * s + 1))
    return stretched + dilated_kernel_size(k, d) - 1 - 2 * p + output_padding


def pool_output_size(i, k, s=None, p=0, d=1, ceil_mode=False):
    if s is None:
        s = k
    starts = range(-p, i + p, s)
    span = dilated_kernel_size(k, d)
    if not ceil_mode:
        return sum(start + span <= i + p for start in starts)
    whole = [start for start in starts if start + span <= i + p]
    following = whole[-1] + s
    if whole[-1] + span < i + p and following < i:
        whole.append(following)
    return len(whole)


def same_padding(k, d=1):
    left = right = 0
    while left + right < d * (k - 1):
        if right > left:
            left += 1
        else:
            right += 1
    return left, right


def receptive_field(layers):
    field = 1
    for layer in layers[::-1]:
        k, s, p, d = layer
        field = (field - 1) * s + dilated_kernel_size(k, d)
    return field


def infer_input_size(layers, output_size):
    size = 1
    while True:
        out = size
        for k, s, p, d in layers:
            if out + 2 * p < dilated_kernel_size(k, d):
                out = 0
                break
            out = conv_output_size(out, k, s, p, d)
        if out == output_size:
            return size
        size += 1


def linear_parameter_count(in_features, out_features, bias=True):
    return (in_features + bool(bias)) * out_features


def conv_parameter_count(in_channels, out_channels, kernel_size, groups=1, bias=True):
    if not isinstance(kernel_size, tuple):
        kernel_size = (kernel_size,) * 2
    taps = len(list(product(*map(range, kernel_size))))
    total = 0
    for _ in range(groups):
        total += (out_channels // groups) * (in_channels // groups) * taps
    if bias:
        total += out_channels
    return total


def separable_parameter_count(in_channels, out_channels, kernel_size, bias=False):
    if not isinstance(kernel_size, tuple):
        kernel_size = (kernel_size,) * 2
    taps = len(list(product(*map(range, kernel_size))))
    total = in_channels * taps + in_channels * out_channels
    if bias:
        total += in_channels + out_channels
    return total


def rnn_parameter_count(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    if kind == "LSTM":
        rows = 4 * hidden_size
    elif kind == "GRU":
        rows = 3 * hidden_size
    else:
        rows = hidden_size
    shapes = []
    for layer in range(num_layers):
        for _ in ("forward", "reverse")[: 1 + bidirectional]:
            columns = input_size if layer == 0 else hidden_size * (1 + bidirectional)
            shapes += [(rows, columns), (rows, hidden_size)]
            if bias:
                shapes += [(rows, 1), (rows, 1)]
    return sum(a * b for a, b in shapes)
