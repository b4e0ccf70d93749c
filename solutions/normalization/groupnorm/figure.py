"""The figure of the lesson: which values share a mean in four normalisations."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import HUES, cell

SAMPLES, CHANNELS, POSITIONS = 2, 6, 4


def draw() -> Figure:
    """Draw two samples of six channels and four positions; cells of one letter share a mean and a variance."""
    figure, panels = plt.subplots(1, 4, figsize=(10, 2.8))
    sample, channel, _ = np.indices((SAMPLES, CHANNELS, POSITIONS))
    _sheets(panels[0], channel, "BatchNorm(6), to compare")
    _sheets(panels[1], sample, "GroupNorm(1, 6)")
    _sheets(panels[2], 3 * sample + channel // 2, "GroupNorm(3, 6)")
    _sheets(panels[3], CHANNELS * sample + channel, "InstanceNorm(6)\nor GroupNorm(6, 6)")
    panels[0].text(-0.4, CHANNELS / 2, "channels", rotation=90, ha="right", va="center", fontsize=9)
    figure.tight_layout()
    return figure


def _sheets(axes: plt.Axes, groups: np.ndarray, title: str) -> None:
    """The samples side by side, each a sheet of channels by positions."""
    step = POSITIONS + 1
    for sample, sheet in enumerate(groups):
        for (row, column), group in np.ndenumerate(sheet):
            corner = (step * sample + column, CHANNELS - 1 - row)
            cell(axes, *corner, HUES[group % len(HUES)], chr(ord("a") + group))
        axes.text(step * sample + POSITIONS / 2, -0.6, f"x[{sample}]", ha="center", va="center", fontsize=9)
    axes.set(xlim=(-1.2, step * SAMPLES - 0.8), ylim=(-1.1, CHANNELS + 0.1), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
