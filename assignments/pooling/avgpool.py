"""Average pooling: the mean of every window of an image."""

from torch import Tensor, nn


class AvgPool2d(nn.Module):
    r"""Take the mean of every window of an image, in each channel by itself.

    In each direction, the first window begins $p$ pixels before the image, in a border of zeros, and the next ones
    follow $s$ pixels apart. For $n$ pixels there are as many as fit into the padded image,

    $$\left\lfloor \frac{n + 2 p - k}{s} \right\rfloor + 1,$$

    and with ``ceil_mode`` one more where pixels are left over, unless it would begin after the image.

    The sum of a window is divided by the number of its pixels. A window of ``ceil_mode`` that reaches over the edge of
    the padded image ends there: what is beyond the padding is never counted.

    Args:
        kernel_size: Height and width of the window, $k$; like the next two, an int stands for both.
        stride: How far apart the windows lie, $s$; by default the size of the window.
        padding: How many rows and columns of zeros surround the image, $p$.
        ceil_mode: Whether pixels that are left over on the right or at the bottom get a window.
        count_include_pad: Whether pixels of the padding are among those that the sum is divided by the number of.
        divisor_override: What to divide every sum by instead.

    Shape:
        - Input: $(N, C, H, W)$, or $(C, H, W)$ without a batch.
        - Output: $(N, C, H', W')$ or $(C, H', W')$, for $H'$ by $W'$ windows.

    Raises:
        ValueError: If the padding is more than half of the window, or if ``divisor_override`` is 0.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
        padding: int | tuple[int, int] = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        raise NotImplementedError("Write AvgPool2d.__init__.")

    def forward(self, x: Tensor) -> Tensor:
        """Take the means.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$.
        """
        raise NotImplementedError("Write AvgPool2d.forward.")
