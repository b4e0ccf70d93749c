"""Upsample: sequences, images and volumes of another size, by the nearest pixel or by linear interpolation."""

from typing import Any

import torch
from torch import Tensor, nn

_DIMS = {"nearest": (3, 4, 5), "linear": (3,), "bilinear": (4,)}


def _entry(value: Any, way: int) -> Any:
    """What a number or a tuple of numbers says of one dimension."""
    return value if isinstance(value, int | float) else value[way]


class Upsample(nn.Module):
    r"""Resize the dimensions after batch and channels, up or down.

    Give either ``size`` or ``scale_factor``. With a factor $f$ the new size is $\lfloor n f \rfloor$. One step in the
    output is $s$ steps in the input: $s = 1/f$ with a factor, $s = n / n_{out}$ with a size.

    - ``nearest``: output $i$ is a copy of input $\lfloor i s \rfloor$.
    - ``linear`` and ``bilinear``: output $i$ lies at $x = \max(0, (i + 1/2) s - 1/2)$ in the input, and is interpolated
      between the elements $\lfloor x \rfloor$ and $\lfloor x \rfloor + 1$ (between the last element and itself at the
      end). A dimension whose size does not change is copied.
    - the same with ``align_corners=True``: output $i$ lies at $x = i \, (n - 1) / (n_{out} - 1)$, and at 0 where
      $n_{out} = 1$, so the first and the last elements coincide.

    Args:
        size: The new sizes, one for each dimension after the channels, or an int for all of them.
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
        if (size is None) == (scale_factor is None):
            raise ValueError("give either size or scale_factor")
        if mode == "nearest" and align_corners is not None:
            raise ValueError("align_corners has no meaning for the nearest mode")
        self.size = size
        self.scale_factor = scale_factor
        self.mode = mode
        self.align_corners = align_corners

    def forward(self, x: Tensor) -> Tensor:
        """Resize.

        Args:
            x: Input of shape $(N, C, L)$, $(N, C, H, W)$ or $(N, C, D, H, W)$.

        Returns:
            A tensor with the same batch and channels, and the new sizes after them.

        Raises:
            ValueError: If the mode is not for inputs of so many dimensions.
        """
        if x.dim() not in _DIMS.get(self.mode, ()):
            raise ValueError(f"the mode {self.mode!r} is not for inputs of {x.dim()} dimensions")
        for way, old in enumerate(x.shape[2:]):
            if self.size is not None:
                size = _entry(self.size, way)
                step = old / size
            else:
                factor = _entry(self.scale_factor, way)
                size, step = int(old * factor), 1 / factor
            x = self._resize(x, way + 2, size, step)
        return x

    def _resize(self, x: Tensor, axis: int, size: int, step: float) -> Tensor:
        """Resize a single dimension, where a step in the output is ``step`` in the input."""
        old = x.shape[axis]
        outputs = x.new_tensor(range(size), dtype=torch.float64)
        if self.mode == "nearest":
            return x.index_select(axis, (outputs * step).long())
        if size == old:
            return x
        if self.align_corners:
            places = outputs * (old - 1) / max(size - 1, 1)
        else:
            places = ((outputs + 0.5) * step - 0.5).clamp(min=0)
        lower = places.long()
        upper = (lower + 1).clamp(max=old - 1)
        shares = (places - lower).to(x.dtype).reshape(-1, *[1] * (x.dim() - 1 - axis))
        below, above = x.index_select(axis, lower), x.index_select(axis, upper)
        return below + shares * (above - below)
