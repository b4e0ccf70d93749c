"""The figure of the lesson: a 1×1 convolution at one pixel, and the mean over each class's channel."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

CHANNELS, OUTPUT, EDGE = ("#2f6fb5", "#d98324", "#8a5fb0"), "#3a8f5d", "#9a9a9a"


def draw(path: Path) -> None:
    """Draw three channels turned to two at one pixel, and three channels averaged to three scores."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    _pixelwise(left)
    _head(right)
    for axes in (left, right):
        axes.set_aspect("equal")
        axes.axis("off")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _sheet(axes, x: float, y: float, colour: str, strengths) -> None:
    """A channel of 4×4 pixels with its lower left corner at (x, y)."""
    for (row, column), alpha in np.ndenumerate(strengths):
        place = (x + 0.35 * column, y + 0.35 * row)
        axes.add_patch(plt.Rectangle(place, 0.35, 0.35, facecolor=colour, edgecolor="white", alpha=alpha))


def _pixelwise(axes) -> None:
    """The same pixel of all input channels, and lines to the same pixel of each output channel."""
    picked = np.full((4, 4), 0.3)
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
        axes.text(2.8, y + 0.82, "mean", ha="center", fontsize=8)
        axes.add_patch(plt.Rectangle((4.2, y + 0.5), 2 * strengths.mean(), 0.4, facecolor=CHANNELS[number]))
        axes.text(4.2, y + 0.1, f"score of class {number}", fontsize=8)
    axes.set(xlim=(-0.3, 6.8), ylim=(-0.3, 5.4))
    axes.set_title("the head: a channel for each class, averaged", fontsize=10)
