"""Backward passes of a convolution and of max pooling, by hand."""

import torch
from torch import Tensor
from torch.nn import functional as F


def conv2d_backward(
    grad: Tensor, x: Tensor, weight: Tensor, stride: tuple[int, int], padding: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Pull a gradient back through ``y = F.conv2d(x, weight, bias, stride, padding)``.

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
    (sh, sw), (ph, pw) = stride, padding
    (height, width), (rows, columns) = x.shape[2:], grad.shape[2:]
    padded = F.pad(x, (pw, pw, ph, ph))
    grad_padded, grad_weight = torch.zeros_like(padded), torch.zeros_like(weight)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            pixels = (..., slice(i, i + sh * rows, sh), slice(j, j + sw * columns, sw))
            grad_weight[:, :, i, j] = torch.einsum("nohw,nihw->oi", grad, padded[pixels])
            grad_padded[pixels] += torch.einsum("nohw,oi->nihw", grad, weight[:, :, i, j])
    grad_x = grad_padded[..., ph : ph + height, pw : pw + width]
    return grad_x, grad_weight, grad.sum((0, 2, 3))


def max_pool2d_backward(
    grad: Tensor, x: Tensor, kernel_size: int | tuple[int, int], stride: int | tuple[int, int]
) -> Tensor:
    r"""Pull a gradient back through ``y = F.max_pool2d(x, kernel_size, stride)``.

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
    (kh, kw), (sh, sw) = _pair(kernel_size), _pair(stride)
    rows, columns = grad.shape[2:]
    positions = [
        (..., slice(i, i + sh * rows, sh), slice(j, j + sw * columns, sw)) for i in range(kh) for j in range(kw)
    ]
    largest = torch.stack([x[pixels] for pixels in positions]).amax(0)
    grad_x = torch.zeros_like(x)
    for pixels in positions:
        grad_x[pixels] += torch.where(x[pixels] == largest, grad, 0)
    return grad_x


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """A number for down and one for across."""
    if isinstance(value, int):
        return value, value
    down, across = value
    return down, across
