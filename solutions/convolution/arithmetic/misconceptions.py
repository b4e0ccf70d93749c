"""Known-wrong answers on convolution arithmetic; each docstring is the hint that the mistake earns."""

import math

from grader.spec import misconception

# conv_output_size


@misconception("conv_output_size", "values")
def rounds_up(i, k, s=1, p=0, d=1):
    """A window that does not fit any more gives no output: the division rounds down. Yours rounds up."""
    return -((d * (k - 1) + 1 - i - 2 * p) // s) + 1


@misconception("conv_output_size", "values")
def padding_on_one_side(i, k, s=1, p=0, d=1):
    """The padding p is added on both sides, so it counts twice."""
    return (i + p - d * (k - 1) - 1) // s + 1


@misconception("conv_output_size", "values")
def ignores_dilation(i, k, s=1, p=0, d=1):
    """A dilated kernel reaches farther: take the size that it spans, d * (k - 1) + 1, in place of k."""
    return (i + 2 * p - k) // s + 1


@misconception("conv_output_size", "values")
def stretches_every_tap(i, k, s=1, p=0, d=1):
    """Dilation opens gaps *between* the taps, and k taps have k - 1 gaps: the kernel spans d * (k - 1) + 1, not
    d * k."""
    return (i + 2 * p - d * k) // s + 1


@misconception("conv_output_size", "values")
def forgets_the_first_window(i, k, s=1, p=0, d=1):
    """How many steps can a window take, and how many places does it visit? One more than it takes steps."""
    return (i + 2 * p - d * (k - 1) - 1) // s


@misconception("conv_output_size", "values")
def one_before_the_division(i, k, s=1, p=0, d=1):
    """The last + 1 counts the place where the window starts. It comes after the division by the stride, not before."""
    return (i + 2 * p - d * (k - 1)) // s


@misconception("conv_output_size", "values")
def leaves_a_fraction(i, k, s=1, p=0, d=1):
    """A size is a whole number, an int. Divide with //, which rounds down and keeps ints ints."""
    return (i + 2 * p - d * (k - 1) - 1) / s + 1


@misconception("conv_output_size", "values")
def padding_before_stride(i, k, p=0, s=1, d=1):
    """Look at the order of the arguments: stride comes before padding, as in torch."""
    return (i + 2 * p - d * (k - 1) - 1) // s + 1


@misconception("conv_output_size", "interface")
def spelled_out(input_size, kernel_size, stride=1, padding=0, dilation=1):
    """Callers may pass the arguments by name, and the names are i, k, s, p and d."""
    return (input_size + 2 * padding - dilation * (kernel_size - 1) - 1) // stride + 1


# conv_transpose_output_size


@misconception("conv_transpose_output_size", "values")
def padding_adds(i, k, s=1, p=0, output_padding=0, d=1):
    """The padding of a transposed convolution is that of the convolution it undoes: it is cut off from the output,
    so it makes it smaller."""
    return (i - 1) * s + 2 * p + d * (k - 1) + 1 + output_padding


@misconception("conv_transpose_output_size", "values")
def stride_times_size(i, k, s=1, p=0, output_padding=0, d=1):
    """Between i inputs there are i - 1 steps of the stride. You take one too many."""
    return i * s - 2 * p + d * (k - 1) + 1 + output_padding


@misconception("conv_transpose_output_size", "values")
def output_padding_on_both_sides(i, k, s=1, p=0, output_padding=0, d=1):
    """output_padding is added to one side only, unlike the padding."""
    return (i - 1) * s - 2 * p + d * (k - 1) + 1 + 2 * output_padding


@misconception("conv_transpose_output_size", "values")
def ignores_output_padding(i, k, s=1, p=0, output_padding=0, d=1):
    """Several inputs of a strided convolution have the same output, and output_padding says which of them is meant:
    it adds to the size."""
    return (i - 1) * s - 2 * p + d * (k - 1) + 1


@misconception("conv_transpose_output_size", "values")
def kernel_without_dilation(i, k, s=1, p=0, output_padding=0, d=1):
    """The last input spreads over the whole span of the kernel, d * (k - 1) + 1. Yours leaves dilation out."""
    return (i - 1) * s - 2 * p + k + output_padding


@misconception("conv_transpose_output_size", "values")
def the_other_way_round(i, k, s=1, p=0, output_padding=0, d=1):
    """That is the output of the convolution itself. The transposed one makes its input larger."""
    return (i + 2 * p - d * (k - 1) - 1) // s + 1 + output_padding


@misconception("conv_transpose_output_size", "values")
def padding_on_one_end(i, k, s=1, p=0, output_padding=0, d=1):
    """The padding is cut off on both sides, so it counts twice."""
    return (i - 1) * s - p + d * (k - 1) + 1 + output_padding


@misconception("conv_transpose_output_size", "interface")
def short_name(i, k, s=1, p=0, op=0, d=1):
    """Callers may pass the arguments by name: i, k, s, p, output_padding and d."""
    return (i - 1) * s - 2 * p + d * (k - 1) + 1 + op


# pool_output_size


@misconception("pool_output_size", "values")
def stride_of_one(i, k, s=1, p=0, d=1, ceil_mode=False):
    """Without a stride, pooling windows lie side by side: s=None stands for the size of the window, not for 1."""
    s = 1 if s is None else s
    o = -((d * (k - 1) + 1 - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i + p else o


@misconception("pool_output_size", "values")
def stride_of_the_span(i, k, s=None, p=0, d=1, ceil_mode=False):
    """Without a stride, it is k, also where the window is dilated and spans more than that."""
    s = d * (k - 1) + 1 if s is None else s
    o = -((d * (k - 1) + 1 - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i + p else o


@misconception("pool_output_size", "values")
def always_rounds_down(i, k, s=None, p=0, d=1, ceil_mode=False):
    """ceil_mode makes no difference in your answer. It rounds the quotient up instead of down."""
    s = k if s is None else s
    return (i + 2 * p - d * (k - 1) - 1) // s + 1


@misconception("pool_output_size", "values")
def keeps_the_last_window(i, k, s=None, p=0, d=1, ceil_mode=False):
    """Rounding up may give a last window that begins behind the input, with nothing to pool. Such a window, beginning
    at i + p or later (counted from the left end of the padding), is left out."""
    s = k if s is None else s
    return math.ceil((i + 2 * p - d * (k - 1) - 1) / s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1


@misconception("pool_output_size", "values")
def keeps_a_window_at_the_end(i, k, s=None, p=0, d=1, ceil_mode=False):
    """With ceil_mode, a window that begins exactly at i + p has no input under it either: >=, not >."""
    s = k if s is None else s
    o = -((d * (k - 1) + 1 - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s > i + p else o


@misconception("pool_output_size", "values")
def forgets_the_padding_before(i, k, s=None, p=0, d=1, ceil_mode=False):
    """Windows are counted from the left end of the padding, so with ceil_mode the input ends at i + p, not at i."""
    s = k if s is None else s
    o = -((d * (k - 1) + 1 - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i else o


@misconception("pool_output_size", "values")
def counts_the_padding_behind(i, k, s=None, p=0, d=1, ceil_mode=False):
    """With ceil_mode, a window that begins in the padding behind the input is left out as well, not only one that
    begins behind the padding."""
    s = k if s is None else s
    o = -((d * (k - 1) + 1 - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - d * (k - 1) - 1) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i + 2 * p else o


@misconception("pool_output_size", "values")
def undilated_window(i, k, s=None, p=0, d=1, ceil_mode=False):
    """A dilated window spans d * (k - 1) + 1, not k."""
    s = k if s is None else s
    o = -((k - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - k) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i + p else o


@misconception("pool_output_size", "interface")
def no_dilation(i, k, s=None, p=0, ceil_mode=False):
    """The function also takes a dilation d, before ceil_mode."""
    s = k if s is None else s
    o = -((k - i - 2 * p) // s) + 1 if ceil_mode else (i + 2 * p - k) // s + 1
    return o - 1 if ceil_mode and (o - 1) * s >= i + p else o


# same_padding


@misconception("same_padding", "values")
def larger_half_left(k, d=1):
    """Where the padding cannot be halved, torch puts the larger half on the right. Yours is on the left."""
    both = d * (k - 1)
    return both - both // 2, both // 2


@misconception("same_padding", "values")
def half_the_kernel(k, d=1):
    """k // 2 on both sides is right for odd kernels. With an even one it makes the output larger than the input:
    left and right differ then."""
    half = d * (k - 1) + 1
    return half // 2, half // 2


@misconception("same_padding", "values")
def undilated(k, d=1):
    """A dilated kernel spans more, and needs more padding: d * (k - 1) in all."""
    return (k - 1) // 2, k // 2


@misconception("same_padding", "values")
def dilates_each_half(k, d=1):
    """Multiply by the dilation before you halve: with k=4 and d=2 there are 6 to share, 3 on each side."""
    return d * ((k - 1) // 2), d * (k // 2)


@misconception("same_padding", "values")
def one_number(k, d=1):
    """The answer is a pair, (left, right): for an even kernel the two sides may differ."""
    return d * (k - 1) // 2


@misconception("same_padding", "values")
def fractions(k, d=1):
    """Nobody can pad by half an element: both numbers are ints. Divide with //."""
    return d * (k - 1) / 2, d * (k - 1) / 2


@misconception("same_padding", "values")
def dilation_required(k, d):
    """The dilation can be left out; it is 1 then. And its name is d."""
    return d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2


@misconception("same_padding", "interface")
def other_names(kernel_size, dilation=1):
    """Callers may pass the arguments by name, and the names are k and d."""
    both = dilation * (kernel_size - 1)
    return both // 2, both - both // 2


# dilated_kernel_size


@misconception("dilated_kernel_size", "values")
def every_tap_stretched(k, d):
    """k taps have only k - 1 gaps between them: after the last one there is nothing to skip."""
    return d * k


@misconception("dilated_kernel_size", "values")
def gaps_alone(k, d):
    """That is the distance from the first tap to the last. Both of them count: add 1."""
    return d * (k - 1)


@misconception("dilated_kernel_size", "values")
def one_more_between(k, d):
    """A dilation of 1 is no dilation at all: neighbouring taps are d apart, with d - 1 elements between them."""
    return k + d * (k - 1)


@misconception("dilated_kernel_size", "values")
def gaps_of_one_tap(k, d):
    """Every one of the k - 1 gaps gets d - 1 elements wider. Count all of them."""
    return k + d - 1


@misconception("dilated_kernel_size", "values")
def gaps_beside_every_tap(k, d):
    """Only between taps are there gaps, k - 1 of them; yours has one for each tap."""
    return k + k * (d - 1)


@misconception("dilated_kernel_size", "interface")
def long_names(kernel_size, dilation):
    """Callers may pass the arguments by name, and the names are k and d."""
    return dilation * (kernel_size - 1) + 1


# receptive_field


@misconception("receptive_field", "values")
def ignores_strides(layers):
    """After a layer with a stride, neighbouring values lie farther apart in the input, so every later kernel covers
    more of it. Multiply by the strides so far."""
    return 1 + sum(d * (k - 1) for k, _, _, d in layers)


@misconception("receptive_field", "values")
def own_stride_too_early(layers):
    """A layer's own stride widens only the steps of the layers *after* it: multiply by the strides before it."""
    field, step = 1, 1
    for k, s, _, d in layers:
        step *= s
        field += d * (k - 1) * step
    return field


@misconception("receptive_field", "values")
def last_stride_alone(layers):
    """The distance between neighbouring values is the product of all strides so far, not the last one alone."""
    field, step = 1, 1
    for k, s, _, d in layers:
        field += d * (k - 1) * step
        step = s
    return field


@misconception("receptive_field", "values")
def adds_the_strides(layers):
    """Strides multiply: two layers of stride 3 bring neighbours 9 apart, not 6."""
    field, step = 1, 0
    for k, s, _, d in layers:
        field += d * (k - 1) * max(step, 1)
        step += s
    return field


@misconception("receptive_field", "values")
def undilated_kernels(layers):
    """A dilated kernel spans d * (k - 1) + 1 values. Where is the dilation in your sum?"""
    field, step = 1, 1
    for k, s, _, _ in layers:
        field += (k - 1) * step
        step *= s
    return field


@misconception("receptive_field", "values")
def takes_padding_off(layers):
    """Padding moves the field over the border, but does not change its size."""
    field, step = 1, 1
    for k, s, p, d in layers:
        field += (d * (k - 1) - 2 * p) * step
        step *= s
    return field


@misconception("receptive_field", "values")
def from_the_wrong_end(layers):
    """The list begins with the layer next to the input. Your answer treats that one as the last."""
    field, step = 1, 1
    for k, s, _, d in layers[::-1]:
        field += d * (k - 1) * step
        step *= s
    return field


@misconception("receptive_field", "values")
def starts_from_nothing(layers):
    """Before any layer, an output sees itself: start from 1, not from 0."""
    field, step = 0, 1
    for k, s, _, d in layers:
        field += d * (k - 1) * step
        step *= s
    return field


@misconception("receptive_field", "values")
def eats_the_list(layers):
    """The caller's list is empty, or turned round, once your function has run. Go through it without changing it."""
    field = 1
    while layers:
        k, s, _, d = layers.pop()
        field = (field - 1) * s + d * (k - 1) + 1
    return field


@misconception("receptive_field", "interface")
def stack_of_layers(stack):
    """Callers may pass the argument by name, and the name is layers."""
    field, step = 1, 1
    for k, s, _, d in stack:
        field += d * (k - 1) * step
        step *= s
    return field


# infer_input_size


@misconception("infer_input_size", "values")
def from_the_front(layers, output_size):
    """Going from the output back to the input, the last layer comes first: walk through the list in reverse."""
    size = output_size
    for k, s, p, d in layers:
        size = (size - 1) * s - 2 * p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "values")
def the_largest(layers, output_size):
    """Several sizes may give this output. The *smallest* leaves no remainder at any stride."""
    size = output_size
    for k, s, p, d in reversed(layers):
        size = size * s - 2 * p + d * (k - 1)
    return size


@misconception("infer_input_size", "values")
def stride_times_output(layers, output_size):
    """o windows begin o - 1 strides apart from the first to the last: multiply (o - 1) by the stride, then add one
    kernel."""
    size = output_size
    for k, s, p, d in reversed(layers):
        size = size * s - 2 * p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "values")
def padding_once(layers, output_size):
    """The padding stood on both sides, so take it off twice."""
    size = output_size
    for k, s, p, d in reversed(layers):
        size = (size - 1) * s - p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "values")
def padding_added(layers, output_size):
    """Padding made the input larger before the kernel saw it, so the input itself was smaller: subtract it."""
    size = output_size
    for k, s, p, d in reversed(layers):
        size = (size - 1) * s + 2 * p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "values")
def without_dilation(layers, output_size):
    """A dilated kernel spans d * (k - 1) + 1. Yours leaves dilation out."""
    size = output_size
    for k, s, p, _ in reversed(layers):
        size = (size - 1) * s - 2 * p + k
    return size


@misconception("infer_input_size", "values")
def forwards(layers, output_size):
    """That is the output which an input of this size would give. The question is the other way round."""
    size = output_size
    for k, s, p, d in layers:
        size = (size + 2 * p - d * (k - 1) - 1) // s + 1
    return size


@misconception("infer_input_size", "values")
def turns_the_list(layers, output_size):
    """`layers.reverse()` turns the caller's own list round, and it stays so. `reversed(layers)` leaves it alone."""
    layers.reverse()
    size = output_size
    for k, s, p, d in layers:
        size = (size - 1) * s - 2 * p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "values")
def size_first(output_size, layers):
    """The layers come first, then output_size."""
    size = output_size
    for k, s, p, d in reversed(layers):
        size = (size - 1) * s - 2 * p + d * (k - 1) + 1
    return size


@misconception("infer_input_size", "interface")
def short_size(layers, o):
    """Callers may pass the arguments by name, and the second is called output_size."""
    size = o
    for k, s, p, d in reversed(layers):
        size = (size - 1) * s - 2 * p + d * (k - 1) + 1
    return size


# linear_parameter_count


@misconception("linear_parameter_count", "values")
def bias_of_the_inputs(in_features, out_features, bias=True):
    """There is a bias for every *output*."""
    return in_features * out_features + (in_features if bias else 0)


@misconception("linear_parameter_count", "values")
def one_bias(in_features, out_features, bias=True):
    """The bias is a vector: every output has its own."""
    return in_features * out_features + (1 if bias else 0)


@misconception("linear_parameter_count", "values")
def always_a_bias(in_features, out_features, bias=True):
    """bias=False makes no difference in your answer."""
    return (in_features + 1) * out_features


@misconception("linear_parameter_count", "values")
def never_a_bias(in_features, out_features, bias=True):
    """Your count leaves the biases out."""
    return in_features * out_features


@misconception("linear_parameter_count", "values")
def adds_the_sizes(in_features, out_features, bias=True):
    """Every output has a weight for *every* input: multiply."""
    return in_features + out_features + (out_features if bias else 0)


@misconception("linear_parameter_count", "values")
def no_bias_unless_asked(in_features, out_features, bias=False):
    """Unless told otherwise a fully connected layer has a bias."""
    return in_features * out_features + (out_features if bias else 0)


@misconception("linear_parameter_count", "interface")
def inputs_and_outputs(inputs, outputs, bias=True):
    """Callers may pass the arguments by name: in_features, out_features and bias."""
    return inputs * outputs + (outputs if bias else 0)


# conv_parameter_count


def taps(kernel_size):
    """Elements of a kernel over one channel."""
    return kernel_size**2 if isinstance(kernel_size, int) else math.prod(kernel_size)


@misconception("conv_parameter_count", "values")
def bias_for_each_tap(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """A bias belongs to an output channel, not to the elements of the kernel: out_channels of them."""
    return in_channels // groups * out_channels * taps(kernel_size) + (taps(kernel_size) if bias else 0)


@misconception("conv_parameter_count", "values")
def bias_for_each_kernel(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """However many input channels an output channel sums over, it has a single bias."""
    return in_channels // groups * out_channels * (taps(kernel_size) + (1 if bias else 0))


@misconception("conv_parameter_count", "values")
def bias_of_the_input_channels(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """There is a bias for every *output* channel."""
    return in_channels // groups * out_channels * taps(kernel_size) + (in_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def ignores_groups(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """With groups, an output channel sees only the input channels of its own group, in_channels / groups of them."""
    return in_channels * out_channels * taps(kernel_size) + (out_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def groups_divide_twice(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """That is a single group. There are `groups` of them, so one division is too many."""
    weights = in_channels // groups * (out_channels // groups) * taps(kernel_size)
    return weights + (out_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def groups_divide_the_bias(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """Groups share out the weights; every output channel still has its own bias."""
    return in_channels // groups * out_channels * taps(kernel_size) + (out_channels // groups if bias else 0)


@misconception("conv_parameter_count", "values")
def kernels_are_lines(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """kernel_size=3 stands for a square kernel, 3 by 3."""
    size = kernel_size if isinstance(kernel_size, int) else math.prod(kernel_size)
    return in_channels // groups * out_channels * size + (out_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def first_side_squared(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """A kernel given as a tuple need not be square: multiply all its sides."""
    side = kernel_size if isinstance(kernel_size, int) else kernel_size[0]
    return in_channels // groups * out_channels * side**2 + (out_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def two_sides(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """A kernel has as many sides as the tuple says: one for sequences, three for volumes."""
    height, width = (kernel_size, kernel_size) if isinstance(kernel_size, int) else (*kernel_size, 1)[:2]
    return in_channels // groups * out_channels * height * width + (out_channels if bias else 0)


@misconception("conv_parameter_count", "values")
def bias_regardless(in_channels, out_channels, kernel_size, groups=1, bias=True):
    """bias=False makes no difference in your answer."""
    return in_channels // groups * out_channels * taps(kernel_size) + out_channels


@misconception("conv_parameter_count", "interface")
def short_kernel(in_channels, out_channels, k, groups=1, bias=True):
    """Callers may pass the arguments by name: in_channels, out_channels, kernel_size, groups and bias."""
    return in_channels // groups * out_channels * taps(k) + (out_channels if bias else 0)


# separable_parameter_count


@misconception("separable_parameter_count", "values")
def bias_by_default(in_channels, out_channels, kernel_size, bias=True):
    """Unless told otherwise there is no bias here."""
    count = in_channels * taps(kernel_size) + in_channels * out_channels
    return count + (in_channels + out_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def bias_at_the_end(in_channels, out_channels, kernel_size, bias=False):
    """bias=True gives *both* convolutions a bias: in_channels of them in the depthwise one."""
    return in_channels * taps(kernel_size) + in_channels * out_channels + (out_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def ordinary_convolution(in_channels, out_channels, kernel_size, bias=False):
    """That counts an ordinary convolution. The depthwise one has a single kernel for each input channel, and the
    pointwise one kernels of a single element."""
    return in_channels * out_channels * taps(kernel_size) + (in_channels + out_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def full_depthwise(in_channels, out_channels, kernel_size, bias=False):
    """In the depthwise convolution each channel has one kernel and sees itself alone: it has as many groups as
    channels."""
    count = in_channels * in_channels * taps(kernel_size) + in_channels * out_channels
    return count + (in_channels + out_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def depthwise_alone(in_channels, out_channels, kernel_size, bias=False):
    """The second convolution is missing, the one of size 1 that mixes the channels."""
    return in_channels * taps(kernel_size) + (in_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def depthwise_after(in_channels, out_channels, kernel_size, bias=False):
    """The depthwise convolution comes first, on the input channels; the pointwise one leads to the output channels."""
    count = in_channels * out_channels + out_channels * taps(kernel_size)
    return count + (2 * out_channels if bias else 0)


@misconception("separable_parameter_count", "values")
def kernel_as_a_line(in_channels, out_channels, kernel_size, bias=False):
    """kernel_size=3 stands for a square kernel, 3 by 3."""
    size = kernel_size if isinstance(kernel_size, int) else math.prod(kernel_size)
    return in_channels * size + in_channels * out_channels + (in_channels + out_channels if bias else 0)


@misconception("separable_parameter_count", "interface")
def other_kernel(in_channels, out_channels, k, bias=False):
    """Callers may pass the arguments by name: in_channels, out_channels, kernel_size and bias."""
    return in_channels * taps(k) + in_channels * out_channels + (in_channels + out_channels if bias else 0)


# rnn_parameter_count

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}


def recurrent(gates, input_size, hidden_size, num_layers, biases, directions, below=None):
    """The right count, from its pieces."""
    below = directions if below is None else below
    insides = [input_size] + [hidden_size * below] * (num_layers - 1)
    return sum(directions * gates * (hidden_size * (inside + hidden_size) + biases) for inside in insides)


@misconception("rnn_parameter_count", "values")
def single_bias(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """In torch there are two biases, one with the input's matrix and one with the hidden state's. One would do, but
    both are there."""
    return recurrent(GATES[kind], input_size, hidden_size, num_layers, hidden_size * bool(bias), 1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def gates_of_the_gru(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """A GRU has three gates' worth of weights: reset, update, and the new state. The LSTM has four."""
    gates = {"RNN": 1, "LSTM": 4, "GRU": 2}[kind]
    return recurrent(gates, input_size, hidden_size, num_layers, 2 * hidden_size * bool(bias), 1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def gates_of_the_lstm(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """An LSTM has input, forget and output gate and also the new content of the cell: four times the weights of a
    plain RNN."""
    gates = {"RNN": 1, "LSTM": 3, "GRU": 3}[kind]
    return recurrent(gates, input_size, hidden_size, num_layers, 2 * hidden_size * bool(bias), 1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def all_alike(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """The kinds differ in their gates: an LSTM has four times the parameters of a plain RNN, a GRU three times."""
    return recurrent(1, input_size, hidden_size, num_layers, 2 * hidden_size * bool(bias), 1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def layers_alike(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """Only the first layer sees the input. Those above it see hidden states, so their matrices are of another size."""
    directions = 1 + bidirectional
    one = recurrent(GATES[kind], input_size, hidden_size, 1, 2 * hidden_size * bool(bias), directions)
    return num_layers * one


@misconception("rnn_parameter_count", "values")
def one_direction_below(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """In a bidirectional stack, each layer gets the outputs of *both* directions below it, 2 * hidden_size wide."""
    biases = 2 * hidden_size * bool(bias)
    return recurrent(GATES[kind], input_size, hidden_size, num_layers, biases, 1 + bidirectional, below=1)


@misconception("rnn_parameter_count", "values")
def shares_directions(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """The direction back has parameters of its own, as many as the direction forth."""
    biases = 2 * hidden_size * bool(bias)
    return recurrent(GATES[kind], input_size, hidden_size, num_layers, biases, 1, below=1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def biases_regardless(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """bias=False makes no difference in your answer."""
    return recurrent(GATES[kind], input_size, hidden_size, num_layers, 2 * hidden_size, 1 + bidirectional)


@misconception("rnn_parameter_count", "values")
def biases_without_gates(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """Every gate has its own biases, not just its own matrices."""
    directions = 1 + bidirectional
    weights = recurrent(GATES[kind], input_size, hidden_size, num_layers, 0, directions)
    return weights + (2 * hidden_size * directions * num_layers if bias else 0)


@misconception("rnn_parameter_count", "values")
def no_recurrence(kind, input_size, hidden_size, num_layers=1, bias=True, bidirectional=False):
    """Besides the matrix for the input there is one for the hidden state, hidden_size by hidden_size."""
    directions = 1 + bidirectional
    full = recurrent(GATES[kind], input_size, hidden_size, num_layers, 2 * hidden_size * bool(bias), directions)
    return full - directions * GATES[kind] * num_layers * hidden_size**2


@misconception("rnn_parameter_count", "interface")
def layers_for_num_layers(kind, input_size, hidden_size, layers=1, bias=True, bidirectional=False):
    """Callers may pass the arguments by name: kind, input_size, hidden_size, num_layers, bias and bidirectional."""
    return recurrent(GATES[kind], input_size, hidden_size, layers, 2 * hidden_size * bool(bias), 1 + bidirectional)
