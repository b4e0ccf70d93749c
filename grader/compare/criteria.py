"""Judge one observed case: which criteria held, and how the others failed.

Criteria build on one another. Each is judged only where those it depends on held, step by step within a case, so that
one mistake gives one red line: a layer that is wrong in eval mode keeps the points of its training gradients.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.compare import tensors as compare
from grader.compare.calls import SMALL, Terms, judge_call
from grader.compare.construction import judge_new, lacking
from grader.compare.lines import judge_lines
from grader.compare.outcome import Outcome, ending, error_finding, stage_of
from grader.model import Case, Failure, Leaf, Observation, Observed, Stopped
from grader.model.messages import listed
from grader.spec import Part

STAGE_CRITERION = {
    "new": "interface",
    "load": "parameters",
    "mode": "interface",
    "call": "values",
    "backward": "gradients",
    "run": "values",
}
"""The criterion that fails where a case stops for good at a stage."""

_ABOUT_ARGUMENTS = re.compile(
    r"TypeError: [\w.]+\(\) (?:got an unexpected|got multiple values|got some|takes|missing) .*\bargument"
)
"""What Python says where something does not take the arguments that it is given."""
FLOAT32_HELD = 1e-4
"""Relative agreement that counts as correct when a case is run again in float32."""


def judge_case(
    part: Part,
    case: Case,
    expected: Observation,
    got: Observed,
    *,
    source: Sequence[str] = (),
    float32: bool = False,
    tolerance: float | None = None,
) -> Outcome:
    """Judge a case of values, gradients, state and so on.

    Args:
        part: The part's declaration.
        case: The case.
        expected: The oracle's observation.
        got: The answer's observation (validated), or the stop there is instead.
        source: Lines of the answer, to quote.
        float32: The answer ran in float32 against float64 expectations: agreement to float32's accuracy is enough.
        tolerance: Relative difference that is rounding, where it is not the part's.
    """
    outcome = Outcome()
    lines_criterion = case.get("lines") or part.judged_lines
    error = ending(got)
    if isinstance(got, Stopped):
        _note_error(outcome, error, source, lines_criterion, part)
        return outcome
    if "new" in case and not judge_new(outcome, case, expected, got, float32):
        _note_error(outcome, error, source, lines_criterion, part)
        return outcome
    terms = Terms(
        part=part,
        tolerance=tolerance or (FLOAT32_HELD if float32 else part.tolerance),
        floor=SMALL * max((compare.magnitude(grad) for grad in _all_grads(expected)), default=0.0),
        float32=float32,
        excused=_excused(expected, got),
        ended=error is not None,
    )
    observed_steps = list(got["steps"])
    if len(observed_steps) < len(expected["steps"]) and "partial" in got:
        observed_steps.append(got["partial"])
    state_held, before = True, 0.0
    for index, (step, want) in enumerate(zip(case["steps"], expected["steps"], strict=True)):
        if index >= len(observed_steps):
            break
        have = observed_steps[index]
        if step["do"] == "call":
            state_held &= judge_call(outcome, terms, index, want, have, state_held, before)
            before = max((compare.magnitude(leaf) for leaf in want.get("buffers", {}).values()), default=0.0)
        elif step["do"] == "run" and not (lines_criterion == "interface" and _tells_names(case, expected, got)):
            judge_lines(outcome, step, want, have, lines_criterion, terms.tolerance)
    _note_error(outcome, error, source, lines_criterion, part)
    _name_calls(outcome, case)
    if case.get("backward") == "last" and "gradients" in outcome.findings:
        finding = outcome.findings["gradients"]
        message = f"{finding.message} The backward passes came after both calls."
        outcome.findings["gradients"] = replace(finding, message=message)
    return outcome


def _note_error(
    outcome: Outcome, error: Failure | Stopped | None, source: Sequence[str], lines_criterion: str, part: Part
) -> None:
    if error is not None:
        stage = stage_of(error)
        criterion = lines_criterion if stage == "run" else STAGE_CRITERION.get(stage, "interface")
        finding = error_finding(error, criterion, source)
        if stage == "new" and part.arguments and is_about_arguments(finding.message):
            finding = replace(finding, message=f"{finding.message}. It should take {listed(part.arguments)}.")
        outcome.check(criterion, finding)


def _name_calls(outcome: Outcome, case: Case) -> None:
    """Say in which call a finding showed, where it was not the first."""
    calls = [index for index, step in enumerate(case["steps"], 1) if step["do"] == "call"]
    numbers = {f"step {index}": number for number, index in enumerate(calls, 1) if number > 1}
    for criterion, finding in outcome.findings.items():
        number = numbers.get(finding.where.rpartition(", ")[2])
        if number is not None:
            message = f"In call {number}, {finding.message[:1].lower()}{finding.message[1:]}"
            outcome.findings[criterion] = replace(finding, message=message)


def _tells_names(case: Case, expected: Observation, got: Observation) -> bool:
    """Whether lines about the interface would say again what `parameters` tells: that names are other ones, or more."""
    want, new = expected.get("new"), got.get("new")
    if "fresh" in case or want is None or new is None or not (want["module"] and new["module"]):
        return False
    more, _ = lacking(new, want)
    missing, _ = lacking(want, new)
    return bool(more or missing)


def is_about_arguments(text: str) -> bool:
    """Whether an exception, in Python's words, is about the arguments of a call rather than what they are."""
    return _ABOUT_ARGUMENTS.search(text) is not None


def _all_grads(observation: Observation) -> list[Leaf]:
    return [grad for observed in observation["steps"] for grad in observed.get("grads", {}).values()]


def _excused(expected: Observation, got: Observation) -> frozenset[str]:
    """What `parameters` is told already, by the oracle's names.

    Parameters that ask for no gradient from the beginning, and counters that were never there.
    """
    if "new" not in expected or "new" not in got or not (expected["new"]["module"] and got["new"]["module"]):
        return frozenset()
    want, new = expected["new"], got["new"]
    frozen = [row[0] for row in new["parameters"] if not row[-1]]
    by_order = [ours[0] for ours, row in zip(want["parameters"], new["parameters"], strict=False) if not row[-1]]
    _, counters = lacking(want, new)
    # One of another name that was loaded by order can be judged.
    seen = {name for observed in got["steps"] for name in observed.get("buffers", {})}
    return frozenset((*frozen, *by_order, *(name for name in counters if name not in seen)))
