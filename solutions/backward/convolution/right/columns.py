"""Windows as columns (F.unfold), products of matrices, and F.fold on the way back."""

import torch
import torch.nn.functional as F


def conv2d_backward(grad, x, weight, stride, padding):
    n, out_channels = grad.shape[:2]
    kernel = tuple(weight.shape[2:])
    cols = F.unfold(x, kernel, padding=padding, stride=stride)  # (N, I*kh*kw, L)
    g = grad.reshape(n, out_channels, -1)  # (N, O, L)
    w = weight.reshape(out_channels, -1)  # (O, I*kh*kw)

    grad_weight = torch.bmm(g, cols.transpose(1, 2)).sum(dim=0).view(weight.shape)
    grad_cols = torch.matmul(w.t(), g)
    grad_x = F.fold(grad_cols, x.shape[2:], kernel, padding=padding, stride=stride)
    grad_bias = g.sum(dim=(0, 2))
    return grad_x, grad_weight, grad_bias


def max_pool2d_backward(grad, x, kernel_size, stride):
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    if isinstance(stride, int):
        stride = (stride, stride)
    n, c, height, width = x.shape
    area = kernel_size[0] * kernel_size[1]
    cols = F.unfold(x.reshape(n * c, 1, height, width), kernel_size, stride=stride)  # (N*C, kh*kw, L)
    winner = cols.argmax(dim=1, keepdim=True)
    grad_cols = torch.zeros_like(cols).scatter(1, winner, grad.reshape(n * c, 1, -1))
    assert grad_cols.shape[1] == area
    return F.fold(grad_cols, (height, width), kernel_size, stride=stride).view(n, c, height, width)
