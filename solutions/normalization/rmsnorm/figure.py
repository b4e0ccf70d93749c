"""The figure of the lesson: what RMSNorm and LayerNorm do to points in the plane."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

INK, BEFORE, AFTER = "#767676", "#2871ad", "#b85c12"
LIMIT = 2.6


def draw(path: Path) -> None:
    """Draw the same points twice, with an arrow from each to where a layer puts it."""
    generator = np.random.default_rng(4)
    angles = np.linspace(0, 2 * np.pi, 14, endpoint=False) + 0.13
    points = np.stack([np.cos(angles), np.sin(angles)], 1) * generator.uniform(0.35, 2.3, (14, 1))
    root = np.sqrt((points**2).mean(1, keepdims=True))
    centred = points - points.mean(1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(1, keepdims=True))

    figure, panels = plt.subplots(1, 2, figsize=(8.4, 4.2))
    figure.patch.set_alpha(0)
    _panel(panels[0], "RMSNorm(2): onto the circle, each along its ray", points, points / root)
    _panel(panels[1], "LayerNorm(2): two points are left", points, centred / deviation)
    panels[0].add_patch(plt.Circle((0, 0), np.sqrt(2), fill=False, color=INK, linestyle="--"))
    panels[1].plot([-LIMIT, LIMIT], [-LIMIT, LIMIT], color=INK, linestyle="--", linewidth=1)
    panels[1].text(1.35, 1.75, "$x_1 = x_2$", color=INK, rotation=45, fontsize=9)
    figure.tight_layout()
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _panel(axes, title: str, before, after) -> None:
    """Points before (rings) and after (dots), and the way between."""
    axes.patch.set_alpha(0)
    for start, end in zip(before, after, strict=True):
        arrow = {"arrowstyle": "->", "color": INK, "linewidth": 0.9, "shrinkA": 3, "shrinkB": 3}
        axes.annotate("", xy=end, xytext=start, arrowprops=arrow)
    axes.scatter(*before.T, s=28, facecolors="none", edgecolors=BEFORE, linewidths=1.6, label="before", zorder=3)
    axes.scatter(*after.T, s=34, color=AFTER, label="after", zorder=4)
    axes.set(xlim=(-LIMIT, LIMIT), ylim=(-LIMIT, LIMIT), aspect="equal")
    axes.set_title(title, fontsize=10, color=INK)
    axes.tick_params(colors=INK, labelsize=8)
    for spine in axes.spines.values():
        spine.set_color(INK)
    axes.legend(fontsize=8, labelcolor=INK, framealpha=0, loc="lower right")
