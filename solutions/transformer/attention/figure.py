"""The figure of the lesson: the stacked projections, the weights of one head, and the same under a causal mask."""

import math

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREY, INK, ORANGE, PAPER

RULE = GREY
HEADS = ((ORANGE, ""), (BLUE, "///"))
SCORES = ((1.2, 0.3, -0.6, 0.1), (0.2, 1.0, 0.4, -0.9), (0.7, -0.4, 1.3, 0.8), (-0.3, 0.9, 0.2, 1.1))


def draw() -> Figure:
    """Draw the projections with two heads, and the weights of one head for four queries and keys."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.5), width_ratios=(1.15, 1, 1))
    _projections(axes[0])
    _weights(axes[1], SCORES, "weights of one head:\nevery row adds up to 1")
    hidden = [
        [-math.inf if key > query else score for key, score in enumerate(row)] for query, row in enumerate(SCORES)
    ]
    _weights(axes[2], hidden, "with a causal mask:\nevery row still adds up to 1")
    for panel in axes:
        panel.set_aspect("equal")
        panel.axis("off")
    figure.tight_layout()
    return figure


def _projections(axes: plt.Axes) -> None:
    """The rows of `in_proj_weight`: three projections, in each the rows of both heads."""
    for place, name in enumerate(("query", "key", "value")):
        for head, (colour, hatch) in enumerate(HEADS):
            bottom = 5 - 2 * place - head
            box = plt.Rectangle((0, bottom), 3.4, 0.94, facecolor=colour, edgecolor=PAPER, hatch=hatch, linewidth=0)
            axes.add_patch(box)
            axes.text(
                1.7, bottom + 0.46, f"head {head}", ha="center", va="center", color=PAPER, fontsize=9, weight="bold",
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 2},
            )  # fmt: skip
        axes.plot([-0.25, -0.25], [4.1 - 2 * place, 5.84 - 2 * place], color=INK, linewidth=2)
        axes.text(-0.45, 4.97 - 2 * place, name, ha="right", va="center", color=INK, fontsize=9)
    axes.set(xlim=(-1.9, 3.6), ylim=(-0.2, 6.2))
    axes.set_title("in_proj_weight,\n3·embed_dim rows, two heads", fontsize=10, color=INK)


def _weights(axes: plt.Axes, scores: "list[list[float]] | tuple[tuple[float, ...], ...]", title: str) -> None:
    """Numbers and levels of a softmax over each row; a cross where a key is forbidden."""
    for query, row in enumerate(scores):
        powers = [math.exp(score) for score in row]
        for key, power in enumerate(powers):
            weight, corner = power / sum(powers), (key, 3 - query)
            if power:
                # The fill is as high as the weight is large.
                axes.add_patch(plt.Rectangle(corner, 0.95, 0.95 * weight, facecolor=BLUE_TINT, zorder=-1))
                axes.text(key + 0.47, 3.47 - query, f"{weight:.2f}", ha="center", va="center", fontsize=10)
            frame = {"fill": False, "edgecolor": GREY, "hatch": None if power else "xx", "linewidth": 1}
            axes.add_patch(plt.Rectangle(corner, 0.95, 0.95, **frame))
        axes.text(-0.2, 3.47 - query, f"query {query}", ha="right", va="center", fontsize=9, color=INK)
    for key in range(4):
        axes.text(key + 0.47, -0.35, f"key {key}", ha="center", va="center", fontsize=9, color=INK)
    axes.set(xlim=(-1.4, 4.1), ylim=(-0.6, 4.1))
    axes.set_title(title, fontsize=10, color=INK)
