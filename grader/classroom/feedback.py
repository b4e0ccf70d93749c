"""A part's report as a piece of HTML for the output of a grade cell: all of it for graders, what is allowed for others.

The whole report is kept in the output's metadata, from which each page is made anew, so that `[feedback]` of
course.toml holds when feedback is generated, and nothing need be graded again for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import GradeReport, PartReport, SubmissionReport, Verdict, codec
from grader.model.language import ENGLISH, language, phrase, translated
from grader.model.policy import redact
from grader.model.words import clean, look, points, spaced, subscript
from grader.report import said
from grader.report.prose import hint, prose
from grader.report.summary import failing

WHOLE = "counterexample"
"""The policy that leaves nothing out."""
_KEY = "course"
_COLOURS = {Verdict.ACCEPTED: "#14602b", Verdict.OFF_LIMITS: "#6a2391"}
_SOFT = (Verdict.SKIPPED, Verdict.NOT_ATTEMPTED)
_DIGITS = 12
"""Digits of a suite's digest that are shown: enough to find it by."""

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


def stored(report: str, made: Mapping[str, str], most: float) -> dict[str, Any]:
    """The metadata of an output from which `page_of` makes its page.

    Args:
        report: The part's report, as the codec writes it.
        made: When and with which versions it was graded.
        most: The points that the grade cell gives.
    """
    return {_KEY: {"report": report, "made": dict(made), "points": most}}


def page_of(metadata: Mapping[str, Any], policy: str) -> str:
    """The page of an output, as far as a feedback policy lets it be seen; nothing where the output is none of ours."""
    kept = metadata.get(_KEY)
    if not kept:
        return ""
    part = _seen(codec.loads(PartReport, kept["report"]), policy)
    return part_html(_worth(part, kept["points"]), kept["made"])


def part_html(part: PartReport, made: Mapping[str, str] | None = None) -> str:
    """The part's points, criteria and counterexamples, in the language in which things are shown.

    Styles are inline, because pages that show it differ.

    Args:
        part: The report, already held to the course's feedback policy.
        made: When it was graded, and the versions of what graded it, where that is known.
    """
    return _environment.get_template("part.html").render(
        part=part,
        made=made,
        suite=part.suite[:_DIGITS],
        failing=failing,
        look=look,
        colour=lambda verdict: _COLOURS.get(verdict, "#545a63" if verdict in _SOFT else "#a01d1d"),
        points=points,
        subscript=subscript,
        said=said,
        t=phrase,
        spaced=spaced,
        end=translated("."),
        colon=": " if language() == ENGLISH else "：",
        comma=", " if language() == ENGLISH else "，",
    )


def _seen(part: PartReport, policy: str) -> PartReport:
    submission = SubmissionReport(student="", path="", score=0.0, max_score=0.0, parts=(part,))
    report = GradeReport(device="", sandbox="", versions={}, submissions=(submission,))
    return redact(report, policy).submissions[0].parts[0]


def _worth(part: PartReport, most: float) -> PartReport:
    """A report in the points that the grade cell gives, which an instructor may have changed."""
    if not part.max_score or part.max_score == most:
        return part
    share = most / part.max_score
    criteria = tuple(
        replace(item, score=item.score * share, max_score=item.max_score * share) for item in part.criteria
    )
    return replace(part, score=(part.score or 0.0) * share, max_score=most, criteria=criteria)
