"""Backward passes of a convolution and of max pooling, by hand."""

import torch
from torch import Tensor


def conv2d_backward(
    grad: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor]:
    """Pull a gradient back through ``y = F.conv2d(x, weight, bias, stride, padding)``.

    At each position $(i, j)$ of the kernel, the convolution multiplies the pixels that lie there, one for each window,
    by the weights there. Both factors get their gradient from this product, and what several windows or several samples
    share collects from all of them.

    Args:
        grad: The gradient of the loss with respect to $y$, shape $(N, O, H', W')$.
        x: The images that were convolved, shape $(N, I, H, W)$.
        weight: The kernels, shape $(O, I, k_h, k_w)$.
        stride: How far apart the windows lie, down and across.
        padding: How many rows and columns of zeros surrounded the images, on each side.

    Returns:
        The gradients of the loss with respect to ``x``, to ``weight`` and to the bias, in the shapes of these:
        $(N, I, H, W)$, $(O, I, k_h, k_w)$ and $(O,)$.
    """
    raise NotImplementedError("Write conv2d_backward.")


def max_pool2d_backward(
    grad: Tensor, x: Tensor, kernel_size: int | tuple[int, int], stride: int | tuple[int, int]
) -> Tensor:
    """Pull a gradient back through ``y = F.max_pool2d(x, kernel_size, stride)``.

    Each window hands its gradient to its largest pixel, and to no other. A pixel that is the largest of several windows
    collects from all of them. No window has two largest pixels.

    Args:
        grad: The gradient of the loss with respect to $y$, shape $(N, C, H', W')$.
        x: The images that were pooled, shape $(N, C, H, W)$.
        kernel_size: Height and width of the windows; an int stands for both.
        stride: How far apart the windows lie, down and across; an int stands for both.

    Returns:
        The gradient of the loss with respect to ``x``, shape $(N, C, H, W)$.
    """
    raise NotImplementedError("Write max_pool2d_backward.")
