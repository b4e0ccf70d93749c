"""Whether everyone can read a figure: contrast in both themes, size, texts that overlap or are cut off."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from grader.release.palette import DARK, PAPER, least_contrast

TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
SMALLEST_TEXT = 9.0
WIDEST = 10.0
"""Points and inches: a figure is shown about as wide as a column of text, which is 9 to 11 inches on a screen."""
_TOLERATED = 0.15
"""The share of a text's area that may lie on another's: boxes of letters are larger than letters."""


def unreadable(figure: Figure) -> Iterator[str]:
    """What somebody could not read of a figure, a clause each. Colours that are not of the palette are left out."""
    if figure.get_figwidth() > WIDEST:
        yield f"it is {figure.get_figwidth():g} inches wide, more than {WIDEST:g}, and its text will shrink"
    figure.draw_without_rendering()
    hidden = _hidden(figure)
    shown = [artist for artist in figure.findobj() if artist not in hidden and artist.get_visible()]
    written = [artist for artist in shown if isinstance(artist, Text) and artist.get_text().strip()]
    texts = [(text, text.get_window_extent()) for text in written]
    patches = [artist for artist in shown if isinstance(artist, Patch) and not isinstance(artist, FancyArrowPatch)]
    patches.sort(key=Artist.get_zorder)
    filled = [(patch, patch.get_window_extent()) for patch in patches if _fill(patch)]
    for text, area in texts:
        yield from _about_text(text, area, filled, figure)
    yield from _overlaps([(text.get_text(), area) for text, area in texts if not text.get_rotation() % 90])
    for patch in patches:
        colours = {colour for colour in (_fill(patch), _edge(patch)) if colour in DARK} - {PAPER}
        # What lies below everything else is only a background.
        if patch.get_zorder() >= 0 and colours and all(_is_faint(colour) for colour in colours):
            yield f"a shape in {' and '.join(sorted(colours))} has no edge to be seen by"
    for line in shown:
        if isinstance(line, Line2D) and _hex(line.get_color()) in DARK and _is_faint(_hex(line.get_color())):
            yield f"a line in {_hex(line.get_color())} is hardly seen"


def _hidden(figure: Figure) -> set[Artist]:
    """What is not drawn or not meant: axes that are switched off, grids, the backgrounds of figure and axes."""
    hidden: set[Any] = {figure.patch}
    for axes in figure.axes:
        hidden |= {axes.patch, *axes.get_xgridlines(), *axes.get_ygridlines()}
        if not axes.axison:
            hidden |= {*axes.spines.values(), *axes.xaxis.findobj(), *axes.yaxis.findobj()}
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if not low <= tick.get_loc() <= high:
                    hidden |= set(tick.findobj())
    return hidden


def _about_text(text: Text, area: Bbox, filled: Sequence[tuple[Patch, Bbox]], figure: Figure) -> Iterator[str]:
    name = repr(text.get_text())
    if (size := float(text.get_fontsize())) < SMALLEST_TEXT:
        yield f"{name} has {size:g} points; {SMALLEST_TEXT:g} are asked for"
    if area.x0 < -1 or area.y0 < -1 or area.x1 > figure.bbox.x1 + 1 or area.y1 > figure.bbox.y1 + 1:
        yield f"{name} is cut off"
    colour, background = _hex(text.get_color()), PAPER
    plate = text.get_bbox_patch()
    if plate is not None and _fill(plate):
        background = _fill(plate)
    else:
        x, y = (area.x0 + area.x1) / 2, (area.y0 + area.y1) / 2
        below = [(patch, box) for patch, box in filled if box.contains(x, y) and patch.contains_point((x, y))]
        if below:
            patch, box = below[-1]
            background = _fill(patch)
            if patch.get_hatch():
                yield f"{name} stands on a pattern without a plate"
            if colour == PAPER and (area.x0 < box.x0 or area.x1 > box.x1):
                yield f"{name} is wider than what it stands on"
    if {colour, background} <= DARK.keys():
        measured = least_contrast(colour, background)
        if measured < TEXT_CONTRAST:
            yield f"{name} in {colour} on {background} has a contrast of {measured:.1f}; {TEXT_CONTRAST} are asked for"


def _overlaps(areas: Sequence[tuple[str, Bbox]]) -> Iterator[str]:
    for (one, first), (other, second) in combinations(areas, 2):
        width = min(first.x1, second.x1) - max(first.x0, second.x0)
        height = min(first.y1, second.y1) - max(first.y0, second.y0)
        smaller = min(first.width * first.height, second.width * second.height)
        if width > 0 and height > 0 and width * height > _TOLERATED * smaller:
            yield f"{one!r} and {other!r} overlap"


def _is_faint(colour: str) -> bool:
    return least_contrast(colour, PAPER) < SHAPE_CONTRAST


def _fill(patch: Patch) -> str:
    return _hex(patch.get_facecolor()) if patch.get_fill() else ""


def _edge(patch: Patch) -> str:
    return _hex(patch.get_edgecolor()) if patch.get_linewidth() or patch.get_hatch() else ""


def _hex(colour: Any) -> str:
    """A colour as in the palette; nothing for one that cannot be seen."""
    return to_hex(colour) if to_hex(colour, keep_alpha=True)[7:] != "00" else ""
