"""The distribution of scores as an inline SVG that follows the page's colours."""

import importlib.util
import io
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

_INK, _BAR = "#010203", "#040506"
"""Colours that matplotlib draws with, replaced by the page's own."""


def histogram(counts: Sequence[int]) -> Markup | None:
    """A chart of how many students are in each bin of scores; None where matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    ink: dict[Any, Any] = {
        name: _INK for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    }
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "course", "font.size": 11, **ink}):
        figure = Figure(figsize=(6.4, 2.8), layout="constrained")
        axes = figure.subplots()
        width = 100 / len(counts)
        bars = axes.bar([width * (index + 0.5) for index in range(len(counts))], counts, width * 0.9, color=_BAR)
        axes.bar_label(bars, [str(count or "") for count in counts], padding=2)
        axes.set_xlabel("share of the points, %")
        axes.set_ylabel("students")
        axes.set_xlim(0, 100)
        axes.set_ylim(0, max(counts, default=0) * 1.18 + 0.1)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    return _inline(file.getvalue(), f"Students in each tenth of the points: {', '.join(map(str, counts))}")


def _inline(svg: str, title: str) -> Markup:
    """The SVG element alone, named for those who do not see it, in the page's colours and at any width."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = svg.replace(_INK, "currentColor").replace(_BAR, "var(--bar)")
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg, count=1)
    head = f' role="img" aria-labelledby="chart-title"><title id="chart-title">{escape(title)}</title>'
    return Markup(svg.replace(">", head, 1))
