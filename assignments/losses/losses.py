"""MSELoss, BCELoss and CrossEntropyLoss: how far predictions are from their targets, as one number to minimise."""

import torch
from torch import Tensor, nn


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
        raise NotImplementedError("Write MSELoss.__init__.")

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
        raise NotImplementedError("Write MSELoss.forward.")


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
        raise NotImplementedError("Write BCELoss.__init__.")

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
        raise NotImplementedError("Write BCELoss.forward.")


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
        raise NotImplementedError("Write CrossEntropyLoss.__init__.")

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        r"""Compare logits with classes or with probabilities.

        Args:
            input: Logits, any numbers, of shape $(C,)$, $(N, C)$ or $(N, C, d_1, d_2, \ldots)$.
            target: Classes (int64) of the input's shape without $C$; or probabilities (floating) of the input's shape,
                which get a gradient too, where they ask for one.

        Returns:
            The loss: a scalar, or a loss for each position where the reduction is ``"none"``.

        Raises:
            ValueError: If there are not as many classes as samples, or the reduction is unknown.
            IndexError: If a class, other than ``ignore_index``, is not one of the $C$.
        """
        raise NotImplementedError("Write CrossEntropyLoss.forward.")
