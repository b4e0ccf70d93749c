"""The figure of the lesson: two layers in both directions, unrolled over four times."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREY, ORANGE, PALE, cell

FORWARD, BACKWARD = BLUE, ORANGE
TIMES = 4


def draw() -> Figure:
    """Draw the walk: blue cells go forward, orange ones backward; each layer reads both directions below."""
    figure, axes = plt.subplots(figsize=(9, 4.6))
    for time in range(TIMES):
        x = 2 * time
        axes.text(x, -0.55, f"x[{time}]", ha="center", va="center", fontsize=10)
        axes.text(x, 6.6, f"output[{time}]", ha="center", va="center", fontsize=10)
        for layer, height in enumerate((1, 4)):
            _pair(axes, x, height)
            _arrow(axes, (x, height - 1.5 if layer else height - 1.3), (x, height - 0.45))
            for y, colour, text in ((height, FORWARD, "→"), (height + 1, BACKWARD, "←")):
                cell(axes, x - 0.4, y - 0.33, colour, text, width=0.8, height=0.66, size=13)
            if layer:
                _arrow(axes, (x, height + 1.45), (x, height + 2.3))
            if time:
                _arrow(axes, (x - 1.6, height), (x - 0.4, height), FORWARD)
                _arrow(axes, (x - 0.4, height + 1), (x - 1.6, height + 1), BACKWARD)
    axes.text(
        2 * TIMES + 0.7,
        2.85,
        "the outputs of both directions,\nconcatenated; dropout in training",
        fontsize=9.5,
        va="center",
        color=GREY,
    )
    for layer, height in enumerate((1, 4)):
        _ends(axes, height, 2 * layer, FORWARD, forward=True)
        _ends(axes, height + 1, 2 * layer + 1, BACKWARD, forward=False)
    axes.set(xlim=(-2.6, 11), ylim=(-1, 7))
    axes.axis("off")
    figure.tight_layout()
    return figure


def _ends(axes, height: float, row: int, colour: str, forward: bool) -> None:
    """Where a walk starts and where it ends, with its row among the states."""
    left, right = (-1.5, -0.4), (2 * TIMES - 1.6, 2 * TIMES - 0.5)
    if forward:
        _arrow(axes, (left[0], height), (left[1], height), colour)
        _arrow(axes, (right[0], height), (right[1], height), colour)
    else:
        _arrow(axes, (right[1], height), (right[0], height), colour)
        _arrow(axes, (left[1], height), (left[0], height), colour)
    start, end = f"h_0[{row}]", f"h_n[{row}]"
    axes.text(left[0] - 0.1, height, start if forward else end, ha="right", va="center", color=colour, fontsize=10)
    axes.text(right[1] + 0.1, height, end if forward else start, ha="left", va="center", color=colour, fontsize=10)


def _pair(axes, x: float, y: float) -> None:
    """What holds the two cells of a time: they read the same input, and their outputs are put side by side."""
    axes.add_patch(plt.Rectangle((x - 0.52, y - 0.45), 1.04, 1.9, facecolor=PALE, edgecolor="none", zorder=-1))


def _arrow(axes, start, end, colour: str = GREY) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2})
