"""Judge a case that was run on another device and in another dtype than the default one: does everything follow?"""

from collections.abc import Sequence
from dataclasses import replace

from grader.case.simulated_tensor import SIMULATED
from grader.compare.criteria import FLOAT32_HELD, judge_case
from grader.compare.outcome import Outcome
from grader.model import ABOUT_DTYPE, Behind, Case, Finding, FindingKind, Observation, Observed, Stopped, Verdict
from grader.spec import Part

_CLOSER = 0.1
"""Fraction of a part's tolerance that is allowed: float32's rounding would fit into the whole."""
_ACCURATE = 0.02
"""Fraction of what is allowed in float32 that torch's own rounding may take."""
_LIKE = ("zeros", "ones", "empty", "full", "tensor")
"""Functions of torch for which a tensor has a method that follows it."""
_MAKERS = frozenset(
    (*_LIKE, "arange", "eye", "linspace", "logspace", "rand", "randn", "randint", "randperm", "as_tensor", "from_numpy",
     "range", "full_like", "cartesian_prod", "tril_indices", "triu_indices", "bernoulli", "normal")
)  # fmt: skip


def placed(observation: Observation, device: str) -> Observation:
    """What the oracle did on the CPU as it would have been on another device: where its parameters and buffers are."""
    new = observation.get("new")
    if new is None or not new["module"]:
        return observation
    tables = {key: [[*row[:3], device, *row[4:]] for row in new[key]] for key in ("parameters", "buffers")}
    return {**observation, "new": {**new, "parameters": tables["parameters"], "buffers": tables["buffers"]}}


def is_accurate(part: Part, case: Case, exact: Observation, got: Observation) -> bool:
    """Whether torch itself is so near to the float64 answer that another right answer in that dtype is near as well."""
    tolerance = _ACCURATE * _tolerance(part, case) if case.get("dtype") == "float32" else None
    return not judge_case(part, case, exact, got, float32=True, tolerance=tolerance).findings


def judge_elsewhere(
    part: Part, case: Case, expected: Observation, got: Observed, source: Sequence[str] = ()
) -> Outcome:
    """Judge such a case as any other, but more closely, and by where its outputs and buffers are.

    Args:
        part: The part's declaration.
        case: The case.
        expected: What the oracle did, where the suite was compiled.
        got: The answer's observation (validated), or the stop there is instead.
        source: Lines of the answer, to quote.
    """
    if isinstance(got, Stopped):
        return judge_case(part, case, expected, got, source=source)
    if case.get("elsewhere") and _is_on_cpu(expected):
        expected = placed(expected, SIMULATED)
    outcome = judge_case(part, case, expected, got, source=source, tolerance=_tolerance(part, case))
    for number, step in enumerate(got["steps"], 1):
        for name in step.get("left", []):
            criterion = "state" if name.startswith("buffer ") else "values"
            outcome.findings[criterion] = Finding(
                criterion=criterion,
                kind=FindingKind.DEVICE,
                where=f"{name}, step {number}",
                message=f"The {name} is left on the CPU.",
                expected="on the input's device",
                got="on the CPU",
            )
            outcome.held.discard(criterion)
    return outcome


def was_run(got: Observed) -> bool:
    """Whether an answer was run where the case belongs; what cannot be simulated says nothing about it."""
    if isinstance(got, Stopped):
        # An exception in a backward pass on the simulated device ends the process.
        return (got.verdict, got.stage) != (Verdict.CRASHED, "backward")
    return "unsimulated" not in got


def follows(outcome: Outcome, twin: Outcome, case: Case, got: Observed, source: Sequence[str] = ()) -> Finding | None:
    """What of a case goes wrong only on another device or in another dtype than the default one, in words.

    Args:
        outcome: The case's own.
        twin: That of the same case on the CPU, where default and dtype agree.
        case: The case.
        got: The answer's observation, or the stop there is instead.
        source: Lines of the answer, to quote.
    """
    found = [finding for name, finding in outcome.findings.items() if name not in twin.findings]
    if not found:
        return None
    first = min(found, key=lambda finding: finding.kind is not FindingKind.DEVICE)
    behind = None if isinstance(got, Stopped) else got.get("behind")
    line = behind["line"] if behind is not None else None
    if line is None or not 0 < line <= len(source):
        line = first.line
    said = (
        f"{_circumstances(case, first)}, {first.message[:1].lower()}{first.message[1:].rstrip('.')}. {_advice(behind)}"
    )
    text = source[line - 1].strip() if line else first.source
    return replace(first, criterion="device", message=said, line=line, source=text)


def is_about_dtype(finding: Finding | None) -> bool:
    """Whether a finding is of a dtype, or of what one loses."""
    return finding is not None and (finding.kind in ABOUT_DTYPE or finding.difference is not None)


def _circumstances(case: Case, finding: Finding) -> str:
    if finding.kind is FindingKind.DEVICE or not (finding.kind in ABOUT_DTYPE or finding.difference is not None):
        return "With the input on another device than the CPU"
    return f"With {case.get('dtype')} input while torch's default dtype is {case.get('default')}"


def _advice(behind: Behind | None) -> str:
    """What to write instead."""
    if behind is None or not behind["used"]:
        return "What it makes itself should follow the input: x.new_zeros(...), or device=x.device, dtype=x.dtype."
    used = behind["used"]
    if behind["within"] == "__init__":
        return (
            f"What {used}(...) makes in __init__ and is kept as a plain attribute stays on the CPU; "
            "self.register_buffer(name, tensor, persistent=False) lets it follow layer.to(...)."
        )
    name = used.removeprefix("torch.")
    if name not in _MAKERS:
        return f"What {used}(...) gives is on the CPU; device=x.device, dtype=x.dtype follows the input."
    method = f"x.new_{name}(...), or " if name in _LIKE else ""
    instead = f"{method}device=x.device, dtype=x.dtype"
    return f"{used}(...) makes a tensor of the default dtype on the CPU; {instead} follows the input."


def _tolerance(part: Part, case: Case) -> float:
    return FLOAT32_HELD if case.get("dtype") == "float32" else _CLOSER * part.tolerance


def _is_on_cpu(expected: Observation) -> bool:
    new = expected.get("new")
    rows = [*new.get("parameters", []), *new.get("buffers", [])] if new is not None else []
    return all(row[3] == "cpu" for row in rows)
