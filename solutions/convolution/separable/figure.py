"""The figure of the lesson: an ordinary convolution next to a depthwise and a pointwise one."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PAPER, PURPLE

CHANNELS, OUTPUT, EDGE = (BLUE, ORANGE, PURPLE), GREEN, GREY


def draw() -> Figure:
    """Draw both ways from three channels to two, with what each output channel is made of."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2), width_ratios=(1, 1.6))
    _ordinary(left)
    _separable(right)
    for axes in (left, right):
        axes.set_aspect("equal")
        axes.axis("off")
    figure.tight_layout()
    return figure


def _sheet(axes, x: float, y: float, colour: str, window: bool = False) -> None:
    """A channel as a small grid with its lower left corner at (x, y), and perhaps a 3×3 window on it."""
    for row in range(4):
        for column in range(4):
            picked = window and row >= 1 and column < 3
            place = (x + 0.35 * column, y + 0.35 * row)
            axes.add_patch(
                plt.Rectangle(place, 0.35, 0.35, facecolor=colour if picked or not window else PAPER, edgecolor=GREY)
            )


def _line(axes, start: tuple[float, float], end: tuple[float, float], colour: str = EDGE) -> None:
    """A connection from the right of one sheet to the left of another."""
    axes.plot([start[0] + 1.45, end[0] - 0.05], [start[1] + 0.7, end[1] + 0.7], color=colour, linewidth=1.2)


def _ordinary(axes) -> None:
    """Every output channel has a window on every input channel."""
    sources, targets = [(0, 1.8 * (2 - channel)) for channel in range(3)], [(4, 2.7), (4, 0.9)]
    for channel, source in enumerate(sources):
        for target in targets:
            _line(axes, source, target, CHANNELS[channel])
        _sheet(axes, *source, CHANNELS[channel], window=True)
    for target in targets:
        _sheet(axes, *target, OUTPUT)
    axes.set(xlim=(-0.3, 5.7), ylim=(-0.9, 5.4))
    axes.text(2.7, -0.6, "3 · 2 kernels of 3×3: 54 weights", ha="center", fontsize=9)
    axes.set_title("an ordinary convolution", fontsize=10)


def _separable(axes) -> None:
    """A window on each channel by itself, then single weights from each channel to each output."""
    sources, middle = (
        [(0, 1.8 * (2 - channel)) for channel in range(3)],
        [(4, 1.8 * (2 - channel)) for channel in range(3)],
    )
    targets = [(8, 2.7), (8, 0.9)]
    for channel, (source, between) in enumerate(zip(sources, middle, strict=True)):
        _line(axes, source, between, CHANNELS[channel])
        for target in targets:
            _line(axes, between, target)
        _sheet(axes, *source, CHANNELS[channel], window=True)
        _sheet(axes, *between, CHANNELS[channel])
    for target in targets:
        _sheet(axes, *target, OUTPUT)
    axes.set(xlim=(-0.3, 9.7), ylim=(-0.9, 5.4))
    axes.text(2.7, -0.6, "3 kernels of 3×3: 27", ha="center", fontsize=9)
    axes.text(6.7, -0.6, "3 · 2 single weights: 6", ha="center", fontsize=9)
    axes.set_title("depthwise, then pointwise", fontsize=10)
