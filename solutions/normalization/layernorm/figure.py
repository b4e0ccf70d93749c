"""The figure of the lesson: which values share a mean, for one and for two normalised axes."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

ROWS = ("#2f6fb5", "#d98324", "#3a8f5d", "#8a5fb0", "#c0504d", "#5b7f95")


def draw(path: Path) -> None:
    """Draw an input of shape (2, 3, 4) three times; cells of one colour share a mean and a variance."""
    figure, panels = plt.subplots(1, 3, figsize=(10, 2.1))
    sample, row, _ = np.indices((2, 3, 4))
    _sheets(panels[0], 3 * sample + row, "LayerNorm(4)\nsix groups of 4")
    _sheets(panels[1], sample, "LayerNorm((3, 4))\ntwo groups of 12")
    _sheets(panels[2], row, "BatchNorm1d(3), to compare\nthree groups of 8, across samples")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _sheets(axes, groups, title: str) -> None:
    """The two samples side by side, each a sheet of 3 by 4 cells."""
    for sample, sheet in enumerate(groups):
        for (row, column), group in np.ndenumerate(sheet):
            corner = (5 * sample + column, 2 - row)
            axes.add_patch(plt.Rectangle(corner, 1, 1, facecolor=ROWS[group], edgecolor="white", alpha=0.85))
        axes.text(5 * sample + 2, -0.5, f"x[{sample}]", ha="center", va="center", fontsize=9)
    axes.set(xlim=(-0.2, 9.2), ylim=(-0.9, 3.1), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
