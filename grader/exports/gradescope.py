"""A ``results.json`` for Gradescope's autograder: https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from grader.model import CourseError, CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict
from grader.model.files import write_whole
from grader.model.late import late_of
from grader.model.messages import when_it_fails
from grader.model.words import LOOKS, clean, unlike


def write(report: GradeReport, output: Path) -> Sequence[str]:
    """Write the file for one student, or a directory with one for each of several.

    Args:
        report: The report, already held to the course's feedback policy.
        output: The file, where its name ends with ``.json``, else the directory.

    Raises:
        CourseError: where one file is asked for and there are several students.
    """
    return write_each(report, output, document)


def write_each(
    report: GradeReport, output: Path, document: Callable[[SubmissionReport], dict[str, Any]]
) -> Sequence[str]:
    """Write one file for each student, in a system's form.

    Args:
        report: The report.
        output: The file of the only student, where its name ends with ``.json``, else the directory.
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


def document(submission: SubmissionReport) -> dict[str, Any]:
    """One student's results; a part that could not be judged fails the whole, as Gradescope has no "ungraded".

    Raises:
        CourseError: where a part is ungraded.
    """
    broken = [part.part for part in submission.parts if part.score is None or part.verdict is Verdict.JUDGE_ERROR]
    if broken:
        raise CourseError(f"{submission.student}: {', '.join(broken)} could not be judged.", "Grade again first.")
    tests = [_test(part, item) for part in submission.parts for item in part.criteria]
    said = {"output": "\n".join(late.text for late in late_of(submission))} if late_of(submission) else {}
    return {"score": submission.score, **said, "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}


def _save(path: Path, document: dict[str, Any]) -> None:
    # In ASCII: a message quotes an answer's exception, which may hold halves of surrogate pairs, and no file can.
    text = json.dumps(document, indent=2, allow_nan=False)
    write_whole(path, text + "\n", private=True)


def _test(part: PartReport, item: CriterionReport) -> dict[str, Any]:
    return {
        "name": f"{part.part}: {item.name}",
        "score": item.score,
        "max_score": item.max_score,
        "status": "passed" if item.verdict is Verdict.ACCEPTED else "failed",
        "output": described(item),
        "output_format": "text",
        "tags": [part.exercise],
        "visibility": "visible",
    }


def described(item: CriterionReport) -> str:
    """What was found by a criterion, in plain text."""
    lines = [LOOKS[item.verdict].word + (f": {item.message}" if item.message else "")]
    if item.condition is not None:
        lines.append(when_it_fails(item.condition))
    if item.counterexample is not None:
        lines += ["", item.counterexample.snippet]
    if item.transformation:
        lines += ["", item.transformation]
    if item.diagnosis is not None:
        lines += ["", item.diagnosis.hint]
    return clean("\n".join(lines))
