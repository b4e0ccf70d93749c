"""A ``results.json`` for Gradescope's autograder: https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

from typing import Any

from grader.exports.each import described
from grader.model import CourseError, CriterionReport, PartReport, SubmissionReport, Verdict
from grader.model.late import late_of


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
