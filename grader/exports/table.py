"""A plain CSV: one row per student, one column per assignment."""

import csv
import io

from grader.exports.scores import Scores
from grader.model.names import tame
from grader.model.sheet import inert


def dumps(scores: Scores) -> str:
    """The scores as CSV (RFC 4180), with the points of each assignment in the second row."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["student", *map(safe, scores.most), "total"])
    writer.writerow(
        ["points possible", *(shown(most) for most in scores.most.values()), shown(sum(scores.most.values()))]
    )
    for student, row in scores.points.items():
        values = [row.get(name) for name in scores.most]
        ungraded = any(row.get(name, 0.0) is None for name in scores.most)
        total = None if ungraded else sum(value or 0.0 for value in values)
        writer.writerow([safe(student), *map(shown, values), shown(total)])
    return text.getvalue()


def shown(value: float | None) -> str:
    """A number as spreadsheets read it; empty for None."""
    return "" if value is None else f"{round(value, 4):g}" if abs(value) < 1e5 else repr(value)


def safe(name: str) -> str:
    """A name, in a form that acts on no terminal and that no spreadsheet takes for a formula."""
    return inert(tame(name))
