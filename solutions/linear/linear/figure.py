"""The figure of the lesson: a linear layer as a product of matrices, and the order in which Flatten reads."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREEN_TINT, ORANGE, ORANGE_TINT, PURPLE, PURPLE_TINT, arrow, cell

INPUT, WEIGHT, BIAS, OUTPUT = (BLUE, BLUE_TINT), (ORANGE, ORANGE_TINT), (PURPLE, PURPLE_TINT), (GREEN, GREEN_TINT)
"""The picked cells and the others."""


def draw() -> Figure:
    """Draw a batch of four vectors through `Linear(3, 2)`, and a (2, 3) sheet that becomes a row of six."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3), width_ratios=(1.5, 1))
    _product(left)
    _flattened(right)
    figure.tight_layout()
    return figure


def _product(axes: plt.Axes) -> None:
    """The four matrices, one row and column of which are picked out."""
    _grid(axes, (0, 0), (4, 3), INPUT, "$x$ (4, 3)", lambda row, column: row == 1)
    _grid(axes, (4.5, 0.5), (3, 2), WEIGHT, r"$A^\top$ (3, 2)", lambda row, column: column == 0)
    _grid(axes, (8, 1.5), (1, 2), BIAS, "$b$ (2,)", lambda row, column: column == 0)
    _grid(axes, (11.5, 0), (4, 2), OUTPUT, "$y$ (4, 2)", lambda row, column: row == 1 and column == 0)
    for place, sign in ((3.75, "×"), (7.25, "+"), (10.75, "=")):
        axes.text(place, 2, sign, ha="center", va="center", fontsize=14)
    axes.set(xlim=(-0.3, 13.8), ylim=(-1.2, 4.9), aspect="equal")
    axes.set_title("Linear(3, 2)", fontsize=10)
    axes.axis("off")


def _flattened(axes: plt.Axes) -> None:
    """A sheet and the row that it becomes, the elements numbered."""
    _grid(axes, (0, 1), (2, 3), INPUT, "(2, 3)", lambda row, column: row == 0, numbered=True)
    _grid(axes, (5, 1.5), (1, 6), OUTPUT, "(6,)", lambda row, column: column < 3, numbered=True)
    arrow(axes, (3.3, 2), (4.7, 2))
    axes.set(xlim=(-0.3, 11.3), ylim=(-0.6, 3.9), aspect="equal")
    axes.set_title("Flatten(0)", fontsize=10)
    axes.axis("off")


def _grid(axes, corner, shape, colours, label, picked, numbered=False) -> None:
    """A matrix as cells, the picked ones in full colour, with its name below."""
    (x, y), (rows, columns) = corner, shape
    for row in range(rows):
        for column in range(columns):
            fill = colours[0] if picked(row, column) else colours[1]
            cell(axes, x + column, y + rows - 1 - row, fill, str(columns * row + column) if numbered else "")
    axes.text(x + columns / 2, y - 0.5, label, ha="center", va="center", fontsize=9)
