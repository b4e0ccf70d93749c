"""The figure of the lesson: a linear layer as a product of matrices, and the order in which Flatten reads."""

from pathlib import Path

import matplotlib.pyplot as plt

INPUT, WEIGHT, BIAS, OUTPUT = "#2f6fb5", "#d98324", "#8a5fb0", "#3a8f5d"


def draw(path: Path) -> None:
    """Draw a batch of four vectors through `Linear(3, 2)`, and a (2, 3) sheet that becomes a row of six."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 2.6), width_ratios=(1.5, 1))
    _product(left)
    _flattened(right)
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


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
    axes.annotate("", (4.7, 2), (3.3, 2), arrowprops={"arrowstyle": "->"})
    axes.set(xlim=(-0.3, 11.3), ylim=(-0.6, 3.9), aspect="equal")
    axes.set_title("Flatten(0)", fontsize=10)
    axes.axis("off")


def _grid(axes, corner, shape, colour, label, picked, numbered=False) -> None:
    """A matrix as cells, the picked ones in full colour, with its name below."""
    (x, y), (rows, columns) = corner, shape
    for row in range(rows):
        for column in range(columns):
            place = (x + column, y + rows - 1 - row)
            alpha = 1.0 if picked(row, column) else 0.4
            axes.add_patch(plt.Rectangle(place, 1, 1, facecolor=colour, edgecolor="white", alpha=alpha))
            if numbered:
                number = str(columns * row + column)
                axes.text(place[0] + 0.5, place[1] + 0.5, number, ha="center", va="center", color="white", fontsize=9)
    axes.text(x + columns / 2, y - 0.5, label, ha="center", va="center", fontsize=9)
