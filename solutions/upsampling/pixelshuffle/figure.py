"""The figure of the lesson: four channels become one image of twice the height and width."""

from pathlib import Path

import matplotlib.pyplot as plt

CHANNELS = ("#2f6fb5", "#d98324", "#3a8f5d", "#8a5fb0")


def draw(path: Path) -> None:
    """Draw four channels of 2 by 3 pixels one behind the other, and the image of 4 by 6 that they make."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.2), width_ratios=(1.3, 1))
    for channel, colour in enumerate(CHANNELS):
        for row in range(2):
            for column in range(3):
                place = (channel % 2 * 3.6 + column, (1 - channel // 2) * 2.9 + 1 - row)
                _cell(left, *place, colour, f"{channel}{'abcdef'[3 * row + column]}")
        left.text(
            channel % 2 * 3.6 + 1.5, (1 - channel // 2) * 2.9 + 2.15, f"channel {channel}", ha="center", fontsize=8
        )
    for row in range(4):
        for column in range(6):
            channel = row % 2 * 2 + column % 2
            pixel = "abcdef"[row // 2 * 3 + column // 2]
            _cell(right, column, 3 - row, CHANNELS[channel], f"{channel}{pixel}")
    for line in (2, 4):
        right.plot([line, line], [0, 4], color="black", linewidth=1)
    right.plot([0, 6], [2, 2], color="black", linewidth=1)
    left.set(xlim=(-0.3, 7.0), ylim=(-0.3, 5.6))
    left.set_title("in: (4, 2, 3)", fontsize=10)
    right.set(xlim=(-0.3, 6.3), ylim=(-0.8, 4.8))
    right.set_title("PixelShuffle(2): (1, 4, 6)", fontsize=10)
    for panel in (left, right):
        panel.set_aspect("equal")
        panel.axis("off")
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _cell(axes: plt.Axes, x: float, y: float, colour: str, text: str) -> None:
    """A named square of side one with its lower left corner at (x, y)."""
    axes.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", color="white", fontsize=9)
