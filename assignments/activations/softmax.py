"""Softmax, Softmin and LogSoftmax along a dimension, and the adaptive softmax for very many classes."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Softmax(nn.Module):
    r"""Turn the numbers along a dimension into probabilities: positive, and 1 in sum.

    $$\mathrm{Softmax}(x)_i = \frac{e^{x_i}}{\sum_j e^{x_j}}$$

    Args:
        dim: The dimension along which the outputs sum to 1; a negative one counts from the end.

    Shape:
        - Input: any shape that has the dimension.
        - Output: the same shape.
    """

    def __init__(self, dim: int) -> None:
        raise NotImplementedError("Write Softmax.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        r"""Map the numbers along ``dim`` to probabilities.

        Args:
            x: The input. Its values may be as large as ±10⁴, and some of those along ``dim`` may be $-\infty$, which
                makes their probabilities 0.

        Returns:
            A tensor of the shape of ``x``.
        """
        raise NotImplementedError("Write Softmax.forward.")


class Softmin(nn.Module):
    r"""Turn the numbers along a dimension into probabilities, the smallest number into the largest one.

    $$\mathrm{Softmin}(x)_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}$$

    Args:
        dim: The dimension along which the outputs sum to 1; a negative one counts from the end.

    Shape:
        - Input: any shape that has the dimension.
        - Output: the same shape.
    """

    def __init__(self, dim: int) -> None:
        raise NotImplementedError("Write Softmin.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        r"""Map the numbers along ``dim`` to probabilities.

        Args:
            x: The input. Its values may be as large as ±10⁴, and some of those along ``dim`` may be $+\infty$, which
                makes their probabilities 0.

        Returns:
            A tensor of the shape of ``x``.
        """
        raise NotImplementedError("Write Softmin.forward.")


class LogSoftmax(nn.Module):
    r"""Turn the numbers along a dimension into logarithms of probabilities.

    $$\mathrm{LogSoftmax}(x)_i = \log \frac{e^{x_i}}{\sum_j e^{x_j}} = x_i - \log \sum_j e^{x_j}$$

    Args:
        dim: The dimension along which the exponentials of the outputs sum to 1; a negative one counts from the end.

    Shape:
        - Input: any shape that has the dimension.
        - Output: the same shape.
    """

    def __init__(self, dim: int) -> None:
        raise NotImplementedError("Write LogSoftmax.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        r"""Map the numbers along ``dim`` to log-probabilities.

        Args:
            x: The input. Its values may be as large as ±10⁴, and some of those along ``dim`` may be $-\infty$, which
                they then are in the output too.

        Returns:
            A tensor of the shape of ``x``. Log-probabilities below -700 are finite and right, though the probabilities
            themselves would be rounded to 0.
        """
        raise NotImplementedError("Write LogSoftmax.forward.")


class AdaptiveLogSoftmaxWithLoss(nn.Module):
    r"""Log-probabilities of very many classes, sorted by frequency, from a few small matrices.

    The first ``cutoffs[0]`` classes, the *shortlist*, have an output each in the ``head``. The others are grouped into
    clusters: cluster $i$ holds the classes from ``cutoffs[i]`` up to, but not including, ``cutoffs[i + 1]`` (the last
    one up to ``n_classes``). The head has one more output for each cluster, after those of the shortlist. A class $c$
    of the shortlist has the log-probability that the head gives it; a class of cluster $i$ has

    $$\log p(c) = \log p(\text{cluster } i) + \log p(c \mid \text{cluster } i)$$

    Args:
        in_features: Size of the input's features, $D$.
        n_classes: How many classes there are, $K$.
        cutoffs: The first class of each cluster: one or more increasing numbers between 1 and $K - 1$.
        div_value: By how much each cluster's projection is smaller than the one before. Cluster $i$ (from 0) projects
            to ``in_features // div_value ** (i + 1)`` features, as a whole number.
        head_bias: Whether the head has a bias. The clusters never have one.

    Shape:
        - Input: $(N, D)$ with targets $(N,)$, or $(D,)$ with a target of shape $()$.
        - Output: log-probabilities of the targets, $(N,)$ or $()$, and a loss of shape $()$.

    Attributes:
        head: An `nn.Linear` from $D$ features to ``cutoffs[0]`` and the number of clusters, together.
        tail: An `nn.ModuleList` with an `nn.Sequential` for each cluster: an `nn.Linear` to the projection and one from
            there to the cluster's classes, neither with a bias.

    Fresh weights are those of `nn.Linear`.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
    ) -> None:
        raise NotImplementedError("Write AdaptiveLogSoftmaxWithLoss.__init__.")

    def forward(self, x: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the right classes, and the loss.

        Each cluster is asked only about the rows whose targets lie in it.

        Args:
            x: Input of shape $(N, D)$ or $(D,)$.
            target: The right classes, int64, of shape $(N,)$ or $()$.

        Returns:
            A tuple ``(output, loss)``: the log-probability of each target, of the shape of ``target``, and the mean of
            the negative log-probabilities. (That of torch is a named tuple; a plain one is fine.)
        """
        raise NotImplementedError("Write AdaptiveLogSoftmaxWithLoss.forward.")

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probabilities of all classes.

        Args:
            x: Input of shape $(N, D)$.

        Returns:
            A tensor of shape $(N, K)$.
        """
        raise NotImplementedError("Write AdaptiveLogSoftmaxWithLoss.log_prob.")

    def predict(self, x: Tensor) -> Tensor:
        """The most probable class of each row.

        Args:
            x: Input of shape $(N, D)$.

        Returns:
            An int64 tensor of shape $(N,)$.
        """
        raise NotImplementedError("Write AdaptiveLogSoftmaxWithLoss.predict.")
