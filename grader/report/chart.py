"""Charts as inline SVG that follows the page's colours."""

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from grader.model.language import translated
from grader.model.words import lead

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAGE = {
    "#010203": "currentColor", "#040506": "var(--bar)", "#070809": "var(--good)", "#0a0b0c": "var(--middle)",
    "#0d0e0f": "var(--zero)", "#101112": "var(--off)", "#131415": "var(--none)", "#161718": "var(--alarm)",
}  # fmt: skip
"""Colours that matplotlib draws with, and the page's own that replace them."""
_INK, _BAR, *_FILLS = _PAGE


@contextmanager
def _drawing(width: float, height: float) -> "Iterator[tuple[Figure, Axes]]":
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink: dict[Any, Any] = {
        name: _INK for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color")
    }
    with (
        warnings.catch_warnings(),
        rc_context({"svg.fonttype": "none", "svg.hashsalt": "course", "font.size": 11, "hatch.linewidth": 0.6, **ink}),
    ):
        # What is drawn is text for the browser's fonts: it does not matter which glyphs matplotlib's own font has.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        yield figure, axes


def histogram(counts: Sequence[int]) -> Markup:
    """How many students are in each bin of scores."""
    from matplotlib.ticker import MaxNLocator

    with _drawing(6.4, 2.8) as (figure, axes):
        width = 100 / len(counts)
        bars = axes.bar([width * (index + 0.5) for index in range(len(counts))], counts, width * 0.9, color=_BAR)
        axes.bar_label(bars, [str(count or "") for count in counts], padding=2)
        axes.set_xlabel(translated("share of the points, %"))
        axes.set_ylabel(translated("students"))
        axes.set_xlim(0, 100)
        axes.set_ylim(0, max(counts, default=0) * 1.18 + 0.1)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        return _inline(figure, translated(f"Students in each tenth of the points: {', '.join(map(str, counts))}"))


def outcomes(parts: Sequence[str], totals: Mapping[str, Sequence[int]]) -> Markup:
    """How the answers to each part ended, as bars in pieces; every piece has its number and a hatch of its own.

    Args:
        parts: Names of the bars, from the top.
        totals: For each of at most six outcomes, the number of answers of each part.
    """
    hatches = ("", "//", "xx", "..", "", "++")
    with _drawing(6.4, 0.9 + 0.42 * len(parts)) as (figure, axes):
        left = [0] * len(parts)
        for (name, counts), fill, hatch in zip(totals.items(), _FILLS, hatches, strict=False):
            if any(counts):
                bars = axes.barh(
                    range(len(parts)), counts, 0.7, left, color=fill, edgecolor=_INK, linewidth=0.5, hatch=hatch,
                    label=translated(name),
                )  # fmt: skip
                axes.bar_label(bars, [str(count or "") for count in counts], label_type="center")
            left = [sum(pair) for pair in zip(left, counts, strict=True)]
        axes.set_yticks(range(len(parts)), parts)
        axes.invert_yaxis()
        axes.set_xlim(0, max(left, default=0) or 1)
        axes.xaxis.set_visible(False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(left=False)
        figure.legend(loc="outside upper left", ncols=3, frameon=False)
        said = "; ".join(
            f"{part}: "
            + ", ".join(f"{counts[index]} {translated(name)}" for name, counts in totals.items() if counts[index])
            for index, part in enumerate(parts)
        )
        return _inline(figure, f"{lead('How the answers ended.')}{said}")


def _inline(figure: "Figure", title: str) -> Markup:
    """The SVG element alone, named for those who do not see it, in the page's colours and at any width."""
    file = io.StringIO()
    figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    for drawn, own in _PAGE.items():
        svg = svg.replace(drawn, own)
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) (?:width|height)="[^"]*"', r"\1", svg, count=1)
    head = f' role="img" aria-labelledby="chart-title"><title id="chart-title">{escape(title)}</title>'
    return Markup(svg.replace(">", head, 1))
