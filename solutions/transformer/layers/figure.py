"""The figure of the lesson: an encoder layer with the norm last and first, and a decoder layer."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE, PAPER, PURPLE

BLOCKS = {
    "self-attention": ORANGE, "attention\nto memory": PURPLE, "network": BLUE, "norm": GREEN,
}  # fmt: skip
HALF, WIDTH = 0.36, 2.1
"""Half the height of a box, and its width."""


def draw() -> Figure:
    """Draw the three layers side by side, read from below."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 6.6))
    encoder, decoder = ("self-attention", "network"), ("self-attention", "attention\nto memory", "network")
    for panel, title, blocks, first in (
        (axes[0], "encoder layer,\nnorm last (the default)", encoder, False),
        (axes[1], "encoder layer,\nnorm_first=True", encoder, True),
        (axes[2], "decoder layer,\nnorm last (the default)", decoder, False),
    ):
        _layer(panel, blocks, first)
        panel.set(xlim=(-2.4, 2.4), ylim=(-0.7, 10.4))
        panel.set_aspect("equal")
        panel.axis("off")
        panel.set_title(title, fontsize=11, color=INK)
    figure.tight_layout()
    return figure


def _layer(axes: plt.Axes, blocks: tuple[str, ...], norm_first: bool) -> None:
    """The way of a token from below to the top."""
    y = 0.0
    for number, block in enumerate(blocks, 1):
        # Where the residual leaves, where it comes back, and what lies between and after.
        start, middle, total = y, y + (1.9 if norm_first else 0.9), y + (2.7 if norm_first else 1.75)
        _box(axes, y + (0.9 if norm_first else 2.45), f"norm{number}", BLOCKS["norm"])
        _box(axes, middle, block, BLOCKS[block])
        if "memory" in block:
            _arrow(axes, (2.2, middle), (WIDTH / 2, middle))
            axes.text(1.75, middle + 0.3, "memory", ha="center", va="center", color=INK, fontsize=9)
        axes.plot([0, -1.6, -1.6], [start, start, total], color=INK, linewidth=1.4, linestyle="--")
        _arrow(axes, (-1.6, total), (-0.2, total))
        axes.add_patch(plt.Circle((0, total), 0.2, facecolor=PAPER, edgecolor=INK, linewidth=1.4, zorder=2))
        axes.text(0, total - 0.01, "+", ha="center", va="center", color=INK, fontsize=12, zorder=3)
        y += 3.0 if norm_first else 3.15
    axes.plot([0, 0], [-0.2, y], color=INK, linewidth=1.4, zorder=0)
    _arrow(axes, (0, y - 0.1), (0, y + 0.4))
    axes.text(0, -0.45, "x", ha="center", va="center", color=INK, fontsize=11)
    axes.text(0, y + 0.6, "y", ha="center", va="center", color=INK, fontsize=11)


def _box(axes: plt.Axes, y: float, text: str, colour: str) -> None:
    """A block around height y."""
    axes.add_patch(plt.Rectangle((-WIDTH / 2, y - HALF), WIDTH, 2 * HALF, facecolor=colour, edgecolor="none", zorder=1))
    axes.text(0, y, text, ha="center", va="center", color=PAPER, fontsize=9, weight="bold", linespacing=1.0, zorder=2)


def _arrow(axes: plt.Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.4})
