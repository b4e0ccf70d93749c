import math


def dilated_kernel_size(k, d):
    return k + (k - 1) * (d - 1)


def conv_output_size(i, k, s=1, p=0, d=1):
    return (i + 2 * p - dilated_kernel_size(k, d)) // s + 1


def conv_transpose_output_size(i, k, s=1, p=0, output_padding=0, d=1):
    return (i - 1) * s + dilated_kernel_size(k, d) - 2 * p + output_padding


def pool_output_size(i, k, s=None, p=0, d=1, ceil_mode=False):
    # the same as a convolution, except for ceil_mode
    s = s or 1
    rounded = math.ceil if ceil_mode else math.floor
    o = rounded((i + 2 * p - dilated_kernel_size(k, d)) / s) + 1
    if ceil_mode and (o - 1) * s >= i + p:
        o -= 1  # the last window would start in the padding
    return o


def same_padding(k, d=1):
    total = d * (k - 1)
    return total // 2, total - total // 2


def receptive_field(layers):
    field = 1
    jump = 1
    for k, s, p, d in layers:
        jump *= s
        field += (dilated_kernel_size(k, d) - 1) * jump
    return field


def linear_parameter_count(in_features, out_features, bias=True):
    return in_features * out_features + (out_features if bias else 0)


def conv_parameter_count(in_channels, out_channels, kernel_size, groups=1, bias=True):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    weights = in_channels * out_channels * math.prod(kernel_size)
    return weights + (out_channels if bias else 0)
