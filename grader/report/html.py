"""A report as a folder of pages: the class, each exercise, and one to give to each student; no network."""

import base64
import hashlib
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.model import GradeReport, PartReport, ProvenExercise, SubmissionReport, Verdict
from grader.model.language import language, phrase, tag, translated
from grader.model.late import late_of
from grader.model.policy import redact
from grader.model.words import LOOKS, clean, look, mistake_in_words, points, spaced, subscript, unlike
from grader.report import said, summary
from grader.report.alike import NO_NAME, Group, example
from grader.report.chart import histogram, outcomes
from grader.report.exercise import ClassExercise, totals
from grader.report.exercise import exercises as class_exercises
from grader.report.folder import write_pages
from grader.report.prose import hint, prose
from grader.report.summary import Summary

_TEMPLATES = Path(__file__).parent / "templates"
_GROUPS = 12
"""Groups of students who fail alike that the class page shows, the largest."""
_KINDS = {
    Verdict.ACCEPTED: "is-good",
    Verdict.OFF_LIMITS: "is-off",
    Verdict.SKIPPED: "is-soft",
    Verdict.NOT_ATTEMPTED: "is-soft",
    Verdict.JUDGE_ERROR: "is-alarm",
}


class TableCell(NamedTuple):
    """One cell of the class's table."""

    text: str
    look: str
    order: int | None = None
    """The sort key where that is not the text."""


_NOTHING = TableCell("–", "none", -1)


class Row(NamedTuple):
    """A student's row of the table."""

    student: str
    score: float
    max_score: float
    layout: Mapping[tuple[str, str], int]
    """The index of a part's cell, by exercise and part."""
    cells: tuple[TableCell, ...]

    def cell(self, key: tuple[str, str]) -> TableCell:
        """The cell of a part."""
        index = self.layout.get(key)
        return _NOTHING if index is None else self.cells[index]


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
        directory: The folder, created where it is missing.
        policy: How much of hidden cases the students' pages show; the other pages are the teacher's.
        title: Heading of the class page.
        proofs: What `course verify` found, by exercise.
    """
    gathered, rows = _gather(report)
    files = unlike((row.student for row in rows), ".html")
    anchors = unlike(map("/".join, gathered.columns))
    exercises = class_exercises(gathered, proofs or {})
    slugs = [row.exercise for row in exercises]
    names = dict(zip(slugs, unlike(slugs, ".html"), strict=True))
    shared = {"title": title, "anchors": dict(zip(gathered.columns, anchors, strict=True))}

    def pages() -> Iterator[tuple[str, Iterable[str]]]:
        shown = redact(report, policy)
        for submission, name in zip(shown.submissions, files, strict=True):
            yield f"students/{name}", page("student.html", shared | _student(shown, submission))
        for row in exercises:
            yield f"exercises/{names[row.exercise]}", page("exercise.html", shared | _exercise(row, rows, files))
        lists = {"exercises": exercises, "names": names}
        yield "index.html", page("class.html", shared | lists | _class(report, gathered, rows, files))

    written = [*(f"students/{name}" for name in files), *(f"exercises/{name}" for name in names.values()), "index.html"]
    write_pages(directory, written, pages())
    return directory / "index.html"


def page(template: str, values: Mapping[str, Any]) -> Iterable[str]:
    """The text of a page made of one of the templates, in pieces."""
    stream = _environment(language()).get_template(template).stream(values)
    stream.enable_buffering(64)
    return stream


def _gather(report: GradeReport) -> tuple[Summary, list[Row]]:
    """What the teacher's pages show, gathered in one look at each submission and kept small."""
    gathered = Summary()
    rows = []
    cells: dict[TableCell, TableCell] = {}
    layouts: dict[tuple[tuple[str, str], ...], dict[tuple[str, str], int]] = {}
    for submission in report.submissions:
        gathered.add(submission)
        keys = tuple((part.exercise, part.part) for part in submission.parts)
        layout = layouts.setdefault(keys, {key: index for index, key in enumerate(keys)})
        # A class has few different cells, and few different orders of them.
        squares = (_cell(part) for part in submission.parts)
        shown = tuple(cells.setdefault(square, square) for square in squares)
        rows.append(Row(submission.student, submission.score, submission.max_score, layout, shown))
    return gathered, rows


