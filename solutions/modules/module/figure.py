"""The figure of the lesson: a model as a tree of modules with their registers, and the names that come of it."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, PALE

BOXES = {
    "net": (0.22, 0.84, "net", []),
    "body": (0.11, 0.50, "body", [("scale", BLUE)]),
    "head": (0.42, 0.50, "head", [("weight", BLUE), ("bias", BLUE)]),
    "0": (0.05, 0.12, "0", [("weight", BLUE)]),
    "1": (0.24, 0.12, "1", [("weight", BLUE), ("mean", GREEN)]),
}
"""Centre, name and registered members of each module; buffers are green and slanted."""
EDGES = (("net", "body"), ("net", "head"), ("body", "0"), ("body", "1"))
ROWS = (
    ("body.scale", "parameter", BLUE), ("body.0.weight", "parameter", BLUE), ("body.1.weight", "parameter", BLUE),
    ("body.1.mean", "buffer", GREEN), ("head.weight", "parameter", BLUE), ("head.bias", "parameter", BLUE),
)  # fmt: skip


def draw() -> Figure:
    """Draw the tree on the left, and its state dict on the right."""
    figure = plt.figure(figsize=(10, 3.8))
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.9))
    axes.set(xlim=(-0.02, 1), ylim=(-0.05, 1))
    axes.axis("off")
    for parent, child in EDGES:
        (x0, y0, _, _), (x1, y1, _, _) = BOXES[parent], BOXES[child]
        axes.plot((x0, x1), (y0 - 0.06, y1 + 0.07), color=GREY, linewidth=1, zorder=0)
    for x, y, name, members in BOXES.values():
        axes.text(x, y, name, ha="center", va="center", fontsize=11, family="monospace",
                  bbox={"boxstyle": "round,pad=0.35", "facecolor": PALE, "edgecolor": GREY})  # fmt: skip
        for index, (member, colour) in enumerate(members):
            axes.text(x + 0.045, y - 0.005 - 0.09 * index, member, color=colour, fontsize=9.5, va="center",
                      family="monospace", style="italic" if colour == GREEN else "normal")  # fmt: skip
    axes.set_title("A model: modules, and what is registered in each", loc="left", fontsize=11)
    _names(axes)
    return figure


def _names(axes) -> None:
    """The list of names, module by module."""
    axes.text(0.66, 0.93, "list(net.state_dict())", fontsize=10, family="monospace")
    axes.annotate("", (0.64, 0.5), (0.56, 0.5), arrowprops={"arrowstyle": "-|>", "color": GREY})
    for index, (name, kind, colour) in enumerate(ROWS):
        y = 0.8 - 0.13 * index
        axes.text(0.68, y, name, fontsize=10, color=colour, family="monospace",
                  style="italic" if kind == "buffer" else "normal")  # fmt: skip
        axes.text(0.9, y, kind, fontsize=9, color=GREY)
