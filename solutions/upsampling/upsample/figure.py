"""The figure of the lesson: where the outputs lie among the inputs, and what the modes make of four values."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREEN, GREY, ORANGE, PURPLE

INPUT, APART, ALIGNED, NEAREST = BLUE, ORANGE, GREEN, PURPLE
VALUES = np.array([1.0, 3.0, 0.5, 2.0])


def draw() -> Figure:
    """Draw grids of 4 inputs and 8 outputs for both alignments, and the curves of the three modes."""
    figure, (grids, curves) = plt.subplots(1, 2, figsize=(10, 3.2), width_ratios=(1.2, 1))
    _grids(grids)
    _curves(curves)
    figure.tight_layout()
    return figure


def _places(aligned: bool) -> np.ndarray:
    """Where 8 outputs lie among 4 inputs, before anything is clamped."""
    return np.arange(8) * 3 / 7 if aligned else (np.arange(8) + 0.5) / 2 - 0.5


def _grids(axes: plt.Axes) -> None:
    """Inputs as squares or points, and the centres of the outputs below them."""
    for level, aligned in ((1.6, False), (0.0, True)):
        for place in range(4):
            axes.add_patch(plt.Rectangle((place - 0.5, level + 0.1), 1, 0.45, facecolor=BLUE_TINT, edgecolor=GREY))
            axes.plot(place, level + 0.33, "o", color=INPUT)
        for place in _places(aligned):
            axes.plot(place, level - 0.2, "D" if aligned else "s", color=ALIGNED if aligned else APART, markersize=5)
            axes.plot([place, place], [level - 0.2, level + 0.33], color=GREY, linewidth=1, zorder=0)
        text = "align_corners=True: first on first, last on last" if aligned else "align_corners=False: edge on edge"
        axes.text(1.5, level + 0.68, text, ha="center", fontsize=9)
    axes.set(xlim=(-0.8, 3.8), ylim=(-0.5, 2.7))
    axes.axis("off")
    axes.set_title("4 inputs (dots), 8 outputs (marks below)", fontsize=10)


def _curves(axes: plt.Axes) -> None:
    """Output by output, what each mode gives."""
    outputs = np.arange(8)
    axes.plot(outputs, VALUES[outputs // 2], "o--", color=NEAREST, label="nearest", linewidth=1.4)
    for aligned, colour in ((False, APART), (True, ALIGNED)):
        values = np.interp(_places(aligned), np.arange(4), VALUES)
        axes.plot(
            outputs,
            values,
            color=colour,
            label=f"linear, align_corners={aligned}",
            linewidth=1.4,
            markersize=5,
            linestyle="-" if aligned else "-.",
            marker="D" if aligned else "s",
        )
    axes.set(xlabel="output", ylim=(0, 4.2))
    axes.set_title("1, 3, 0.5, 2 at twice the size", fontsize=10)
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
