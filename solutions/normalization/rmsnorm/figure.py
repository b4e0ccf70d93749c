"""The figure of the lesson: what RMSNorm and LayerNorm do to points in the plane."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, INK, ORANGE

BEFORE, AFTER = BLUE, ORANGE
LIMIT = 2.6


def draw() -> Figure:
    """Draw the same points twice, with an arrow from each to where a layer puts it."""
    generator = np.random.default_rng(4)
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False) + 0.13
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * generator.uniform(0.35, 2.3, (14, 1))
    root = np.sqrt((points**2).mean(1, keepdims=True))
    centred = points - points.mean(1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(1, keepdims=True))

    figure, panels = plt.subplots(1, 2, figsize=(8.4, 4.2))
    _panel(panels[0], "RMSNorm(2): onto the circle, each along its ray", points, points / root)
    _panel(panels[1], "LayerNorm(2): two points are left", points, centred / deviation)
    panels[0].add_patch(plt.Circle((0, 0), np.sqrt(2), fill=False, color=INK, linestyle="--"))
    panels[1].plot([-LIMIT, LIMIT], [-LIMIT, LIMIT], color=INK, linestyle="--", linewidth=1)
    panels[1].text(1.35, 1.75, "$x_1 = x_2$", color=INK, rotation=45, fontsize=9)
    figure.tight_layout()
    return figure


def _panel(axes, title: str, before, after) -> None:
    """Points before (rings) and after (dots), and the way between."""
    for start, end in zip(before, after, strict=True):
        arrow = {"arrowstyle": "->", "color": INK, "linewidth": 0.9, "shrinkA": 3, "shrinkB": 3}
        axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    axes.scatter(*before.T, s=28, facecolors="none", edgecolors=BEFORE, linewidths=1.6, label="before", zorder=3)
    axes.scatter(*after.T, s=34, color=AFTER, label="after", zorder=4)
    axes.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
    axes.set_title(title, fontsize=10, color=INK)
    axes.spines[["top", "right"]].set_visible(True)
    axes.legend(loc="lower right")
