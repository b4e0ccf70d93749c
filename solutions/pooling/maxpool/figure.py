"""The figure of the lesson: the last window of `ceil_mode`, kept and left out; an image pooled and put back."""

from pathlib import Path

import matplotlib.pyplot as plt

IMAGE = ((1, 3, 2, 0), (5, 4, 1, 7), (0, 2, 8, 6), (1, 9, 3, 4))
MAXIMA = {(1, 0): "#b5651d", (1, 3): "#8a5fb0", (3, 1): "#2f8f6b", (2, 2): "#2f6fb5"}
"""Where the maxima of the four windows are, each with the colour of its window."""
PALE, PADDING, ELEMENT, BAD, INK = "#d5dde8", "#757575", "#3f74b0", "#b03024", "#444444"


def draw(path: Path) -> None:
    """Draw both halves, on white: readable on light and dark pages."""
    figure, axes = plt.subplot_mosaic(
        [["kept", "dropped"], ["pooled", "pooled"]], figsize=(10, 5.6), height_ratios=(1, 2)
    )
    figure.patch.set_facecolor("white")
    _windows(axes["kept"], size=6, padding=0, kernel=3, dropped=False)
    _windows(axes["dropped"], size=5, padding=1, kernel=2, dropped=True)
    _pooled(axes["pooled"])
    for panel in axes.values():
        panel.set_aspect("equal")
        panel.axis("off")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _cell(axes: plt.Axes, x: float, y: float, colour: str, text: str, ink: str = "white", width: int = 1) -> None:
    """A square of side one with its lower left corner at (x, y)."""
    axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
    axes.text(
        x + 0.5, y + 0.5, text, ha="center", va="center", color=ink, fontsize=9, weight="bold" if width > 1 else None
    )


def _windows(axes: plt.Axes, *, size: int, padding: int, kernel: int, dropped: bool) -> None:
    """The elements of a line with their padding, and below them the windows that rounding up gives, stride 2."""
    for place in range(-padding, size + padding):
        inside = 0 <= place < size
        _cell(axes, place, 0, ELEMENT if inside else PADDING, str(place) if inside else "−∞")
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
    ending = "begins behind the input" if dropped else "hangs over the end"
    axes.set_title(f"{shown}, ceil_mode=True:\nthe last window {ending}", fontsize=10, color=INK)
    axes.set(xlim=(-padding - 0.4, size + padding + 3), ylim=(-1.5, 1.2))


def _pooled(axes: plt.Axes) -> None:
    """The image with its windows and maxima, what is pooled, and what comes back."""
    for row, numbers in enumerate(IMAGE):
        for column, number in enumerate(numbers):
            is_maximum = (row, column) in MAXIMA
            colour = MAXIMA.get((row, column), PALE)
            ink, width = ("white", 2) if is_maximum else ("#333333", 1)
            _cell(axes, column, 3 - row, colour, str(number), ink, width)
            _cell(axes, 14 + column, 3 - row, colour, str(number) if is_maximum else "0", ink, width)
    for (row, column), colour in MAXIMA.items():
        corner = (2 * (column // 2) + 0.05, 2 * (1 - row // 2) + 0.05)
        axes.add_patch(plt.Rectangle(corner, 1.9, 1.9, fill=False, edgecolor=colour, linewidth=3))
        x, y = 6.4 + column // 2, 2 - row // 2
        _cell(axes, x, y, colour, str(IMAGE[row][column]), width=2)
        _cell(axes, x + 2.6, y, PALE, str(4 * row + column), "#333333")
    for x, name in ((2, "image"), (7.4, "maxima"), (10, "indices"), (16, "put back")):
        axes.text(x, 4.25, name, ha="center", color=INK, fontsize=10)
    for x, y, name in ((5.2, 2.25, "MaxPool2d(2)"), (12.5, 2.25, "MaxUnpool2d(2)")):
        axes.text(x, y, name, ha="center", color=INK, fontsize=9)
    for begin, end in ((4.4, 6.1), (11.5, 13.6)):
        axes.annotate("", (end, 2), (begin, 2), arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 2})
    axes.set(xlim=(-0.3, 18.3), ylim=(-0.3, 4.8))
