"""Sliding windows as views; what overlaps is added at flat indices."""

import torch


def pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def windows(image, kernel, stride):
    return image.unfold(2, kernel[0], stride[0]).unfold(3, kernel[1], stride[1])


def add_up(shares, shape, kernel, stride):
    """Add shares of shape (N, C, H', W', kh, kw) to the pixels that they belong to."""
    n, c, height, width = shape
    places = torch.arange(height * width, device=shares.device).reshape(1, 1, height, width)
    places = windows(places, kernel, stride).reshape(-1)
    image = torch.zeros(n, c, height * width, dtype=shares.dtype, device=shares.device)
    return image.index_add(2, places, shares.reshape(n, c, -1)).reshape(shape)


def conv2d_backward(grad, x, weight, stride, padding):
    n, c, height, width = x.shape
    top, left = padding
    padded = x.new_zeros(n, c, height + 2 * top, width + 2 * left)
    padded[:, :, top : top + height, left : left + width] = x
    kernel = weight.shape[2:]
    dw = torch.tensordot(grad, windows(padded, kernel, stride), dims=([0, 2, 3], [0, 2, 3]))
    shares = torch.tensordot(grad, weight, dims=([1], [0])).permute(0, 3, 1, 2, 4, 5)
    dx = add_up(shares, padded.shape, kernel, stride)[:, :, top : top + height, left : left + width]
    return dx, dw, grad.sum(3).sum(2).sum(0)


def max_pool2d_backward(grad, x, kernel_size, stride):
    kernel, stride = pair(kernel_size), pair(stride)
    seen = windows(x, kernel, stride)
    best = seen.amax((-2, -1), keepdim=True)
    return add_up((seen == best) * grad[..., None, None], x.shape, kernel, stride)
