"""The figure of the lesson: how the gradient gets back to x, and how the three terms differ on an example."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREEN_TINT, GREY, INK, ORANGE, ORANGE_TINT, PALE


def draw() -> Figure:
    """Draw the three ways from x to its standardised values, and a gradient without and with what the last two add."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(1, 1.15))
    _ways(left)
    _terms(right)
    figure.tight_layout()
    return figure


def _ways(axes) -> None:
    """x reaches x̂ directly, through the mean and through the standard deviation."""
    places = {"$x$": (0, 0), "$\\mu$": (2, 1), "$\\sigma$": (2, -1), "$\\hat x$": (4, 0), "$y$": (5.6, 0)}
    ways = [
        ("$x$", "$\\hat x$", BLUE, "-"), ("$x$", "$\\mu$", ORANGE, "--"), ("$\\mu$", "$\\hat x$", ORANGE, "--"),
        ("$x$", "$\\sigma$", GREEN, ":"), ("$\\sigma$", "$\\hat x$", GREEN, ":"), ("$\\hat x$", "$y$", GREY, "-"),
    ]  # fmt: skip
    for start, end, colour, style in ways:
        arrow = {"arrowstyle": "-|>", "color": colour, "linestyle": style, "linewidth": 2, "shrinkA": 15, "shrinkB": 15}
        axes.annotate("", places[end], places[start], arrowprops=arrow)
    for name, (x, y) in places.items():
        axes.text(
            x, y, name, ha="center", va="center", fontsize=14, color=INK,
            bbox={"boxstyle": "circle", "facecolor": PALE, "edgecolor": GREY},
        )  # fmt: skip
    notes = {
        "each value moves\nthe mean of all": (0.5, 1.25, ORANGE),
        "directly": (1.55, 0.12, BLUE),
        "and their spread": (0.5, -1.3, GREEN),
        "$\\gamma,\\ \\beta$": (4.62, 0.2, GREY),
    }
    for text, (x, y, colour) in notes.items():
        axes.text(x, y, text, ha="center" if x == 0.5 else "left", va="center", fontsize=10, color=colour)
    axes.set(xlim=(-0.9, 6.1), ylim=(-1.9, 1.9))
    axes.set_title("three ways from x to its standardised values", fontsize=11, color=INK)
    axes.axis("off")


def _terms(axes) -> None:
    """On five values: the direct term alone, less the mean, less the part along x̂."""
    x, grad = np.array([1.0, 2.0, 3.0, 4.0, 6.0]), np.array([0.2, 0.9, 0.6, 1.3, 2.0])
    std = x.std()
    x_hat = (x - x.mean()) / std
    terms = {
        "direct alone": grad / std,
        "less the mean": (grad - grad.mean()) / std,
        "less the part along $\\hat x$": (grad - grad.mean() - x_hat * (grad * x_hat).mean()) / std,
    }
    looks = ((BLUE, BLUE_TINT, None), (ORANGE, ORANGE_TINT, "//"), (GREEN, GREEN_TINT, ".."))
    for place, ((name, values), (colour, fill, hatch)) in enumerate(zip(terms.items(), looks, strict=True)):
        axes.bar(
            np.arange(5) + 0.26 * (place - 1), values, 0.24, label=name, facecolor=fill, edgecolor=colour,
            hatch=hatch,
        )  # fmt: skip
    axes.axhline(0, color=GREY, linewidth=1)
    axes.set_xticks(range(5), [f"x = {value:g}" for value in x])
    axes.set_ylabel("gradient of x")
    axes.legend(frameon=False, fontsize=9, loc="upper left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title("the same gradient from above, term by term", fontsize=11, color=INK)
