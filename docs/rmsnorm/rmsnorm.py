"""RMS normalisation."""

import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    r"""Divide each sample by the root of its mean square, then scale it.

    $$y = \frac{x}{\sqrt{\overline{x^2} + \epsilon}} \cdot w$$

    Args:
        normalized_shape: Size of the last axis, or sizes of the last axes, over which the mean square is taken.
        eps: Added under the root; `None` is the machine epsilon of the input's dtype.
        elementwise_affine: Whether there is a `weight`; if not, it is `None`.

    Attributes:
        weight: Parameter $w$ of shape `normalized_shape`, at first ones.
    """

    def __init__(self, normalized_shape, eps: float | None = None, elementwise_affine: bool = True) -> None:
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.normalized_shape)) if elementwise_affine else None

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`; raises a ValueError where its last axes have other sizes."""
        axes = tuple(range(-len(self.normalized_shape), 0))
        if x.shape[-len(axes) :] != self.normalized_shape:
            raise ValueError(f"expected {self.normalized_shape} at the end of {tuple(x.shape)}")
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * torch.rsqrt(x.square().mean(axes, keepdim=True) + eps)
        return y if self.weight is None else y * self.weight
