"""The figure of the lesson: a frame that pads and crops, and a sequence whose ends are repeated."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, INK, ORANGE, PAPER, arrow, cell

KEPT, FRAME = {"colour": BLUE_TINT, "edgecolor": BLUE}, {"colour": PAPER, "edgecolor": ORANGE, "hatch": "///"}
CROPPED = {"colour": PAPER, "linestyle": "--"}


def draw() -> Figure:
    """Draw an image, the same in two frames, and a sequence before and after replication."""
    figure, axes = plt.subplots(1, 4, figsize=(10, 2.7), width_ratios=(1, 1.25, 1.25, 1.75))
    image = [[1, 2, 3], [4, 5, 6]]
    _grid(axes[0], image, "input, 2 by 3")
    padded = [[0, *row, 0, 0] for row in (*image, [0, 0, 0])]
    _grid(axes[1], padded, "ZeroPad2d((1, 2, 0, 1))\nleft, right, top, bottom",
          kept=lambda row, column: row < 2 and 1 <= column <= 3)  # fmt: skip
    _grid(axes[2], [[0, 0, 0], [2, 3, 0], [5, 6, 0]], "ZeroPad2d((-1, 1, 1, 0))\nthe first column is cropped",
          kept=lambda row, column: row > 0 and column < 2, cropped=((1, 1), (2, 4)))  # fmt: skip
    _sequence(axes[3])
    figure.tight_layout()
    return figure


def _grid(axes, rows, title: str, kept=lambda row, column: True, cropped=()) -> None:
    """An image; hatched where it is not from the input, dashed where something was cropped."""
    height, width = len(rows), len(rows[0])
    for row, numbers in enumerate(rows):
        for column, number in enumerate(numbers):
            inside = kept(row, column)
            cell(axes, column, height - 1 - row, text=str(number), size=11, **(KEPT if inside else FRAME))
    for row, number in cropped:
        cell(axes, -1.15, height - 1 - row, text=str(number), size=11, **CROPPED)
    axes.set(xlim=(-1.4 if cropped else -0.2, width + 0.2), ylim=(-0.2, height + 0.2), aspect="equal")
    axes.set_title(title, fontsize=10, color=INK)
    axes.axis("off")


def _sequence(axes) -> None:
    """A sequence, and below it the same with its ends repeated."""
    values, left, right = (1, 5, 3), 2, 1
    for place, value in enumerate(values):
        cell(axes, place + left, 2, text=str(value), size=11, **KEPT)
    for place in range(left + len(values) + right):
        source = min(max(place - left, 0), len(values) - 1)
        inside = left <= place < left + len(values)
        cell(axes, place, 0, text=str(values[source]), size=11, **(KEPT if inside else FRAME))
        arrow(axes, (source + left + 0.5, 1.95), (place + 0.5, 1.05), BLUE if inside else ORANGE)
    axes.set(xlim=(-0.2, 6.2), ylim=(-0.2, 3.2), aspect="equal")
    axes.set_title("ReplicationPad1d((2, 1))\neach end value, over and over", fontsize=10, color=INK)
    axes.axis("off")
