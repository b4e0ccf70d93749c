"""As language models write it, but without the detour over float32."""

import torch
import torch.nn as nn


class RMSNorm(nn.Module):
    def __init__(self, normalized_shape, eps=None, elementwise_affine=True):
        super().__init__()
        if isinstance(normalized_shape, int):
            normalized_shape = [normalized_shape]
        self.normalized_shape = list(normalized_shape)
        self.dims = [-(i + 1) for i in range(len(self.normalized_shape))]
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        if elementwise_affine:
            self.weight = nn.Parameter(torch.ones(*self.normalized_shape))
        else:
            self.register_parameter("weight", None)

    def _norm(self, x):
        eps = self.eps
        if eps is None:
            eps = torch.finfo(x.dtype).eps
        return x / torch.sqrt(x.pow(2).mean(dim=self.dims, keepdim=True) + eps)

    def forward(self, x):
        if list(x.shape)[len(x.shape) - len(self.dims) :] != self.normalized_shape or x.dim() < len(self.dims):
            raise ValueError("the last axes of the input are not normalized_shape")
        output = self._norm(x)
        if self.elementwise_affine:
            output = output * self.weight
        return output
