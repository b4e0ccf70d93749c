"""The figure of the lesson: height and channels of what each layer of LeNet and AlexNet leaves."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREY, ORANGE, PALE

CONV, POOL, FLAT = BLUE, BLUE_TINT, ORANGE
LENET = (("image", 32, 3), ("conv1", 28, 6), ("pool", 14, 6), ("conv2", 10, 16), ("pool", 5, 16))
ALEXNET = (("image", 224, 1), ("11×11/4", 54, 96), ("pool", 26, 96), ("5×5", 26, 256), ("pool", 12, 256),
           ("3×3", 12, 384), ("3×3", 12, 384), ("3×3", 12, 256), ("pool", 5, 256))  # fmt: skip


def draw() -> Figure:
    """Draw a row of squares for each network, and its linear layers as bars."""
    figure, (upper, lower) = plt.subplots(2, 1, figsize=(10, 4.6))
    _network(upper, LENET, (400, 120, 84, 10), "LeNet: 62,006 parameters", 32)
    _network(lower, ALEXNET, (6400, 4096, 4096, 10), "AlexNet: 46,764,746 parameters", 224)
    figure.tight_layout()
    return figure


def _network(axes, stages, widths, title: str, largest: int) -> None:
    """Squares as high as the image (by its root, so that small ones stay visible), bars as the layer is wide."""
    x = 0.0
    for name, side, channels in stages:
        edge = 1.6 * (side / largest) ** 0.5
        colour = POOL if name == "pool" else PALE if name == "image" else CONV
        axes.add_patch(plt.Rectangle((x, -edge / 2), edge, edge, facecolor=colour, edgecolor=GREY))
        axes.text(x + edge / 2, 0.95, name, ha="center", va="bottom", fontsize=9)
        axes.text(x + edge / 2, -0.95, f"{channels}×\n{side}×{side}", ha="center", va="top", fontsize=9)
        x += max(edge, 0.9) + 0.45
    for index, width in enumerate(widths):
        high = 1.6 * (width / widths[0]) ** 0.5
        axes.add_patch(plt.Rectangle((x, -high / 2), 0.18, high, facecolor=FLAT))
        axes.text(x + 0.09, 0.95, "flatten" if not index else f"fc{index}", ha="center", va="bottom", fontsize=9)
        axes.text(x + 0.09, -0.95, str(width), ha="center", va="top", fontsize=9)
        x += 0.75
    axes.set(xlim=(-0.4, x), ylim=(-1.3, 1.3), aspect="equal")
    axes.set_title(title, fontsize=10)
    axes.axis("off")
