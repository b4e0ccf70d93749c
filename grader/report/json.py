"""A report as one strict JSON document, of the schema that `course grade --format json` promises."""

import json
from collections.abc import Iterator
from typing import Any

from grader.model import GradeReport, codec


def document(report: GradeReport) -> dict[str, Any]:
    """The report as plain data that strict JSON can hold: numbers that are not finite become strings."""
    return {**_head(report), "submissions": [codec.strict(submission) for submission in report.submissions]}


def dumps(report: GradeReport) -> str:
    """The document as text, in ASCII."""
    return "".join(pieces(report))


def pieces(report: GradeReport) -> Iterator[str]:
    """The document's text in pieces, one submission at a time."""
    head = _text(_head(report)).removesuffix("\n}")
    yield f'{head},\n  "submissions": ['
    between = "\n"
    for submission in report.submissions:
        # No string holds a line end as it is, so every one is where the next line is to be moved in.
        yield between + "    " + _text(codec.strict(submission)).replace("\n", "\n    ")
        between = ",\n"
    yield "]\n}" if between == "\n" else "\n  ]\n}"


def _head(report: GradeReport) -> dict[str, Any]:
    head: dict[str, Any] = {
        "schema": codec.REPORT_SCHEMA,
        "device": report.device,
        "sandbox": report.sandbox,
        "versions": dict(report.versions),
    }
    if report.workers:
        head["workers"] = codec.strict(report.workers)
    if report.refused:
        head["refused"] = list(report.refused)
    return head


def _text(data: Any) -> str:
    return json.dumps(data, indent=2, allow_nan=False)
