"""A part's report as a piece of HTML for the output of a grade cell."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import PartReport, Verdict
from grader.model.messages import when_it_fails, with_families
from grader.model.words import LOOKS, clean, in_words, points, subscript
from grader.report.prose import hint, prose
from grader.report.summary import failing

_COLOURS = {Verdict.ACCEPTED: "#14602b", Verdict.OFF_LIMITS: "#6a2391"}
_SOFT = (Verdict.SKIPPED, Verdict.NOT_ATTEMPTED)

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    # A student's text can hold anything: it is escaped and cleaned.
    finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
)
_environment.filters |= {"prose": prose, "hint": hint}


def part_html(part: PartReport) -> str:
    """The part's points, criteria and counterexamples; styles are inline, because pages that show it differ.

    Args:
        part: The report, already held to the course's feedback policy.
    """
    return _environment.get_template("part.html").render(
        part=part,
        failing=failing,
        looks=LOOKS,
        colour=lambda verdict: _COLOURS.get(verdict, "#545a63" if verdict in _SOFT else "#a01d1d"),
        points=points,
        subscript=subscript,
        in_words=in_words,
        with_families=with_families,
        when_it_fails=when_it_fails,
    )
