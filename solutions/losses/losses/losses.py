"""MSELoss, BCELoss and CrossEntropyLoss: how far predictions are from their targets, as one number to minimise."""

import torch
from torch import Tensor, nn


def _reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses as they are, their mean or their sum."""
    if reduction == "none":
        return losses
    if reduction == "mean":
        return losses.mean()
    if reduction == "sum":
        return losses.sum()
    raise ValueError(f"unknown reduction {reduction!r}")


class MSELoss(nn.Module):
    r"""Measure the squared error of every element.

    $$\ell_i = (x_i - t_i)^2$$

    Args:
        reduction: ``"none"`` gives every $\ell_i$, ``"mean"`` their mean over all elements, ``"sum"`` their sum.

    Shape:
        - Input and target: any shape, the same for both.
        - Output: a scalar, or the input's shape where the reduction is ``"none"``.

    An unknown reduction raises, at construction or in the first call.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare predictions with their targets.

        Args:
            input: Predictions, of any shape.
            target: What they should be, of the same shape. It gets a gradient too, where it asks for one.

        Returns:
            The loss: a scalar, or a tensor of the input's shape where the reduction is ``"none"``.

        Raises:
            ValueError: If the reduction is unknown.
        """
        return _reduced((input - target) ** 2, self.reduction)


class BCELoss(nn.Module):
    r"""Measure the binary cross-entropy of probabilities.

    $$\ell_i = -w_i \, \bigl(t_i \log x_i + (1 - t_i) \log(1 - x_i)\bigr)$$

    where each logarithm counts as -100 where it would be less: a loss is finite even at exactly 0 and 1.

    Args:
        weight: $w$, a factor for each element's loss, of a shape that broadcasts to the input's; None is 1 for all.
        reduction: ``"none"`` gives every $\ell_i$, ``"mean"`` their sum over the number of elements, whatever the
            weights are, ``"sum"`` their sum.

    Attributes:
        weight: The weights as a buffer, or None.

    Shape:
        - Input and target: any shape, the same for both.
        - Output: a scalar, or the input's shape where the reduction is ``"none"``.

    An unknown reduction raises, at construction or in the first call.
    """

    def __init__(self, weight: Tensor | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.reduction = reduction

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare probabilities with what they should be.

        Args:
            input: Probabilities between 0 and 1, of any shape.
            target: Numbers between 0 and 1, of the same shape. It gets a gradient too, where it asks for one.

        Returns:
            The loss: a scalar, or a tensor of the input's shape where the reduction is ``"none"``.

        Raises:
            ValueError: If the sizes of input and target differ, or the reduction is unknown.
        """
        if input.shape != target.shape:
            raise ValueError(f"an input of shape {tuple(input.shape)}, but a target of {tuple(target.shape)}")
        log_one, log_zero = input.log().clamp(min=-100), (1 - input).log().clamp(min=-100)
        losses = -(target * log_one + (1 - target) * log_zero)
        if self.weight is not None:
            losses = losses * self.weight
        return _reduced(losses, self.reduction)


class CrossEntropyLoss(nn.Module):
    r"""Measure the cross-entropy between logits and classes, or between logits and probabilities of classes.

    With $p = \mathrm{softmax}(x)$ over the $C$ classes and the class $t$ as the target, each position's loss is

    $$\ell = -(1 - s) \, w_t \log p_t - \frac{s}{C} \sum_c w_c \log p_c,$$

    and 0 where $t$ is ``ignore_index``. With probabilities $q$ as the target, it is

    $$\ell = -\sum_c w_c \left((1 - s) \, q_c + \frac{s}{C}\right) \log p_c.$$

    Args:
        weight: $w$, a factor for each class, of shape $(C,)$; None is 1 for all.
        ignore_index: The class index that marks positions which do not count. It need not be a class. It means nothing
            where the target is made of probabilities.
        reduction: ``"none"`` gives the loss of every position, ``"sum"`` their sum. ``"mean"`` divides the sum by the
            sum of $w_t$ over the positions that count (by their number without weights; NaN where that is 0), or for
            probabilities by the number of positions, whatever the weights are.
        label_smoothing: $s$, from 0 to 1: how much of the target is spread evenly over all classes.

    Attributes:
        weight: The weights as a buffer, or None.

    Shape:
        - Input: $(C,)$, $(N, C)$ or $(N, C, d_1, d_2, \ldots)$.
        - Target: int64 classes of shape $()$, $(N,)$ or $(N, d_1, d_2, \ldots)$; or probabilities, floating, of the
          input's shape.
        - Output: a scalar, or where the reduction is ``"none"`` a loss for each position: $()$, $(N,)$ or
          $(N, d_1, d_2, \ldots)$.

    An unknown reduction raises, at construction or in the first call.
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Compare logits with classes or with probabilities.

        Args:
            input: Logits, any numbers, of shape $(C,)$, $(N, C)$ or $(N, C, d_1, d_2, \\ldots)$.
            target: Classes (int64) of the input's shape without $C$; or probabilities (floating) of the input's shape,
                which get a gradient too, where they ask for one.

        Returns:
            The loss: a scalar, or a loss for each position where the reduction is ``"none"``.

        Raises:
            ValueError: If there are not as many classes as samples, or the reduction is unknown.
            IndexError: If a class, other than ``ignore_index``, is not one of the $C$.
        """
        classes_last = input if input.dim() == 1 else input.movedim(1, -1)
        log_p = torch.log_softmax(classes_last, -1)
        weight = log_p.new_ones(log_p.shape[-1]) if self.weight is None else self.weight
        if target.is_floating_point():
            q = target if target.dim() == 1 else target.movedim(1, -1)
            q = (1 - self.label_smoothing) * q + self.label_smoothing / q.shape[-1]
            return _reduced(-(weight * q * log_p).sum(-1), self.reduction)
        if target.shape != log_p.shape[:-1]:
            raise ValueError(f"logits of shape {tuple(input.shape)}, but a target of {tuple(target.shape)}")
        counts = target != self.ignore_index
        if (counts & ((target < 0) | (target >= log_p.shape[-1]))).any():
            raise IndexError(f"a class that is not one of the {log_p.shape[-1]}")
        target = target.where(counts, 0)
        hit = weight[target] * log_p.gather(-1, target.unsqueeze(-1)).squeeze(-1)
        spread = (weight * log_p).mean(-1)
        losses = -((1 - self.label_smoothing) * hit + self.label_smoothing * spread) * counts
        if self.reduction == "mean":
            return losses.sum() / (weight[target] * counts).sum()
        return _reduced(losses, self.reduction)
