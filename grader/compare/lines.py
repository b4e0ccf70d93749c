"""Judge lines of Python by their values, or by whether they raise."""

from grader.compare import tensors as compare
from grader.compare.calls import SMALL
from grader.compare.outcome import Outcome, about_dtypes
from grader.compare.shown import lists_apart, shown_apart
from grader.model import Encoded, Finding, FindingKind, Line, Step, StepObservation, Verdict

_LONG = 100
"""Characters of two lists together that are told apart by what is missing and what is not expected."""


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
    said = spoken(text)
    if "raised" in expected or "raised" in got:
        if "raised" in expected and "raised" in got:
            return None
        if "raised" in expected:
            shown = compare.show(got["value"])
            gave = "" if got["value"] is None else f" and gives {shown}"
            return Finding(
                criterion=criterion,
                kind=FindingKind.LINE_NOT_RAISED,
                message=f"{said} should raise an exception ({expected['raised']}), but does not{gave}.",
                where=text,
                expected=expected["raised"],
                got=shown,
            )
        what = f"{got['raised']}: {got.get('message', '')}".removesuffix(": ")
        shown = compare.show(expected["value"])
        asked = "should work" if expected["value"] is None else f"should be {shown}"
        return Finding(
            criterion=criterion,
            kind=FindingKind.LINE_RAISED_ABOUT_DTYPE if about_dtypes(what) else FindingKind.LINE_RAISED,
            verdict=Verdict.RAISED,
            where=text,
            message=f"{said} {asked}, but raises {what}",
            expected=shown,
            got=what,
        )
    difference = compare.compare_structure(expected["value"], got["value"], "it") or compare.compare_values(
        expected["value"], got["value"], "it", tolerance=max(tolerance, 1e-6), floor=floor
    )
    if difference is None:
        return None
    wanted, given = shown_apart(expected["value"], got["value"])
    missing = lists_apart(expected["value"], got["value"])
    is_long = len(wanted) + len(given) > _LONG
    told = f"is not as it should be ({missing})" if missing and is_long else f"should be {wanted}, but is {given}"
    return Finding(
        criterion=criterion,
        kind=FindingKind.LINE_VALUE,
        message=f"{said} {told}.",
        where=text,
        expected=wanted,
        got=given,
    )


def spoken(line: str) -> str:
    """A line of Python in a sentence: what its last comment says that it asks for, or the line itself."""
    code, _, asked = line.rpartition("  # ")
    if not code or "\n" in asked:
        return f"`{line}`"
    return asked[:1].upper() + asked[1:]
