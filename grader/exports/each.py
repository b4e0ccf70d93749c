"""A JSON file for each student, in the form of a system that shows results to students."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.model import CourseError, CriterionReport, GradeReport, SubmissionReport
from grader.model.files import write_whole
from grader.model.messages import when_it_fails
from grader.model.words import clean, look, unlike


def write_each(
    report: GradeReport, output: Path, document: Callable[[SubmissionReport], dict[str, Any]]
) -> Sequence[str]:
    """Write the file for one student, or a directory with one for each of several.

    Args:
        report: The report, already held to the course's feedback policy.
        output: The file, where its name ends with ``.json``, else the directory.
        document: What is written of a student.

    Raises:
        CourseError: where one file is asked for and there are several students.
    """
    if output.suffix == ".json":
        if len(report.submissions) != 1:
            raise CourseError(
                f"There are {len(report.submissions)} students, and {output} is one file.",
                "Name a directory with --output.",
                usage=True,
            )
        _save(output, document(report.submissions[0]))
        return []
    output.mkdir(mode=0o700, parents=True, exist_ok=True)
    names = unlike((submission.student for submission in report.submissions), ".json")
    for submission, name in zip(report.submissions, names, strict=True):
        _save(output / name, document(submission))
    return []


def _save(path: Path, document: dict[str, Any]) -> None:
    # In ASCII: a message quotes an answer's exception, which may hold halves of surrogate pairs, and no file can.
    text = json.dumps(document, indent=2, allow_nan=False)
    write_whole(path, text + "\n", private=True)


def described(item: CriterionReport) -> str:
    """What was found by a criterion, in plain text."""
    lines = [look(item).word + (f": {item.message}" if item.message else "")]
    if item.condition is not None:
        lines.append(when_it_fails(item.condition))
    if item.counterexample is not None:
        lines += ["", item.counterexample.snippet]
    if item.transformation:
        lines += ["", item.transformation]
    if item.diagnosis is not None:
        lines += ["", item.diagnosis.hint]
    return clean("\n".join(lines))
