"""The figure of the lesson: an image, its windows as columns, and how often Fold adds to each pixel."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, OLIVE, ORANGE, PALE, PURPLE, RED, bare, cell

WINDOWS = (ORANGE, PURPLE, RED, GREEN, BLUE, OLIVE)
SHADES = {1: PALE, 2: BLUE_TINT, 4: BLUE}


def draw() -> Figure:
    """Draw `Unfold(2)` of an image of 3 by 4, and the counts that `Fold` of ones gives."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3), width_ratios=(1, 1.4, 1))
    _image(axes[0])
    _columns(axes[1])
    _counts(axes[2])
    bare(*axes)
    figure.tight_layout()
    return figure


def _image(axes: plt.Axes) -> None:
    """The pixels, numbered, with the frames of the first two windows."""
    for pixel in range(12):
        cell(axes, pixel % 4, 2 - pixel // 4, PALE, str(pixel))
    for window in (0, 1):
        frame = (window + 0.06 * window, 1 + 0.06 * window)
        axes.add_patch(
            plt.Rectangle(
                frame, 2, 2, fill=False, edgecolor=WINDOWS[window], linewidth=3, linestyle=("-", "--")[window]
            )
        )
    axes.set(xlim=(-0.3, 4.3), ylim=(-0.3, 3.5))
    axes.set_title("image, 3 by 4", fontsize=10)


def _columns(axes: plt.Axes) -> None:
    """The six windows as columns of four."""
    for window in range(6):
        first = window // 3 * 4 + window % 3
        for row, pixel in enumerate((first, first + 1, first + 4, first + 5)):
            cell(axes, window, 3 - row, WINDOWS[window], str(pixel))
    axes.set(xlim=(-0.3, 6.3), ylim=(-0.3, 4.5))
    axes.set_title("Unfold(2): a column for each window", fontsize=10)


def _counts(axes: plt.Axes) -> None:
    """In how many windows each pixel lies."""
    for pixel in range(12):
        row, column = divmod(pixel, 4)
        count = (2 if row == 1 else 1) * (2 if column in (1, 2) else 1)
        cell(axes, column, 2 - row, SHADES[count], f"×{count}")
    axes.set(xlim=(-0.3, 4.3), ylim=(-0.3, 3.5))
    axes.set_title("Fold((3, 4), 2) of these columns:\neach pixel this many times", fontsize=10)
