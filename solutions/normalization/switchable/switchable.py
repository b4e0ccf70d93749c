"""Switchable normalisation: let the layer learn whose statistics to trust."""

import torch
from torch import nn


def _statistics(x: torch.Tensor, dims: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and biased variance over some dimensions, which are kept with size one."""
    return x.mean(dims, keepdim=True), x.var(dims, correction=0, keepdim=True)


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
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.weight = nn.Parameter(torch.ones(num_features))
        self.bias = nn.Parameter(torch.zeros(num_features))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))
        self.register_buffer("running_mean", torch.zeros(num_features))
        self.register_buffer("running_var", torch.ones(num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``, and in training update the running statistics.

        Args:
            x: Input of shape $(N, C, H, W)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` does not have 4 dimensions or has another number of channels.
        """
        if x.dim() != 4:
            raise ValueError(f"expected an input of 4 dimensions, got {x.dim()}")
        if x.shape[1] != self.num_features:
            raise ValueError(f"unexpected number of channels: {x.shape[1]}")
        of_mean, of_var = torch.softmax(self.mean_weight, 0), torch.softmax(self.var_weight, 0)
        mean_instance, var_instance = _statistics(x, (2, 3))
        mean_layer, var_layer = _statistics(x, (1, 2, 3))
        if self.training:
            mean_batch, var_batch = _statistics(x, (0, 2, 3))
            with torch.no_grad():
                self.running_mean.lerp_(mean_batch.flatten(), self.momentum)
                self.running_var.lerp_(var_batch.flatten(), self.momentum)
        else:
            mean_batch, var_batch = self.running_mean.reshape(-1, 1, 1), self.running_var.reshape(-1, 1, 1)
        mean = of_mean[0] * mean_instance + of_mean[1] * mean_layer + of_mean[2] * mean_batch
        var = of_var[0] * var_instance + of_var[1] * var_layer + of_var[2] * var_batch
        y = (x - mean) / torch.sqrt(var + self.eps)
        return y * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)
