"""The figure of the lesson: which values share a mean, and how the running mean follows the batches."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

PALE, DEEP = "#cfdcec", "#2f6fb5"


def draw(path: Path) -> None:
    """Draw three panels: BatchNorm's slice, LayerNorm's slice, running means under three momenta."""
    figure = plt.figure(figsize=(10, 3.4))
    channel, sample = np.zeros((3, 4, 5), dtype=bool), np.zeros((3, 4, 5), dtype=bool)
    channel[:, 1, :] = True
    sample[0] = True
    _block(figure.add_subplot(1, 3, 1, projection="3d"), channel, "BatchNorm: one channel,\nall samples, all pixels")
    _block(figure.add_subplot(1, 3, 2, projection="3d"), sample, "LayerNorm: one sample,\nall channels, all pixels")
    _running(figure.add_subplot(1, 3, 3))
    figure.tight_layout()
    figure.savefig(path)
    plt.close(figure)


def _block(axes, chosen, title: str) -> None:
    """A block of N by C by pixels, with the values that share one mean and one variance in the deep colour."""
    colours = np.where(chosen, DEEP, PALE)
    axes.voxels(np.ones_like(chosen), facecolors=colours, edgecolor="white", linewidth=0.8, shade=False)
    axes.set(xlabel="N", ylabel="C", zlabel="H·W", xticks=[], yticks=[], zticks=[])
    axes.xaxis.labelpad = axes.yaxis.labelpad = axes.zaxis.labelpad = -12
    axes.view_init(elev=22, azim=-52)
    axes.set_title(title, fontsize=10, y=0.93)


def _running(axes) -> None:
    """Running means over thirty batches whose mean is about 3."""
    batches = 3 + 0.6 * np.random.RandomState(0).standard_normal(30)
    axes.plot(range(1, 31), batches, ".", color="#9a9a9a", label="mean of the batch")
    for momentum, colour in ((0.1, DEEP), (0.5, "#d98324"), (None, "#3a8f5d")):
        running, track = 0.0, []
        for count, mean in enumerate(batches, 1):
            share = 1 / count if momentum is None else momentum
            running += share * (mean - running)
            track.append(running)
        axes.plot(range(1, 31), track, color=colour, label=f"momentum={momentum}")
    axes.set(xlabel="training call", ylim=(-0.8, 5))
    axes.set_title("running_mean", fontsize=10)
    axes.legend(fontsize=7, frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
