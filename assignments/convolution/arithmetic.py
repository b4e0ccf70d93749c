"""Convolution arithmetic: how large a layer's output is, how far it sees, and how many parameters it has."""


def dilated_kernel_size(k: int, d: int) -> int:
    """How many neighbouring inputs a dilated kernel spans, from its first tap to its last.

    $$k' = d (k - 1) + 1$$

    Args:
        k: Size of the kernel, the number of its taps.
        d: Dilation, the distance from one tap to the next.

    Returns:
        The span $k'$.
    """
    raise NotImplementedError("Write dilated_kernel_size.")


def conv_output_size(i: int, k: int, s: int = 1, p: int = 0, d: int = 1) -> int:
    r"""The size of a convolution's output, along one dimension.

    $$o = \left\lfloor \frac{i + 2p - k'}{s} \right\rfloor + 1, \qquad k' = d (k - 1) + 1$$

    Args:
        i: Size of the input.
        k: Size of the kernel.
        s: Stride.
        p: Padding, on each of the two sides.
        d: Dilation.

    Returns:
        The size $o$ of the output, an int.
    """
    raise NotImplementedError("Write conv_output_size.")


def conv_transpose_output_size(
    i: int, k: int, s: int = 1, p: int = 0, output_padding: int = 0, d: int = 1
) -> int:
    r"""The size of a transposed convolution's output, along one dimension.

    $$o = (i - 1) s - 2p + k' + \text{output\_padding}, \qquad k' = d (k - 1) + 1$$

    Args:
        i: Size of the input.
        k: Size of the kernel.
        s: Stride.
        p: Padding, which here is *cut off* from each of the two sides.
        output_padding: What is added to one side of the output.
        d: Dilation.

    Returns:
        The size $o$ of the output, an int.
    """
    raise NotImplementedError("Write conv_transpose_output_size.")


def pool_output_size(
    i: int, k: int, s: int | None = None, p: int = 0, d: int = 1, ceil_mode: bool = False
) -> int:
    r"""The size of a pooling layer's output, along one dimension.

    As for a convolution, $o = \lfloor (i + 2p - k') / s \rfloor + 1$. With `ceil_mode` the quotient is rounded up, so
    that the last window may hang over the end; but a window that would *begin* after the input and the padding before
    it, at $i + p$ or later, is left out: torch then takes one off.

    Args:
        i: Size of the input.
        k: Size of the window.
        s: Stride; None means that of the window's size, `k`.
        p: Padding, on each of the two sides.
        d: Dilation.
        ceil_mode: Whether to round up.

    Returns:
        The size $o$ of the output, an int.
    """
    raise NotImplementedError("Write pool_output_size.")


def same_padding(k: int, d: int = 1) -> tuple[int, int]:
    """The padding on the left and on the right with which a convolution of stride 1 keeps the size of its input.

    Both together are $d (k - 1)$; where that is odd, the right side gets the larger half.

    Args:
        k: Size of the kernel.
        d: Dilation.

    Returns:
        The pair (left, right).
    """
    raise NotImplementedError("Write same_padding.")


def receptive_field(layers: list[tuple[int, int, int, int]]) -> int:
    """How many neighbouring inputs one output of a stack of layers depends on, along one dimension.

    Borders aside: padding moves the field, and does not change its size. Before the first layer an output sees itself
    alone, $r = 1$; then each layer in turn adds $(k' - 1)$ steps, and a step is as long as the strides of all layers
    before it, multiplied.

    Args:
        layers: (k, s, p, d) of each convolution or pooling layer, the one next to the input first. The list is left as
            it is.

    Returns:
        The size of the field, an int.
    """
    raise NotImplementedError("Write receptive_field.")


def infer_input_size(layers: list[tuple[int, int, int, int]], output_size: int) -> int:
    """The smallest input from which a stack of layers makes an output of a given size, along one dimension.

    Where a stride leaves a remainder over, several sizes of the input give the same output; it is the smallest of them
    that is asked for.

    Args:
        layers: (k, s, p, d) of each layer, the one next to the input first. The list is left as it is.
        output_size: Size of the output of the last layer.

    Returns:
        The size of the input of the first layer, an int.
    """
    raise NotImplementedError("Write infer_input_size.")


def linear_parameter_count(in_features: int, out_features: int, bias: bool = True) -> int:
    """The number of parameters of a fully connected layer.

    Args:
        in_features: Size of the input.
        out_features: Size of the output.
        bias: Whether each output has a bias.

    Returns:
        The number of weights and biases, an int.
    """
    raise NotImplementedError("Write linear_parameter_count.")


def conv_parameter_count(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, ...],
    groups: int = 1,
    bias: bool = True,
) -> int:
    """The number of parameters of a convolution.

    Every output channel has a kernel for each input channel *of its group*, and a single bias.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: An int for a square kernel, k by k; else a tuple of one size for each dimension, however many.
        groups: The number of groups that the channels are split into.
        bias: Whether each output channel has a bias.

    Returns:
        The number of weights and biases, an int.
    """
    raise NotImplementedError("Write conv_parameter_count.")


def separable_parameter_count(
    in_channels: int, out_channels: int, kernel_size: int | tuple[int, int], bias: bool = False
) -> int:
    """The number of parameters of a depthwise separable convolution of images.

    That is a convolution with one kernel for each input channel, which stays by itself, and then one with kernels of
    size 1 that mixes the channels.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: An int for a square kernel, k by k; else a pair, height and width.
        bias: Whether *both* convolutions have a bias.

    Returns:
        The number of weights and biases, an int.
    """
    raise NotImplementedError("Write separable_parameter_count.")


def rnn_parameter_count(
    kind: str,
    input_size: int,
    hidden_size: int,
    num_layers: int = 1,
    bias: bool = True,
    bidirectional: bool = False,
) -> int:
    """The number of parameters of a recurrent layer of `torch.nn`.

    In each layer and direction there is a matrix for the input, one for the hidden state and, in torch, a bias for
    *each* of the two, all of them once for every gate. From the second layer on, the input is the output of the layer
    below: both directions of it, side by side.

    Args:
        kind: ``"RNN"`` (one gate's worth), ``"LSTM"`` (four) or ``"GRU"`` (three).
        input_size: Size of the input at each step.
        hidden_size: Size of the hidden state.
        num_layers: Layers on top of one another.
        bias: Whether there are biases.
        bidirectional: Whether each layer runs in both directions, with parameters of its own for each.

    Returns:
        The number of weights and biases, an int.
    """
    raise NotImplementedError("Write rnn_parameter_count.")
