"""A pure function, and a layer that only keeps the parameters."""

from typing import List, Optional, Union

import torch
from torch import Tensor, nn


def layer_norm(x: Tensor, axes: int, weight: Optional[Tensor], bias: Optional[Tensor], eps: float) -> Tensor:
    flat = x.flatten(-axes)
    var, mean = torch.var_mean(flat, -1, unbiased=False, keepdim=True)
    flat = (flat - mean) / torch.sqrt(var + eps)
    y = flat.view_as(x) if x.is_contiguous() else flat.reshape(x.shape)
    if weight is None:
        return y
    return y * weight if bias is None else torch.addcmul(bias, y, weight)


class LayerNorm(nn.Module):
    def __init__(
        self,
        normalized_shape: Union[int, List[int]],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = (normalized_shape,)
        self.normalized_shape = torch.Size(normalized_shape)
        self.eps = eps
        if elementwise_affine:
            self.weight = nn.Parameter(torch.ones(self.normalized_shape))
        else:
            self.weight = None
        if elementwise_affine and bias:
            self.bias = nn.Parameter(torch.zeros(self.normalized_shape))
        else:
            self.bias = None

    def forward(self, x: Tensor) -> Tensor:
        n = len(self.normalized_shape)
        if x.shape[-n:] != self.normalized_shape:
            raise ValueError("shape mismatch")
        return layer_norm(x, n, self.weight, self.bias, self.eps)
