"""The figure of the lesson: losses by the probability of the right class, and their slopes by its logit."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE

ENTROPY, SMOOTH, SQUARE = BLUE, GREEN, ORANGE
SMOOTHING = 0.2


def draw() -> Figure:
    """Draw cross-entropy, the same with smoothing, and the squared error, for two classes."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.4), layout="constrained")
    _losses(left)
    _slopes(right)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set_color(INK)
        axes.tick_params(colors=INK)
        for label in (axes.xaxis.label, axes.yaxis.label, axes.title):
            label.set_color(INK)
        axes.grid()
        axes.legend(frameon=False, labelcolor="linecolor", fontsize=9)
    return figure


def _losses(axes: plt.Axes) -> None:
    """What the probability of the right class costs."""
    p = np.linspace(0.005, 0.995, 400)
    smooth = -(1 - SMOOTHING / 2) * np.log(p) - SMOOTHING / 2 * np.log(1 - p)
    axes.plot(p, -np.log(p), color=ENTROPY, linewidth=2.4, label="cross-entropy, −log p")
    axes.plot(p, smooth, color=SMOOTH, linewidth=2, linestyle="--", label=f"with label smoothing {SMOOTHING}")
    axes.plot(p, (1 - p) ** 2, color=SQUARE, linewidth=2, linestyle="-.", label="squared error, (1 − p)²")
    axes.plot(1 - SMOOTHING / 2, smooth.min(), "o", color=SMOOTH)
    axes.annotate(
        f"smallest at {1 - SMOOTHING / 2}", (1 - SMOOTHING / 2, smooth.min()), (0.62, 1.35), color=SMOOTH, fontsize=9,
        arrowprops={"arrowstyle": "-", "color": SMOOTH},
    )  # fmt: skip
    axes.set(xlabel="probability p of the right class", ylabel="loss", ylim=(0, 4.5), title="What being wrong costs")


def _slopes(axes: plt.Axes) -> None:
    """What a step on the logit of the right class gains."""
    z = np.linspace(-8, 8, 400)
    p = 1 / (1 + np.exp(-z))
    axes.plot(z, p - 1, color=ENTROPY, linewidth=2.4, label="cross-entropy")
    axes.plot(z, p - 1 + SMOOTHING / 2, color=SMOOTH, linewidth=2, linestyle="--", label="with label smoothing")
    axes.plot(z, -2 * p * (1 - p) ** 2, color=SQUARE, linewidth=2, linestyle="-.", label="squared error")
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.annotate(
        "sure and wrong:\nno slope left", (-6.5, -0.005), (-7.6, -0.55), color=SQUARE, fontsize=9,
        arrowprops={"arrowstyle": "-", "color": SQUARE},
    )  # fmt: skip
    axes.set(
        xlabel="logit z of the right class (p = σ(z))", ylabel="slope of the loss", title="What is left to learn from"
    )
