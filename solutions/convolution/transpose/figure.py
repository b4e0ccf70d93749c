"""The figure of the lesson: stamps that overlap, and the matrices of a convolution and of its transpose."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE, PALE, PURPLE, RED, bare, cell

INPUT, EMPTY, STAMPS, OUTPUT = BLUE, PALE, (ORANGE, PURPLE, RED), GREEN


def draw() -> Figure:
    """Draw three pixels with a kernel of 3 and a stride of 2; beside them the two matrices."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), width_ratios=(1.3, 0.8, 1.0))
    _stamps(axes[0])
    _matrix(axes[1], transposed=False)
    _matrix(axes[2], transposed=True)
    bare(*axes)
    figure.tight_layout()
    return figure


def _stamps(axes: plt.Axes) -> None:
    """Each pixel's stamp in a row of its own, and their sum below."""
    for pixel in range(3):
        cell(axes, 2 * pixel + 1, 5.4, INPUT, f"$x_{pixel}$")
        for tap in range(3):
            cell(axes, 2 * pixel + tap, 3.6 - 1.1 * pixel, STAMPS[pixel], f"$x_{pixel}W_{tap}$", size=9)
    for place in range(7):
        cell(axes, place, -0.2, OUTPUT, f"$y_{place}$")
    for cut in (1, 6):
        axes.plot([cut, cut], [-0.5, 1.1], color=INK, linestyle="--", linewidth=1)
    axes.set(xlim=(-0.3, 7.3), ylim=(-0.6, 6.6))
    axes.set_title("stride 2, kernel 3: stamps add up\n(padding 1 cuts at the dashed lines)", fontsize=10)


def _matrix(axes: plt.Axes, *, transposed: bool) -> None:
    """Three windows of three elements each over seven pixels, or the other way round."""
    for window in range(3):
        for place in range(7):
            tap = place - 2 * window
            inside = 0 <= tap < 3
            x, y = (window, 6 - place) if transposed else (place, 4 - window)
            cell(axes, x, y, STAMPS[window] if inside else EMPTY, f"$W_{tap}$" if inside else "")
    axes.set(xlim=(-0.3, 7.3), ylim=(-0.3, 7.3))
    axes.set_title("its transpose: 3 pixels to 7" if transposed else "convolution: 7 pixels to 3", fontsize=10)