@cache
def _environment(spoken: str) -> Environment:
    """The templates, for one language: what they say is looked up in it."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # All text on a page, escaped or not, is cleaned first.
        finalize=lambda value: clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value,
    )
    script = (_TEMPLATES / "table.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment.globals |= {
        "style": Markup((_TEMPLATES / "style.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": Markup(f"sha256-{digest}"),
        "look": look,
        "looks": LOOKS,
        "failing": summary.failing,
        "kind": lambda verdict: _KINDS.get(verdict, "is-bad"),
        "points": points,
        "subscript": subscript,
        "t": phrase,
        "translated": translated,
        "said": said,
        "language": tag(),
        "end": translated("."),
        "spaced": spaced,
        "mistake_in_words": mistake_in_words,
        "code": _code,
        "no_name": translated(NO_NAME),
        "late_of": late_of,
    }
    environment.filters |= {"prose": prose, "hint": hint}
    environment.tests["failed"] = _failed
    return environment


@lru_cache(maxsize=512)
def _code(source: str) -> Markup:
    """Python with its words highlighted; the class of students often shares a counterexample."""
    from pygments import highlight  # type: ignore[import-untyped]
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
    from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

    highlighted = highlight(clean(source), PythonLexer(), HtmlFormatter(nowrap=True))
    return Markup(highlighted.strip("\n"))


def _failed(part: PartReport) -> bool:
    """Whether there is something to read about a part."""
    return bool(summary.failing(part) or (part.verdict in summary.FAILURES and (part.message or part.off_limits)))


def _student(report: GradeReport, submission: SubmissionReport) -> dict[str, Any]:
    """What a student's page shows."""
    return {
        "report": report,
        "submission": submission,
        "attempted": [part for part in submission.parts if part.verdict is not Verdict.NOT_ATTEMPTED],
        "failed": [part for part in submission.parts if _failed(part)],
        "missing": [part for part in submission.parts if part.verdict is Verdict.NOT_ATTEMPTED],
        "ungraded": summary.ungraded(submission),
    }


def _class(report: GradeReport, gathered: Summary, rows: Sequence[Row], files: Sequence[str]) -> dict[str, Any]:
    """What the class page shows."""
    return {
        "report": report,
        "workers": summary.of_workers(report.workers),
        "count": len(rows),
        "rows": (
            {
                "student": row.student,
                "file": file,
                "score": points(row.score),
                "share": f"{row.score / (row.max_score or 1):.4f}",
                "cells": [row.cell(key) for key in gathered.columns],
            }
            for row, file in zip(rows, files, strict=True)
        ),
        "columns": [
            {
                "exercise": exercise,
                "part": name,
                "best": best,
                "full": sum(row.cell((exercise, name)).look == "full" for row in rows) / max(1, len(rows)),
            }
            for (exercise, name), best in gathered.columns.items()
        ],
        "groups": [{"name": name, "size": len([*group])} for name, group in groupby(gathered.columns, _assignment)],
        "median": statistics.median(gathered.scores or [0]),
        "best": gathered.best,
        "ungraded": gathered.ungraded,
        "hardest": gathered.hardest(10),
        "common": gathered.common(10),
        "alike": [*_alike(gathered.alike.groups()[:_GROUPS], report, rows, files)],
        "distribution": gathered.tenths,
        "chart": histogram(gathered.tenths) if len(rows) > 1 else None,
    }


def _alike(
    groups: Iterable[Group], report: GradeReport, rows: Sequence[Row], files: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Students whose answers are wrong in the same way, with one's failure."""
    for group in groups:
        shown = group.members[: summary.NAMED]
        yield {
            "group": group,
            "failure": example(group, report.submissions),
            "who": [(rows[index].student, files[index]) for index in shown],
            "others": group.size - len(shown),
        }


def _exercise(row: ClassExercise, rows: Sequence[Row], files: Sequence[str]) -> dict[str, Any]:
    """What an exercise's page shows."""
    keys = [(row.exercise, part.part) for part in row.parts]
    return {
        "row": row,
        "students": (
            {"student": each.student, "file": file, "cells": [each.cell(key) for key in keys]}
            for each, file in zip(rows, files, strict=True)
        ),
        "who": {index: (rows[index].student, files[index]) for item in row.misconceptions for index in item.first},
        "chart": outcomes([part.part for part in row.parts], totals(row.parts)),
    }


def _assignment(key: tuple[str, str]) -> str:
    return key[0].split("/")[0]


def _cell(part: PartReport) -> TableCell:
    if part.verdict is Verdict.NOT_ATTEMPTED:
        return _NOTHING
    if part.verdict is Verdict.JUDGE_ERROR or part.score is None:
        return TableCell("?", "ungraded", -2)
    if part.verdict is Verdict.OFF_LIMITS:
        return TableCell(f"⊘ {points(part.score)}", "off", 0)
    share = part.score / part.max_score if part.max_score else 1.0
    bounds = (("full", 1.0), ("high", 2 / 3), ("middle", 1 / 3), ("low", 1e-9))
    return TableCell(points(part.score), next((look for look, bound in bounds if share >= bound), "zero"))
