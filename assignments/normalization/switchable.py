"""Switchable normalisation: let the layer learn whose statistics to trust."""

import torch
from torch import nn


class SwitchableNorm2d(nn.Module):
    r"""Standardise with a learned mixture of instance, layer and batch statistics (arXiv 1806.10779).

    $$y = \frac{x - \sum_k w_k \mu_k}{\sqrt{\sum_k w'_k \sigma_k^2 + \epsilon}} \cdot \gamma + \beta,
    \qquad k \in \{\mathrm{instance}, \mathrm{layer}, \mathrm{batch}\}$$

    $w$ is the softmax of ``mean_weight``, $w'$ that of ``var_weight``. All variances are biased (divided by the
    number of values). Instance statistics run over height and width, layer statistics over channels, height and
    width, batch statistics over batch, height and width. In evaluation the running statistics stand in for those of
    the batch.

    Args:
        num_features: Number of channels $C$.
        eps: Added to the mixed variance, under the root.
        momentum: How far the running statistics move towards those of the batch:
            $running \leftarrow (1 - momentum) \cdot running + momentum \cdot batch$.

    Shape:
        - Input: $(N, C, H, W)$.
        - Output: as the input.

    Attributes:
        weight: $\gamma$, shape $(C,)$, ones at first.
        bias: $\beta$, shape $(C,)$, zeros at first.
        mean_weight: Logits of $w$ in the order instance, layer, batch, shape $(3,)$, ones at first.
        var_weight: Logits of $w'$, likewise.
        running_mean: Buffer of shape $(C,)$, zeros at first, that follows the batch's mean.
        running_var: Buffer of shape $(C,)$, ones at first, that follows the batch's biased variance.
    """

    def __init__(self, num_features: int, eps: float = 1e-5, momentum: float = 0.1) -> None:
        raise NotImplementedError("Write SwitchableNorm2d.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``, and in training update the running statistics.

        Args:
            x: Input of shape $(N, C, H, W)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` does not have 4 dimensions or has another number of channels.
        """
        raise NotImplementedError("Write SwitchableNorm2d.forward.")
