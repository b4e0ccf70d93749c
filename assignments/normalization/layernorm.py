"""Layer normalisation: every sample standardised by itself."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class LayerNorm(nn.Module):
    r"""Standardise each sample over its last axes, then scale and shift each element, as `torch.nn.LayerNorm` does.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \odot \gamma + \beta$$

    Mean and *biased* variance (divide by the count) go over the axes that `normalized_shape` names, the last ones of
    the input, and are taken separately for each index of the axes before them; gradients flow through both. A sample's
    result depends on no other sample, so training and evaluation are the same.

    Args:
        normalized_shape: Sizes of the axes to normalise over, the last ones of the input; a number stands for one axis.
        eps: Added to the variance under the root.
        elementwise_affine: Whether there are a `weight` and a `bias` to learn.
        bias: Whether there is a `bias`; only asked where `elementwise_affine` holds.

    Shape:
        - Input: $(*, \text{normalized\_shape})$, with any number of axes before, or none
        - Output: as the input

    Attributes:
        weight: Parameter $\gamma$ of shape `normalized_shape`, at first ones; `None` if not `elementwise_affine`.
        bias: Parameter $\beta$ of shape `normalized_shape`, at first zeros; `None` if there is none.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> None:
        """Create the parameters."""
        raise NotImplementedError("Write LayerNorm.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, whose last axes have the sizes `normalized_shape`.

        Raises:
            ValueError: if they have not, or if there are too few of them.
        """
        raise NotImplementedError("Write LayerNorm.forward.")
