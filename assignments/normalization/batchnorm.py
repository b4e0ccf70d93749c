"""Batch normalisation: as one function, and as the layers for sequences, images and volumes."""

import torch
from torch import Tensor, nn


def batch_norm(
    x: Tensor,
    gamma: Tensor,
    beta: Tensor,
    moving_mean: Tensor,
    moving_var: Tensor,
    eps: float,
    momentum: float,
    training: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    r"""Standardise every channel of a batch, scale and shift it, and keep moving statistics, in textbook notation.

    $$y = \gamma \, \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} + \beta$$

    In training, $\mu$ and $\sigma^2$ are the mean and the *biased* variance (divide by the count) of each channel over
    the batch, and over height and width too where there are any; the moving statistics become
    ``momentum * moving + (1 - momentum) * batch``, with those very same $\mu$ and $\sigma^2$. Otherwise $\mu$ and
    $\sigma^2$ are the moving statistics, which are returned as they came.

    Args:
        x: Input of shape $(N, C)$ or $(N, C, H, W)$.
        gamma: Scale, one value per channel: of shape $(1, C)$ for 2-D and $(1, C, 1, 1)$ for 4-D `x`.
        beta: Shift, in the same shape.
        moving_mean: Moving mean, in the same shape.
        moving_var: Moving variance, in the same shape.
        eps: Added to the variance under the root.
        momentum: Share of the *old* moving statistics that is kept.
        training: Whether to use, and learn from, the statistics of this batch.

    Returns:
        ``(y, moving_mean, moving_var)``. The moving statistics have the shape given and are detached from the graph:
        no gradient flows through them. None of the inputs is modified.

    Raises:
        ValueError: if `x` is neither 2-D nor 4-D.
    """
    raise NotImplementedError("Write batch_norm.")


class BatchNorm1d(nn.Module):
    r"""Normalise each channel of a batch of feature vectors or sequences, as `torch.nn.BatchNorm1d` does.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    In training, mean and *biased* variance are those of the batch, over every axis but the channels'; gradients flow
    through both. After `eval()` the running statistics take their place.

    Each training call also moves the running statistics,
    $\hat{x} \leftarrow (1 - m) \cdot \hat{x} + m \cdot x_\text{batch}$, where $m$ is `momentum` and the variance that
    goes in is the *unbiased* one (divide by the count less one).

    Args:
        num_features: Number of channels $C$.
        eps: Added to the variance under the root.
        momentum: Share $m$ of the newest batch in the running statistics; `None` averages all batches seen, each with
            the same share: $m = 1 / \text{num\_batches\_tracked}$, this batch counted.
        affine: Whether there are a `weight` and a `bias` to learn.
        track_running_stats: Whether to keep running statistics; without them batch statistics are used in `eval()` too.

    Shape:
        - Input: $(N, C)$ or $(N, C, L)$
        - Output: as the input

    Attributes:
        weight: Parameter $\gamma$ of shape $(C,)$, at first ones; `None` if not `affine`.
        bias: Parameter $\beta$ of shape $(C,)$, at first zeros; `None` if not `affine`.
        running_mean: Buffer of shape $(C,)$, at first zeros; absent or `None` if not `track_running_stats`.
        running_var: Buffer of shape $(C,)$, at first ones; likewise.
        num_batches_tracked: Buffer, an integer scalar that counts the training calls; likewise.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        """Create the parameters and the buffers."""
        raise NotImplementedError("Write BatchNorm1d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C)$ or $(N, C, L)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        raise NotImplementedError("Write BatchNorm1d.forward.")


class BatchNorm2d(nn.Module):
    r"""Normalise each channel of a batch of images, as `torch.nn.BatchNorm2d` does.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    Formula, arguments, attributes and running statistics are those of `BatchNorm1d`; mean and variance go over the
    batch, the height and the width.

    Args:
        num_features: Number of channels $C$.
        eps: Added to the variance under the root.
        momentum: Share of the newest batch in the running statistics; `None` averages all batches seen.
        affine: Whether there are a `weight` and a `bias` to learn.
        track_running_stats: Whether to keep running statistics; without them batch statistics are used in `eval()` too.

    Shape:
        - Input: $(N, C, H, W)$
        - Output: as the input

    Attributes:
        weight, bias: Parameters of shape $(C,)$, at first ones and zeros.
        running_mean, running_var: Buffers of shape $(C,)$, at first zeros and ones.
        num_batches_tracked: Buffer, an integer scalar that counts the training calls.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        """Create the parameters and the buffers."""
        raise NotImplementedError("Write BatchNorm2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C, H, W)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        raise NotImplementedError("Write BatchNorm2d.forward.")


class BatchNorm3d(nn.Module):
    r"""Normalise each channel of a batch of volumes, as `torch.nn.BatchNorm3d` does.

    $$y = \frac{x - \mathrm{E}[x]}{\sqrt{\mathrm{Var}[x] + \epsilon}} \cdot \gamma + \beta$$

    Formula, arguments, attributes and running statistics are those of `BatchNorm1d`; mean and variance go over the
    batch, the depth, the height and the width.

    Args:
        num_features: Number of channels $C$.
        eps: Added to the variance under the root.
        momentum: Share of the newest batch in the running statistics; `None` averages all batches seen.
        affine: Whether there are a `weight` and a `bias` to learn.
        track_running_stats: Whether to keep running statistics; without them batch statistics are used in `eval()` too.

    Shape:
        - Input: $(N, C, D, H, W)$
        - Output: as the input

    Attributes:
        weight, bias: Parameters of shape $(C,)$, at first ones and zeros.
        running_mean, running_var: Buffers of shape $(C,)$, at first zeros and ones.
        num_batches_tracked: Buffer, an integer scalar that counts the training calls.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        """Create the parameters and the buffers."""
        raise NotImplementedError("Write BatchNorm3d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C, D, H, W)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        raise NotImplementedError("Write BatchNorm3d.forward.")
