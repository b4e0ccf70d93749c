"""Judge one call: the shapes it gave, then buffers, values, what it left of its inputs, and gradients."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from grader.compare import tensors as compare
from grader.compare.changes import judge_changes
from grader.compare.outcome import Outcome, finding_of
from grader.compare.tensors import Difference
from grader.model import Encoded, Finding, FindingKind, Leaf, StepObservation
from grader.spec import Part

SMALL = 1e-3
"""Fraction of a case's largest gradient, output or input below which a tensor's own size no longer counts."""
_NOTHING = 1e-6
"""The scale of a case in which all of them are zero."""
_CANCELLED = 1e-12
"""Fraction of a call's inputs at or below which its outputs are what rounding left of terms that cancel."""
_NO_GRADIENT = 1e-14
"""The same of gradients, whose cotangents are about one."""
_MOVED = 1e-6
"""Fraction of a buffer's magnitude before a call by which its new value is weighed at least."""
_OF_DTYPES = (FindingKind.DTYPE, FindingKind.NUMBERS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What all calls of a case are judged by."""

    part: Part
    tolerance: float
    """Relative difference that is rounding."""
    floor: float
    """Magnitude below which a tensor's own size no longer counts; 0 where each call has its own."""
    float32: bool
    """Whether the answer ran in float32 against float64 expectations."""
    excused: Set[str]
    """What the oracle has and is not missed, because another criterion tells of it."""
    ended: bool
    """Whether the case ended early, so that gradients may be missing for want of a backward pass."""


def judge_call(
    outcome: Outcome,
    terms: Terms,
    index: int,
    want: StepObservation,
    have: StepObservation,
    state_held: bool,
    before: float,
) -> bool:
    """Judge one call, given the largest magnitude of a buffer before it; whether buffers were correct after it."""
    step = f"step {index + 1}"
    tolerance, float32 = terms.tolerance, terms.float32
    shaped = outcome.check(
        "shapes", finding_of("shapes", compare.compare_structure(want["out"], have.get("out"), "the output"), step)
    )
    buffers = {name: item for name, item in want.get("buffers", {}).items() if name not in terms.excused}
    still = judge_changes(outcome, want, have, step)
    if buffers and state_held:
        # A buffer moves from its old value, and what is rounded there is lost in a new one that is far smaller.
        worst = _sections(buffers, have.get("buffers", {}), "buffer ", _MOVED * before, tolerance, float32)
        still &= outcome.check("state", finding_of("state", worst, step))
    if not shaped or not state_held:
        return still
    floor = terms.floor if terms.floor > SMALL * _NO_GRADIENT else SMALL * _terms(want) or _NOTHING

    def outputs(criterion: str, chosen: Callable[[Encoded], Encoded]) -> bool:
        pair = chosen(want["out"]), chosen(have.get("out"))
        difference = compare.compare_values(*pair, "the output", tolerance=tolerance, floor=floor)
        if difference is not None and float32 and difference.kind in _OF_DTYPES:
            difference = None
        return outcome.check(criterion, finding_of(criterion, difference, step))

    right = outputs("values", lambda out: _items(out, terms.part.state_outputs, inside=False))
    if terms.part.state_outputs:
        outputs("state", lambda out: _items(out, terms.part.state_outputs, inside=True))
    touched = _sections(want["inputs"], have.get("inputs", {}), "input ", 0.0, 1e-6 if float32 else 0.0, float32)
    if touched is not None:
        message = f"It changed {touched.path} in place; the caller's tensor must stay as it was."
        finding = Finding(
            criterion="values",
            kind=FindingKind.INPUT_CHANGED,
            message=message,
            where=f"{touched.path}, {step}",
            expected=touched.expected,
            got=touched.got,
            difference=touched.difference,
            index=touched.index,
        )
        right &= outcome.check("values", finding)
    if right and "grads" in want and ("grads" in have or not terms.ended):
        asked = {name: grad for name, grad in want["grads"].items() if name not in terms.excused}
        worst = _gradients(asked, have.get("grads", {}), floor, tolerance, float32)
        outcome.check("gradients", finding_of("gradients", worst, step))
    return still


def _terms(want: StepObservation) -> float:
    """The magnitude by which a call's outputs are weighed: their own or, where all of them cancel, the inputs'."""
    outs = (compare.magnitude(leaf) for _, leaf in compare.leaves(want["out"]) if compare.is_tensor(leaf))
    largest, ins = max(outs, default=0.0), max(map(compare.magnitude, want["inputs"].values()), default=0.0)
    return largest if largest > _CANCELLED * ins else ins


def _gradients(
    want: Mapping[str, Leaf], have: Mapping[str, Leaf], floor: float, tolerance: float, float32: bool
) -> Difference | None:
    """The worst of gradients; one that is missing, although the oracle's is, comes first."""
    for name, grad in want.items():
        if name not in have:
            message = f"no gradient reaches {name}: after the call it does not ask for one any more (requires_grad)."
            return _missing(f"the gradient of {name}", message, grad)
    worst = _sections(want, have, "the gradient of ", floor, tolerance, float32)
    if worst is not None and worst.kind is FindingKind.VALUE:
        name = worst.path.removeprefix("the gradient of ")
        if not compare.magnitude(have[name]):
            return replace(worst, message=f"no gradient reaches {name}: it is None, or zero everywhere.")
    return worst


def _items(out: Encoded, indices: Sequence[int], *, inside: bool) -> Encoded:
    """An output with None for the items at some indices, or for all others."""
    if not isinstance(out, list):
        return out
    return [item if (index in indices) == inside else None for index, item in enumerate(out)]


def _sections(
    want: Mapping[str, Leaf], have: Mapping[str, Leaf], prefix: str, floor: float, tolerance: float, float32: bool
) -> Difference | None:
    """The worst of named tensors."""
    worst: Difference | None = None
    for name, tensor in want.items():
        label = prefix + name
        if name not in have:
            return _missing(label, f"{label} is missing.", tensor)
        difference = compare.compare_structure(tensor, have[name], label)
        if difference is None:
            difference = compare.compare_values(tensor, have[name], label, tolerance=tolerance, floor=floor)
            if difference is not None and float32 and difference.kind in _OF_DTYPES:
                difference = None
        if difference and (worst is None or difference.relative > worst.relative):
            worst = difference
    return worst


def _missing(label: str, message: str, tensor: Leaf) -> Difference:
    return Difference(
        kind=FindingKind.STRUCTURE, path=label, message=message, expected=compare.show(tensor), got="nothing"
    )
