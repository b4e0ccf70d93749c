"""RMS normalisation: every sample divided by its root mean square."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class RMSNorm(nn.Module):
    r"""Divide each sample by the root of its mean square, then scale each element, as `torch.nn.RMSNorm` does.

    $$y = \frac{x}{\sqrt{\frac{1}{d} \sum_i x_i^2 + \epsilon}} \odot w$$

    The mean of the $d$ squares goes over the axes that `normalized_shape` names, the last ones of the input, all of
    them together, and is taken separately for each index of the axes before them. No mean is subtracted and no bias is
    added. The gradient flows through the root as well. Training and evaluation are the same.

    Args:
        normalized_shape: Sizes of the axes to normalise over, the last ones of the input; a number stands for one axis.
        eps: Added to the mean square under the root. `None` means the machine epsilon of the input's dtype,
            `torch.finfo(x.dtype).eps`.
        elementwise_affine: Whether there is a `weight` to learn.

    Shape:
        - Input: $(*, \text{normalized\_shape})$, with any number of axes before, or none
        - Output: as the input

    Attributes:
        weight: Parameter $w$ of shape `normalized_shape`, at first ones; `None` if not `elementwise_affine`.
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
    ) -> None:
        """Create the parameter."""
        raise NotImplementedError("Write RMSNorm.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, whose last axes have the sizes `normalized_shape`.

        Raises:
            ValueError: if they have not, or if there are too few of them.
        """
        raise NotImplementedError("Write RMSNorm.forward.")
