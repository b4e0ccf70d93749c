"""The figure of the lesson: how source, memory, target and masks run through a Transformer."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE, PAPER

ENCODER, DECODER, MASK = BLUE, ORANGE, GREEN
LAYERS = 3


def draw() -> Figure:
    """Draw the two stacks side by side, from below to above; masks come from outside, dashed."""
    figure, axes = plt.subplots(figsize=(9, 5.4))
    _stack(axes, 2.9, "encoder layer", ENCODER, "src  (S, N, E)", "encoder.norm")
    _stack(axes, 6.6, "decoder layer", DECODER, "tgt  (T, N, E)", "decoder.norm")
    axes.text(6.6, 5.45, "output  (T, N, E)", ha="center", color=INK, fontsize=9)
    # The memory: one line, from which every layer of the decoder reads.
    axes.plot([2.9, 2.9, 4.75, 4.75], [4.54, 5.25, 5.25, 1.2], color=INK, linewidth=1.4)
    axes.text(3.8, 5.37, "memory  (S, N, E)", ha="center", color=INK, fontsize=9)
    for layer in range(LAYERS):
        _arrow(axes, (4.75, 1.2 + layer), (5.55, 1.2 + layer), INK)
    _masks(axes, 0.35, 1.85, ("src_mask", "src_key_padding_mask"), 1)
    _masks(axes, 9.15, 7.65, ("tgt_mask", "tgt_key_padding_mask", "memory_mask", "memory_key_padding_mask"), -1)
    axes.set(xlim=(-1.2, 10.9), ylim=(-0.4, 5.8))
    axes.axis("off")
    figure.tight_layout()
    return figure


def _stack(axes, x: float, name: str, colour: str, start: str, norm: str) -> None:
    """A stack of layers with its norm on top, at one horizontal place."""
    axes.text(x, -0.2, start, ha="center", color=INK, fontsize=9)
    for layer in range(LAYERS):
        _box(axes, x, 1.2 + layer, f"{name} {layer}", colour)
        _arrow(axes, (x, 0.05 if layer == 0 else 0.5 + layer), (x, 0.9 + layer), INK)
    _box(axes, x, 4.3, norm, colour, height=0.44)
    _arrow(axes, (x, 3.5), (x, 4.06), INK)
    if colour == DECODER:
        _arrow(axes, (x, 4.54), (x, 5.2), INK)


def _box(axes, x: float, y: float, text: str, colour: str, height: float = 0.56) -> None:
    """A named box."""
    axes.add_patch(plt.Rectangle((x - 1.0, y - height / 2), 2.0, height, facecolor=colour, edgecolor=INK))
    axes.text(x, y, text, ha="center", va="center", color=PAPER, fontsize=9, fontweight="bold")


def _arrow(axes, start: tuple[float, float], end: tuple[float, float], colour: str, dashes: str = "-") -> None:
    """An arrow without text."""
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "->", "color": colour, "linestyle": dashes})


def _masks(axes, x: float, edge: float, names: tuple[str, ...], side: int) -> None:
    """Masks beside a stack, dashed into each of its layers."""
    for layer in range(LAYERS):
        _arrow(axes, (x + 0.75 * side, 1.2 + layer), (edge + 0.02 * side, 1.2 + layer), MASK, "--")
    axes.plot([x + 0.75 * side] * 2, [1.2, 3.2], color=MASK, linestyle="--", linewidth=1.2)
    for number, name in enumerate(names):
        where = 2.2 + 0.3 * ((len(names) - 1) / 2 - number)
        axes.text(x + 0.65 * side, where, name, ha="right" if side > 0 else "left", va="center", color=MASK, fontsize=9)
