"""Average pooling: the mean of every window of an image."""

from torch import Tensor, nn
from torch.nn import functional as F


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """A number for the height and one for the width."""
    if isinstance(value, int):
        return value, value
    height, width = value
    return height, width


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
        super().__init__()
        self.kernel_size = _pair(kernel_size)
        self.stride = self.kernel_size if stride is None else _pair(stride)
        self.padding = _pair(padding)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        (kh, kw), (ph, pw) = self.kernel_size, self.padding
        if 2 * ph > kh or 2 * pw > kw:
            raise ValueError(f"a padding of {self.padding} is more than half of the window {self.kernel_size}")
        if divisor_override == 0:
            raise ValueError("nothing can be divided by a divisor_override of 0")

    def _windows(self, size: int, axis: int) -> tuple[range, list[int]]:
        """Where the windows of one direction begin, and how many pixels of each are counted."""
        kernel, stride, padding = self.kernel_size[axis], self.stride[axis], self.padding[axis]
        spare = size + 2 * padding - kernel
        count = spare // stride + 1
        if self.ceil_mode and spare % stride and count * stride < size + padding:
            count += 1
        starts = range(-padding, count * stride - padding, stride)
        first, end = (-padding, size + padding) if self.count_include_pad else (0, size)
        return starts, [min(start + kernel, end) - max(start, first) for start in starts]

    def _sums(self, x: Tensor, starts: range, axis: int) -> Tensor:
        """Add up each window of one direction."""
        kernel, size = self.kernel_size[axis], x.shape[axis - 2]
        # What no window reaches is cropped, by a negative number of zeros.
        border = (-starts[0], starts[-1] + kernel - size)
        padded = F.pad(x, border if axis == 1 else (0, 0, *border))
        return padded.unfold(axis - 2, kernel, self.stride[axis]).sum(-1)

    def forward(self, x: Tensor) -> Tensor:
        """Take the means.

        Args:
            x: Input of shape $(N, C, H, W)$ or $(C, H, W)$.

        Returns:
            A tensor of shape $(N, C, H', W')$ or $(C, H', W')$.
        """
        sums, lengths = x, []
        for axis in (0, 1):
            starts, counted = self._windows(x.shape[axis - 2], axis)
            sums = self._sums(sums, starts, axis)
            lengths.append(x.new_tensor(counted))
        if self.divisor_override is not None:
            return sums / self.divisor_override
        heights, widths = lengths
        return sums / (heights[:, None] * widths)
