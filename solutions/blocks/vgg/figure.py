"""The figure of the lesson: what two convolutions see, and the blocks of VGG-16."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, BLUE_TINT, GREY, ORANGE, PALE

INPUT, WINDOW, POOL = BLUE, ORANGE, BLUE_TINT
VGG16 = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))


def draw() -> Figure:
    """Draw a row of pixels under two layers of windows, and a column of layers for each block."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(1, 1.5))
    _field(left)
    _blocks(right)
    for axes in (left, right):
        axes.axis("off")
    figure.tight_layout()
    return figure


def _field(axes) -> None:
    """Seven inputs, the values that the first convolution makes of them, and the second; one of these sees five."""
    for level, seen in enumerate(((1, 2, 3, 4, 5), (2, 3, 4), (3,))):
        for place in range(7):
            picked = place in seen
            colour = (INPUT if level == 0 else WINDOW) if picked else PALE
            axes.add_patch(plt.Rectangle((place, 2 * level), 1, 1, facecolor=colour, edgecolor=GREY, linewidth=1))
            for tap in (-1, 0, 1) if level and picked else ():
                axes.plot([place + 0.5, place + tap + 0.5], [2 * level, 2 * level - 1], color=GREY, linewidth=0.9)
    for level, text in enumerate(("input", "first 3×3", "second 3×3")):
        axes.text(7.2, 2 * level + 0.5, text, va="center", fontsize=9)
    axes.set(xlim=(-0.2, 9.6), ylim=(-0.3, 5.3), aspect="equal")
    axes.set_title("two 3×3 convolutions see 5 pixels", fontsize=10)


def _blocks(axes) -> None:
    """A box for each convolution and pooling of VGG-16, as high as the image by its root."""
    x, side = 0.0, 224
    for number, (count, channels) in enumerate(VGG16):
        begin = x
        for layer in range(count + 1):
            pooled = layer == count
            high = 3 * (side / (448 if pooled else 224)) ** 0.5
            colour = POOL if pooled else INPUT
            axes.add_patch(plt.Rectangle((x, -high / 2), 0.5, high, facecolor=colour, edgecolor=GREY,
                                         hatch="///" if pooled else None))  # fmt: skip
            x += 0.55
        middle = (begin + x) / 2
        axes.text(middle, 1.75, f"blocks.{number}", ha="center", fontsize=9)
        axes.text(middle, -1.75, f"{channels} channels\n{side} → {side // 2}", ha="center", va="top", fontsize=9)
        side //= 2
        x += 0.55
    for width in (4096, 4096, 10):
        high = 2.2 if width == 4096 else 0.5
        axes.add_patch(plt.Rectangle((x, -high / 2), 0.2, high, facecolor=WINDOW))
        x += 0.4
    axes.text(x - 0.6, 1.75, "classifier", ha="center", fontsize=9)
    axes.set(xlim=(-0.4, x + 0.6), ylim=(-2.7, 2.2))
    axes.set_title("VGG-16: poolings are hatched, linear layers at the end", fontsize=10)
