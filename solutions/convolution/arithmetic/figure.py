"""The figure of the lesson: windows of a convolution, the extra window of pooling, and a receptive field."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE, PALE, PAPER, RED, bare, cell

INPUT, PADDING, WINDOW, DROPPED, OUTPUT = BLUE, PALE, ORANGE, RED, GREEN


def draw() -> Figure:
    """Draw three panels: a dilated, strided convolution; pooling with ceil_mode; two layers seen from above."""
    figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), width_ratios=(1.1, 0.9, 1.1))
    _windows(axes[0], size=7, padding=1, taps=3, dilation=2, starts=(0, 2, 4), dropped=())
    axes[0].set_title("i=7, k=3, s=2, p=1, d=2:  k'=5, o=3", fontsize=10)
    _windows(axes[1], size=5, padding=1, taps=2, dilation=1, starts=(0, 3), dropped=(6,))
    axes[1].set_title(
        "pooling i=5, k=2, s=3, p=1 with ceil_mode:\nthe third window begins at i + p, so o=2", fontsize=10
    )
    _field(axes[2])
    axes[2].set_title("two layers, k=3 s=2 and k=3 s=1:\none output sees 7 inputs", fontsize=10)
    bare(*axes)
    figure.tight_layout()
    return figure


def _windows(axes, size: int, padding: int, taps: int, dilation: int, starts, dropped) -> None:
    """A padded row of inputs, and below it a row for each window with its taps."""
    for place in range(size + 2 * padding):
        is_input = padding <= place < size + padding
        cell(axes, place, 0, INPUT if is_input else PADDING, str(place - padding) if is_input else "0")
    last = size + 2 * padding
    for row, start in enumerate((*starts, *dropped), 1):
        colour = DROPPED if start in dropped else WINDOW
        span = dilation * (taps - 1) + 1
        axes.plot([start + 0.5, start + span - 0.5], [0.5 - 1.2 * row] * 2, color=colour, linewidth=2, zorder=0)
        for tap in range(taps):
            if start in dropped:
                cell(axes, start + tap * dilation, -1.2 * row, PAPER, "×", edgecolor=DROPPED, linestyle="--")
            else:
                cell(axes, start + tap * dilation, -1.2 * row, WINDOW, "w")
        last = max(last, start + span)
    axes.set(xlim=(-0.3, last + 0.3), ylim=(-1.2 * (len(starts) + len(dropped)) - 0.4, 1.4))


def _field(axes) -> None:
    """Three rows: nine inputs, the four outputs of a stride of 2, and the two of the next layer, with what one sees."""
    rows = [(0, 9, 1.0, 0.0), (2.2, 4, 2.0, 1.0), (4.4, 2, 2.0, 3.0)]
    seen = [range(7), range(3), range(1)]
    for level, ((y, count, gap, offset), inside) in enumerate(zip(rows, seen, strict=True)):
        for place in range(count):
            picked = place in inside
            colour = (INPUT, WINDOW, OUTPUT)[level] if picked else PADDING
            cell(axes, offset + gap * place, y, colour)
            if level and picked:
                below_y, _, below_gap, below_offset = rows[level - 1]
                first = (2, 1)[level - 1] * place
                for tap in range(3):
                    x = below_offset + below_gap * (first + tap) + 0.5
                    axes.plot([offset + gap * place + 0.5, x], [y, below_y + 1], color=GREY, linewidth=1, zorder=0)
    axes.set(xlim=(-0.3, 9.3), ylim=(-0.4, 5.8))
