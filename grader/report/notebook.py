"""One part below a notebook's cell: HTML for light and dark themes, without scripts, all foreign text escaped."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import PartReport, Verdict
from grader.model.language import language, phrase, translated
from grader.model.words import clean, is_known_by_text, look, one_line, points, spaced, subscript
from grader.report import said
from grader.report.heat import LEVELS, HeatMap, Square, as_text
from grader.report.plainly import said_plainly, transformed_plainly
from grader.report.prose import prose
from grader.report.screen import (
    AnswerPaths,
    first_failure,
    highlighted,
    plain_text,
    section_about,
)

_TEMPLATES = Path(__file__).parent / "templates"
_WIDE = 8
"""Columns up to which squares hold numbers; beyond, they hold symbols."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a line of the answer was typed."""

    cell: int
    line: int

    def __str__(self) -> str:
        return f"In [{self.cell}], line {self.line}"


@dataclass(frozen=True, slots=True)
class Context:
    """What the page says beside the report."""

    lesson: str = ""
    """The lesson's file, as the reader would open it."""
    text: str = ""
    """The lesson, in Markdown and in English."""
    shown: str = ""
    """The lesson as the reader has it, where that is another text."""
    maps: Sequence[HeatMap] = ()
    agreeing: Sequence[str] = ()
    """Names of the tensors that are correct."""
    drawn: str = ""
    """The case that the maps are of, in words; empty where it is the report's."""
    note: str = ""
    next: str = ""
    """What to do once it is accepted."""
    origin: Origin | None = None
    """Where the line was typed from which an exception came."""


def as_html(report: PartReport, context: Context) -> str:
    """The page of one part, to be shown below a cell."""
    failure = first_failure(report) if report.verdict is not Verdict.ACCEPTED else None
    example = failure.counterexample if failure else None
    expected, got = highlighted(clean(example.expected), clean(example.got), example.index) if example else ("", "")
    rows = [("expected", expected), ("got", got)] if example and example.shows_values else []
    template = _environment(language()).get_template("notebook.html")
    return template.render(
        report=report, context=context, failure=failure, example=example,
        rows=[(label, text) for label, text in rows if text],
        message=clean(said_plainly(report, failure) if failure else said.message(report, report)),
        transformation=transformed_plainly(report, failure) if failure else "",
        section=section_about(failure, context.text, context.shown) if failure else None,
        legend=_legend(context.maps),
    )  # fmt: skip


def as_plain(report: PartReport, context: Context) -> str:
    """The same as plain text."""
    answer = f"In [{context.origin.cell}]" if context.origin else ""
    text = plain_text(report, AnswerPaths(answer, context.lesson, context.text, context.shown, hint="%hint"))
    maps = "\n\n".join(as_text(heat_map) for heat_map in context.maps)
    if maps:
        drawn = translated(one_line(context.drawn), kind="case")
        on = f" on a larger case, {drawn}" if context.drawn else ""
        maps = f"{translated(f'Where it differs{on} (· right, {LEVELS} furthest off):')}\n\n{maps}"
    more = [context.note, maps, context.next]
    return "\n\n".join([text.strip(), *(item for item in more if item)]) + "\n"


@cache
def _environment(spoken: str) -> Environment:
    """The template, for one language: what it says is looked up in it."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters["clean"] = clean
    made.filters["one_line"] = one_line
    made.filters["prose"] = prose
    made.globals |= {
        "look": look, "is_known_by_text": is_known_by_text,
        "points": points, "t": phrase, "translated": translated, "said": said,
        "end": translated("."), "spaced": spaced,
        "square": _square, "number": _number, "both": _both,
        "wide": _WIDE, "style": Markup((_TEMPLATES / "notebook.css").read_text(encoding="utf-8")),
        "subscript": subscript,
    }  # fmt: skip
    return made


def _legend(maps: Sequence[HeatMap]) -> str:
    """How to read the squares of these maps."""
    narrow = [len(heat_map.across) > _WIDE for heat_map in maps]
    told = ["A dot is right."]
    if not all(narrow):
        told.append("A signed number is yours minus ours.")
    if any(narrow):
        told.append(f"A digit from 1 to {LEVELS} says how far off, {LEVELS} furthest.")
    return translated(" ".join([*told, "The stronger the colour, the further off; point at a square for both values."]))


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else str(value)


def _both(square: Square) -> str:
    """What was expected and what came, with as many digits as it takes to tell them apart."""
    for digits in (4, 8, 17):
        expected, got = f"{square.expected:.{digits}g}", f"{square.got:.{digits}g}"
        if expected != got:
            break
    return translated(f"expected {expected}, got {got}")


def _square(square: Square, narrow: bool) -> str:
    """What stands in a square: how far it is off, where there is room for it."""
    if not square.level:
        return "·"
    if narrow:
        return str(square.level)
    off = square.got - square.expected
    return f"{off:+.2g}" if math.isfinite(off) else _number(square.got)
