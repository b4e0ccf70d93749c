"""The figure of the lesson: an encoder layer with the norm last and first, and a decoder layer."""

from pathlib import Path

import matplotlib.pyplot as plt

INK = "#6f7d8c"
BLOCKS = {
    "self-attention": "#c9772b", "attention\nto the memory": "#8a5fb0", "network": "#3f7fbf", "norm": "#5b8a6b",
}  # fmt: skip
STEP, HEIGHT, WIDTH = 1.0, 0.62, 1.9


def draw(path: Path) -> None:
    """Draw the three layers side by side, read from below."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 6.2))
    encoder, decoder = ("self-attention", "network"), ("self-attention", "attention\nto the memory", "network")
    for panel, title, blocks, first in (
        (axes[0], "encoder layer,\nnorm last (the default)", encoder, False),
        (axes[1], "encoder layer,\nnorm_first=True", encoder, True),
        (axes[2], "decoder layer,\nnorm last (the default)", decoder, False),
    ):
        _layer(panel, blocks, first)
        panel.set(xlim=(-2.2, 2.2), ylim=(-0.75, 9.9))
        panel.axis("off")
        panel.set_title(title, fontsize=11, color=INK)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _layer(axes: plt.Axes, blocks: tuple[str, ...], norm_first: bool) -> None:
    """The way of a token from below to the top."""
    y = 0.0
    axes.text(0, y - 0.45, "x", ha="center", va="center", color=INK, fontsize=11)
    for number, block in enumerate(blocks, 1):
        start = y
        y += STEP * 0.75
        if norm_first:
            y = _box(axes, y, f"norm{number}", BLOCKS["norm"])
        if "memory" in block:
            _arrow(axes, (1.95, y), (WIDTH / 2, y))
            axes.text(1.6, y + 0.42, "memory", ha="center", va="center", color=INK, fontsize=9)
        y = _box(axes, y, block, BLOCKS[block])
        _plus(axes, start, y)
        if not norm_first:
            _arrow(axes, (0, y + 0.18), (0, y + STEP - HEIGHT / 2))
            y = _box(axes, y + STEP, f"norm{number}", BLOCKS["norm"]) - STEP
    _arrow(axes, (0, y + 0.2), (0, y + 0.75))
    axes.text(0, y + 0.95, "y", ha="center", va="center", color=INK, fontsize=11)


def _box(axes: plt.Axes, y: float, text: str, colour: str) -> float:
    """A block around height y; the height of the next thing."""
    axes.add_patch(plt.Rectangle((-WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, facecolor=colour, edgecolor="none"))
    axes.text(0, y, text, ha="center", va="center", color="white", fontsize=9, weight="bold", linespacing=0.9)
    axes.plot([0, 0], [y - STEP * 0.75 + HEIGHT / 4, y - HEIGHT / 2], color=INK, linewidth=1.4, zorder=0)
    return y + STEP


def _plus(axes: plt.Axes, start: float, y: float) -> None:
    """The sum at height y, and the residual that comes from below on the left."""
    axes.add_patch(plt.Circle((0, y), 0.18, facecolor="none", edgecolor=INK, linewidth=1.4))
    axes.text(0, y - 0.01, "+", ha="center", va="center", color=INK, fontsize=12)
    axes.plot([0, 0], [y - STEP + HEIGHT / 2, y - 0.18], color=INK, linewidth=1.4)
    axes.plot([0, -1.5, -1.5], [start + 0.12, start + 0.12, y], color=INK, linewidth=1.4, linestyle="--")
    _arrow(axes, (-1.5, y), (-0.18, y))


def _arrow(axes: plt.Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.4})
