"""The figure of the lesson: a convolution as a matrix, read three ways; max pooling with windows that overlap."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREEN_TINT, INK, ORANGE, ORANGE_TINT, PAPER, bare, cell

WEIGHTS = (
    {"colour": BLUE_TINT, "edgecolor": BLUE}, {"colour": ORANGE_TINT, "edgecolor": ORANGE, "hatch": "//"},
    {"colour": GREEN_TINT, "edgecolor": GREEN, "hatch": ".."},
)  # fmt: skip
"""The looks of the kernel's three weights."""
NOTHING = {"colour": PAPER}


def draw() -> Figure:
    """Draw the matrix for strides of 1 and 2, and a row that is pooled."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.5), width_ratios=(1, 1.15, 1.25), layout="constrained")
    _matrix(axes[0], inputs=5, outputs=3, stride=1)
    _matrix(axes[1], inputs=6, outputs=2, stride=2)
    _pooled(axes[2])
    bare(*axes)
    return figure


def _matrix(axes: plt.Axes, inputs: int, outputs: int, stride: int) -> None:
    """What multiplies what: a row for each output, a column for each input."""
    for a in range(outputs):
        for m in range(inputs):
            i = m - a * stride
            inside = 0 <= i < 3
            text = f"$w_{i}$" if inside else ""
            cell(axes, m, -a - 1, text=text, size=11, **(WEIGHTS[i] if inside else NOTHING))
        axes.text(-0.2, -a - 0.5, f"$y_{a}$", ha="right", va="center", fontsize=11, color=INK)
    for m in range(inputs):
        axes.text(m + 0.5, 0.2, f"$x_{m}$", ha="center", va="bottom", fontsize=11, color=INK)
        terms = [f"\\bar y_{a} w_{m - a * stride}" for a in range(outputs) if 0 <= m - a * stride < 3]
        text = "0" if not terms else f"${terms[0]}$" if len(terms) == 1 else f"{len(terms)}\nterms"
        axes.text(m + 0.5, -outputs - 0.25, text, ha="center", va="top", fontsize=9, color=INK)
    axes.text(-0.2, -outputs - 0.25, r"$\bar x$", ha="right", va="top", fontsize=11, color=INK)
    axes.set(xlim=(-0.9, inputs + 0.2), ylim=(-outputs - 1.4, 1.4))
    axes.set_title(f"stride {stride}: rows make y,\ncolumns add up to the gradient of x", fontsize=10, color=INK)


def _pooled(axes: plt.Axes) -> None:
    """Windows of two, one apart, over a row of four."""
    values, grads, winners = (1, 3, 2, 5), (1, 10, 100), (1, 1, 3)
    for place, value in enumerate(values):
        wins = place in winners
        cell(axes, 1.4 * place, 0, BLUE if wins else PAPER, str(value), size=11)
        gets = sum(grad for grad, winner in zip(grads, winners, strict=True) if winner == place)
        axes.text(1.4 * place + 0.5, -0.45, f"gets {gets}", ha="center", va="top", fontsize=10, color=INK)
    for window, (grad, winner) in enumerate(zip(grads, winners, strict=True)):
        left = 0.7 + 1.4 * window
        cell(axes, left, 2.4, text=f"{grad}", size=11, **WEIGHTS[1])
        axes.annotate(
            "", (1.4 * winner + 0.5 + 0.12 * (window - winner + 0.5), 1.05), (left + 0.5, 2.35),
            arrowprops={"arrowstyle": "->", "color": ORANGE, "linewidth": 1.8},
        )  # fmt: skip
    axes.text(2.6, 3.6, "gradients of the three windows", ha="center", va="bottom", fontsize=10, color=INK)
    axes.set(xlim=(-0.4, 5.7), ylim=(-1.2, 4.2))
    axes.set_title("max pooling, windows of 2, stride 1:\nthe largest pixel gets all", fontsize=10, color=INK)
