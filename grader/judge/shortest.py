"""The shortest code that shows a failure, which was seen to show it: the answer failed on the very case it computes."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from grader.case.probe import run_case
from grader.compare import criteria
from grader.compare.outcome import ending
from grader.judge.drawn import Unfit, Way, draw, reference_of
from grader.judge.plain_code import construction_code, growth_code, made, meta_code, meta_lines, up_to_line
from grader.judge.plainly import unset_by
from grader.judge.redrawn import redrawn, without_gradients
from grader.judge.short_code import Unwritten, assembled, short_code
from grader.judge.showing import Failure, Shown
from grader.model import Case, FindingKind, Line, Observation, Step, Stopped

_CONSTRUCTED = (
    FindingKind.NAMES, FindingKind.SHAPE, FindingKind.REQUIRES_GRAD, FindingKind.LOAD, FindingKind.NOT_A_MODULE,
)  # fmt: skip
_OF_LINES = (
    FindingKind.LINE_VALUE, FindingKind.LINE_RAISED, FindingKind.LINE_RAISED_ABOUT_DTYPE, FindingKind.LINE_NOT_RAISED,
)  # fmt: skip


def shortest(failure: Failure) -> Shown | None:
    """The failure in the shortest code that shows it; None where only the case itself does."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return _shortest(failure)
        except (Unfit, Unwritten):
            return None


def _shortest(failure: Failure) -> Shown | None:
    finding, case = failure.finding, failure.case
    if finding.kind is FindingKind.STOPPED:
        return _stopping(failure)
    if finding.kind is FindingKind.PROPERTY:
        return None
    if finding.kind is FindingKind.GROWTH:
        return _growing(failure)
    if "elsewhere" in case or "default" in case:
        return _elsewhere(failure)
    if finding.kind in (*_CONSTRUCTED, FindingKind.RAISED) and ", step" not in finding.where:
        constructed = _constructed(failure)
        if constructed:
            return Shown(case=case, finding=finding, code=constructed)
    if finding.kind in _OF_LINES:
        return _of_a_line(failure)
    if failure.criterion == "errors":
        return _raising(failure)
    if failure.criterion in ("parameters", "init", "interface") and ", step" not in finding.where:
        return None
    return redrawn(failure)


def _stopping(failure: Failure) -> Shown | None:
    """The call, or the construction, at which the answer's process was stopped; it is not run again."""
    got, case, symbol = failure.got, failure.case, failure.part.symbol
    if not isinstance(got, Stopped):
        return None
    if got.stage == "new":
        maker = made(case, symbol)
        code = assembled([maker], symbol, failure.module) if maker else ""
        return Shown(case=case, finding=failure.finding, code=code)
    if got.stage != "call" or not 0 <= got.step < len(case["steps"]):
        return None
    quiet: Case = {**case, "steps": without_gradients(case["steps"][: got.step + 1])}
    last_is_call = replace(failure.finding, kind=FindingKind.RAISED, where="")
    nothing: Observation = {"steps": [], "error": None}
    code = short_code(draw(quiet, Way(state="none")), symbol, failure.module, last_is_call, nothing)
    return Shown(case=case, finding=failure.finding, code=code)


def _constructed(failure: Failure) -> str:
    """Code for what shows as soon as the object is constructed."""
    error, symbol = ending(failure.got), failure.part.symbol
    if failure.finding.kind is FindingKind.RAISED:
        if not isinstance(error, dict) or error["stage"] != "new":
            return ""
        maker = made(failure.case, symbol)
        if unset := unset_by(failure.finding):
            # Constructing it raises nothing yet; what is missing is missed by whatever asks for it.
            maker = f"print({maker}.{unset[1]})" if maker else ""
        return assembled([maker], symbol, failure.module) if maker else ""
    found = reference_of(symbol, is_function=False)
    reference = found[0] if found and failure.expected is not None and _is_alike(found[1], failure) else ""
    return construction_code(failure.case, failure.finding, symbol, failure.module, reference)


def _is_alike(reference: Callable[..., Any], failure: Failure) -> bool:
    """Whether torch's layer has the parameters and buffers that are expected."""
    theirs = failure.observe({**failure.case, "steps": []}, {failure.part.symbol: reference})
    assert failure.expected is not None, "the caller looked"
    want, have = failure.expected.get("new"), theirs.get("new")
    return bool(want and have and all(want.get(key) == have.get(key) for key in ("module", "parameters", "buffers")))


