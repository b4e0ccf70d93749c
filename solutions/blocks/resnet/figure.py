"""The figure of the lesson: the wiring of the three residual blocks."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREY, ORANGE, PAPER, PURPLE

CONV, NORM, RELU, EDGE = BLUE, PURPLE, ORANGE, GREY
BLOCKS = (
    ("BasicBlock", ("conv1 3×3", "bn1", "ReLU", "conv2 3×3", "bn2"), "downsample\n(or nothing)", True),
    (
        "Bottleneck",
        ("conv1 1×1", "bn1", "ReLU", "conv2 3×3", "bn2", "ReLU", "conv3 1×1", "bn3"),
        "downsample\n(or nothing)",
        True,
    ),
    ("PreActBlock", ("bn1", "ReLU", "conv1 3×3", "bn2", "ReLU", "conv2 3×3"), "conv3 1×1\n(or nothing)", False),
)
TOP = 10.0


def draw() -> Figure:
    """Draw the blocks from top to bottom, with the shortcut on the right of each."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 5.2))
    for axes, (title, layers, shortcut, last) in zip(panels, BLOCKS, strict=True):
        _block(axes, layers, shortcut, last)
        axes.set(xlim=(-2.2, 4.6), ylim=(-0.9, TOP + 0.9))
        axes.set_title(title, fontsize=10)
        axes.axis("off")
    figure.tight_layout()
    return figure


def _block(axes, layers, shortcut: str, last: bool) -> None:
    """A column of layers, a way around it, the sum, and perhaps a ReLU."""
    step = 7.4 / len(layers)
    axes.text(0, TOP + 0.15, "x", ha="center", va="bottom", fontsize=10)
    axes.plot([0, 0], [TOP, 1.7], color=EDGE, linewidth=1.2, zorder=0)
    for index, name in enumerate(layers):
        colour = CONV if "conv" in name else NORM if "bn" in name else RELU
        _box(axes, 0, TOP - 0.9 - step * (index + 0.4), name, colour)
    axes.plot([0, 3.0, 3.0, 0.3], [TOP - 0.35, TOP - 0.35, 1.4, 1.4], color=EDGE, linewidth=1.2, zorder=0)
    _box(axes, 3.0, 5.6, shortcut, GREY, high=1.1, wide=2.6)
    axes.add_patch(plt.Circle((0, 1.4), 0.3, facecolor=PAPER, edgecolor=EDGE))
    axes.text(0, 1.4, "+", ha="center", va="center", fontsize=11)
    axes.annotate("", (0, -0.5), (0, 1.1), arrowprops={"arrowstyle": "->", "color": EDGE}, zorder=0)
    if last:
        _box(axes, 0, 0.45, "ReLU", RELU)
    axes.text(0, -0.6, "y", ha="center", va="top", fontsize=10)


def _box(axes, x: float, y: float, text: str, colour: str, high: float = 0.62, wide: float = 2.6) -> None:
    """A rectangle around (x, y) with a text."""
    axes.add_patch(plt.Rectangle((x - wide / 2, y - high / 2), wide, high, facecolor=colour, edgecolor=PAPER))
    axes.text(x, y, text, ha="center", va="center", color=PAPER, fontsize=9)
