"""The figure of the lesson: which values share a mean, for one and for two normalised axes."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import HUES, cell


def draw() -> Figure:
    """Draw an input of shape (2, 3, 4) three times; cells of one letter share a mean and a variance."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 2.3))
    sample, row, _ = np.indices((2, 3, 4))
    _sheets(panels[0], 3 * sample + row, "LayerNorm(4)\nsix groups of 4")
    _sheets(panels[1], sample, "LayerNorm((3, 4))\ntwo groups of 12")
    _sheets(panels[2], row, "BatchNorm1d(3), to compare\nthree groups of 8, across samples")
    figure.tight_layout()
    return figure


def _sheets(axes, groups, title: str) -> None:
    """The two samples side by side, each a sheet of 3 by 4 cells."""
    for sample, sheet in enumerate(groups):
        for (row, column), group in np.ndenumerate(sheet):
            corner = (5 * sample + column, 2 - row)
            cell(axes, *corner, HUES[group % len(HUES)], chr(ord("a") + group))
        axes.text(5 * sample + 2, -0.5, f"x[{sample}]", ha="center", va="center", fontsize=9)
    axes.set(xlim=(-0.2, 9.2), ylim=(-0.9, 3.1), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
