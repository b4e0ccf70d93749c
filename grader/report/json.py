"""A report as one strict JSON document, of the schema that `course grade --format json` promises."""

import json
import math
import numbers
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grader.model import CriterionReport, GradeReport, PartReport, SubmissionReport

SCHEMA = 1


def document(report: GradeReport) -> dict[str, Any]:
    """The report as plain data that strict JSON can hold: numbers that are not finite become strings."""
    return {**_head(report), "submissions": [_submission(submission) for submission in report.submissions]}


def dumps(report: GradeReport) -> str:
    """The document as text, in ASCII."""
    return "".join(pieces(report))


def pieces(report: GradeReport) -> Iterator[str]:
    """The document's text, a submission at a time."""
    head = _text(_head(report)).removesuffix("\n}")
    yield f'{head},\n  "submissions": ['
    between = "\n"
    for submission in report.submissions:
        # No string holds a line end as it is, so every one is where the next line is to be moved in.
        yield between + "    " + _text(_submission(submission)).replace("\n", "\n    ")
        between = ",\n"
    yield "]\n}" if between == "\n" else "\n  ]\n}"


def _head(report: GradeReport) -> dict[str, Any]:
    head: dict[str, Any] = {
        "schema": SCHEMA,
        "device": report.device,
        "sandbox": report.sandbox,
        "versions": dict(report.versions),
    }
    if report.workers:
        head["workers"] = [asdict(worker) for worker in report.workers]
    return head


def _text(data: Any) -> str:
    return json.dumps(data, indent=2, allow_nan=False)


def _submission(submission: SubmissionReport) -> dict[str, Any]:
    return {
        "student": submission.student,
        "path": submission.path,
        "score": _plain(submission.score),
        "max_score": _plain(submission.max_score),
        "parts": [_part(part) for part in submission.parts],
    }


def _part(part: PartReport) -> dict[str, Any]:
    return {
        "part": part.part,
        "exercise": part.exercise,
        "verdict": part.verdict.value,
        "score": _plain(part.score),
        "max_score": _plain(part.max_score),
        "suite": part.suite,
        "seconds": _plain(part.seconds),
        "off_limits": [{"used": use.used, "line": use.line, "source": use.source} for use in part.off_limits],
        "criteria": [_criterion(criterion) for criterion in part.criteria],
    }


def _criterion(criterion: CriterionReport) -> dict[str, Any]:
    example, diagnosis = criterion.counterexample, criterion.diagnosis
    return {
        "name": criterion.name,
        "verdict": criterion.verdict.value,
        "score": _plain(criterion.score),
        "max_score": _plain(criterion.max_score),
        "message": criterion.message,
        "counterexample": None if example is None else {key: _plain(value) for key, value in _fields(example).items()},
        "diagnosis": None if diagnosis is None else asdict(diagnosis),
    }


def _fields(example: Any) -> dict[str, Any]:
    """The fields of a slotted dataclass, not copied."""
    return {name: getattr(example, name) for name in example.__dataclass_fields__}


def _plain(value: Any) -> Any:
    """Plain data for whatever a case may hold."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray)):
        return [_plain(item) for item in value]
    return str(value)
