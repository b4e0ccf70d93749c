"""Linear and Flatten: the fully connected layer, and the reshape that usually stands before it."""

import math

import torch
from torch import nn


class Linear(nn.Module):
    r"""Apply an affine map to the last dimension: $y = x A^\top + b$.

    Args:
        in_features: Size of the last dimension of the input.
        out_features: Size of the last dimension of the output.
        bias: Whether $b$ is added; if not, ``bias`` is registered as None.

    Shape:
        - Input: $(*, in\_features)$, where $*$ is any number of dimensions, none included.
        - Output: $(*, out\_features)$.

    Attributes:
        weight: $A$, shape (out_features, in_features).
        bias: $b$, shape (out_features,).

    Fresh values of both are drawn from $\mathcal{U}(-1/\sqrt{in\_features}, 1/\sqrt{in\_features})$.
    """

    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        super().__init__()
        self.in_features = in_features
        self.out_features = out_features
        self._create_parameters(bias)
        self.reset_parameters()

    def _create_parameters(self, bias: bool) -> None:
        """Give the layer its ``weight`` and ``bias``, still without values; without a bias, register None for it."""
        self.weight = nn.Parameter(torch.empty(self.out_features, self.in_features))
        self.register_parameter("bias", nn.Parameter(torch.empty(self.out_features)) if bias else None)

    def reset_parameters(self) -> None:
        """Draw ``weight`` and ``bias`` anew, in place."""
        bound = 1 / math.sqrt(self.in_features)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Map the last dimension of ``x``.

        Args:
            x: Input of shape $(*, in\\_features)$.

        Returns:
            A tensor of shape $(*, out\\_features)$.

        Raises:
            RuntimeError: If the last dimension of ``x`` is not ``in_features``.
        """
        return self._add_bias(self._multiply(x))

    def _multiply(self, x: torch.Tensor) -> torch.Tensor:
        """The product with the transposed weight; ``matmul`` raises where the sizes do not fit."""
        return torch.matmul(x, self.weight.T)

    def _add_bias(self, y: torch.Tensor) -> torch.Tensor:
        """Add the bias if there is one."""
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets, as in ``in_features=2, out_features=3, bias=True``."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


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
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Merge the dimensions from ``start_dim`` to ``end_dim`` of ``x``.

        Args:
            x: The input, in whatever layout of memory.

        Returns:
            A tensor with the same elements in the same order.

        Raises:
            IndexError: If ``x`` does not have ``start_dim`` or ``end_dim``.
            ValueError: If ``start_dim`` lies behind ``end_dim``.
        """
        return x.reshape(self._merged_shape(list(x.shape)))

    def _merged_shape(self, sizes: list[int]) -> list[int]:
        """The sizes after merging."""
        start, end = self._position(self.start_dim, len(sizes)), self._position(self.end_dim, len(sizes))
        if start > end:
            raise ValueError("start_dim lies behind end_dim")
        return [*sizes[:start], math.prod(sizes[start : end + 1]), *sizes[end + 1 :]]

    def _position(self, dim: int, dims: int) -> int:
        """The dimension counted from the front, of ``dims`` in all."""
        if not -dims <= dim < dims:
            raise IndexError(f"there is no dimension {dim}, only {dims} in all")
        return dim % dims

    def extra_repr(self) -> str:
        """What ``print(layer)`` shows between the brackets, as in ``start_dim=1, end_dim=-1``."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
