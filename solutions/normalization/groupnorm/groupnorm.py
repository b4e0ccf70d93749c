"""Group and instance normalisation: standardise each sample over groups of its channels."""

import torch
from torch import nn


class GroupNorm(nn.Module):
    r"""Standardise each group of channels of each sample, then scale and shift every channel.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    Mean and variance (biased: divided by the number of values) are taken per sample and per group of
    $C / G$ neighbouring channels, over those channels and everything behind them. Training and evaluation do the same.

    Args:
        num_groups: Number of groups $G$.
        num_channels: Number of channels $C$ of the input, a multiple of ``num_groups``.
        eps: Added to the variance, under the root.
        affine: Whether there are a learnable ``weight`` and ``bias``; if not, both are registered as None.

    Shape:
        - Input: $(N, C, *)$ with any number of further dimensions, none included.
        - Output: as the input.

    Attributes:
        weight: $\gamma$, one value a channel, shape $(C,)$, ones at first.
        bias: $\beta$, one value a channel, shape $(C,)$, zeros at first.

    Raises:
        ValueError: If ``num_channels`` is not divisible by ``num_groups``.
    """

    def __init__(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels={num_channels} is not divisible by num_groups={num_groups}")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        self._create_parameters()

    def _create_parameters(self) -> None:
        """Give the layer its ``weight`` and ``bias``, or register both as None."""
        self.weight = nn.Parameter(torch.ones(self.num_channels)) if self.affine else None
        self.bias = nn.Parameter(torch.zeros(self.num_channels)) if self.affine else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``.

        Args:
            x: Input of shape $(N, C, *)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` has fewer than two dimensions or another number of channels.
        """
        self._check_input(x)
        return self._scale_and_shift(self._standardise(x))

    def _check_input(self, x: torch.Tensor) -> None:
        """Raise unless ``x`` has the dimensions and channels of the layer."""
        if x.dim() < 2 or x.shape[1] != self.num_channels:
            raise ValueError(f"cannot normalise shape {tuple(x.shape)}")

    def _standardise(self, x: torch.Tensor) -> torch.Tensor:
        """Bring each group of each sample to mean 0 and (up to ``eps``) variance 1."""
        groups = x.reshape(x.shape[0], self.num_groups, -1)
        mean, var = self._statistics(groups)
        return ((groups - mean) / torch.sqrt(var + self.eps)).reshape(x.shape)

    def _statistics(self, groups: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and biased variance over the last dimension, which is kept with size one."""
        var, mean = torch.var_mean(groups, dim=-1, correction=0, keepdim=True)
        return mean, var

    def _scale_and_shift(self, x: torch.Tensor) -> torch.Tensor:
        """Apply ``weight`` and ``bias`` along dimension 1, where there are any."""
        if self.weight is None:
            return x
        per_channel = (-1,) + (1,) * (x.dim() - 2)
        return x * self.weight.reshape(per_channel) + self.bias.reshape(per_channel)


class InstanceNorm2d(nn.Module):
    r"""Standardise each channel of each image over its own height and width.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    By default the statistics are those of the image at hand, in training and in evaluation, and nothing is learned.

    Args:
        num_features: Number of channels $C$.
        eps: Added to the variance, under the root.
        momentum: How far the running statistics move towards those of the batch:
            $running \leftarrow (1 - momentum) \cdot running + momentum \cdot observed$.
        affine: Whether there are a learnable ``weight`` and ``bias``; if not, both are registered as None.
        track_running_stats: Whether running statistics are kept, and used in place of the image's in evaluation; if
            not, the three buffers are registered as None.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ for one image.
        - Output: as the input.

    Attributes:
        weight: $\gamma$, shape $(C,)$, ones at first.
        bias: $\beta$, shape $(C,)$, zeros at first.
        running_mean: Buffer of shape $(C,)$, zeros at first; observed is the mean over the batch of the images' means.
        running_var: Buffer of shape $(C,)$, ones at first; observed is the mean over the batch of the images' unbiased
            variances (divided by $HW - 1$), while the output is made with the biased ones.
        num_batches_tracked: Integer buffer, 0 at first. As in torch, it never advances.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self._create_parameters()
        self._create_buffers()

    def _create_parameters(self) -> None:
        """Give the layer its ``weight`` and ``bias``, or register both as None."""
        self.weight = nn.Parameter(torch.ones(self.num_features)) if self.affine else None
        self.bias = nn.Parameter(torch.zeros(self.num_features)) if self.affine else None

    def _create_buffers(self) -> None:
        """Give the layer its running statistics, or register them as None."""
        tracks = self.track_running_stats
        self.register_buffer("running_mean", torch.zeros(self.num_features) if tracks else None)
        self.register_buffer("running_var", torch.ones(self.num_features) if tracks else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if tracks else None)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``, and in training update the running statistics if they are tracked.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` has neither 3 nor 4 dimensions, another number of channels, or, where the image's own
                statistics are used, a single value per channel.
        """
        self._check_input(x)
        images = x if x.dim() == 4 else x.unsqueeze(0)
        return self._normalise(images).reshape(x.shape)

    def _check_input(self, x: torch.Tensor) -> None:
        """Raise unless ``x`` has the dimensions, channels and size that the layer needs."""
        if x.dim() not in (3, 4):
            raise ValueError(f"expected an input of 3 or 4 dimensions, got {x.dim()}")
        if x.shape[-3] != self.num_features:
            raise ValueError(f"unexpected number of channels: {x.shape[-3]}")
        if self._uses_own_statistics() and x.shape[-2:].numel() == 1:
            raise ValueError("a single value per channel has no variance")

    def _uses_own_statistics(self) -> bool:
        """Whether an image is normalised by its own statistics rather than by the running ones."""
        return self.training or not self.track_running_stats

    def _normalise(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise a batch of images."""
        if self._uses_own_statistics():
            mean, var = self._statistics(x)
            if self.track_running_stats:
                self._update_running(mean, var, x.shape[2] * x.shape[3])
        else:
            mean, var = self.running_mean.reshape(1, -1, 1, 1), self.running_var.reshape(1, -1, 1, 1)
        y = (x - mean) / torch.sqrt(var + self.eps)
        if self.weight is None:
            return y
        return y * self.weight.reshape(-1, 1, 1) + self.bias.reshape(-1, 1, 1)

    def _statistics(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and biased variance of every channel of every image, shape $(N, C, 1, 1)$."""
        var, mean = torch.var_mean(x, dim=(2, 3), correction=0, keepdim=True)
        return mean, var

    @torch.no_grad()
    def _update_running(self, mean: torch.Tensor, var: torch.Tensor, count: int) -> None:
        """Move the running statistics towards the batch's, given the images' statistics over ``count`` values each."""
        self.running_mean.lerp_(mean.mean(dim=(0, 2, 3)), self.momentum)
        self.running_var.lerp_(var.mean(dim=(0, 2, 3)) * count / (count - 1), self.momentum)
