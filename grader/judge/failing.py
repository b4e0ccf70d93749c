"""The tensors of failing cases, as expected and as they came: what transformations are looked for in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from grader.compare import tensors as compare
from grader.model import Case, CaseKind, Finding, FindingKind, Leaf, Observation, Observed, Stopped, is_recipe
from grader.spec import Part
from grader.suite.data import SuiteCase

_EXACT, _WRONG = 1e-10, 1e-9
"""Relative differences up to which two tensors are the same, and from which on they are not. Between them nobody can
say."""
_FLOOR = 1e-4
"""Fraction of the largest number of a case below which a tensor's own size no longer counts."""
_MOST_ELEMENTS = 20_000
_KINDS = {
    "values": (FindingKind.VALUE, FindingKind.FINITE),
    "gradients": (FindingKind.VALUE, FindingKind.FINITE, FindingKind.STRUCTURE),
    "state": (FindingKind.VALUE, FindingKind.FINITE),
    "shapes": (FindingKind.SHAPE, FindingKind.STRUCTURE),
}
"""What may be wrong with a tensor that another one explains, by criterion."""
_USED = (CaseKind.MAIN, CaseKind.GROWTH)


@dataclass(frozen=True, slots=True)
class Pair:
    """One tensor of a case, as expected and as it came."""

    where: str
    """"output", "output[1]", "gradient of `weight`", "buffer `running_var`"."""
    step: int
    expected: torch.Tensor
    got: torch.Tensor
    scale: float
    """What a difference is weighed by."""

    def gives(self, other: torch.Tensor | None) -> bool:
        """Whether a tensor is what came, but for rounding."""
        return other is not None and same(other, self.got, self.scale)

    @property
    def is_wrong(self) -> bool:
        """Whether what came is not what is expected, and by more than rounding."""
        return not same(self.expected, self.got, self.scale, _WRONG)


def same(one: torch.Tensor, other: torch.Tensor, scale: float, tolerance: float = _EXACT) -> bool:
    """Whether two tensors are the same but for rounding."""
    if one.shape != other.shape:
        return False
    return not one.numel() or float((one - other).abs().max()) <= tolerance * max(scale, float(other.abs().max()))


@dataclass(frozen=True)
class Failing:
    """One case that fails a criterion."""

    part: Part
    criterion: str
    case: Case
    expected: Observation
    got: Observation

    @cached_property
    def pairs(self) -> list[Pair]:
        """The tensors that the criterion judges."""
        return paired(self.part, self.criterion, self.expected, self.got)

    @cached_property
    def wrong(self) -> list[Pair]:
        """Those of them that are wrong; of what is kept from call to call the first, of which the others follow."""
        wrong = [pair for pair in self.pairs if pair.is_wrong]
        return [pair for pair in wrong if pair.step == wrong[0].step] if self.criterion == "state" else wrong

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments in this case, by name; those not given at their defaults are not among them."""
        new = self.case.get("new", {})
        return {**dict(zip(self.part.arguments, new.get("args", []), strict=False)), **new.get("kwargs", {})}

    def inputs(self, step: int) -> list[Mapping[str, Any]]:
        """The recipes of the tensors that a call is given."""
        return list(recipes_in([self.case["steps"][step].get("args", []), self.case["steps"][step].get("kwargs", {})]))


def failing_cases(
    part: Part, criterion: str, failures: Sequence[tuple[SuiteCase, Observed, Finding]]
) -> list[Failing] | None:
    """The failing cases with the tensors in them; None where one of them fails in a way that no tensor explains.

    Args:
        part: The part.
        criterion: The criterion that fails.
        failures: Its failing cases, what the answer did on them, and how that was judged.
    """
    cases = []
    for entry, got, finding in failures:
        if isinstance(got, Stopped) or entry.kind not in _USED or finding.kind not in _KINDS.get(criterion, ()):
            return None
        if got["error"] or entry.case.get("dtype", "float64") != "float64":
            return None
        if finding.kind is FindingKind.FINITE:
            # What divides by nothing gives no number that could be explained.
            continue
        failing = Failing(part, criterion, entry.case, entry.answered, got)
        if not failing.pairs:
            return None
        # Where rounding alone is larger than the mistake, nothing shows.
        cases += [failing] if failing.wrong else []
    return cases or None


def paired(part: Part, criterion: str, expected: Observation, got: Observation) -> list[Pair]:
    """The tensors of two observations that a criterion judges, pair by pair; none where one cannot be looked at."""
    largest = max((compare.magnitude(leaf) for *_, leaf in _leaves(part, criterion, expected)), default=0.0)
    came = {(step, where): leaf for step, where, leaf in _leaves(part, criterion, got)}
    pairs = []
    for step, where, leaf in _leaves(part, criterion, expected):
        have = came.get((step, where))
        if have is None and criterion == "gradients":
            have = torch.zeros_like(compare.body(leaf))
        if not _is_whole(leaf) or not _is_whole(have):
            return []
        assert isinstance(leaf, torch.Tensor)
        assert isinstance(have, torch.Tensor)
        scale = max(compare.magnitude(leaf), _FLOOR * largest)
        pairs.append(Pair(where, step, leaf.double(), have.double(), scale))
    return pairs


def _is_whole(leaf: Leaf | None) -> bool:
    """Whether a leaf is a tensor that can be computed with: of real, finite numbers, and not too many."""
    if not isinstance(leaf, torch.Tensor) or leaf.is_complex() or not 0 < leaf.numel() <= _MOST_ELEMENTS:
        return False
    return bool(leaf.isfinite().all())


def _leaves(part: Part, criterion: str, observation: Observation) -> Iterator[tuple[int, str, Leaf]]:
    for index, step in enumerate(observation["steps"]):
        if criterion == "gradients":
            yield from ((index, f"gradient of {_named(name)}", leaf) for name, leaf in step.get("grads", {}).items())
            continue
        kept = part.state_outputs
        for path, leaf in compare.leaves(step.get("out"), "output"):
            is_kept = any(path.startswith(f"output[{item}]") for item in kept)
            if compare.is_tensor(leaf) and (criterion == "shapes" or is_kept == (criterion == "state")):
                yield index, path, leaf
        if criterion == "state":
            yield from ((index, f"buffer `{name}`", leaf) for name, leaf in step.get("buffers", {}).items())


def _named(name: str) -> str:
    """A tensor by its name in the case, as a learner would call it."""
    number, _, inside = name.removeprefix("input.").partition(".")
    if not name.startswith("input.") or not number.isdecimal():
        return f"`{name}`"
    return f"argument {int(number) + 1}" + (f"[{inside}]" if inside else "")


def recipes_in(value: object) -> Iterator[Mapping[str, Any]]:
    """The recipes of tensors in some arguments."""
    if is_recipe(value):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from recipes_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from recipes_in(item)
