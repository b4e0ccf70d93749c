"""The figure of the lesson: what a shift and a scale do to a softmax, and how the adaptive one splits its classes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE, PAPER

SCORES = np.array([1.0, 2.0, 3.0])


def draw() -> Figure:
    """Draw three softmaxes side by side, and a head with two clusters."""
    figure, axes = plt.subplots(1, 2, figsize=(10, 3.4), width_ratios=(1, 1.25))
    _bars(axes[0])
    _tree(axes[1])
    figure.tight_layout()
    return figure


def _bars(axes: plt.Axes) -> None:
    """Shares of the scores as they are, moved, and stretched."""
    groups = (("x", SCORES, BLUE, ""), ("x + 1000", SCORES + 1000, ORANGE, "//"), ("2x", 2 * SCORES, GREEN, ".."))
    for place, (name, scores, colour, hatch) in enumerate(groups):
        powers = np.exp(scores - scores.max())
        shares = powers / powers.sum()
        left = np.arange(3) + 4 * place
        axes.bar(left, shares, color=colour, hatch=hatch, edgecolor=PAPER, width=0.9)
        for x, share in zip(left, shares, strict=True):
            axes.text(x, share + 0.02, f"{share:.2f}", ha="center", fontsize=9, color=INK)
        axes.text(4 * place + 1, -0.12, f"softmax({name})", ha="center", va="top", fontsize=9, color=INK)
    axes.set(xticks=[], ylim=(0, 1), xlim=(-0.8, 10.8))
    axes.set_title("x = (1, 2, 3): a shift changes nothing,\na scale does", fontsize=10, color=INK)
    axes.tick_params(colors=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)


def _tree(axes: plt.Axes) -> None:
    """Classes 0 to 9 with the cutoffs 3 and 6: a head of five scores, two tails."""
    head = ["0", "1", "2", "cluster 0", "cluster 1"]
    places = (0.5, 1.5, 2.5, 4.2, 6.6)
    for place, name in zip(places, head, strict=True):
        wide = 0.9 if len(name) == 1 else 1.9
        _box(axes, place, 3, wide, name, BLUE)
    axes.text(-0.3, 3.95, "head: 3 + 2 scores, one softmax", fontsize=9, color=INK)
    for middle, classes, colour, width in ((4.2, "345", ORANGE, 0.75), (6.6, "6789", GREEN, 0.62)):
        axes.annotate(
            "", (middle, 1.75), (middle, 2.6), arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2}
        )
        first = middle - width * (len(classes) - 1) / 2
        for number, name in enumerate(classes):
            _box(axes, first + width * number, 1.3, 0.9 * width, name, colour)
    axes.text(4.2, 0.45, "tail 0: D → D/4 → 3\nits own softmax", ha="center", va="center", fontsize=9, color=INK)
    axes.text(6.75, 0.45, "tail 1: D → D/16 → 4\nits own softmax", ha="center", va="center", fontsize=9, color=INK)
    axes.text(1.5, 1.3, "p(4) = p(cluster 0)\n× p(4 | cluster 0)", ha="center", va="center", fontsize=9, color=INK)
    axes.set(xlim=(-0.4, 8.1), ylim=(0, 4.3))
    axes.set_title("ten classes, cutoffs 3 and 6", fontsize=10, color=INK)
    axes.axis("off")


def _box(axes: plt.Axes, x: float, y: float, width: float, text: str, colour: str) -> None:
    """A labelled box around a point."""
    axes.add_patch(plt.Rectangle((x - width / 2, y - 0.38), width, 0.76, facecolor=colour, edgecolor="none"))
    axes.text(x, y, text, ha="center", va="center", color=PAPER, fontsize=9, fontweight="bold")
