"""The figure of the lesson: a frame that pads and crops, and a sequence whose ends are repeated."""

from pathlib import Path

import matplotlib.pyplot as plt

KEPT, FRAME, CROPPED = "#2f6fb5", "#b8601f", "#777777"
INK = "#333333"


def draw(path: Path) -> None:
    """Draw an image, the same in two frames, and a sequence before and after replication."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.7), width_ratios=(1, 1.25, 1.25, 1.75))
    image = [[1, 2, 3], [4, 5, 6]]
    _grid(axes[0], image, "input, 2 by 3")
    padded = [[0, *row, 0, 0] for row in (*image, [0, 0, 0])]
    _grid(axes[1], padded, "ZeroPad2d((1, 2, 0, 1))\nleft, right, top, bottom",
          kept=lambda row, column: row < 2 and 1 <= column <= 3)  # fmt: skip
    _grid(axes[2], [[0, 0, 0], [2, 3, 0], [5, 6, 0]], "ZeroPad2d((-1, 1, 1, 0))\nthe first column is cropped",
          kept=lambda row, column: row > 0 and column < 2, cropped=((1, 1), (2, 4)))  # fmt: skip
    _sequence(axes[3])
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _cell(axes, x: float, y: float, text: str, colour: str, hatch: str = "", *, dashed: bool = False) -> None:
    """A cell with a number."""
    style = "--" if dashed else "-"
    axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor="white", edgecolor=colour, linewidth=1.2, linestyle=style))
    if not dashed:
        face = {"facecolor": colour, "alpha": 0.22, "hatch": hatch, "edgecolor": colour, "linewidth": 0}
        axes.add_patch(plt.Rectangle((x, y), 1, 1, **face))
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1.0, "alpha": 0.8} if hatch else None
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=11, color="black", bbox=plate)


def _grid(axes, rows, title: str, kept=lambda row, column: True, cropped=()) -> None:
    """An image; hatched where it is not from the input, dashed where something was cropped."""
    height, width = len(rows), len(rows[0])
    for row, numbers in enumerate(rows):
        for column, number in enumerate(numbers):
            inside = kept(row, column)
            _cell(axes, column, height - 1 - row, str(number), KEPT if inside else FRAME, "" if inside else "///")
    for row, number in cropped:
        _cell(axes, -1.15, height - 1 - row, str(number), CROPPED, dashed=True)
    axes.set(xlim=(-1.4 if cropped else -0.2, width + 0.2), ylim=(-0.2, height + 0.2), aspect="equal")
    axes.set_title(title, fontsize=10, color=INK)
    axes.axis("off")


def _sequence(axes) -> None:
    """A sequence, and below it the same with its ends repeated."""
    values, left, right = (1, 5, 3), 2, 1
    for place, value in enumerate(values):
        _cell(axes, place + left, 2, str(value), KEPT)
    for place in range(left + len(values) + right):
        source = min(max(place - left, 0), len(values) - 1)
        inside = left <= place < left + len(values)
        _cell(axes, place, 0, str(values[source]), KEPT if inside else FRAME, "" if inside else "///")
        arrow = {"arrowstyle": "-|>", "color": KEPT if inside else FRAME, "linewidth": 1.1}
        axes.annotate("", (place + 0.5, 1.0), (source + left + 0.5, 2.0), arrowprops=arrow)
    axes.set(xlim=(-0.2, 6.2), ylim=(-0.2, 3.2), aspect="equal")
    axes.set_title("ReplicationPad1d((2, 1))\neach end value, over and over", fontsize=10, color=INK)
    axes.axis("off")
