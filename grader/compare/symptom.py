"""Reduce what an answer does on the cases of a separate criterion to what tells its mistakes apart.

On most cases the whole observation does (see `grader.compare.fingerprint`). On these it would not: what is rounded,
drawn at random or counted is different in every answer, and only how it fails is the mistake's.
"""

import re
from collections.abc import Sequence

import torch

from grader.compare import elsewhere, separate
from grader.compare import tensors as compare
from grader.compare.fingerprint import Component, Fingerprint, drawn, fingerprint
from grader.compare.growth import growing
from grader.compare.outcome import Outcome, ending
from grader.model import Case, CaseKind, Observation, Observed, Stopped, Truth
from grader.spec import Growth, Part, Property

OF_THEIR_OWN = (CaseKind.NUMERICS, CaseKind.ERRORS, CaseKind.DEVICE)
"""Kinds of case of which each has symptoms of its own."""
TOGETHER = (CaseKind.PROPERTY, CaseKind.GROWTH)
"""Kinds of case that have one symptom a group."""

_NUMBERS = re.compile(r"-?\d+(\.\d+)?(e[-+]?\d+)?")


def symptom(
    part: Part, kind: CaseKind, case: Case, expected: Observation | Truth | None, got: Observed
) -> Fingerprint | None:
    """How an answer fails one case, of those `OF_THEIR_OWN`; None where it does not.

    Args:
        part: The part's declaration.
        kind: What the case is for.
        case: The case.
        expected: What is expected of it.
        got: What the answer did.
    """
    assert expected is not None, "there is nothing to compare with"
    if kind is CaseKind.NUMERICS:
        assert "truth" in expected, "numerics are judged by a truth"
        return _of_numerics(case, expected, got)
    assert "truth" not in expected, "only numerics are judged by a truth"
    if kind is CaseKind.ERRORS:
        return _of_findings(separate.judge_raising(case, got, expected), got)
    outcome = elsewhere.judge_elsewhere(part, case, expected, got)
    finding = elsewhere.follows(outcome, Outcome(), case, got) if elsewhere.was_run(got) else None
    return None if finding is None else Fingerprint([["device", finding.kind, finding.where]])


def of_property(item: Property, observations: Sequence[Observation]) -> Fingerprint | None:
    """How a property does not hold, and what was drawn; None where it holds."""
    try:
        said = item.holds(observations)
    except Exception as error:
        said = type(error).__name__
    if said is None:
        return None
    components: list[Component] = [_NUMBERS.sub("", said)]
    for observation in observations:
        if observation["error"]:
            return fingerprint(observation)
        leaves = [leaf for step in observation["steps"] for leaf in _values(step)]
        components += [drawn(leaf) for leaf in leaves if compare.is_tensor(leaf)]
    return Fingerprint(components)


def of_growth(growth: Growth, observations: Sequence[Observation], reference: Observation) -> Fingerprint | None:
    """How the operations of calls of growing size are too many; None where they are not."""
    finding = growing(growth, observations, reference)
    return None if finding is None else Fingerprint([["growth", _NUMBERS.sub("", finding.message)]])


def _of_findings(outcome: Outcome, got: Observed) -> Fingerprint | None:
    if not outcome.findings:
        return None
    if isinstance(got, Stopped):
        return Fingerprint([["stopped", got.verdict]])
    return Fingerprint([[name, finding.kind] for name, finding in outcome.findings.items()])


def _of_numerics(case: Case, expected: Truth, got: Observed) -> Fingerprint | None:
    outcome = separate.judge_numerics(case, expected, got)
    base = _of_findings(outcome, got)
    if base is None or isinstance(got, Stopped) or ending(got) is not None:
        return base
    # Which numbers overflow is the formula's own; how far the others are off is chance.
    answered = dict(separate.numeric_leaves(got))
    lost = [answered[path] for path in expected["truth"] if path in answered]
    return Fingerprint([*base.components, *(_overflown(compare.body(leaf)) for leaf in lost)])


def _overflown(values: torch.Tensor) -> Component:
    return str(torch.nonzero(~values.reshape(-1).isfinite()).reshape(-1).tolist()[:64])


def _values(step: object) -> list[object]:
    """The leaves that a step gave: of its lines, and of its call."""
    assert isinstance(step, dict)
    found = [line.get("value") for line in step.get("lines", [])] + [step.get("out")]
    return [leaf for value in found for _, leaf in compare.leaves(value)]
