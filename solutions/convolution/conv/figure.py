"""The figure of the lesson: a dilated window with a stride, uneven padding, and channels in groups."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREEN_TINT, ORANGE, PAPER, arrow, bare, cell

INPUT, PADDING, WINDOW, OUTPUT = BLUE_TINT, PAPER, ORANGE, GREEN


def draw() -> Figure:
    """Draw three panels: two places of a window on an image, `padding="same"` for an even kernel, and groups."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10, 4), width_ratios=(1.35, 1, 1))
    _window(left)
    _same(middle)
    _groups(right)
    bare(left, middle, right)
    figure.tight_layout()
    return figure


def _window(axes) -> None:
    """A 5×7 image with padding (1, 0); a 3×2 kernel of dilation (2, 3) moves by (2, 2) to four places."""
    height, width, padding = 5, 7, 1
    taps = [(2 * i, 3 * j) for i in range(3) for j in range(2)]
    for row in range(height + 2 * padding):
        for column in range(width):
            inside = padding <= row < height + padding
            picked = (row - 2, column - 2) in taps
            text = "w" if picked else "" if inside else "0"
            cell(axes, column, -row, WINDOW if picked else INPUT if inside else PADDING, text)
    for row in range(2):
        for column in range(2):
            is_shown = (row, column) == (1, 1)
            cell(axes, 9.5 + column, -3 - row, OUTPUT if is_shown else GREEN_TINT, "y" if is_shown else "")
    arrow(axes, (7.3, -3), (9.2, -3))
    axes.set(xlim=(-0.3, 11.9), ylim=(-6.4, 1.4))
    axes.set_title("kernel (3, 2), dilation (2, 3),\nstride (2, 2), padding (1, 0)", fontsize=10)


def _same(axes) -> None:
    """Five inputs, a kernel of four: one element before, two after, and the five windows."""
    for place in range(8):
        is_input = 1 <= place < 6
        cell(axes, place, 0, INPUT if is_input else PADDING, "" if is_input else "0")
    for row in range(5):
        for tap in range(4):
            cell(axes, row + tap, -1.15 * (row + 1), WINDOW, "w")
    axes.set(xlim=(-0.3, 8.3), ylim=(-6.2, 1.4))
    axes.set_title('padding="same" for k=4:\none before, two after', fontsize=10)


def _groups(axes) -> None:
    """Four input channels, six output channels, two groups."""
    inside, outside = [(0, 1.5 * channel) for channel in range(4)], [(5, channel) for channel in range(6)]
    for index, (x, y) in enumerate(outside):
        for number in (0, 1):
            source = inside[2 * (index // 3) + number]
            axes.plot([source[0] + 1, x], [-source[1] + 0.5, -y + 0.5], color=(BLUE, WINDOW)[index // 3], linewidth=1.2,
                      linestyle=("-", "--")[index // 3])  # fmt: skip
    for index, (x, y) in enumerate(inside):
        cell(axes, x, -y, (BLUE, WINDOW)[index // 2], str(index))
    for index, (x, y) in enumerate(outside):
        cell(axes, x, -y, OUTPUT, str(index))
    axes.set(xlim=(-0.4, 6.4), ylim=(-5.4, 1.4))
    axes.set_title("4 channels to 6 in 2 groups:\nneighbours stay together", fontsize=10)
