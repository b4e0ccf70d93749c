"""The figure of the lesson: a lookup, and the way back, where equal indices add up and the padding gets nothing."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, INK, ORANGE, PAPER

COLOURS = (GREY, BLUE, ORANGE, GREEN)
WORDS = (2, 0, 2, 1)
SENT = ("1, 0", "1, 1", "10, 0", "0, 5")
COLLECTED = ("0, 0", "0, 5", "11, 0", "0, 0")


def draw() -> Figure:
    """Draw the worked example of the lesson, forward on the left and backward on the right."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
    _panel(axes[0], ("9, 9", "1, 2", "3, 4", "5, 6"), ("3, 4", "9, 9", "3, 4", "1, 2"), forward=True)
    axes[0].set_title("the lookup: each index takes its row", fontsize=10, color=INK)
    _panel(axes[1], COLLECTED, SENT, forward=False)
    axes[1].set_title(
        "the gradient: each row collects what it is sent,\nthe padding (row 0) nothing", fontsize=10, color=INK
    )
    figure.tight_layout()
    return figure


def _panel(axes: plt.Axes, table: Sequence[str], vectors: Sequence[str], *, forward: bool) -> None:
    """The table on the left, the vectors of the four places on the right, and what goes between them."""
    for row, text in enumerate(table):
        _box(axes, 1.2, 3 - row, text, COLOURS[row])
        axes.text(0.3, 3 - row, str(row), ha="center", va="center", fontsize=9, color=INK)
    axes.text(1.2, 3.75, "weight" if forward else "weight.grad", ha="center", fontsize=9, color=INK)
    for place, (word, text) in enumerate(zip(WORDS, vectors, strict=True)):
        _box(axes, 4.6, 3 - place, text, COLOURS[word])
        axes.text(5.75, 3 - place, f"x[{place}] = {word}", ha="center", va="center", fontsize=9, color=INK)
        ends = ((1.85, 3 - word), (3.95, 3 - place))
        stopped = not forward and word == 0
        arrow = {"arrowstyle": "-|>" if not stopped else "-", "color": COLOURS[word], "linewidth": 1.4}
        end, begin = (ends[1], ends[0]) if forward else ends
        if stopped:
            end = (2.6, 3 - word - 0.33)
            arrow["linestyle"] = "--"
            axes.text(*end, "×", ha="center", va="center", fontsize=14, color=GREY)
        axes.annotate("", end, begin, arrowprops=arrow)
    axes.text(4.6, 3.75, "y" if forward else "gradient of y", ha="center", fontsize=9, color=INK)
    axes.set(xlim=(0, 6.6), ylim=(-0.6, 4.1))
    axes.axis("off")


def _box(axes: plt.Axes, x: float, y: float, text: str, colour: str) -> None:
    """A vector of two numbers."""
    axes.add_patch(plt.Rectangle((x - 0.6, y - 0.36), 1.2, 0.72, facecolor=colour, edgecolor="none"))
    axes.text(x, y, text, ha="center", va="center", color=PAPER, fontsize=10, fontweight="bold")
