"""The figure of the lesson: a dilated window with a stride, uneven padding, and channels in groups."""

from pathlib import Path

import matplotlib.pyplot as plt

INPUT, PADDING, WINDOW, OUTPUT = "#2f6fb5", "#cfdcec", "#d98324", "#3a8f5d"


def draw(path: Path) -> None:
    """Draw three panels: two places of a window on an image, `padding="same"` for an even kernel, and groups."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 4.2), width_ratios=(1.35, 1, 1))
    _window(left)
    _same(middle)
    _groups(right)
    for axes in (left, middle, right):
        axes.set_aspect("equal")
        axes.axis("off")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _cell(axes, x: float, y: float, colour: str, text: str = "", alpha: float = 1.0) -> None:
    """A square of side one with its lower left corner at (x, y)."""
    axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5, alpha=alpha))
    if text:
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", color="white", fontsize=9)


def _window(axes) -> None:
    """A 5×7 image with padding (1, 0); a 3×2 kernel of dilation (2, 3) moves by (2, 2) to six places."""
    height, width, padding = 5, 7, 1
    taps = [(2 * i, 3 * j) for i in range(3) for j in range(2)]
    for row in range(height + 2 * padding):
        for column in range(width):
            inside = padding <= row < height + padding
            picked = (row - 2, column - 2) in taps
            _cell(axes, column, -row, WINDOW if picked else INPUT if inside else PADDING)
    for row in range(2):
        for column in range(2):
            _cell(axes, 9.5 + column, -3 - row, OUTPUT, alpha=1.0 if (row, column) == (1, 1) else 0.4)
    axes.annotate("", (9.2, -3), (7.3, -3), arrowprops={"arrowstyle": "->"})
    axes.set(xlim=(-0.3, 11.9), ylim=(-6.4, 1.4))
    axes.set_title("kernel (3, 2), dilation (2, 3),\nstride (2, 2), padding (1, 0)", fontsize=10)


def _same(axes) -> None:
    """Five inputs, a kernel of four: one element in front, two behind, and the five windows."""
    for place in range(8):
        _cell(axes, place, 0, INPUT if 1 <= place < 6 else PADDING)
    for row in range(5):
        for tap in range(4):
            _cell(axes, row + tap, -1.15 * (row + 1), WINDOW)
    axes.set(xlim=(-0.3, 8.3), ylim=(-6.2, 1.4))
    axes.set_title('padding="same" for k=4:\none in front, two behind', fontsize=10)


def _groups(axes) -> None:
    """Four input channels, six output channels, two groups."""
    inside, outside = [(0, 1.5 * channel) for channel in range(4)], [(5, channel) for channel in range(6)]
    for index, (x, y) in enumerate(outside):
        for number in (0, 1):
            source = inside[2 * (index // 3) + number]
            axes.plot([source[0] + 1, x], [-source[1] + 0.5, -y + 0.5], color=(INPUT, WINDOW)[index // 3], linewidth=1)
    for index, (x, y) in enumerate(inside):
        _cell(axes, x, -y, (INPUT, WINDOW)[index // 2], str(index))
    for index, (x, y) in enumerate(outside):
        _cell(axes, x, -y, OUTPUT, str(index))
    axes.set(xlim=(-0.4, 6.4), ylim=(-5.4, 1.4))
    axes.set_title("4 channels to 6 in 2 groups:\nneighbours stay together", fontsize=10)
