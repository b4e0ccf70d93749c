"""The figure of the lesson: four channels become one image of twice the height and width."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, INK, ORANGE, PURPLE, bare, cell

CHANNELS = (BLUE, ORANGE, GREEN, PURPLE)


def draw() -> Figure:
    """Draw four channels of 2 by 3 pixels one behind the other, and the image of 4 by 6 that they make."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.2), width_ratios=(1.3, 1))
    for channel, colour in enumerate(CHANNELS):
        for row in range(2):
            for column in range(3):
                place = (channel % 2 * 3.6 + column, (1 - channel // 2) * 2.9 + 1 - row)
                cell(left, *place, colour, f"{channel}{'abcdef'[3 * row + column]}")
        left.text(
            channel % 2 * 3.6 + 1.5, (1 - channel // 2) * 2.9 + 2.15, f"channel {channel}", ha="center", fontsize=10
        )
    for row in range(4):
        for column in range(6):
            channel = row % 2 * 2 + column % 2
            pixel = "abcdef"[row // 2 * 3 + column // 2]
            cell(right, column, 3 - row, CHANNELS[channel], f"{channel}{pixel}")
    for line in (2, 4):
        right.plot([line, line], [0, 4], color=INK, linewidth=2)
    right.plot([0, 6], [2, 2], color=INK, linewidth=2)
    left.set(xlim=(-0.3, 7.0), ylim=(-0.3, 5.6))
    left.set_title("in: (4, 2, 3)", fontsize=10)
    right.set(xlim=(-0.3, 6.3), ylim=(-0.8, 4.8))
    right.set_title("PixelShuffle(2): (1, 4, 6)", fontsize=10)
    bare(left, right)
    figure.tight_layout()
    return figure
