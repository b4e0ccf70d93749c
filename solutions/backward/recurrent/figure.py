"""The figure of the lesson: the ways back through an LSTM cell and a GRU cell, with the factor on each."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, INK, ORANGE, PAPER

FORWARD, BACK = BLUE, ORANGE


def draw() -> Figure:
    """Draw both cells: values from left to right, gradients from right to left."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
    _lstm(left)
    _gru(right)
    for axes in (left, right):
        axes.set_aspect("equal")
        axes.axis("off")
    return figure


def _node(axes: plt.Axes, x: float, y: float, text: str, gate: bool = False) -> None:
    """A value, or a gate, which is drawn as a square."""
    style = "square,pad=0.35" if gate else "circle,pad=0.3"
    box = {"boxstyle": style, "facecolor": PAPER, "edgecolor": FORWARD, "linewidth": 1.6}
    axes.text(x, y, text, ha="center", va="center", fontsize=12, color=INK, bbox=box)


def _way(
    axes: plt.Axes, start: tuple[float, float], end: tuple[float, float], factor: str, at: tuple[float, float]
) -> None:
    """A way back, from what was computed to what it was computed from."""
    axes.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>", "color": BACK, "linewidth": 1.6, "shrinkA": 17, "shrinkB": 17},
    )  # fmt: skip
    axes.text(*at, factor, ha="center", va="center", fontsize=10.5, color=BACK)


def _lstm(axes: plt.Axes) -> None:
    """c and the gates, c', h'."""
    for x, y, text in ((0, 3, "$c$"), (4, 3, "$c'$"), (8, 3, "$h'$")):
        _node(axes, x, y, text)
    for x, text in ((0.4, "$f$"), (2.6, "$i$"), (4.8, "$g$"), (8, "$o$")):
        _node(axes, x, 0, text, gate=True)
    _way(axes, (4, 3), (0, 3), "$\\times f$", (2, 3.35))
    _way(axes, (8, 3), (4, 3), "$\\times\\, o\\,(1-\\tanh^2 c')$", (6, 3.35))
    _way(axes, (4, 3), (0.4, 0), "$\\times c$", (1.6, 1.7))
    _way(axes, (4, 3), (2.6, 0), "$\\times g$", (2.75, 1.35))
    _way(axes, (4, 3), (4.8, 0), "$\\times i$", (4.95, 1.4))
    _way(axes, (8, 3), (8, 0), "$\\times \\tanh c'$", (8.95, 1.5))
    axes.annotate("$+\\,\\bar c'$", (4, 3.3), (4, 4.5), ha="center", fontsize=11, color=BACK,
                  arrowprops={"arrowstyle": "-|>", "color": BACK, "shrinkB": 10})  # fmt: skip
    axes.annotate("$\\bar h'$", (8, 3.3), (8, 4.5), ha="center", fontsize=11, color=BACK,
                  arrowprops={"arrowstyle": "-|>", "color": BACK, "shrinkB": 10})  # fmt: skip
    axes.text(
        4.2, -1.15, "below each gate: its slope, then the two linear layers", ha="center", fontsize=9.5, color=INK
    )
    axes.set(xlim=(-0.8, 10), ylim=(-1.6, 5))
    axes.set_title("LSTM: two ways meet at $c'$", fontsize=10, color=INK)


def _gru(axes: plt.Axes) -> None:
    """h, h', the candidate, and the gates."""
    for x, y, text in ((0, 3, "$h$"), (8, 3, "$h'$"), (5, 1.2, "$n$"), (1.2, -0.1, "$v_n$")):
        _node(axes, x, y, text)
    _node(axes, 8, 0, "$z$", gate=True)
    _node(axes, 4.2, -1, "$r$", gate=True)
    _way(axes, (8, 3), (0, 3), "$\\times z$   (the direct way)", (4, 3.35))
    _way(axes, (8, 3), (5, 1.2), "$\\times (1-z)$", (5.9, 2.35))
    _way(axes, (8, 3), (8, 0), "$\\times (h-n)$", (8.95, 1.5))
    _way(axes, (5, 1.2), (1.2, -0.1), "$\\times (1-n^2)\\, r$", (2.6, 0.95))
    _way(axes, (5, 1.2), (4.2, -1), "$\\times (1-n^2)\\, v_n$", (6.05, -0.1))
    _way(axes, (1.2, -0.1), (0, 3), "$\\times W_{hn}$", (-0.25, 1.3))
    axes.annotate("$\\bar h'$", (8, 3.3), (8, 4.5), ha="center", fontsize=11, color=BACK,
                  arrowprops={"arrowstyle": "-|>", "color": BACK, "shrinkB": 10})  # fmt: skip
    axes.text(4.2, -2.1, "below each gate: its slope, then the two linear layers", ha="center", fontsize=9.5, color=INK)
    axes.set(xlim=(-1.2, 10), ylim=(-2.5, 5))
    axes.set_title("GRU: four ways lead to the old state", fontsize=10, color=INK)
