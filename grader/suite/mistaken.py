"""What the known-wrong answers of a part do on the cases of its suite, kept as fingerprints to know an answer by."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.case.probe import run_case
from grader.compare import symptom
from grader.compare.fingerprint import Fingerprint, fingerprint
from grader.course.declared import DeclaredExercise
from grader.model import Case, CaseKind, Observation
from grader.spec import Misconception, Part
from grader.suite.data import SuiteCase
from grader.suite.search import canonical, weight

SEPARATE = ("own_work", "numerics", "init", "errors", "vectorized", "device")
"""The separate criteria: they have cases of their own."""
SHARED = (CaseKind.MAIN, CaseKind.INTERFACE, CaseKind.POSITIONAL)
"""Kinds of case that all criteria but the separate ones share."""
MOST = 32
"""Cases of ``main`` that are kept of one misconception, and of the other shared kinds: more than it takes to know it.
After the last of them, in the suite's order, nothing is known of it."""
_LARGE = 10_000.0
"""A case of this weight is an image for a large network, which takes as long as a hundred small cases, and whose values
and gradients tell so much that two of them are enough."""
_SHOWS_IN_MAIN = ("numerics",)
"""Separate criteria of which a mistake may show in any case: a dtype that is written out."""


class _Looked:
    """How misconceptions behave on one case, as far as that was looked at."""

    def __init__(self, right: Fingerprint) -> None:
        """Know how the oracle behaves."""
        self.right = right
        self.found: dict[str, Fingerprint | None] = {}
        """None for one that does what the oracle does."""

    def note(self, item: Misconception, got: Observation) -> Fingerprint | None:
        """Note what a misconception did, and say how it behaves."""
        behaviour = fingerprint(got)
        self.found[item.name] = None if behaviour.matches(self.right) else behaviour
        return self.found[item.name]


class Mistaken:
    """The misconceptions of one part."""

    def __init__(self, exercise: DeclaredExercise, part: Part, separate: Sequence[str], device: str) -> None:
        """Know them, and have seen nothing of them yet.

        Args:
            exercise: The exercise.
            part: The part.
            separate: The criteria that have cases of their own in it.
            device: Where the misconceptions run.
        """
        self.exercise, self.part, self.separate, self.device = exercise, part, separate, device
        self.all = [item for item in exercise.misconceptions if item.part == part.symbol]
        self._given: Counter[str] = Counter()
        self._kept: Counter[tuple[str, bool]] = Counter()
        self._looked: dict[str, _Looked] = {}

    def observe(self, case: Case, item: Misconception) -> Observation:
        """What a misconception does on the case just as a student's answer gets it, layouts and all."""
        return run_case(case, self.exercise.with_misconception(item), device=self.device)

    def differing(self, case: Case, expected: Observation) -> Iterator[tuple[Misconception, Observation]]:
        """Those that answer a case of ``main`` otherwise than the oracle, and what they answer.

        Only so many cases of each are given: the smallest, because cases come in order.
        """
        looked = self._looked_at(case, expected)
        for item in self.all:
            if not self._is_separate(item, True) and self._given[item.name] < MOST:
                got = self.observe(case, item)
                if looked.note(item, got) is not None:
                    self._given[item.name] += _worth(case)
                    yield item, got

    def shows(self, item: Misconception) -> bool:
        """Whether a case of ``main`` has shown a difference between a misconception and the oracle."""
        return self._given[item.name] > 0

    def _looked_at(self, case: Case, expected: Observation) -> "_Looked":
        key = canonical(case)
        if key not in self._looked:
            self._looked[key] = _Looked(fingerprint(expected))
        return self._looked[key]

    def marked(self, entries: Sequence[SuiteCase]) -> list[SuiteCase]:
        """A suite's cases, those of other kinds than ``main`` with the misconceptions that differ there."""
        marked = [self._marked(entry) for entry in entries]
        groups: dict[tuple[CaseKind, int], list[int]] = {}
        for index, entry in enumerate(entries):
            if entry.kind in symptom.TOGETHER:
                groups.setdefault((entry.kind, entry.group), []).append(index)
        for indices in groups.values():
            of_group = self._of_group([entries[index] for index in indices])
            marked[indices[-1]] = replace(marked[indices[-1]], misconceptions=of_group)
        return marked

    def _is_separate(self, item: Misconception, main: bool) -> bool:
        return item.criterion in self.separate and not (main and item.criterion in _SHOWS_IN_MAIN)

    def _marked(self, entry: SuiteCase) -> SuiteCase:
        if entry.kind in SHARED:
            main, found = entry.kind is CaseKind.MAIN, {}
            looked = self._looked_at(entry.case, entry.answered)
            for item in self.all:
                if not self._is_separate(item, main) and self._kept[item.name, main] < MOST:
                    if item.name not in looked.found:
                        looked.note(item, self.observe(entry.case, item))
                    behaviour = looked.found[item.name]
                    if behaviour is not None:
                        found[item.name] = behaviour
                        self._kept[item.name, main] += _worth(entry.case)
            return replace(entry, misconceptions=found)
        if entry.kind not in symptom.OF_THEIR_OWN:
            return entry
        of_kind = [item for item in self.all if item.criterion == entry.kind]
        seen = {
            item.name: symptom.symptom(
                self.part, entry.kind, entry.case, entry.expected, self.observe(entry.case, item)
            )
            for item in of_kind
        }
        return replace(entry, misconceptions=_known(seen))

    def _of_group(self, entries: Sequence[SuiteCase]) -> Mapping[str, Fingerprint]:
        """How the misconceptions of a group's criterion fail it."""
        first = entries[0]
        growing = first.kind is CaseKind.GROWTH
        criterion = "vectorized" if growing else self.part.properties[first.group].criterion
        seen = {}
        for item in self.all:
            if item.criterion == criterion or (criterion not in self.separate and not self._is_separate(item, False)):
                observations = [self.observe(entry.case, item) for entry in entries]
                seen[item.name] = group_symptom(self.part, first, entries[-1], observations)
        return _known(seen)


def _worth(case: Case) -> int:
    """As how many of the `MOST` cases of a misconception one counts."""
    return MOST // 2 if weight(case)[0] >= _LARGE else 1


def separate_criteria(kinds: Collection[CaseKind]) -> tuple[str, ...]:
    """The criteria that have cases of their own in a part whose cases are of these kinds.

    A program may end in an exception, so there `errors` is judged among the others.
    """
    return tuple(name for name in SEPARATE if name != "errors" or CaseKind.ERRORS in kinds)


def group_symptom(
    part: Part, first: SuiteCase, last: SuiteCase, observations: Sequence[Observation]
) -> Fingerprint | None:
    """How an answer fails the cases of one group, of which the first and the last are given; None where it does not."""
    if first.kind is CaseKind.PROPERTY:
        return symptom.of_property(part.properties[first.group], observations)
    if any(observation["error"] for observation in observations):
        return None
    return symptom.of_growth(part.growth[first.group], observations, last.answered)


def _known(seen: Mapping[str, Fingerprint | None]) -> dict[str, Fingerprint]:
    return {name: behaviour for name, behaviour in seen.items() if behaviour is not None}
