"""The figure of the lesson: a 1×1 convolution at one pixel, and the mean over each class's channel."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PAPER, PURPLE, bare

CHANNELS, OUTPUT, EDGE = (BLUE, ORANGE, PURPLE), GREEN, GREY


def draw() -> Figure:
    """Draw three channels turned to two at one pixel, and three channels averaged to three scores."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    _pixelwise(left)
    _head(right)
    bare(left, right)
    figure.tight_layout()
    return figure


def _sheet(axes, x: float, y: float, colour: str, strengths) -> None:
    """A channel of 4×4 pixels with its lower left corner at (x, y); a pixel is as large as its value."""
    for (row, column), strength in np.ndenumerate(strengths):
        left, low, side = x + 0.35 * column, y + 0.35 * row, 0.35 * strength**0.5
        axes.add_patch(plt.Rectangle((left, low), 0.35, 0.35, facecolor=PAPER, edgecolor=GREY, linewidth=0.6))
        inner = (left + (0.35 - side) / 2, low + (0.35 - side) / 2)
        axes.add_patch(plt.Rectangle(inner, side, side, facecolor=colour))


def _pixelwise(axes) -> None:
    """The same pixel of all input channels, and lines to the same pixel of each output channel."""
    picked = np.full((4, 4), 0.12)
    picked[2, 1] = 1
    for source in range(3):
        for target in range(2):
            start, end = (0.525, 1.8 * source + 0.875), (5.525, 1.8 * target + 1.775)
            axes.plot([start[0], end[0]], [start[1], end[1]], color=EDGE, linewidth=1.2)
    for source in range(3):
        _sheet(axes, 0, 1.8 * source, CHANNELS[source], picked)
    for target in range(2):
        _sheet(axes, 5, 1.8 * target + 0.9, OUTPUT, picked)
    axes.set(xlim=(-0.3, 6.8), ylim=(-0.3, 5.4))
    axes.set_title("a 1×1 convolution: a linear layer at each pixel", fontsize=10)


def _head(axes) -> None:
    """A channel for each class, its mean, and the score as a bar."""
    random = np.random.RandomState(3)
    for number in range(3):
        y = 1.8 * (2 - number)
        strengths = np.clip(random.uniform(0.1, 0.5, (4, 4)) + (0.0, 0.4, 0.1)[number], 0, 1)
        _sheet(axes, 0, y, CHANNELS[number], strengths)
        axes.annotate("", (4.0, y + 0.7), (1.6, y + 0.7), arrowprops={"arrowstyle": "->", "color": EDGE})
        axes.text(2.8, y + 0.82, "mean", ha="center", fontsize=9)
        axes.add_patch(plt.Rectangle((4.2, y + 0.5), 2 * strengths.mean(), 0.4, facecolor=CHANNELS[number]))
        axes.text(4.2, y + 0.1, f"score of class {number}", fontsize=9)
    axes.set(xlim=(-0.3, 6.8), ylim=(-0.3, 5.4))
    axes.set_title("the head: a channel for each class, averaged", fontsize=10)
