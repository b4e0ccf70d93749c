"""A report as a folder of pages: one for the class, one to give to each student; no network, no other files."""

import base64
import hashlib
import re
import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import GradeReport, PartReport, SubmissionReport, Verdict
from grader.report import summary
from grader.report.chart import histogram
from grader.report.policy import redact
from grader.report.words import LOOKS, clean, in_words, place, points

_TEMPLATES = Path(__file__).parent / "templates"
_KINDS = {
    Verdict.ACCEPTED: "is-good",
    Verdict.OFF_LIMITS: "is-off",
    Verdict.SKIPPED: "is-soft",
    Verdict.NOT_ATTEMPTED: "is-soft",
    Verdict.JUDGE_ERROR: "is-alarm",
}
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""Names that Windows keeps for devices."""


class Cell(NamedTuple):
    """One square of the matrix."""

    text: str
    look: str
    order: int | None = None
    """What it sorts by where that is not its text."""


def write(report: GradeReport, directory: Path, policy: str, *, title: str = "Results") -> Path:
    """Write the class page, ``index.html``, and ``students/*.html``, and give back the path of the former.

    Args:
        report: What was found.
        directory: Where to; made where it is missing.
        policy: How much of hidden cases the students' pages show; the class page is the teacher's and shows none.
        title: Heading of the class page.
    """
    shown = redact(report, policy)
    files = file_names(submission.student for submission in report.submissions)
    (directory / "students").mkdir(parents=True, exist_ok=True)
    page = _environment().get_template("student.html")
    for submission, name in zip(shown.submissions, files, strict=True):
        _save(directory / "students" / name, page.render(_student(shown, submission), title=title))
    index = directory / "index.html"
    _save(index, _environment().get_template("class.html").render(_class(report, files), title=title))
    return index


def file_names(students: Iterable[str]) -> list[str]:
    """A file name for each student: plain ASCII, no two the same on any file system, whatever the names hold."""
    taken: set[str] = set()
    names = []
    for student in students:
        plain = unicodedata.normalize("NFKD", clean(student)).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or "student"
        stem = f"student-{stem}" if stem in _RESERVED else stem
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        names.append(f"{name}.html")
    return names


def _save(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Whatever text reaches a page, escaped or not, is first rid of what no page should hold.
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    script = (_TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals |= {
        "style": Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": Markup(f"sha256-{digest}"),
        "looks": LOOKS,
        "failures": summary.FAILURES,
        "kind": lambda verdict: _KINDS.get(verdict, "is-bad"),
        "points": points,
        "place": place,
        "in_words": in_words,
        "code": _code,
    }
    environment.tests["failed"] = _failed
    return environment


@lru_cache(maxsize=512)
def _code(source: str) -> Markup:
    """Python with its words marked; the class of students often shares a counterexample."""
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

    marked = highlight(clean(source), PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(marked.strip("\n"))


def _failed(part: PartReport) -> bool:
    """Whether there is something to read about a part."""
    return bool(summary.failing(part) or (part.verdict in summary.FAILURES and (part.message or part.off_limits)))


def _student(report: GradeReport, submission: SubmissionReport) -> dict[str, Any]:
    """What a student's page shows."""
    alone = GradeReport(
        device=report.device, sandbox=report.sandbox, versions=report.versions, submissions=(submission,)
    )
    return {
        "report": alone,
        "submission": submission,
        "attempted": [part for part in submission.parts if part.verdict is not Verdict.NOT_ATTEMPTED],
        "missing": [part for part in submission.parts if part.verdict is Verdict.NOT_ATTEMPTED],
        "ungraded": summary.ungraded(alone),
    }


def _class(report: GradeReport, files: Sequence[str]) -> dict[str, Any]:
    """What the class page shows."""
    keys = summary.columns(report)
    best = dict.fromkeys(keys, 0.0)
    for part in (part for each in report.submissions for part in each.parts):
        best[part.exercise, part.part] = max(best[part.exercise, part.part], part.max_score)
    rows = []
    for submission, file in zip(report.submissions, files, strict=True):
        parts = {(part.exercise, part.part): part for part in submission.parts}
        cells = [_cell(parts.get(key)) for key in keys]
        rows.append({"student": submission.student, "file": file, "score": points(submission.score), "cells": cells})
    counts = summary.distribution(report)
    return {
        "report": report,
        "rows": rows,
        "columns": [{"exercise": exercise, "part": name, "best": best[exercise, name]} for exercise, name in keys],
        "groups": [{"name": name, "size": len([*group])} for name, group in groupby(keys, _assignment)],
        "median": statistics.median([submission.score for submission in report.submissions] or [0]),
        "best": max((submission.max_score for submission in report.submissions), default=0),
        "ungraded": summary.ungraded(report),
        "hardest": summary.hardest(report),
        "common": summary.common(report),
        "distribution": counts,
        "chart": histogram(counts) if len(rows) > 1 else None,
    }


def _assignment(key: tuple[str, str]) -> str:
    return key[0].split("/")[0]


def _cell(part: PartReport | None) -> Cell:
    if part is None or part.verdict is Verdict.NOT_ATTEMPTED:
        return Cell("–", "none", -1)
    if part.verdict is Verdict.JUDGE_ERROR or part.score is None:
        return Cell("?", "ungraded", -2)
    if part.verdict is Verdict.OFF_LIMITS:
        return Cell(f"⊘ {points(part.score)}", "off", 0)
    share = part.score / part.max_score if part.max_score else 1.0
    bounds = (("full", 1.0), ("high", 2 / 3), ("middle", 1 / 3), ("low", 1e-9))
    return Cell(points(part.score), next((look for look, bound in bounds if share >= bound), "zero"))
