"""The figure of the lesson: the three statistics, and the shares in which they are mixed."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import GREY, HUES, PALE, cell

SAMPLES, CHANNELS, POSITIONS = 2, 3, 4
KINDS = ("instance", "layer", "batch")


def draw() -> Figure:
    """Draw an input of shape (2, 3, 4) once for each statistic, and a mixture as a bar."""
    figure, panels = plt.subplots(1, 4, figsize=(10, 2.2), width_ratios=(1, 1, 1, 0.8))
    sample, channel, _ = np.indices((SAMPLES, CHANNELS, POSITIONS))
    for axes, groups, kind in zip(panels[:3], (CHANNELS * sample + channel, sample, channel), KINDS, strict=True):
        _sheets(axes, groups, kind)
    logits = np.array([1.2, 0.8, 1.6])
    _bar(panels[3], np.exp(logits) / np.exp(logits).sum(), f"softmax({logits.tolist()})")
    figure.tight_layout()
    return figure


def _sheets(axes: plt.Axes, groups: np.ndarray, title: str) -> None:
    """The samples side by side, each a sheet of channels by positions; cells of one letter share a statistic."""
    step = POSITIONS + 1
    for sample, sheet in enumerate(groups):
        for (row, column), group in np.ndenumerate(sheet):
            corner = (step * sample + column, CHANNELS - 1 - row)
            cell(axes, *corner, HUES[group % len(HUES)], chr(ord("a") + group))
        axes.text(step * sample + POSITIONS / 2, -0.5, f"x[{sample}]", ha="center", va="center", fontsize=9)
    axes.set(xlim=(-0.2, step * SAMPLES - 0.8), ylim=(-0.9, CHANNELS + 0.1), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")


def _bar(axes: plt.Axes, shares: np.ndarray, title: str) -> None:
    """The shares of the three kinds, stacked."""
    left = 0.0
    for share, kind, grey in zip(shares, KINDS, (PALE, PALE, PALE), strict=True):
        axes.barh(0, share, left=left, color=grey, edgecolor=GREY)
        axes.text(left + share / 2, 0, f"{kind}\n{share:.0%}", ha="center", va="center", fontsize=9)
        left += share
    axes.set(xlim=(0, 1), ylim=(-0.9, 0.9))
    axes.set_title(title, fontsize=10)
    axes.axis("off")
