"""The figure of the lesson: what Dropout and Dropout2d drop of two images with three channels."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, INK, ORANGE, PAPER

KEPT, SCALED = BLUE, ORANGE
SAMPLES, CHANNELS, SIDE = 2, 3, 4


def draw() -> Figure:
    """Draw a batch as two rows of three channels: the input, after Dropout, after Dropout2d."""
    generator = np.random.default_rng(5)
    elements = generator.random((SAMPLES, CHANNELS, SIDE, SIDE)) >= 0.5
    channels = np.array([[1, 0, 1], [0, 1, 0]], dtype=bool)[:, :, None, None].repeat(SIDE, 2).repeat(SIDE, 3)
    figure, panels = plt.subplots(1, 3, figsize=(10, 2.6))
    _batch(panels[0], np.ones_like(elements), "input\n(2, 3, 4, 4)", KEPT, "1")
    _batch(panels[1], elements, "Dropout(0.5)\nmask (2, 3, 4, 4)", SCALED, "2")
    _batch(panels[2], channels, "Dropout2d(0.5)\nmask (2, 3, 1, 1)", SCALED, "2")
    figure.tight_layout()
    return figure


def _batch(axes, keep, title: str, colour: str, value: str) -> None:
    """One batch of ones: kept cells filled and with their value, dropped ones empty."""
    for (sample, channel, row, column), kept in np.ndenumerate(keep):
        x, y = channel * (SIDE + 0.8) + column, -sample * (SIDE + 0.9) - row
        face = colour if kept else "none"
        axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=face, edgecolor=INK, linewidth=0.8))
        text, ink = (value, PAPER) if kept else ("0", INK)
        axes.text(x + 0.5, y + 0.47, text, ha="center", va="center", fontsize=9, color=ink)
    for sample in range(SAMPLES):
        middle = -sample * (SIDE + 0.9) - SIDE / 2 + 1
        axes.text(-0.4, middle, f"image {sample}", ha="right", va="center", fontsize=9, color=INK)
    axes.set(xlim=(-3.2, CHANNELS * (SIDE + 0.8)), ylim=(-2 * SIDE - 0.2, 1.3), aspect="equal")
    axes.set_title(title, fontsize=10, color=INK)
    axes.axis("off")
