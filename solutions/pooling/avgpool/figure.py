"""The figure of the lesson: the windows of `ceil_mode` over a padded image, and what each sum is divided by."""

from pathlib import Path

import matplotlib.pyplot as plt

IMAGE, ZEROS, WINDOWS, EDGE = "#2f6fb5", "#8fa3b8", ("#d98324", "#8a5fb0", "#3a8f5d"), "#7a7a7a"
STARTS, SIZE, KERNEL, PADDING = (-1, 1, 3), 4, 3, 1


def draw(path: Path) -> None:
    """Draw AvgPool2d(3, stride=2, padding=1, ceil_mode=True) on an image of 4 by 4, and both tables of divisors."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 4), width_ratios=(1.35, 1, 1))
    _image(axes[0])
    _divisors(axes[1], -PADDING, SIZE + PADDING, "divided by, with\ncount_include_pad=True")
    _divisors(axes[2], 0, SIZE, "divided by, with\ncount_include_pad=False")
    for panel in axes:
        panel.set_aspect("equal")
        panel.axis("off")
    figure.tight_layout()
    figure.savefig(path, bbox_inches="tight")
    plt.close(figure)


def _image(axes: plt.Axes) -> None:
    """The pixels, the zeros around them, and the three windows of the first row of windows, one below the other."""
    for row in range(-1, 5):
        for column in range(-1, 5):
            inside = 0 <= row < SIZE and 0 <= column < SIZE
            colour = IMAGE if inside else ZEROS
            axes.add_patch(plt.Rectangle((column, 4 - row), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
            ink = "white" if inside else "black"
            axes.text(column + 0.5, 4.5 - row, "x" if inside else "0", ha="center", va="center", color=ink)
    for number, start in enumerate(STARTS):
        low = -1.7 - 0.55 * number
        end = min(start + KERNEL, SIZE + PADDING)
        axes.plot([start + 0.08, end - 0.08], [low, low], color=WINDOWS[number], linewidth=5, solid_capstyle="butt")
        if end < start + KERNEL:
            axes.plot([end, start + KERNEL], [low, low], color=WINDOWS[number], linewidth=2, linestyle=":")
            axes.text(start + KERNEL + 0.1, low, "cut off", va="center", fontsize=9, color=EDGE)
        axes.text(start - 0.15, low, str(number), ha="right", va="center", fontsize=9, color=EDGE)
    axes.text(2, -0.9, "windows of 3 columns, 2 apart:", ha="center", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-1.9, 7.4), ylim=(-3.3, 6.2))
    axes.set_title("image of 4 by 4, padding 1", fontsize=10, color=EDGE)


def _divisors(axes: plt.Axes, first: int, end: int, title: str) -> None:
    """The numbers of counted pixels of the nine windows."""
    lengths = [min(start + KERNEL, end) - max(start, first) for start in STARTS]
    for row, height in enumerate(lengths):
        for column, width in enumerate(lengths):
            place = (column, 2 - row)
            axes.add_patch(plt.Rectangle(place, 1, 1, facecolor=IMAGE, edgecolor="white", linewidth=1.5))
            text = f"{height}·{width}={height * width}"
            axes.text(column + 0.5, 2.5 - row, text, ha="center", va="center", color="white", fontsize=9)
        axes.text(row + 0.5, 3.15, str(row), ha="center", fontsize=9, color=EDGE)
        axes.text(-0.15, 2.5 - row, str(row), ha="right", va="center", fontsize=9, color=EDGE)
    axes.set(xlim=(-0.5, 3.2), ylim=(-0.3, 3.6))
    axes.set_title(title, fontsize=10, color=EDGE)
