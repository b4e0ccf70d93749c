"""The figure of the lesson: the last window of `ceil_mode`, kept and left out; an image pooled and put back."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, INK, ORANGE, PALE, PURPLE, RED, bare, cell

IMAGE = ((1, 3, 2, 0), (5, 4, 1, 7), (0, 2, 8, 6), (1, 9, 3, 4))
MAXIMA = {(1, 0): ORANGE, (1, 3): PURPLE, (3, 1): GREEN, (2, 2): BLUE}
"""Where the maxima of the four windows are, each with the colour of its window."""
PADDING, ELEMENT, BAD = GREY, BLUE, RED


def draw() -> Figure:
    """Draw both halves."""
    figure, axes = plt.subplot_mosaic(
        [["kept", "dropped"], ["pooled", "pooled"]], figsize=(10, 5.6), height_ratios=(1, 2)
    )
    _windows(axes["kept"], size=6, padding=0, kernel=3, dropped=False)
    _windows(axes["dropped"], size=5, padding=1, kernel=2, dropped=True)
    _pooled(axes["pooled"])
    bare(*axes.values())
    figure.tight_layout()
    return figure


def _windows(axes: plt.Axes, *, size: int, padding: int, kernel: int, dropped: bool) -> None:
    """The elements of a line with their padding, and below them the windows that rounding up gives, stride 2."""
    for place in range(-padding, size + padding):
        inside = 0 <= place < size
        cell(axes, place, 0, ELEMENT if inside else PADDING, str(place) if inside else "−∞")
    count = -(-(size + 2 * padding - kernel) // 2) + 1
    for window in range(count):
        begin = 2 * window - padding
        last = window == count - 1
        colour = BAD if last and dropped else ELEMENT
        y = -0.45 - 0.6 * (window % 2)
        style = (0, (3, 2)) if last else "solid"
        axes.plot([begin + 0.08, begin + kernel - 0.08], [y, y], color=colour, linewidth=4, linestyle=style)
        note = "" if not last else ("left out" if dropped else "kept")
        axes.text(begin + kernel + 0.1, y, note, va="center", color=colour, fontsize=10, weight="bold")
    shown = f"kernel_size={kernel}, stride=2" + (f", padding={padding}" if padding else "")
    ending = "begins after the input" if dropped else "hangs over the end"
    axes.set_title(f"{shown}, ceil_mode=True:\nthe last window {ending}", fontsize=10, color=INK)
    axes.set(xlim=(-padding - 0.4, size + padding + 3), ylim=(-1.5, 1.2))


def _pooled(axes: plt.Axes) -> None:
    """The image with its windows and maxima, what is pooled, and what comes back."""
    for row, numbers in enumerate(IMAGE):
        for column, number in enumerate(numbers):
            is_maximum = (row, column) in MAXIMA
            colour = MAXIMA.get((row, column), PALE)
            cell(axes, column, 3 - row, colour, str(number), size=11)
            cell(axes, 14 + column, 3 - row, colour, str(number) if is_maximum else "0", size=11)
    for (row, column), colour in MAXIMA.items():
        corner = (2 * (column // 2) + 0.05, 2 * (1 - row // 2) + 0.05)
        axes.add_patch(plt.Rectangle(corner, 1.9, 1.9, fill=False, edgecolor=colour, linewidth=3))
        x, y = 6.4 + column // 2, 2 - row // 2
        cell(axes, x, y, colour, str(IMAGE[row][column]), size=11)
        cell(axes, x + 2.6, y, PALE, str(4 * row + column), size=11)
    for x, name in ((2, "image"), (7.4, "maxima"), (10, "indices"), (16, "put back")):
        axes.text(x, 4.25, name, ha="center", color=INK, fontsize=10)
    for x, y, name in ((5.2, 2.25, "MaxPool2d(2)"), (12.5, 2.25, "MaxUnpool2d(2)")):
        axes.text(x, y, name, ha="center", color=INK, fontsize=9)
    for begin, end in ((4.4, 6.1), (11.5, 13.6)):
        axes.annotate("", (end, 2), (begin, 2), arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 2})
    axes.set(xlim=(-0.3, 18.3), ylim=(-0.3, 4.8))
