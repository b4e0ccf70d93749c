"""The figure of the lesson: the windows of adaptive pooling, and three draws of fractional pooling."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, cell

PIXELS, WINDOWS, EDGE = PALE, (BLUE, ORANGE, GREEN, PURPLE), GREY
SHIFTS = (0.1, 0.5, 0.8)


def draw() -> Figure:
    """Draw shares and windows of 7 pixels for 3 outputs and of 3 for 4, and windows of 2 in 10 for 6 outputs."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.4), width_ratios=(7, 4.6, 10.4))
    _adaptive(axes[0], 7, 3)
    _adaptive(axes[1], 3, 4)
    _fractional(axes[2], 10, 2, 6)
    for panel in axes:
        panel.axis("off")
    figure.tight_layout()
    return figure


def _row(axes: plt.Axes, size: int, y: float) -> None:
    """The numbered pixels of one direction."""
    for pixel in range(size):
        cell(axes, pixel, y, PIXELS, str(pixel), height=0.8)


def _adaptive(axes: plt.Axes, size: int, count: int) -> None:
    """Below the pixels each share as a thin line, and the window of all pixels that it touches as a thick one."""
    _row(axes, size, 0)
    for i in range(count):
        y, colour = -0.7 - 0.8 * i, WINDOWS[i]
        start, end = i * size // count, -(-(i + 1) * size // count)
        axes.plot([start + 0.04, end - 0.04], [y, y], color=colour, linewidth=6, solid_capstyle="butt")
        share = (i * size / count, (i + 1) * size / count)
        axes.plot(share, [y + 0.27, y + 0.27], color=EDGE, linewidth=1.5, marker="|", markersize=7)
        axes.text(-0.25, y, f"{i}", ha="right", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-0.8, size + 0.2), ylim=(-4.0, 1.2))
    axes.set_title(f"adaptive: {size} pixels, {count} outputs", fontsize=10, color=EDGE)


def _fractional(axes: plt.Axes, size: int, kernel: int, count: int) -> None:
    """Below the pixels the windows of three draws, alternately a little higher and lower."""
    _row(axes, size, 0)
    step = (size - kernel) / (count - 1)
    for number, shift in enumerate(SHIFTS):
        y = -0.9 - 1.05 * number
        for i in range(count):
            start = int((i + shift) * step) - int(shift * step)
            height = y + 0.22 * (i % 2)
            axes.plot([start + 0.06, start + kernel - 0.06], [height] * 2, color=WINDOWS[i % 4], linewidth=5,
                      solid_capstyle="butt")  # fmt: skip
        axes.text(-0.25, y + 0.1, f"u = {shift}", ha="right", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-2.0, size + 0.2), ylim=(-4.0, 1.2))
    axes.set_title(f"fractional: windows of {kernel} in {size} pixels, {count} outputs", fontsize=10, color=EDGE)
