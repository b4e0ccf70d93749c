"""The figure of the lesson: the windows of `ceil_mode` over a padded image, and what each sum is divided by."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, bare, cell

IMAGE, ZEROS, WINDOWS, EDGE = BLUE, PALE, (ORANGE, PURPLE, GREEN), GREY
STARTS, SIZE, KERNEL, PADDING = (-1, 1, 3), 4, 3, 1


def draw() -> Figure:
    """Draw AvgPool2d(3, stride=2, padding=1, ceil_mode=True) on an image of 4 by 4, and both tables of divisors."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 4.2), width_ratios=(1.35, 1, 1), layout="constrained")
    _image(axes[0])
    _divisors(axes[1], -PADDING, SIZE + PADDING, "divided by, with\ncount_include_pad=True")
    _divisors(axes[2], 0, SIZE, "divided by, with\ncount_include_pad=False")
    bare(*axes)
    return figure


def _image(axes: plt.Axes) -> None:
    """The pixels, the zeros around them, and the three windows of the first row of windows, one below the other."""
    for row in range(-1, 5):
        for column in range(-1, 5):
            inside = 0 <= row < SIZE and 0 <= column < SIZE
            cell(axes, column, 4 - row, IMAGE if inside else ZEROS, "x" if inside else "0")
    for number, start in enumerate(STARTS):
        low = -1.7 - 0.55 * number
        end = min(start + KERNEL, SIZE + PADDING)
        axes.plot([start + 0.08, end - 0.08], [low, low], color=WINDOWS[number], linewidth=5, solid_capstyle="butt")
        if end < start + KERNEL:
            axes.plot([end, start + KERNEL], [low, low], color=WINDOWS[number], linewidth=2, linestyle=":")
            axes.text(start + KERNEL + 0.1, low, "cut off", va="center", fontsize=9, color=EDGE)
        axes.text(start - 0.15, low, str(number), ha="right", va="center", fontsize=9, color=EDGE)
    axes.text(2, -0.9, "windows of 3 columns, 2 apart:", ha="center", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-1.9, 7.4), ylim=(-3.3, 7))
    axes.text(2, 6.4, "image of 4 by 4, padding 1", ha="center", fontsize=10, color=EDGE)


def _divisors(axes: plt.Axes, first: int, end: int, title: str) -> None:
    """The numbers of counted pixels of the nine windows."""
    lengths = [min(start + KERNEL, end) - max(start, first) for start in STARTS]
    for row, height in enumerate(lengths):
        for column, width in enumerate(lengths):
            cell(axes, column, 2 - row, IMAGE, f"{height}·{width}={height * width}", size=9)
        axes.text(row + 0.5, 3.15, str(row), ha="center", fontsize=9, color=EDGE)
        axes.text(-0.15, 2.5 - row, str(row), ha="right", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-0.5, 3.2), ylim=(-0.3, 3.6))
    axes.set_title(title, fontsize=10, color=EDGE)
