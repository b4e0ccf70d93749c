"""Linear and Flatten: the fully connected layer, and the reshape that usually stands before it."""

import torch
from torch import nn


class Linear(nn.Module):
    r"""Apply an affine map to the last dimension: $y = x A^\top + b$.

    Args:
        in_features: Size of the last dimension of the input.
        out_features: Size of the last dimension of the output.
        bias: Whether $b$ is added; if not, ``bias`` is registered as None.

    Shape:
        - Input: $(*, in\_features)$, where $*$ is any number of dimensions, or none.
        - Output: $(*, out\_features)$.

    Attributes:
        weight: $A$, shape (out_features, in_features).
        bias: $b$, shape (out_features,).

    Fresh values of both are drawn from $\mathcal{U}(-1/\sqrt{in\_features}, 1/\sqrt{in\_features})$.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        raise NotImplementedError("Write Linear.__init__.")

    def reset_parameters(self) -> None:
        """Draw ``weight`` and ``bias`` again, in place."""
        raise NotImplementedError("Write Linear.reset_parameters.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        r"""Map the last dimension of ``x``.

        Args:
            x: Input of shape $(*, in\_features)$.

        Returns:
            A tensor of shape $(*, out\_features)$.

        Raises:
            RuntimeError: If the last dimension of ``x`` is not ``in_features``.
        """
        raise NotImplementedError("Write Linear.forward.")

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets, as in ``in_features=2, out_features=3, bias=True``."""
        raise NotImplementedError("Write Linear.extra_repr.")


class Flatten(nn.Module):
    r"""Merge a range of neighbouring dimensions into one.

    $$(*, S_{start}, \dots, S_{end}, *) \to (*, \textstyle\prod_{i=start}^{end} S_i, *)$$

    The elements keep their order. Negative numbers count dimensions from the end.

    Args:
        start_dim: The first dimension that is merged.
        end_dim: The last one, inclusive.

    Shape:
        - Input: any shape that has both dimensions.
        - Output: the input's sizes, with the range replaced by its product.
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        raise NotImplementedError("Write Flatten.__init__.")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Merge the dimensions from ``start_dim`` to ``end_dim`` of ``x``.

        Args:
            x: The input, in any layout of memory.

        Returns:
            A tensor with the same elements in the same order.

        Raises:
            IndexError: If ``x`` does not have ``start_dim`` or ``end_dim``.
            ValueError: If ``start_dim`` comes after ``end_dim``.
        """
        raise NotImplementedError("Write Flatten.forward.")

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets, as in ``start_dim=1, end_dim=-1``."""
        raise NotImplementedError("Write Flatten.extra_repr.")
