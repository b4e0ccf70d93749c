"""The figure of the lesson: how the parts of an LSTM cell and of a GRU cell are wired."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREY, INK, ORANGE, PAPER

GATE, SQUASH, JOIN, LINE = ORANGE, BLUE, PAPER, INK


def draw() -> Figure:
    """Draw one cell above the other; gates are orange, tanh is blue, circles multiply, add or mix."""
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(8, 8))
    _lstm(upper)
    _gru(lower)
    figure.tight_layout()
    return figure


def _lstm(axes) -> None:
    """The cell state runs along the top; what is written, forgotten and shown is decided below it."""
    _frame(axes, "LSTM cell: blocks i, f, g, o")
    _arrow(axes, [(0, 4), (1.78, 4)])
    _arrow(axes, [(2.22, 4), (3.78, 4)])
    _arrow(axes, [(4.22, 4), (8, 4)])
    _arrow(axes, [(0, 0.5), (7, 0.5), (7, 0.98)])
    for x, name, colour in ((2, "f", GATE), (3.4, "i", GATE), (4.6, "g", SQUASH), (7, "o", GATE)):
        if x < 7:
            _arrow(axes, [(x, 0.5), (x, 0.98)])
        _box(axes, x, 1.25, f"{name}\n{'tanh' if name == 'g' else 'σ'}", colour)
    _arrow(axes, [(2, 1.55), (2, 3.78)])
    _arrow(axes, [(3.4, 1.55), (3.4, 2.6), (3.78, 2.6)])
    _arrow(axes, [(4.6, 1.55), (4.6, 2.6), (4.22, 2.6)])
    _arrow(axes, [(4, 2.82), (4, 3.78)])
    _arrow(axes, [(5.8, 4), (5.8, 3.35)])
    _box(axes, 5.8, 3.1, "tanh", SQUASH)
    _arrow(axes, [(5.8, 2.85), (5.8, 2.4), (6.78, 2.4)])
    _arrow(axes, [(7, 1.55), (7, 2.18)])
    _arrow(axes, [(7.22, 2.4), (8, 2.4)])
    for x, y, sign in ((2, 4, "×"), (4, 4, "+"), (4, 2.6, "×"), (7, 2.4, "×")):
        _circle(axes, x, y, sign)
    _labels(axes, (("$c$", -0.25, 4), ("$x, h$", -0.4, 0.5), ("$c'$", 8.25, 4), ("$h'$", 8.25, 2.4)))


def _gru(axes) -> None:
    """The state runs along the top; the reset gate acts on a product that is already made."""
    _frame(axes, "GRU cell: blocks r, z, n")
    _arrow(axes, [(0, 4), (6.78, 4)])
    _arrow(axes, [(7.22, 4), (8, 4)])
    _arrow(axes, [(1.2, 4), (1.2, 2.85)])
    _box(axes, 1.2, 2.6, "$W_{hn}h + b_{hn}$", GREY, 1.7)
    _arrow(axes, [(2.05, 2.6), (3.08, 2.6)])
    _arrow(axes, [(0, 0.5), (7, 0.5), (7, 0.98)])
    for x, name in ((3.3, "r"), (5, "n"), (7, "z")):
        if name == "r":
            _arrow(axes, [(x, 0.5), (x, 0.98)])
        if name != "n":
            _box(axes, x, 1.25, f"{name}\nσ", GATE)
    _arrow(axes, [(3.3, 1.55), (3.3, 2.38)])
    _arrow(axes, [(3.52, 2.6), (4.78, 2.6)])
    _arrow(axes, [(5, 0.5), (5, 0.98)])
    _box(axes, 5, 1.25, "$W_{in}x + b_{in}$", GREY, 1.6)
    _arrow(axes, [(5, 1.55), (5, 2.38)])
    _arrow(axes, [(5.22, 2.6), (5.58, 2.6)])
    _box(axes, 5.95, 2.6, "n\ntanh", SQUASH)
    _arrow(axes, [(6.3, 2.6), (6.55, 2.6), (6.84, 3.82)])
    _arrow(axes, [(7, 1.55), (7, 3.78)])
    for x, y, sign in ((3.3, 2.6, "×"), (5, 2.6, "+"), (7, 4, "mix")):
        _circle(axes, x, y, sign)
    _labels(axes, (("$h$", -0.25, 4), ("$x, h$", -0.4, 0.5), ("$h'$", 8.25, 4)))


def _frame(axes, title: str) -> None:
    axes.set(xlim=(-0.8, 8.6), ylim=(0.1, 4.5), aspect="equal")
    axes.set_title(title, fontsize=11)
    axes.axis("off")


def _arrow(axes, points) -> None:
    """A line through the points with an arrow at its end."""
    *bends, last = points
    axes.plot(*zip(*points, strict=True), color=LINE, linewidth=1.2, zorder=1)
    axes.annotate("", last, bends[-1], arrowprops={"arrowstyle": "-|>", "color": LINE, "linewidth": 1.2})


def _box(axes, x: float, y: float, text: str, colour: str, width: float = 0.7) -> None:
    axes.add_patch(plt.Rectangle((x - width / 2, y - 0.28), width, 0.56, facecolor=colour, edgecolor="none", zorder=2))
    axes.text(x, y, text, ha="center", va="center", color=PAPER, fontsize=9.5, zorder=3)


def _circle(axes, x: float, y: float, sign: str) -> None:
    axes.add_patch(plt.Circle((x, y), 0.24, facecolor=JOIN, edgecolor=LINE, zorder=2))
    axes.text(x, y, sign, ha="center", va="center", fontsize=9 if len(sign) > 1 else 11, zorder=3)


def _labels(axes, labels) -> None:
    for text, x, y in labels:
        axes.text(x, y, text, ha="center", va="center", fontsize=11)