def _of_a_line(failure: Failure) -> Shown | None:
    """The line that fails, on an object as it is constructed, after the lines before it."""
    shorter = up_to_line(failure.case, failure.finding.where)
    if shorter is None:
        return None
    expected = failure.expected
    if shorter == failure.case:
        return Shown(case=failure.case, finding=failure.finding, code="", expected=expected)
    if "new" in shorter:
        oracles = failure.part.oracles or _torchs(failure.part.symbol)
        expected = failure.observe(shorter, oracles) if failure.part.symbol in oracles else None
        (got,) = failure.again([shorter])
        if expected is None or expected["error"]:
            return None
        outcome = criteria.judge_case(failure.part, shorter, expected, got, source=failure.source)
        finding = outcome.findings.get(failure.criterion)
        if finding is None or (finding.kind, finding.where) != (failure.finding.kind, failure.finding.where):
            return None
        return Shown(case=shorter, finding=finding, code="", expected=expected)
    if expected is not None:
        steps = [*expected["steps"][: len(shorter["steps"])]]
        number = len(shorter["steps"][-1]["lines"])
        steps[-1] = {**steps[-1], "lines": steps[-1].get("lines", [])[:number]}
        expected = {**expected, "steps": steps}
    return Shown(case=shorter, finding=failure.finding, code="", expected=expected)


def _torchs(symbol: str) -> Mapping[str, Any]:
    found = reference_of(symbol, is_function=False)
    return {symbol: found[1]} if found else {}


def _growing(failure: Failure) -> Shown | None:
    """Counting the operations of the calls alone, where their number grows already."""
    cases: list[Case] = []
    for case in failure.growth:
        steps: list[Step] = [{**step} for step in case["steps"]]
        for step in steps:
            step.pop("cotangent", None)
        cases.append({**case, "steps": steps})
    code = growth_code(cases, failure.finding.where, failure.part.symbol, failure.module) if cases else ""
    if not code:
        return None
    counts = [0 if not isinstance(got, dict) else got.get("ops", 0) for got in failure.again(cases)]
    if not all(few < many for few, many in pairwise(counts)):
        return None
    return Shown(case=failure.case, finding=failure.finding, code=code)


def _elsewhere(failure: Failure) -> Shown | None:
    """The call on a device without data, where the answer fails or leaves its output on the CPU, and torch does not."""
    symbol = failure.part.symbol
    oracles = failure.part.oracles or _torchs(symbol)
    if "elsewhere" not in failure.case or symbol not in oracles:
        return None
    for lines in meta_lines(failure.case, symbol):
        case: Case = {"steps": [{"do": "run", "lines": lines}], "dtype": "float32", "seed": 0}
        theirs = _last_line(run_case(case, oracles))
        (got,) = failure.again([case])
        if isinstance(got, Stopped):
            return None
        if theirs.get("value") == "meta" and _last_line(got).get("value") != "meta":
            return Shown(case=failure.case, finding=failure.finding, code=meta_code(lines, symbol, failure.module))
    return None


def _last_line(observation: Observation) -> Line:
    """What the last line gave, or the first exception before it."""
    lines = observation["steps"][0].get("lines", []) if observation["steps"] else []
    nothing: Line = {}
    return next((line for line in lines if "raised" in line), lines[-1] if lines else nothing)


def _raising(failure: Failure) -> Shown | None:
    """A call that should raise, on an object as it is constructed."""
    if failure.finding.kind is not FindingKind.NOT_RAISED or not any(
        step["do"] == "call" for step in failure.case["steps"]
    ):
        return None
    quiet: Case = {**failure.case, "steps": without_gradients(failure.case["steps"])}
    drawn = draw(quiet, Way(state="none"))
    (got,) = failure.again([drawn.case])
    if ending(got) is not None:
        return None
    to_raise = replace(failure.finding, kind=FindingKind.RAISED, where="")
    nothing: Observation = {"steps": [], "error": None}
    code = short_code(drawn, failure.part.symbol, failure.module, to_raise, nothing)
    code += 'print("Nothing was raised; an exception was expected.")\n'
    return Shown(case=drawn.case, finding=failure.finding, code=code)
