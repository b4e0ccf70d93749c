"""A report as one strict JSON document, of the schema that `course grade --format json` promises."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from grader.model import GradeReport, codec
from grader.report.alike import Alike, as_data, example
from grader.report.summary import Summary


def document(report: GradeReport) -> dict[str, Any]:
    """The report as plain data that strict JSON can hold: numbers that are not finite become strings."""
    made = {**_head(report), "submissions": [codec.strict(submission) for submission in report.submissions]}
    students = [submission.student for submission in report.submissions]
    groups = [*_groups(Summary.of(report.submissions).alike, students, report)]
    return {**made, "groups": groups} if groups else made


def dumps(report: GradeReport) -> str:
    """The document as text, in ASCII."""
    return "".join(pieces(report))


def pieces(report: GradeReport) -> Iterator[str]:
    """The document's text in pieces, one submission at a time."""
    head = _text(_head(report)).removesuffix("\n}")
    yield f'{head},\n  "submissions": ['
    between = "\n"
    gathered, students = Summary(), []
    for submission in report.submissions:
        gathered.add(submission)
        students.append(submission.student)
        # No string holds a line end as it is, so every one is where the next line is to be moved in.
        yield between + "    " + _text(codec.strict(submission)).replace("\n", "\n    ")
        between = ",\n"
    yield "]" if between == "\n" else "\n  ]"
    between = ',\n  "groups": ['
    for group in _groups(gathered.alike, students, report):
        yield between + "\n    " + _text(group).replace("\n", "\n    ")
        between = ","
    yield "\n  ]\n}" if between == "," else "\n}"


def _groups(alike: Alike, students: Sequence[str], report: GradeReport) -> Iterator[dict[str, Any]]:
    """Students whose answers are wrong in the same way, the largest groups first."""
    for group in alike.groups():
        yield codec.strict(as_data(group, students, example(group, report.submissions)))


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
