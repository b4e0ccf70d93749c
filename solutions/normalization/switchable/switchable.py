"""Switchable normalisation: let the layer learn whose statistics to trust."""

import torch
from torch import nn

Statistics = tuple[torch.Tensor, torch.Tensor]


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
        self._create_parameters()
        self._create_buffers()

    def _create_parameters(self) -> None:
        """Give the layer its four parameters."""
        self.weight = nn.Parameter(torch.ones(self.num_features))
        self.bias = nn.Parameter(torch.zeros(self.num_features))
        self.mean_weight = nn.Parameter(torch.ones(3))
        self.var_weight = nn.Parameter(torch.ones(3))

    def _create_buffers(self) -> None:
        """Give the layer its running statistics."""
        self.register_buffer("running_mean", torch.zeros(self.num_features))
        self.register_buffer("running_var", torch.ones(self.num_features))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``, and in training update the running statistics.

        Args:
            x: Input of shape $(N, C, H, W)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` does not have 4 dimensions or has another number of channels.
        """
        self._check_input(x)
        mean, var = self._mix(self._instance_statistics(x), self._layer_statistics(x), self._batch_statistics(x))
        return self._scale_and_shift((x - mean) / torch.sqrt(var + self.eps))

    def _check_input(self, x: torch.Tensor) -> None:
        """Raise unless ``x`` has the dimensions and channels of the layer."""
        if x.dim() != 4:
            raise ValueError(f"expected an input of 4 dimensions, got {x.dim()}")
        if x.shape[1] != self.num_features:
            raise ValueError(f"unexpected number of channels: {x.shape[1]}")

    def _statistics(self, x: torch.Tensor, dims: tuple[int, ...]) -> Statistics:
        """Mean and biased variance over some dimensions, which are kept with size one."""
        var, mean = torch.var_mean(x, dim=dims, correction=0, keepdim=True)
        return mean, var

    def _instance_statistics(self, x: torch.Tensor) -> Statistics:
        """Those of every channel of every image."""
        return self._statistics(x, (2, 3))

    def _layer_statistics(self, x: torch.Tensor) -> Statistics:
        """Those of every image."""
        return self._statistics(x, (1, 2, 3))

    def _batch_statistics(self, x: torch.Tensor) -> Statistics:
        """Those of every channel over the whole batch; in evaluation the running ones."""
        if not self.training:
            return self.running_mean.reshape(1, -1, 1, 1), self.running_var.reshape(1, -1, 1, 1)
        mean, var = self._statistics(x, (0, 2, 3))
        self._update_running(mean, var)
        return mean, var

    @torch.no_grad()
    def _update_running(self, mean: torch.Tensor, var: torch.Tensor) -> None:
        """Move the running statistics towards the batch's."""
        self.running_mean.lerp_(mean.reshape(-1), self.momentum)
        self.running_var.lerp_(var.reshape(-1), self.momentum)

    def _proportions(self) -> Statistics:
        """The shares of the three means and of the three variances, each adding up to one."""
        return torch.softmax(self.mean_weight, 0), torch.softmax(self.var_weight, 0)

    def _mix(self, instance: Statistics, layer: Statistics, batch: Statistics) -> Statistics:
        """The weighted mean and variance, of a shape that broadcasts to the input."""
        of_mean, of_var = self._proportions()
        mean = of_mean[0] * instance[0] + of_mean[1] * layer[0] + of_mean[2] * batch[0]
        var = of_var[0] * instance[1] + of_var[1] * layer[1] + of_var[2] * batch[1]
        return mean, var

    def _scale_and_shift(self, x: torch.Tensor) -> torch.Tensor:
        """Apply ``weight`` and ``bias``, one of each a channel."""
        return x * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)
