"""The figure of the lesson: the four paths of the block, from the input to the stack of channels."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREY, INK, ORANGE, PALE, PAPER, PURPLE

SMALL, LARGE, POOL, ENDS, EDGE = BLUE, ORANGE, PURPLE, PALE, GREY
PATHS = (
    (None, ("b1_1: 1×1", SMALL), "c1"),
    (("b2_1: 1×1", SMALL), ("b2_2: 3×3, padding 1", LARGE), "c2[1]"),
    (("b3_1: 1×1", SMALL), ("b3_2: 5×5, padding 2", LARGE), "c3[1]"),
    (("3×3 max pool, stride 1", POOL), ("b4_2: 1×1", SMALL), "c4"),
)


def draw() -> Figure:
    """Draw the paths from left to right, the first on top."""
    figure, axes = plt.subplots(figsize=(10, 3.6))
    _box(axes, 0, 0.0, 1.4, 4.6, "input\n(N, in_channels, H, W)", ENDS, rotation=90)
    for number, (first, second, channels) in enumerate(PATHS):
        y = 3.6 - 1.2 * number
        begin = 1.4
        for step, x in ((first, 2.4), (second, 6.2)):
            if step is not None:
                _arrow(axes, begin, x, y + 0.5)
                _box(axes, x, y, 3.0, 1.0, step[0], step[1])
                begin = x + 3.0
        _arrow(axes, begin, 10.4, y + 0.5)
        _box(axes, 10.4, y, 1.4, 1.0, channels, ENDS)
    axes.text(12.1, 2.3, "stacked along\nthe channels,\ndimension 1", va="center", fontsize=9)
    axes.set(xlim=(-0.2, 14.2), ylim=(-0.3, 5.2))
    axes.set_title("a ReLU after each of the six convolutions", fontsize=10)
    axes.axis("off")
    figure.tight_layout()
    return figure


def _box(axes, x: float, y: float, width: float, height: float, text: str, colour: str, rotation: int = 0) -> None:
    """A rectangle with a text in its middle."""
    axes.add_patch(plt.Rectangle((x, y), width, height, facecolor=colour, edgecolor=GREY))
    ink = INK if colour == ENDS else PAPER
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center", fontsize=9, color=ink, rotation=rotation)


def _arrow(axes, start: float, end: float, y: float) -> None:
    """A horizontal arrow."""
    axes.annotate("", (end, y), (start, y), arrowprops={"arrowstyle": "->", "color": EDGE})
