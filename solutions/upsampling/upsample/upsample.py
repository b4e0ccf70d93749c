"""Upsample: sequences, images and volumes of another size, by the nearest pixel or by linear interpolation."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

_DIMS = {"nearest": (3, 4, 5), "linear": (3,), "bilinear": (4,)}


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
        self._check_mode()
        self._check_corners()

    def _check_sizes(self) -> None:
        if (self.size is None) == (self.scale_factor is None):
            raise ValueError("give either size or scale_factor")

    def _check_mode(self) -> None:
        if self.mode not in _DIMS:
            raise ValueError(f"mode must be one of {', '.join(_DIMS)}, not {self.mode!r}")

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
        for axis, (size, step) in enumerate(zip(*self._targets(x), strict=True), start=2):
            x = self._resize(x, axis, size, step)
        return x

    def _check_dims(self, x: Tensor) -> None:
        if x.dim() not in _DIMS[self.mode]:
            raise ValueError(f"{self.mode} is not for inputs of {x.dim()} dimensions")

    def _targets(self, x: Tensor) -> tuple[Sequence[int], Sequence[float]]:
        """For each dimension behind the channels its new size, and the input's steps for one of the output."""
        sizes = x.shape[2:]
        if self.size is not None:
            wanted = (self.size,) * len(sizes) if isinstance(self.size, int) else self.size
            return wanted, [old / new for old, new in zip(sizes, wanted, strict=True)]
        given = self.scale_factor
        factors = given if isinstance(given, Sequence) else (given,) * len(sizes)
        return self._scaled(sizes, factors), [1 / factor for factor in factors]

    def _scaled(self, sizes: Sequence[int], factors: Sequence[float]) -> list[int]:
        """The sizes times their factors, rounded down."""
        return [int(size * factor) for size, factor in zip(sizes, factors, strict=True)]

    def _resize(self, x: Tensor, axis: int, size: int, step: float) -> Tensor:
        """Resize a single dimension."""
        old = x.shape[axis]
        if self.mode == "nearest":
            return self._take_nearest(x, axis, self._nearest(old, size, step))
        if size == old:
            return x.clone()
        return self._interpolate(x, axis, self._places(old, size, step, x))

    def _nearest(self, old: int, size: int, step: float) -> list[int]:
        """Which element of the input each one of the output copies."""
        return [min(int(place * step), old - 1) for place in range(size)]

    def _take_nearest(self, x: Tensor, axis: int, indices: list[int]) -> Tensor:
        return x.index_select(axis, torch.tensor(indices, device=x.device))

    def _places(self, old: int, size: int, step: float, x: Tensor) -> Tensor:
        """Where each element of the output lies among those of the input."""
        places = torch.arange(size, dtype=x.dtype, device=x.device)
        if self.align_corners:
            return places * ((old - 1) / max(size - 1, 1))
        return ((places + 0.5) * step - 0.5).clamp(min=0)

    def _interpolate(self, x: Tensor, axis: int, places: Tensor) -> Tensor:
        """Mix the elements on either side of each place."""
        last = x.shape[axis] - 1
        lower = places.long().clamp(max=last)
        upper = (lower + 1).clamp(max=last)
        share = (places - lower).reshape(-1, *[1] * (x.dim() - 1 - axis))
        return (1 - share) * x.index_select(axis, lower) + share * x.index_select(axis, upper)
