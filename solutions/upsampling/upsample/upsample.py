"""Upsample: sequences, images and volumes of another size, by the nearest pixel or by linear interpolation."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

_DIMS = {"nearest": (3, 4, 5), "linear": (3,), "bilinear": (4,)}


def _entry(value: Any, way: int) -> Any:
    """What a number or a tuple of numbers says of one dimension."""
    return value[way] if isinstance(value, Sequence) else value


class Upsample(nn.Module):
    r"""Resize the dimensions behind batch and channels, up or down.

    Give either ``size`` or ``scale_factor``. With a factor $f$ the new size is $\lfloor n f \rfloor$. One step in the
    output is $s$ steps in the input: $s = 1/f$ with a factor, $s = n / n_{out}$ with a size.

    - ``nearest``: output $i$ is a copy of input $\lfloor i s \rfloor$.
    - ``linear`` and ``bilinear``: output $i$ lies at $x = \max(0, (i + 1/2) s - 1/2)$ in the input, and is interpolated
      between the elements $\lfloor x \rfloor$ and $\lfloor x \rfloor + 1$ (between the last element and itself at the
      end). A dimension whose size does not change is copied.
    - the same with ``align_corners=True``: output $i$ lies at $x = i \, (n - 1) / (n_{out} - 1)$, and at 0 where
      $n_{out} = 1$, so the first and the last elements coincide.

    Args:
        size: The new sizes, one for each dimension behind the channels, or an int for all of them.
        scale_factor: Factors in place of sizes; a number stands for all.
        mode: ``nearest`` for inputs of 3, 4 or 5 dimensions, ``linear`` for 3, ``bilinear`` for 4.
        align_corners: Whether the corners of input and output coincide; for the linear modes only, where None is False.

    Shape:
        - Input: $(N, C, L)$, $(N, C, H, W)$ or $(N, C, D, H, W)$.
        - Output: the same with the new sizes.

    Raises:
        ValueError: Here or in the call, if ``size`` and ``scale_factor`` are given together or not at all, if the mode
            is another, or if ``align_corners`` is given for ``nearest``.
    """

    def __init__(
        self,
        size: int | tuple[int, ...] | None = None,
        scale_factor: float | tuple[float, ...] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
    ) -> None:
        super().__init__()
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners
        self._check_sizes()
        self._check_corners()

    def _check_sizes(self) -> None:
        if (self.size is None) == (self.scale_factor is None):
            raise ValueError("give either size or scale_factor")

    def _check_corners(self) -> None:
        if self.mode == "nearest" and self.align_corners is not None:
            raise ValueError("align_corners has no meaning for the nearest mode")

    def forward(self, x: Tensor) -> Tensor:
        """Resize.

        Args:
            x: Input of shape $(N, C, L)$, $(N, C, H, W)$ or $(N, C, D, H, W)$.

        Returns:
            A tensor with the same batch and channels, and the new sizes behind them.

        Raises:
            ValueError: If the mode is not for inputs of so many dimensions.
        """
        self._check_dims(x)
        for axis in range(2, x.dim()):
            size, step = self._target(x.shape[axis], axis - 2)
            x = self._resize(x, axis, size, step)
        return x

    def _check_dims(self, x: Tensor) -> None:
        if x.dim() not in _DIMS.get(self.mode, ()):
            raise ValueError(f"the mode {self.mode!r} is not for inputs of {x.dim()} dimensions")

    def _target(self, old: int, way: int) -> tuple[int, float]:
        """A dimension's new size, and how many steps in the input make one in the output."""
        if self.size is not None:
            size = _entry(self.size, way)
            return size, old / size
        factor = _entry(self.scale_factor, way)
        return self._scaled(old, factor), 1 / factor

    def _scaled(self, old: int, factor: float) -> int:
        """The new size by a factor, rounded down."""
        return int(old * factor)

    def _resize(self, x: Tensor, axis: int, size: int, step: float) -> Tensor:
        """Resize a single dimension."""
        if self.mode == "nearest":
            return self._take(x, axis, self._nearest(x.shape[axis], size, step))
        if size == x.shape[axis]:
            return x
        return self._interpolate(x, axis, self._places(x.shape[axis], size, step))

    def _nearest(self, old: int, size: int, step: float) -> list[int]:
        """Which element of the input each one of the output copies."""
        return [int(place * step) for place in range(size)]

    def _places(self, old: int, size: int, step: float) -> list[float]:
        """Where each element of the output lies among those of the input."""
        if self.align_corners:
            return [place * (old - 1) / max(size - 1, 1) for place in range(size)]
        return [max(0, (place + 0.5) * step - 0.5) for place in range(size)]

    def _interpolate(self, x: Tensor, axis: int, places: list[float]) -> Tensor:
        """Mix the elements on either side of each place."""
        lower = [int(place) for place in places]
        upper = self._upper(lower, x.shape[axis])
        below, above = self._take(x, axis, lower), self._take(x, axis, upper)
        return below + self._shares(x, axis, places) * (above - below)

    def _upper(self, lower: list[int], old: int) -> list[int]:
        """The neighbours behind the lower ones; there is none behind the last."""
        return [min(index + 1, old - 1) for index in lower]

    def _shares(self, x: Tensor, axis: int, places: list[float]) -> Tensor:
        """How much of the upper neighbour goes into each output, in a shape that broadcasts along the axis."""
        return x.new_tensor([place % 1 for place in places]).reshape(-1, *[1] * (x.dim() - 1 - axis))

    def _take(self, x: Tensor, axis: int, indices: list[int]) -> Tensor:
        """The elements with these indices along the axis."""
        return x.index_select(axis, x.new_tensor(indices, dtype=torch.long))
