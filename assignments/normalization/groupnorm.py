"""Group and instance normalisation: standardise each sample over groups of its channels."""

import torch
from torch import nn


class GroupNorm(nn.Module):
    r"""Standardise each group of channels of each sample, then scale and shift every channel.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    Mean and variance (biased: divided by the number of values) are taken per sample and per group of
    $C / G$ neighbouring channels, over those channels and everything after them. Training and evaluation do the same.

    Args:
        num_groups: Number of groups $G$.
        num_channels: Number of channels $C$ of the input, a multiple of ``num_groups``.
        eps: Added to the variance, under the root.
        affine: Whether there are a learnable ``weight`` and ``bias``; if not, both are registered as None.

    Shape:
        - Input: $(N, C, *)$ with any number of further dimensions, or none.
        - Output: as the input.

    Attributes:
        weight: $\gamma$, one value per channel, shape $(C,)$, ones at first.
        bias: $\beta$, one value per channel, shape $(C,)$, zeros at first.

    Raises:
        ValueError: If ``num_channels`` is not divisible by ``num_groups``.
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True
    ) -> None:
        raise NotImplementedError("Write GroupNorm.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Normalise ``x``.

        Args:
            x: Input of shape $(N, C, *)$.

        Returns:
            A tensor of the same shape.

        Raises:
            ValueError: If ``x`` has fewer than two dimensions or another number of channels.
        """
        raise NotImplementedError("Write GroupNorm.forward.")


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
        raise NotImplementedError("Write InstanceNorm2d.__init__.")

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
        raise NotImplementedError("Write InstanceNorm2d.forward.")
