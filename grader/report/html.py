"""A report as a folder of pages: the class, each exercise, and one to give to each student; no network."""

import base64
import hashlib
import re
import statistics
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import GradeReport, PartReport, ProvenExercise, SubmissionReport, Verdict
from grader.report import summary
from grader.report.chart import histogram, outcomes
from grader.report.exercise import ClassExercise, exercises, totals
from grader.report.folder import write_pages
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


def write(
    report: GradeReport,
    directory: Path,
    policy: str,
    *,
    title: str = "Results",
    proofs: Mapping[str, ProvenExercise] | None = None,
) -> Path:
    """Write ``index.html``, ``students/*.html`` and ``exercises/*.html``, and give back the path of the first.

    Pages that an earlier run left in the directory, and this one does not write, are removed.

    Args:
        report: What was found.
        directory: Where to; made where it is missing.
        policy: How much of hidden cases the students' pages show; the other pages are the teacher's and show none.
        title: Heading of the class page.
        proofs: What `course verify` found, by exercise.
    """
    shown = redact(report, policy)
    files = file_names(submission.student for submission in report.submissions)
    keys = summary.columns(report)
    anchors = dict(zip(keys, (name.removesuffix(".html") for name in file_names(map("/".join, keys))), strict=True))
    pages = {}
    student = _environment().get_template("student.html")
    for submission, name in zip(shown.submissions, files, strict=True):
        pages[f"students/{name}"] = student.render(_student(shown, submission), title=title, anchors=anchors)
    found = exercises(report, proofs or {})
    names = dict(zip((row.exercise for row in found), file_names(row.exercise for row in found), strict=True))
    exercise = _environment().get_template("exercise.html")
    for row in found:
        pages[f"exercises/{names[row.exercise]}"] = exercise.render(
            _exercise(report, row, files), title=title, anchors=anchors
        )
    pages["index.html"] = (
        _environment()
        .get_template("class.html")
        .render(_class(report, files), title=title, anchors=anchors, exercises=found, names=names)
    )
    write_pages(directory, pages)
    return directory / "index.html"


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
    script = (_TEMPLATES / "table.js").read_text(encoding="utf-8")
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
        "failed": [part for part in submission.parts if _failed(part)],
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
    full = [0] * len(keys)
    for submission, file in zip(report.submissions, files, strict=True):
        parts = {(part.exercise, part.part): part for part in submission.parts}
        cells = [_cell(parts.get(key)) for key in keys]
        full = [count + (cell.look == "full") for count, cell in zip(full, cells, strict=True)]
        rows.append(
            {
                "student": submission.student,
                "file": file,
                "score": points(submission.score),
                "share": f"{submission.score / (submission.max_score or 1):.4f}",
                "cells": cells,
            }
        )
    counts = summary.distribution(report)
    sizes = [(name, len([*group])) for name, group in groupby(keys, _assignment)]
    return {
        "report": report,
        "rows": rows,
        "columns": [
            {"exercise": exercise, "part": name, "best": best[exercise, name], "full": count / max(1, len(rows))}
            for (exercise, name), count in zip(keys, full, strict=True)
        ],
        "groups": [{"name": name, "size": size} for name, size in sizes],
        "median": statistics.median([submission.score for submission in report.submissions] or [0]),
        "best": max((submission.max_score for submission in report.submissions), default=0),
        "ungraded": summary.ungraded(report),
        "hardest": summary.hardest(report),
        "common": summary.common(report),
        "distribution": counts,
        "chart": histogram(counts) if len(rows) > 1 else None,
    }


def _exercise(report: GradeReport, row: ClassExercise, files: Sequence[str]) -> dict[str, Any]:
    """What an exercise's page shows."""
    students = []
    for submission, file in zip(report.submissions, files, strict=True):
        parts = {part.part: part for part in submission.parts if part.exercise == row.exercise}
        cells = [_cell(parts.get(part.part)) for part in row.parts]
        students.append({"student": submission.student, "file": file, "cells": cells})
    return {
        "row": row,
        "students": students,
        "names": [(submission.student, file) for submission, file in zip(report.submissions, files, strict=True)],
        "chart": outcomes([part.part for part in row.parts], totals(row.parts)),
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
