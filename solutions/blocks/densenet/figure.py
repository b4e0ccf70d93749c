"""The figure of the lesson: how a dense block is wired, and the channels of DenseNet."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, INK, ORANGE, PAPER, PURPLE, RED, cell

INPUT, LAYERS, EDGE = BLUE, (ORANGE, PURPLE, GREEN), GREY

HATCHES = {INK: "...", INPUT: "", RED: "///"}
"""Patterns of the bars, so that colour alone does not tell them apart."""


def draw() -> Figure:
    """Draw a dense block of three layers as stacks of channels, and the channels of the default DenseNet."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), width_ratios=(1.5, 1))
    _block(left)
    _channels(right)
    figure.tight_layout()
    return figure


def _block(axes) -> None:
    """After each layer, a stack of everything so far; the layer reads the whole stack and adds to it."""
    for stage in range(4):
        x = 3.4 * stage
        for piece in range(stage + 1):
            colour = INPUT if piece == 0 else LAYERS[piece - 1]
            low, high = (0.0, 1.5) if piece == 0 else (1.5 + 0.8 * (piece - 1), 0.8)
            cell(axes, x, low, colour, "g" if piece else "C", width=0.8, height=high)
        width = "C" if stage == 0 else "C + g" if stage == 1 else f"C + {stage}g"
        axes.text(x + 0.4, -0.3, width, ha="center", va="top", fontsize=9)
        if stage < 3:
            top = 1.5 + 0.8 * stage
            axes.annotate("", (x + 3.35, top / 2), (x + 0.85, top / 2), arrowprops={"arrowstyle": "->", "color": EDGE})
            axes.text(x + 2.1, top / 2 - 0.12, "as it is", ha="center", va="top", fontsize=9, color=INK)
            axes.plot([x + 0.85, x + 1.3, x + 1.3], [top - 0.3, top - 0.3, top + 0.1], color=EDGE, linewidth=1.2)
            box = plt.Rectangle((x + 0.95, top + 0.1), 1.9, 0.6, facecolor=LAYERS[stage], edgecolor=PAPER)
            axes.add_patch(box)
            axes.text(x + 1.9, top + 0.4, f"layers.{stage}", ha="center", va="center", color=PAPER, fontsize=9)
            end, start = (x + 3.4, top + 0.4), (x + 2.85, top + 0.4)
            axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": EDGE})
    axes.set(xlim=(-0.3, 11.4), ylim=(-0.9, 4.3))
    axes.set_title("a dense block of three layers", fontsize=10)
    axes.axis("off")


def _channels(axes) -> None:
    """Channels after the stem, after every layer of the four blocks, and after the transitions."""
    counts, colours, channels = [64], [INK], 64
    for block in range(4):
        if block:
            channels //= 2
            counts.append(channels)
            colours.append(RED)
        for _ in range(4):
            channels += 32
            counts.append(channels)
            colours.append(INPUT)
    bars = axes.bar(range(len(counts)), counts, color=colours, edgecolor=PAPER)
    for bar, colour in zip(bars, colours, strict=True):
        bar.set_hatch(HATCHES[colour])
    for label, colour in (("stem", INK), ("a dense layer: +32", INPUT), ("a transition: half", RED)):
        axes.bar(0, 0, color=colour, edgecolor=PAPER, hatch=HATCHES[colour], label=label)
    axes.set(xticks=[], ylim=(0, 330), ylabel="channels")
    axes.legend(fontsize=9, frameon=False, loc="upper left", ncols=1)
    axes.set_title("DenseNet with its defaults", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
