"""Results as GitHub Actions shows them: annotations at lines of the answers, and tables for the job's summary.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from grader.model import CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict
from grader.model.messages import when_it_fails
from grader.model.words import look, one_line, points
from grader.report.order import failures

_MOST_CHARACTERS = 900_000
"""Of a summary: GitHub drops one of more than a megabyte, without a word to the reader."""
_MARKUP = re.compile(r"([\\`*_\[\]<>|~#&@])")


def annotation(part: PartReport, path: str) -> str:
    """The workflow command that shows what to mend first in a part, at its line; empty where nothing is wrong.

    Args:
        part: What was found.
        path: The answer's file in the repository.
    """
    if part.verdict in (Verdict.ACCEPTED, Verdict.NOT_ATTEMPTED):
        return ""
    failed = next(iter(failures(part)), None)
    title = part.part if failed is None else f"{part.part}: {failed.name}"
    level = "warning" if part.verdict is Verdict.JUDGE_ERROR else "error"
    where = {"file": path, "line": _line(part, failed, path), "title": f"{title}, {look(part).word}"}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items() if value)
    return f"::{level} {properties}::{_escaped(_wrong(part))}"


def _line(part: PartReport, failed: CriterionReport | None, path: str) -> int | None:
    """The line to point at; None in a notebook, whose lines in its file are not those that its author sees."""
    if path.endswith(".ipynb"):
        return None
    if part.off_limits:
        return part.off_limits[0].line
    if failed is None:
        return None
    example = failed.counterexample
    return failed.line or (example.line if example is not None else None)


def _wrong(part: PartReport) -> str:
    """What is wrong with a part, in a line."""
    failed = next(iter(failures(part)), None)
    if failed is None:
        return one_line(part.message) or look(part).word
    said = [failed.message or part.message or look(failed).word]
    said += [when_it_fails(failed.condition)] if failed.condition is not None else []
    return one_line(" ".join(said))


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def summary_of_parts(parts: Sequence[PartReport]) -> str:
    """A table of the parts of one answer, on the public cases, in Markdown."""
    if not parts:
        return "### Nothing is begun yet\n"
    accepted = sum(part.verdict is Verdict.ACCEPTED for part in parts)
    got, most = sum(part.score or 0.0 for part in parts), sum(part.max_score for part in parts)
    heading = f"### {accepted} of {len(parts)} parts are accepted: {points(got)} of {points(most)} points"
    rows = [
        (
            f"`{part.part}`",
            _verdict(part),
            _points(part),
            "" if part.verdict is Verdict.ACCEPTED else _text(_wrong(part)),
        )
        for part in parts
    ]
    table = _table(("part", "", "points", "what to mend first"), rows)
    return f"{heading}\n\n{table}\nOn the public cases, of the parts begun. Hidden cases run at grading.\n"


def summary_of_class(report: GradeReport) -> str:
    """A table of a class, by assignment, in Markdown; longer ones than GitHub shows end with a line that says so."""
    most: dict[str, float] = {}
    for submission in report.submissions:
        for name, parts in _by_assignment(submission).items():
            most[name] = max(most.get(name, 0.0), sum(part.max_score for part in parts))
    head = ("student", *(f"{name} ({points(value)})" for name, value in most.items()), "total")
    rows = [(_text(each.student), *_scores(each, most)) for each in report.submissions]
    heading = f"### {len(rows)} graded, sandbox {report.sandbox}"
    lines = [*(f"- {_text(line)}" for line in report.refused), ""] if report.refused else []
    return "\n".join([heading, "", *lines, _table(head, rows)])


def _scores(submission: SubmissionReport, most: Mapping[str, float]) -> Iterable[str]:
    held = _by_assignment(submission)
    known = [_sum(held[name]) for name in most if name in held]
    for name in most:
        score = _sum(held[name]) if name in held else 0.0
        yield "–" if name not in held else "not graded" if score is None else points(score)
    yield "not graded" if None in known else points(sum(score or 0.0 for score in known))


def _by_assignment(submission: SubmissionReport) -> dict[str, list[PartReport]]:
    held: dict[str, list[PartReport]] = {}
    for part in submission.parts:
        held.setdefault(part.exercise.split("/")[0], []).append(part)
    return held


def _sum(parts: Iterable[PartReport]) -> float | None:
    """The points of some parts; None where one is ungraded, which is not a zero."""
    scores = [None if part.verdict is Verdict.JUDGE_ERROR else part.score for part in parts]
    return None if None in scores else sum(score or 0.0 for score in scores)


def _verdict(part: PartReport) -> str:
    shown = look(part)
    return f"{shown.symbol} {shown.word}"


def _points(part: PartReport) -> str:
    return "not graded" if part.score is None else f"{points(part.score)}/{points(part.max_score)}"


def _text(foreign: str) -> str:
    """Foreign text for a cell: nothing in it is markup, a link or a mention."""
    return _MARKUP.sub(r"\\\1", one_line(foreign))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head))]
    room = _MOST_CHARACTERS
    for number, row in enumerate(rows):
        lines.append(_row(row))
        room -= len(lines[-1])
        if room < 0:
            lines += ["", f"{len(rows) - number - 1} more are not shown here."]
            break
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
