"""The figure of the lesson: a linear layer's forward and backward products as rectangles, with their sizes."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREEN_TINT, INK, ORANGE, ORANGE_TINT, cell

ROWS, INSIDE, OUTSIDE = 2.0, 1.5, 1.0
"""The lengths that stand for N, I and O."""
NAMES = {ROWS: "N", INSIDE: "I", OUTSIDE: "O"}
ACTIVATION = {"colour": BLUE_TINT, "edgecolor": BLUE}
PARAMETER = {"colour": GREEN_TINT, "edgecolor": GREEN, "hatch": "//"}
GRADIENT = {"colour": ORANGE_TINT, "edgecolor": ORANGE, "hatch": ".."}


def draw() -> Figure:
    """Draw Y = X Wᵀ above, and below it the three gradients, each with the sizes of its factors."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 5.6))
    _product(
        panels[0, 0], "forward: $Y = X\\,W^\\top + b$",
        ("X", ROWS, INSIDE, ACTIVATION), ("$W^\\top$", INSIDE, OUTSIDE, PARAMETER), ("Y", ROWS, OUTSIDE, ACTIVATION),
    )  # fmt: skip
    _product(
        panels[0, 1], "input: the sum runs over the outputs",
        ("$\\bar Y$", ROWS, OUTSIDE, GRADIENT), ("W", OUTSIDE, INSIDE, PARAMETER),
        ("$\\bar X$", ROWS, INSIDE, GRADIENT),
    )  # fmt: skip
    _product(
        panels[1, 0], "weight: the sum runs over the rows",
        ("$\\bar Y^\\top$", OUTSIDE, ROWS, GRADIENT), ("X", ROWS, INSIDE, ACTIVATION),
        ("$\\bar W$", OUTSIDE, INSIDE, GRADIENT),
    )  # fmt: skip
    _product(
        panels[1, 1], "bias: a row of ones adds the rows up",
        ("1", 0.4, ROWS, ACTIVATION), ("$\\bar Y$", ROWS, OUTSIDE, GRADIENT), ("$\\bar b$", 0.4, OUTSIDE, GRADIENT),
    )  # fmt: skip
    figure.tight_layout()
    return figure


def _product(axes, title: str, *factors) -> None:
    """Two factors, a sign and what they give, side by side."""
    left = 0.0
    for place, (name, height, width, look) in enumerate(factors):
        cell(axes, left, -height / 2, text=name, width=width, height=height, size=13, linewidth=2, **look)
        axes.text(left - 0.1, 0, NAMES.get(height, "1"), ha="right", va="center", fontsize=10, color=INK)
        axes.text(left + width / 2, height / 2 + 0.08, NAMES[width], ha="center", va="bottom", fontsize=10, color=INK)
        left += width + 0.75
        if place < 2:
            axes.text(left - 0.5, 0, ("·", "=")[place], ha="center", va="center", fontsize=18, color=INK)
    axes.set(xlim=(-0.4, 6.6), ylim=(-1.15, 1.5), aspect="equal")
    axes.set_title(title, fontsize=11, color=INK)
    axes.axis("off")
