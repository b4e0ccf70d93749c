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
    if x.dim() not in (2, 4):
        raise ValueError(f"expected a 2-D or 4-D input, got {x.dim()}-D")
    if training:
        mean, var = _batch_statistics(x)
        moving_mean = momentum * moving_mean + (1 - momentum) * mean
        moving_var = momentum * moving_var + (1 - momentum) * var
    else:
        mean, var = moving_mean, moving_var
    y = gamma * (x - mean) / torch.sqrt(var + eps) + beta
    return y, moving_mean.detach(), moving_var.detach()


def _batch_statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and biased variance of each channel, in a shape that broadcasts over `x`."""
    if x.numel() == x.shape[1]:
        raise ValueError(f"expected more than one value per channel, got an input of shape {tuple(x.shape)}")
    axes = (0, *range(2, x.dim()))
    return x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)


class _BatchNorm(nn.Module):
    """What the three layers share: all but the shapes that they accept."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> None:
        """Create the parameters and the buffers."""
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        self.weight = nn.Parameter(torch.ones(num_features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(num_features)) if affine else None
        if track_running_stats:
            self.register_buffer("running_mean", torch.zeros(num_features))
            self.register_buffer("running_var", torch.ones(num_features))
            self.register_buffer("num_batches_tracked", torch.tensor(0))

    def _normalise(self, x: Tensor, dims: tuple[int, ...]) -> Tensor:
        """Normalise `x`, which must have one of the numbers of dimensions given."""
        if x.dim() not in dims:
            raise ValueError(f"expected an input with {' or '.join(map(str, dims))} dimensions, got {x.dim()}")
        if x.shape[1] != self.num_features:
            raise ValueError(f"expected {self.num_features} channels, got {x.shape[1]}")
        per_channel = (1, -1, *[1] * (x.dim() - 2))
        if self.training or not self.track_running_stats:
            mean, var = _batch_statistics(x)
        else:
            mean, var = self.running_mean.reshape(per_channel), self.running_var.reshape(per_channel)
        if self.training and self.track_running_stats:
            self.num_batches_tracked += 1
            share = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            count = x.numel() / self.num_features
            self.running_mean.lerp_(mean.detach().flatten(), share)
            self.running_var.lerp_(var.detach().flatten() * count / (count - 1), share)
        y = (x - mean) / torch.sqrt(var + self.eps)
        if self.affine:
            y = y * self.weight.reshape(per_channel) + self.bias.reshape(per_channel)
        return y


class BatchNorm1d(_BatchNorm):
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

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C)$ or $(N, C, L)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        return self._normalise(x, dims=(2, 3))


class BatchNorm2d(_BatchNorm):
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

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C, H, W)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        return self._normalise(x, dims=(4,))


class BatchNorm3d(_BatchNorm):
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

    def forward(self, x: Tensor) -> Tensor:
        """Normalise `x`, of shape $(N, C, D, H, W)$.

        Raises:
            ValueError: for another number of dimensions or of channels, or where batch statistics are needed and a
                channel has a single value.
        """
        return self._normalise(x, dims=(5,))
