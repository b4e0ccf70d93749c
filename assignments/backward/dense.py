"""The backward pass of a classifier's last two steps, without autograd: a linear layer, and softmax cross-entropy."""

import torch
from torch import Tensor


def linear_backward(grad: Tensor, x: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    r"""Pull a gradient back through the linear layer $y = x W^\top + b$.

    A number $L$ was computed from $y$, and $G = \partial L / \partial y$ is known. From it follow the gradients of $L$
    with respect to everything that went into $y$. Weight and bias served every row of $x$, so theirs add up over all
    leading axes.

    Args:
        grad: $G$, the gradient with respect to the output.
        x: The input of the layer.
        weight: $W$, a row per output.

    Returns:
        `(grad_x, grad_weight, grad_bias)`: new tensors; none of the arguments is changed.

    Shape:
        - `grad`: $(*, \text{out\_features})$, with any number of axes before the last, or none
        - `x`: $(*, \text{in\_features})$, with the same axes before the last
        - `weight`: $(\text{out\_features}, \text{in\_features})$
        - `grad_x` as `x`, `grad_weight` as `weight`, `grad_bias`: $(\text{out\_features},)$
    """
    raise NotImplementedError("Write linear_backward.")


def softmax_cross_entropy_backward(logits: Tensor, target: Tensor) -> Tensor:
    r"""Compute the gradient of the mean cross-entropy with respect to the logits.

    With $p_n = \mathrm{softmax}(z_n)$ the loss is $L = -\frac{1}{N} \sum_n \log p_{n,t_n}$, as
    `torch.nn.functional.cross_entropy(logits, target)` has it. Its gradient must come out right for logits of any size:
    no overflow, no NaN.

    Args:
        logits: $z$, the scores before softmax.
        target: $t$, the number of the correct class of each row, int64; every class is judged, none is ignored.

    Returns:
        $\partial L / \partial z$: a new tensor; neither argument is changed.

    Shape:
        - `logits`: $(N, C)$
        - `target`: $(N,)$
        - the result as `logits`
    """
    raise NotImplementedError("Write softmax_cross_entropy_backward.")
