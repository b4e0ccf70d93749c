"""Judge lines of Python by their values, or by whether they raise."""

from grader.compare import tensors as compare
from grader.compare.calls import SMALL
from grader.compare.outcome import Outcome, about_dtypes
from grader.model import Encoded, Finding, FindingKind, Line, Step, StepObservation, Verdict


def judge_lines(
    outcome: Outcome,
    step: Step,
    want: StepObservation,
    have: StepObservation,
    criterion: str,
    tolerance: float,
) -> None:
    """Judge lines of Python, up to the first that answers differently.

    What one line gives is made of what earlier ones gave: where it cancels to nothing, it is weighed by these.
    """
    largest = 0.0
    for text, expected, got in zip(step["lines"], want["lines"], have.get("lines", []), strict=False):
        largest = max(largest, _magnitude(expected.get("value")))
        finding = _line(text, expected, got, criterion, tolerance, SMALL * largest)
        if not outcome.check(criterion, finding):
            return
    if len(have.get("lines", [])) < len(want["lines"]):
        message = "It stopped before the end of the program."
        outcome.check(criterion, Finding(criterion=criterion, kind=FindingKind.ENDED_EARLY, message=message))


def _magnitude(value: Encoded) -> float:
    """The largest number in what a line gave."""
    found = (compare.size_of(leaf) for _, leaf in compare.leaves(value))
    return max(found, default=0.0)


def _line(text: str, expected: Line, got: Line, criterion: str, tolerance: float, floor: float) -> Finding | None:
    if "raised" in expected or "raised" in got:
        if "raised" in expected and "raised" in got:
            return None
        if "raised" in expected:
            message = f"`{text}` should raise {expected['raised']}, but does not."
            return Finding(
                criterion=criterion,
                kind=FindingKind.LINE_NOT_RAISED,
                message=message,
                where=text,
                expected=expected["raised"],
                got=compare.show(got["value"]),
            )
        what = f"{got['raised']}: {got.get('message', '')}".removesuffix(": ")
        shown = compare.show(expected["value"])
        return Finding(
            criterion=criterion,
            kind=FindingKind.LINE_RAISED_ABOUT_DTYPE if about_dtypes(what) else FindingKind.LINE_RAISED,
            verdict=Verdict.RAISED,
            where=text,
            message=f"`{text}` raised {what}",
            expected=shown,
            got=what,
        )
    difference = compare.compare_structure(expected["value"], got["value"], "it") or compare.compare_values(
        expected["value"], got["value"], "it", tolerance=max(tolerance, 1e-6), floor=floor
    )
    if difference is None:
        return None
    message = f"`{text}` gives {compare.show(got['value'])} where {compare.show(expected['value'])} is expected."
    return Finding(
        criterion=criterion,
        kind=FindingKind.LINE_VALUE,
        message=message,
        where=text,
        expected=compare.show(expected["value"]),
        got=compare.show(got["value"]),
    )
