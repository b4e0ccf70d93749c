"""The figure of the lesson: which values share a mean, and how the running mean follows the batches."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PALE


def draw() -> Figure:
    """Draw three panels: BatchNorm's slice, LayerNorm's slice, running means under three momenta."""
    figure = plt.figure(figsize=(10, 3.4))
    channel, sample = np.zeros((3, 4, 5), dtype=bool), np.zeros((3, 4, 5), dtype=bool)
    channel[:, 1, :] = True
    sample[0] = True
    _block(figure.add_subplot(1, 3, 1, projection="3d"), channel, "BatchNorm: one channel,\nall samples, all pixels")
    _block(figure.add_subplot(1, 3, 2, projection="3d"), sample, "LayerNorm: one sample,\nall channels, all pixels")
    _running(figure.add_subplot(1, 3, 3))
    figure.tight_layout()
    return figure


def _block(axes, chosen, title: str) -> None:
    """A block of N by C by pixels, with the values that share one mean and one variance in the dark colour."""
    colours = np.where(chosen, BLUE, PALE)
    axes.voxels(np.ones_like(chosen), facecolors=colours, edgecolor=GREY, linewidth=0.8, shade=False)
    axes.view_init(elev=22, azim=-52)
    axes.set_axis_off()
    for x, y, name in ((0.3, 0.13, "N"), (0.8, 0.15, "C"), (0.0, 0.5, "H·W")):
        axes.text2D(x, y, name, transform=axes.transAxes, ha="center", va="center")
    axes.set_title(title, fontsize=10, y=0.93)


def _running(axes) -> None:
    """Running means over thirty batches whose mean is about 3."""
    batches = 3 + 0.6 * np.random.RandomState(0).standard_normal(30)
    axes.plot(range(1, 31), batches, ".", color=GREY, label="mean of the batch")
    for momentum, colour, style in ((0.1, BLUE, "-"), (0.5, ORANGE, "--"), (None, GREEN, "-.")):
        running, track = 0.0, []
        for count, mean in enumerate(batches, 1):
            share = 1 / count if momentum is None else momentum
            running += share * (mean - running)
            track.append(running)
        axes.plot(range(1, 31), track, color=colour, linestyle=style, label=f"momentum={momentum}")
    axes.set(xlabel="training call", ylim=(-0.8, 5))
    axes.set_title("running_mean", fontsize=10)
    axes.legend(loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
