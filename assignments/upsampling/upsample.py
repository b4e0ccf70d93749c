"""Upsample: sequences, images and volumes of another size, by the nearest pixel or by linear interpolation."""

import torch
from torch import Tensor, nn


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
        raise NotImplementedError("Write Upsample.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Resize.

        Args:
            x: Input of shape $(N, C, L)$, $(N, C, H, W)$ or $(N, C, D, H, W)$.

        Returns:
            A tensor with the same batch and channels, and the new sizes after them.

        Raises:
            ValueError: If the mode is not for inputs of so many dimensions.
        """
        raise NotImplementedError("Write Upsample.forward.")
