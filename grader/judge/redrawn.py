"""Draw a failing case anew, in one way after the other, until the answer fails on it as well."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.compare import criteria, separate
from grader.compare.outcome import ending, error_finding
from grader.judge.drawn import Unfit, Way, draw, only_last_call, reference_of, rounded
from grader.judge.network_code import as_program
from grader.judge.short_code import Unwritten, short_code
from grader.judge.showing import Failure, Shown
from grader.model import EXCEPTIONS, Argument, Case, Finding, FindingKind, Observation, Observed, Step, is_recipe
from grader.model.messages import only_in_float32
from grader.suite.precision import truth_of

_SHAPES = (FindingKind.SHAPE, FindingKind.STRUCTURE)
_MOST_KEPT = 3000
"""Numbers that a report's case may hold."""
_SEEDS = (0, 1, 2, 3)
"""Seeds that are tried: a rectified output may be zero by chance."""
_MOST_DIGITS = 4
"""Digits to which numbers are rounded at most."""
_VISIBLE = 1e-6
"""Differences up to which a case that is drawn anew does not show what there is to show."""


def redrawn(failure: Failure) -> Shown | None:
    """The failure on inputs that a learner would draw; None where it does not show there."""
    for way in _tries(failure):
        shown = _tried(failure, *way)
        if shown is not None:
            return shown
    step = _step_of(failure)
    if step is not None and failure.case.get("backward") != "last" and _loaded_by_name(failure.got):
        shown = as_program(failure, step)
        if shown is not None:
            return shown
    return _rounded(failure)


def _rounded(failure: Failure) -> Shown | None:
    """The failure on the case itself, its numbers rounded as far as it still fails; None where that is no help."""
    part, finding = failure.part, failure.finding
    if part.symbol not in part.oracles or failure.criterion == "numerics" or finding.kind in EXCEPTIONS:
        return None
    for digits in range(1, _MOST_DIGITS + 1):
        case = rounded(failure.case, digits)
        if case is None:
            return None
        expected = failure.observe(case, part.oracles)
        if expected["error"]:
            continue
        found = _found(failure, case, expected, lambda case: failure.observe(case, part.oracles))
        if found is not None and _alike(found, finding):
            return Shown(case=case, finding=found, code="", expected=expected)
    return None


def _tries(failure: Failure) -> Iterator[tuple[Case, Way, Callable[..., Any] | None]]:
    """What to try, the shortest first."""
    case, finding = failure.case, failure.finding
    step = _step_of(failure)
    if step is None or case["steps"][step]["do"] != "call":
        return
    alone: Case = {**case, "steps": _for(finding, only_last_call(case, step))}
    whole: Case = {**case, "steps": _for(finding, case["steps"][: step + 1])}
    if case.get("backward") == "last":
        alone = whole = _after_all(case, finding, step)
    reference = _reference(failure)
    numbers = _is_of_float32(failure)
    if finding.kind in EXCEPTIONS or (reference is None and finding.kind in _SHAPES):
        quiet: Case = {**alone, "steps": without_gradients(alone["steps"])}
        yield quiet, Way(state="none"), None
        yield quiet, Way(state="none", plainly=False), None
        yield alone, Way(state="none"), None
    if reference is not None and finding.kind not in EXCEPTIONS and finding.kind is not FindingKind.INPUT_CHANGED:
        name, theirs = reference
        yield alone, Way(reference=name, state="fresh", plainly=not numbers), theirs
        for seed in (0, 1):
            yield alone, Way(reference=name, state="normal", plainly=not numbers, seed=seed), theirs
        yield whole, Way(reference=name, state="normal", plainly=False), theirs
        return
    if _loaded_by_name(failure.got):
        for seed in _SEEDS:
            yield alone, Way(state="own", seed=seed), None
        yield whole, Way(state="own", plainly=False), None


def _step_of(failure: Failure) -> int | None:
    """The step at which the failure shows."""
    steps = failure.case["steps"]
    error = ending(failure.got)
    # A worker may name a step that there is not.
    if failure.finding.kind in EXCEPTIONS and isinstance(error, dict) and 0 <= error["step"] < len(steps):
        return int(error["step"])
    last = failure.finding.where.rpartition("step ")[2]
    if last.isdigit() and 0 < int(last) <= len(steps):
        return int(last) - 1
    calls = [index for index, step in enumerate(steps) if step["do"] == "call"]
    return calls[0] if len(calls) == 1 else None


def _for(finding: Finding, steps: Sequence[Step]) -> list[Step]:
    """Steps in which only that asks for a gradient which the finding is about; of an exception that is not known."""
    if finding.kind in EXCEPTIONS:
        return [*steps]
    goes_back = finding.criterion == "gradients"
    of = finding.where.rpartition(", ")[0].removeprefix("the gradient of ") if goes_back else ""
    return [*without_gradients(steps[:-1]), *without_gradients(steps[-1:], of)]


def _after_all(case: Case, finding: Finding, step: int) -> Case:
    """A case that goes backward after all calls, asking for that gradient alone which the finding is about."""
    before, after = case["steps"][: step + 1], case["steps"][step + 1 :]
    return {**case, "steps": [*_for(finding, before), *without_gradients(after)]}


