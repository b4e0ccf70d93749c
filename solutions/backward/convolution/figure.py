"""The figure of the lesson: a convolution as a matrix, read three ways; max pooling with windows that overlap."""

from pathlib import Path

import matplotlib.pyplot as plt

WEIGHTS = ("#2f6fb5", "#b3611a", "#2e7d4f")
HATCHES = ("", "//", "..")
INK, PALE = "#444444", "#eeeeee"


def draw(path: Path) -> None:
    """Draw the matrix for strides of 1 and 2, and a row that is pooled."""
    figure, axes = plt.subplots(1, 3, figsize=(11, 3.5), width_ratios=(1, 1.15, 1.25), layout="constrained")
    figure.patch.set_facecolor("white")
    _matrix(axes[0], inputs=5, outputs=3, stride=1)
    _matrix(axes[1], inputs=6, outputs=2, stride=2)
    _pooled(axes[2])
    for panel in axes:
        panel.set_aspect("equal")
        panel.axis("off")
    figure.savefig(path)
    plt.close(figure)


def _cell(axes: plt.Axes, x: float, y: float, text: str, colour: str = PALE, hatch: str = "") -> None:
    """A square with its lower left corner at (x, y)."""
    axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, alpha=0.3, hatch=hatch, edgecolor=colour))
    axes.add_patch(plt.Rectangle((x, y), 1, 1, fill=False, edgecolor="white", linewidth=2))
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.75} if hatch else None
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", fontsize=11, color="black", bbox=box)


def _matrix(axes: plt.Axes, inputs: int, outputs: int, stride: int) -> None:
    """What multiplies what: a row for each output, a column for each input."""
    for a in range(outputs):
        for m in range(inputs):
            i = m - a * stride
            inside = 0 <= i < 3
            text = f"$w_{i}$" if inside else ""
            _cell(axes, m, -a - 1, text, *((WEIGHTS[i], HATCHES[i]) if inside else ()))
        axes.text(-0.2, -a - 0.5, f"$y_{a}$", ha="right", va="center", fontsize=11, color=INK)
    for m in range(inputs):
        axes.text(m + 0.5, 0.2, f"$x_{m}$", ha="center", va="bottom", fontsize=11, color=INK)
        terms = [f"\\bar y_{a} w_{m - a * stride}" for a in range(outputs) if 0 <= m - a * stride < 3]
        text = "0" if not terms else f"${terms[0]}$" if len(terms) == 1 else f"{len(terms)} terms"
        axes.text(m + 0.5, -outputs - 0.25, text, ha="center", va="top", fontsize=8, color=INK)
    axes.text(-0.2, -outputs - 0.25, r"$\bar x$", ha="right", va="top", fontsize=11, color=INK)
    axes.set(xlim=(-0.9, inputs + 0.2), ylim=(-outputs - 1.2, 1.4))
    axes.set_title(f"stride {stride}: rows make y,\ncolumns add up to the gradient of x", fontsize=10, color=INK)


def _pooled(axes: plt.Axes) -> None:
    """Windows of two, one apart, over a row of four."""
    values, grads, winners = (1, 3, 2, 5), (1, 10, 100), (1, 1, 3)
    for place, value in enumerate(values):
        wins = place in winners
        _cell(axes, 1.4 * place, 0, str(value), WEIGHTS[0] if wins else PALE)
        gets = sum(grad for grad, winner in zip(grads, winners, strict=True) if winner == place)
        axes.text(1.4 * place + 0.5, -0.45, f"gets {gets}", ha="center", va="top", fontsize=10, color=INK)
    for window, (grad, winner) in enumerate(zip(grads, winners, strict=True)):
        left = 0.7 + 1.4 * window
        _cell(axes, left, 2.4, f"{grad}", WEIGHTS[1])
        axes.annotate(
            "", (1.4 * winner + 0.5 + 0.12 * (window - winner + 0.5), 1.05), (left + 0.5, 2.35),
            arrowprops={"arrowstyle": "->", "color": WEIGHTS[1], "linewidth": 1.8},
        )  # fmt: skip
    axes.text(2.6, 3.6, "gradients of the three windows", ha="center", va="bottom", fontsize=10, color=INK)
    axes.set(xlim=(-0.4, 5.7), ylim=(-1.2, 4.2))
    axes.set_title("max pooling, windows of 2, stride 1:\nthe largest pixel gets all", fontsize=10, color=INK)
