"""Convolutions of gradients: transposed for the input, the batch as channels for the weight; pooling scatters."""

import torch
from torch.nn import functional as F


def conv2d_backward(grad, x, weight, stride, padding):
    kernel = weight.shape[-2:]
    rest = [x.shape[2 + d] - ((grad.shape[2 + d] - 1) * stride[d] - 2 * padding[d] + kernel[d]) for d in range(2)]
    spread = F.conv_transpose2d(grad, weight, stride=stride)
    top, left = padding
    wide = F.pad(spread, (0, rest[1] + 0, 0, rest[0] + 0))
    grad_x = wide[:, :, top : top + x.shape[2], left : left + x.shape[3]]
    # The batch takes the place of the channels, and the gradient that of a kernel whose pixels lie `stride` apart.
    seen = F.conv2d(x.transpose(0, 1), grad.transpose(0, 1), padding=padding, dilation=stride).transpose(0, 1)
    return grad_x, seen[:, :, : kernel[0], : kernel[1]], torch.einsum("nohw->o", grad)


def max_pool2d_backward(grad, x, kernel_size, stride):
    _, where = F.max_pool2d(x, kernel_size, stride, return_indices=True)
    flat = x.new_zeros(x.shape).flatten(2)
    return flat.scatter_add(2, where.flatten(2), grad.flatten(2)).unflatten(2, x.shape[2:])
