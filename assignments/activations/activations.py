"""The element-wise activations of `torch.nn`: what stands between two linear layers, so that they are not one."""

import torch
from torch import Tensor, nn


class ReLU(nn.Module):
    r"""Rectified linear unit: $\mathrm{ReLU}(x) = \max(0, x)$. At exactly 0 the gradient is 0.

    Shape:
        - Input: $(*)$, any number of axes, or none. This and what follows hold for every layer of this file.
        - Output: as the input, which is left as it was.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write ReLU.forward.")


class LeakyReLU(nn.Module):
    r"""A rectifier that lets a little through: $x$ where $x > 0$, else $\mathrm{negative\_slope} \cdot x$.

    Args:
        negative_slope: Any number; it may be above 1. It is the gradient at exactly 0, too.
    """

    def __init__(self, negative_slope: float = 0.01) -> None:
        raise NotImplementedError("Write LeakyReLU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write LeakyReLU.forward.")


class PReLU(nn.Module):
    r"""A leaky rectifier that learns its slope: $x$ where $x > 0$, else $w_c \, x$.

    Args:
        num_parameters: 1 for one slope in all, or the number of channels for one slope each.
        init: What the slopes are at first.

    Shape:
        - Input: with `num_parameters` slopes $(N, C, *)$, whose channels are axis 1; with one slope any shape
        - Output: as the input

    Attributes:
        weight: Parameter $w$ of shape (num_parameters,). It is the gradient at exactly 0.
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        raise NotImplementedError("Write PReLU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element, each with the slope of its channel."""
        raise NotImplementedError("Write PReLU.forward.")


class RReLU(nn.Module):
    r"""A leaky rectifier with random slopes: $x$ where $x > 0$, else $a \, x$.

    In training every element of every call has an $a$ of its own, drawn from
    $\mathcal{U}(\mathrm{lower}, \mathrm{upper})$; the gradient has the same $a$. In evaluation all have
    $a = (\mathrm{lower} + \mathrm{upper}) / 2$, at exactly 0 as well.

    Args:
        lower: The smallest slope.
        upper: The largest.
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3) -> None:
        raise NotImplementedError("Write RReLU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element, with slopes that depend on the mode."""
        raise NotImplementedError("Write RReLU.forward.")


class ReLU6(nn.Module):
    r"""A rectifier with a ceiling: $\min(\max(0, x), 6)$. At exactly 0 and at exactly 6 the gradient is 0."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write ReLU6.forward.")


class Threshold(nn.Module):
    r"""$x$ where $x > \mathrm{threshold}$, else `value`. At exactly `threshold` the gradient is 0.

    Args:
        threshold: What an element must exceed to be kept.
        value: What stands in for the others.
    """

    def __init__(self, threshold: float, value: float) -> None:
        raise NotImplementedError("Write Threshold.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Threshold.forward.")


class Hardtanh(nn.Module):
    """$x$, but not below `min_val` and not above `max_val`. At exactly either of them the gradient is 0.

    Args:
        min_val: The lower end.
        max_val: The upper end, above the lower.
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        raise NotImplementedError("Write Hardtanh.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Hardtanh.forward.")


class Hardsigmoid(nn.Module):
    """A sigmoid of three straight lines: 0 up to $x = -3$, 1 from $x = 3$ on, $x / 6 + 1/2$ between.

    At exactly -3 and 3 the gradient is 0.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Hardsigmoid.forward.")


class Hardswish(nn.Module):
    r"""$x$ times its hard sigmoid: 0 up to $x = -3$, $x$ from $x = 3$ on, $x \, (x + 3) / 6$ between."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Hardswish.forward.")


class Hardshrink(nn.Module):
    r"""$x$ where $|x| > \mathrm{lambd}$, else 0. At exactly $\pm\mathrm{lambd}$ value and gradient are 0.

    Args:
        lambd: Half the width of what becomes 0; not negative.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        raise NotImplementedError("Write Hardshrink.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Hardshrink.forward.")


class ELU(nn.Module):
    r"""Exponential linear unit: $x$ where $x > 0$, else $\alpha \, (e^x - 1)$. At exactly 0 the gradient is $\alpha$.

    Args:
        alpha: What the unit tends to, negated, as $x$ falls.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        raise NotImplementedError("Write ELU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write ELU.forward.")


class SELU(nn.Module):
    r"""Scaled exponential linear unit: $\lambda x$ where $x > 0$, else $\lambda \alpha \, (e^x - 1)$.

    $\alpha = 1.6732632423543772848170429916717$ and $\lambda = 1.0507009873554804934193349852946$. At exactly 0 the
    gradient is $\lambda \alpha$.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write SELU.forward.")


class CELU(nn.Module):
    r"""An exponential linear unit without a corner: $x$ where $x > 0$, else $\alpha \, (e^{x / \alpha} - 1)$.

    The gradient at exactly 0 is 1 from either side.

    Args:
        alpha: What the unit tends to, negated, as $x$ falls; positive.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        raise NotImplementedError("Write CELU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write CELU.forward.")


class Sigmoid(nn.Module):
    r"""$\sigma(x) = 1 / (1 + e^{-x})$, finite for every $x$, and so is its gradient $\sigma(x) \, (1 - \sigma(x))$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Sigmoid.forward.")


class Tanh(nn.Module):
    r"""$\tanh(x) = (e^x - e^{-x}) / (e^x + e^{-x})$, finite for every $x$, and so is its gradient $1 - \tanh^2(x)$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Tanh.forward.")


class Tanhshrink(nn.Module):
    r"""What tanh takes away: $x - \tanh(x)$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Tanhshrink.forward.")


class Softsign(nn.Module):
    """$x / (1 + |x|)$. At exactly 0 the gradient is 1."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Softsign.forward.")


class Softplus(nn.Module):
    r"""A smooth rectifier: $\log(1 + e^{\beta x}) / \beta$ where $\beta x \le \mathrm{threshold}$, else $x$ itself.

    Args:
        beta: How sharp the bend is; positive.
        threshold: Where the straight line takes over.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        raise NotImplementedError("Write Softplus.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Softplus.forward.")


class LogSigmoid(nn.Module):
    r"""$\log \sigma(x) = -\log(1 + e^{-x})$, finite for every $x$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write LogSigmoid.forward.")


class SiLU(nn.Module):
    r"""Sigmoid linear unit, also called swish: $x \, \sigma(x)$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write SiLU.forward.")


class Mish(nn.Module):
    r"""$x \tanh(\log(1 + e^x))$."""

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write Mish.forward.")


class GELU(nn.Module):
    r"""Gaussian error linear unit: $x \, \Phi(x)$, where $\Phi$ is the distribution function of $\mathcal{N}(0, 1)$.

    With `approximate="none"` this is $\frac{x}{2} \big(1 + \mathrm{erf}(x / \sqrt 2)\big)$, with `approximate="tanh"`
    $\frac{x}{2} \big(1 + \tanh(\sqrt{2 / \pi} \, (x + 0.044715 \, x^3))\big)$.

    Args:
        approximate: `"none"` or `"tanh"`.
    """

    def __init__(self, approximate: str = "none") -> None:
        raise NotImplementedError("Write GELU.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Apply the formula to every element."""
        raise NotImplementedError("Write GELU.forward.")
