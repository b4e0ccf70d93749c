"""The figure of the lesson: the curve and the slope of each activation."""

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure
from torch import nn

from grader.figures import BLUE, GREY, ORANGE

CURVE, SLOPE, AXIS = BLUE, ORANGE, GREY

PANELS = (
    (nn.ReLU(), nn.LeakyReLU(0.1), nn.PReLU(), nn.RReLU(), nn.ELU(), nn.SELU()),
    (nn.CELU(2.0), nn.Softplus(), nn.Threshold(1.0, -1.0), nn.ReLU6(), nn.Hardtanh(), nn.Hardshrink(1.0)),
    (nn.Sigmoid(), nn.Hardsigmoid(), nn.Tanh(), nn.Softsign(), nn.Tanhshrink(), nn.LogSigmoid()),
    (nn.SiLU(), nn.Hardswish(), nn.Mish(), nn.GELU()),
)
TITLES = {
    "LeakyReLU": "LeakyReLU(0.1)", "PReLU": "PReLU, weight 0.25", "CELU": "CELU(2)", "Threshold": "Threshold(1, -1)",
    "RReLU": "RReLU, evaluation", "Hardshrink": "Hardshrink(1)",
}  # fmt: skip


def draw() -> Figure:
    """Draw 22 panels of one scale, ReLU6 aside, and what the two lines mean in the free corner."""
    figure, axes = plt.subplots(4, 6, figsize=(10, 7.6))
    for row, layers in zip(axes, PANELS, strict=True):
        for panel, layer in zip(row, layers, strict=False):
            _panel(panel, layer.eval())
    for panel in axes[-1, len(PANELS[-1]) :]:
        panel.axis("off")
    lines = axes[0, 0].get_lines()[-2:]
    axes[-1, -2].legend(lines, ["f(x)", "its slope f′(x)"], loc="center left", fontsize=11, frameon=False)
    figure.tight_layout()
    return figure


def _panel(panel: plt.Axes, layer: nn.Module) -> None:
    """One function: a line breaks where it jumps."""
    name = type(layer).__name__
    # An even number of points, so that none is a kink.
    low, high = (-2, 8) if name == "ReLU6" else (-4, 4)
    x = torch.linspace(low, high, 1600, dtype=torch.float64, requires_grad=True)
    y = layer.double()(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    panel.axhline(0, color=AXIS, linewidth=0.6)
    panel.axvline(0, color=AXIS, linewidth=0.6)
    panel.plot(x.detach(), _broken(y.detach()), color=CURVE, linewidth=2)
    panel.plot(x.detach(), _broken(slope), color=SLOPE, linewidth=1.6, linestyle=(0, (4, 2)))
    panel.set_title(TITLES.get(name, name), fontsize=10)
    if name == "ReLU6":
        panel.set(xlim=(low, high), ylim=(-1.5, 8), xticks=(0, 6), yticks=(0, 1, 6))
    else:
        panel.set(xlim=(low, high), ylim=(-2.2, 4), xticks=(-3, 0, 3), yticks=(-1, 0, 1, 3))


def _broken(values: torch.Tensor) -> torch.Tensor:
    """The values with a gap wherever they jump."""
    broken = values.clone()
    broken[1:][values.diff().abs() > 0.05] = torch.nan
    return broken
