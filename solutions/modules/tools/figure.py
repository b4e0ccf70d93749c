"""The figure of the lesson: the description of a model, and how the keys of its state dict are put together."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from grader.figures import BLUE, GREEN, GREY, ORANGE

DEEP = BLUE
SPEC = """\
{
  "stem": [
    "Conv2d:nobias",
    "BatchNorm2d",
    "ReLU",
  ],
  "head": {"DataParallel":
    {"fc": "Linear"}},
}"""
KEYS = """\
stem.0.weight
stem.1.weight
stem.1.bias
stem.1.running_mean
stem.1.running_var
stem.1.num_batches_tracked
head.module.fc.weight
head.module.fc.bias"""


def draw() -> Figure:
    """Draw the description on the left, the keys on the right, coloured by where each piece comes from."""
    figure = plt.figure(figsize=(10, 3.3))
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.88))
    axes.set(xlim=(0, 100), ylim=(-0.5, 9.5))
    axes.axis("off")
    axes.set_title("The description", loc="left", fontsize=11)
    for index, text in enumerate(SPEC.split("\n")):
        colour = DEEP if text.startswith('  "') or text == "  ]," else GREY
        axes.text(2, 8.6 - index, text, family="monospace", fontsize=10.5, color=colour)
    axes.annotate("", (45, 4.5), (38, 4.5), arrowprops={"arrowstyle": "-|>", "color": GREY})
    axes.text(49, 9.4, "The keys: children, numbers and wrappers, and what each layer holds", fontsize=10)
    for index, key in enumerate(KEYS.split("\n")):
        x, pieces = 50.0, key.split(".")
        for place, piece in enumerate(pieces):
            last = place == len(pieces) - 1
            colour = GREY if last else ORANGE if piece in ("0", "1", "module") else DEEP if place == 0 else GREEN
            text = piece if last else piece + "."
            axes.text(x, 8.1 - index, text, family="monospace", fontsize=10.5, color=colour)
            x += 0.93 * len(text)
    return figure
