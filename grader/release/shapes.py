"""What many figures are made of: cells with a text, and arrows."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from grader.release.palette import GREY, HUES, INK, PAPER

Point = tuple[float, float]


def cell(
    axes: Axes, x: float, y: float, colour: str, text: str = "", *,
    width: float = 1.0, height: float = 1.0, hatch: str = "", size: float = 10.0, **more: Any,
) -> None:  # fmt: skip
    """A rectangle with its lower left corner at (x, y) and a text in its middle, in a colour that can be read on it.

    Args:
        axes: Where to draw.
        x: The left edge.
        y: The lower edge.
        colour: A hue, a tint, `PALE` or `PAPER`; other fills than hues get a thin edge, without which they are lost.
        text: What stands in it.
        width: The width.
        height: The height.
        hatch: A pattern over the fill, so that colour alone does not carry the meaning.
        size: The text's size in points.
        more: Further properties of the rectangle, such as ``edgecolor``.
    """
    is_hue = colour in HUES or colour in (INK, GREY)
    edge = PAPER if is_hue else GREY
    style = {"edgecolor": edge, "linewidth": 1.5 if is_hue else 1.0, "hatch": hatch or None, **more}
    axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, **style))
    if text:
        plate = {"facecolor": colour, "edgecolor": "none", "pad": 1.2} if hatch else None
        middle = (x + width / 2, y + height / 2)
        axes.text(*middle, text, ha="center", va="center", fontsize=size, color=PAPER if is_hue else INK, bbox=plate)


def arrow(axes: Axes, start: Point, end: Point, colour: str = GREY, **more: Any) -> None:
    """An arrow between two points; `more` are properties of it, such as ``linestyle``."""
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0, **more}
    axes.annotate("", end, start, arrowprops=style)


def bare(*panels: Axes) -> None:
    """Make the panels drawings: units of one length in both directions, no axes."""
    for axes in panels:
        axes.set_aspect("equal")
        axes.axis("off")
