"""Draw a lesson's figure: one SVG for light and dark pages, refused where somebody could not read it.

The file is drawn in the light colours and holds the dark ones as a style that browsers apply on a dark page: an image
follows the colour scheme of its page. So a lesson shows it in plain Markdown, and there is one file to carry. It has a
background of its own, so that where the wrong theme is taken it still can be read. Text is drawn as shapes and looks
the same everywhere; the lesson says in words what the figure shows.
"""

import hashlib
import io
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.model import CourseError
from grader.release.palette import DARK, GREY, INK, PALE, PAPER

FIGURE_SCRIPT = "figure.py"

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "path", "svg.hashsalt": "course", "font.size": 10, "axes.titlesize": 11, "legend.fontsize": 9,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "legend.frameon": False, "axes.spines.top": False,
    "axes.spines.right": False, "axes.axisbelow": True, "hatch.linewidth": 0.9, "grid.color": PALE, "grid.linewidth": 1,
    "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.facecolor": PAPER, "axes.edgecolor": GREY,
    "text.color": INK, "axes.labelcolor": INK, "axes.titlecolor": INK, "xtick.color": GREY, "ytick.color": GREY,
    "xtick.labelcolor": INK, "ytick.labelcolor": INK, "legend.labelcolor": INK, "lines.color": GREY,
}  # fmt: skip
_SOURCES = [Path(__file__).with_name(name) for name in ("palette.py", "shapes.py", "drawing.py")]


def drawn(script: Path) -> str:
    """The SVG that a script draws, with the mark of what drew it; the same script gives the same.

    Args:
        script: A ``figure.py``, whose ``draw()`` returns a matplotlib figure in the colours of `grader.figures`.

    Raises:
        CourseError: where it cannot be drawn, or what it draws cannot be read in both themes.
    """
    try:
        import matplotlib
        from matplotlib import pyplot
        from matplotlib.figure import Figure

        from grader.release.readable import unreadable
    except ModuleNotFoundError:
        raise CourseError(
            "Drawing the figures needs matplotlib.", "Install it with: pip install -e '.[dev]' -c constraints.txt"
        ) from None
    matplotlib.use("Agg")
    file = io.StringIO()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        try:
            figure = runpy.run_path(str(script))["draw"]()
            if isinstance(figure, Figure):
                unread = list(unreadable(figure))
                figure.savefig(file, format="svg")
        except Exception as error:
            raise CourseError(f"{script} could not draw its figure: {type(error).__name__}: {error}") from error
        finally:
            pyplot.close("all")
    if not isinstance(figure, Figure):
        raise CourseError(f"{script} drew no figure.", "Its draw() has to return a matplotlib figure.")
    svg = file.getvalue()
    unread += _foreign(svg)
    if unread:
        more = f" (and {len(unread) - 3} more)" if len(unread) > 3 else ""
        raise CourseError(f"The figure of {script} cannot be read by everyone: {'; '.join(unread[:3])}{more}.")
    return _themed(svg, mark(script))


def mark(script: Path) -> str:
    """What a figure is drawn from, in short: its script and what is common to all figures."""
    digest = hashlib.sha256(script.read_bytes())
    for source in _SOURCES:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def is_drawn_from(figure: Path, script: Path) -> bool:
    """Whether a file is what a script draws, as far as its mark says."""
    return f"<!-- drawn from {mark(script)} -->" in figure.read_text(encoding="utf-8")


def _themed(svg: str, made_from: str) -> str:
    """The SVG alone, with the colours of a dark page."""
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    rules = []
    for light in sorted(set(re.findall("#[0-9a-f]{6}", svg)) & DARK.keys()):
        for kind in ("fill", "stroke"):
            rules.append(f'[style*="{kind}: {light}"],[{kind}="{light}"]{{{kind}:{DARK[light]} !important}}')
    style = "<style>@media (prefers-color-scheme: dark){" + "".join(rules) + "}</style>"
    head, _, rest = svg.partition(">")
    return f"{head}>\n <!-- drawn from {made_from} -->\n {style}{rest}"


def _foreign(svg: str) -> Iterator[str]:
    """Colours that have no pair in the palette, and transparency, whose contrast nobody has measured."""
    foreign = sorted(set(re.findall("#[0-9a-f]{6}", svg)) - DARK.keys())
    if foreign:
        yield f"{', '.join(foreign)} not of the palette: see grader.figures"
    if re.search(r"opacity: 0?\.", svg):
        yield "something is transparent: take a tint or PALE"