def without_gradients(steps: Sequence[Step], but: str = "") -> list[Step]:
    """Steps whose inputs ask for no gradients, but for one of them; under grad mode all the same."""
    quiet: list[Step] = []
    for step in steps:
        if step["do"] == "call":
            args = [_asking(arg, f"input.{index}", but) for index, arg in enumerate(step.get("args", []))]
            step = {**step, "args": args, "cotangent": step.get("cotangent", 0)}
            if "kwargs" in step:
                step["kwargs"] = {name: _asking(item, name, but) for name, item in step["kwargs"].items()}
        quiet.append(step)
    return quiet


def _asking(value: Argument, path: str, asked: str) -> Any:
    if is_recipe(value):
        return {**value, "grad": path == asked and value.get("grad", True)}
    if isinstance(value, Mapping):
        return {key: _asking(item, path, asked) for key, item in value.items()}
    if isinstance(value, list):
        return [_asking(item, f"{path}.{index}", asked) for index, item in enumerate(value)]
    return value


def _reference(failure: Failure) -> tuple[str, Callable[..., Any]] | None:
    """What of torch can stand beside the answer: it must itself give what is expected of the case."""
    part, case, expected = failure.part, failure.case, failure.expected
    found = reference_of(part.symbol, is_function="new" not in case)
    if found is None:
        return None
    theirs = failure.observe(case, {part.symbol: found[1]})
    if failure.truth is not None:
        return None if separate.judge_numerics(case, failure.truth, theirs).findings else found
    if expected is None:
        return None
    return None if criteria.judge_case(part, case, expected, theirs).findings else found


def _loaded_by_name(got: Observed) -> bool:
    return isinstance(got, dict) and (got["load"]["how"] == "exact" if "load" in got else True)


def _tried(failure: Failure, case: Case, way: Way, reference: Callable[..., Any] | None) -> Shown | None:
    """The failure drawn in a way, if it is one there."""
    if way.reference and not _loaded_by_name(failure.got):
        return None
    try:
        return _drawn_so(failure, case, way, reference)
    except (Unfit, Unwritten):
        return None


def _drawn_so(failure: Failure, case: Case, way: Way, reference: Callable[..., Any] | None) -> Shown | None:
    part = failure.part
    drawn = draw(_with_loss(failure, case, way), way, reference)
    oracles = {part.symbol: reference} if reference is not None else part.oracles
    if failure.finding.kind in EXCEPTIONS:
        expected: Observation = {"steps": [], "error": None}
        if part.symbol in oracles:
            expected = failure.observe(drawn.case, oracles)
        if expected["error"]:
            return None
        finding = _raised(failure, drawn.case)
    elif part.symbol not in oracles:
        return None
    else:
        expected = failure.observe(drawn.case, oracles)
        if expected["error"]:
            return None
        finding = _found(failure, drawn.case, expected, lambda case: failure.observe(case, oracles))
    if finding is None or not _alike(finding, failure.finding):
        return None
    code = short_code(drawn, part.symbol, failure.module, finding, expected)
    # What is too much for a report stays the case that it was.
    kept = drawn.case if drawn.count <= _MOST_KEPT else failure.case
    return Shown(case=kept, finding=finding, code=code)


def _raised(failure: Failure, case: Case) -> Finding | None:
    """The exception that ends a case."""
    (got,) = failure.again([case])
    error = ending(got)
    return error_finding(error, failure.criterion, failure.source) if isinstance(error, dict) else None


def _with_loss(failure: Failure, case: Case, way: Way) -> Case:
    """The case with something that a learner would differentiate."""
    if failure.criterion != "gradients":
        return case
    loss = "sum" if way.plainly and way.state != "normal" else "cubes"
    return {**case, "steps": [{**step, "loss": loss} if step["do"] == "call" else step for step in case["steps"]]}


def _found(
    failure: Failure, case: Case, expected: Observation, observe: Callable[[Case], Observation]
) -> Finding | None:
    (got,) = failure.again([case])
    if _is_of_float32(failure):
        truth = truth_of(failure.part, case, observe)
        return separate.judge_numerics(case, truth, got, failure.source).findings.get("numerics")
    findings = criteria.judge_case(failure.part, case, expected, got, source=failure.source).findings
    if failure.criterion != "numerics":
        return findings.get(failure.criterion)
    first = next(iter(findings.values()), None)
    return first and replace(first, criterion="numerics", message=only_in_float32(first.message))


def _is_of_float32(failure: Failure) -> bool:
    """Whether it is about what float32 loses, not about an answer that only works in it."""
    return failure.criterion == "numerics" and failure.case.get("dtype") == "float32"


def _alike(finding: Finding, first: Finding) -> bool:
    """Whether what was found is what there is to show, and can be seen."""
    if finding.kind is not first.kind:
        return False
    if finding.kind in EXCEPTIONS:
        return finding.got.partition(":")[0] == first.got.partition(":")[0] and finding.line == first.line
    return finding.difference is None or (math.isfinite(finding.difference) and finding.difference > _VISIBLE)
