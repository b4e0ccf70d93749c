"""How much of the hidden cases a student may see."""

from dataclasses import replace

from grader.model import CourseError, CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict
from grader.model.briefly import briefly
from grader.model.lazy import LazySequence
from grader.model.messages import in_families

POLICIES = ("none", "criterion", "counterexample")
"""From verdicts only, over what is wrong in general words and hints, to messages and the failing case itself."""

_ABOUT_THE_ANSWER = (Verdict.SKIPPED, Verdict.OFF_LIMITS, Verdict.NOT_ATTEMPTED)
"""Verdicts whose message is about the answer or the rubric, not about a hidden case."""


def redact(report: GradeReport, policy: str) -> GradeReport:
    """The report as far as the course's feedback policy lets a student see it, each submission when it is looked at.

    Args:
        report: The whole report.
        policy: ``none`` leaves verdicts and points; ``criterion`` also hints, and what is wrong in words that hold
            nothing of a hidden case (see `grader.model.briefly`); ``counterexample`` all.

    Raises:
        CourseError: where there is no such policy.
    """
    if policy not in POLICIES:
        raise CourseError(
            f"There is no feedback policy {policy!r}.", f"Write one of {', '.join(POLICIES)} in course.toml."
        )
    whole = report.submissions
    return replace(report, submissions=LazySequence(range(len(whole)), lambda index: _submission(whole[index], policy)))


def _submission(submission: SubmissionReport, policy: str) -> SubmissionReport:
    # Who behaves alike is for the instructor to know.
    parts = (replace(part, behaviour="") for part in submission.parts)
    return replace(
        submission, parts=tuple(part if policy == "counterexample" else _part(part, policy) for part in parts)
    )


def _part(part: PartReport, policy: str) -> PartReport:
    criteria = tuple(_criterion(criterion, policy) for criterion in part.criteria)
    # An answer decides how long it takes, to the millisecond.
    part = replace(part, seconds=0.0)
    if part.verdict in _ABOUT_THE_ANSWER:
        return replace(part, criteria=criteria)
    # A part's message repeats that of a criterion, so it is held to the same rule.
    repeated = (seen.message for was, seen in zip(part.criteria, criteria, strict=True) if was.message == part.message)
    return replace(part, message=next(repeated, ""), criteria=criteria)


def _criterion(criterion: CriterionReport, policy: str) -> CriterionReport:
    if criterion.verdict in _ABOUT_THE_ANSWER:
        diagnosis = criterion.diagnosis if policy == "criterion" else None
        said = criterion.transformation if policy == "criterion" else ""
        return replace(
            criterion, counterexample=None, diagnosis=diagnosis, condition=None, transformation=said, failing=0
        )
    if policy == "criterion":
        example = criterion.counterexample
        line = criterion.line if example is None else example.line
        message = in_families(() if criterion.condition else criterion.families, briefly(criterion))
        # What the course calls an argument says nothing of a case; how many there are of a kind would.
        condition = criterion.condition and replace(criterion.condition, failing=0, covered=0, judged=0)
        return replace(criterion, message=message, line=line, counterexample=None, condition=condition, failing=0)
    return replace(
        criterion,
        message="",
        kind=None,
        line=None,
        counterexample=None,
        diagnosis=None,
        condition=None,
        transformation="",
        failing=0,
    )
