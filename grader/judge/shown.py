"""What an answer did on a suite, as misconceptions are compared with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from grader.compare import symptom
from grader.compare.fingerprint import Fingerprint, fingerprint
from grader.compare.outcome import Outcome
from grader.model import CaseKind, Observed, Stopped
from grader.spec import Part
from grader.suite.data import Suite, SuiteCase
from grader.suite.mistaken import MOST, SHARED, group_symptom, separate_criteria


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What an answer did on a suite, and how that was judged."""

    part: Part
    suite: Suite
    observations: Mapping[int, Observed]
    outcomes: Mapping[int, Outcome]

    @cached_property
    def _alike(self) -> dict[int, bool]:
        return {}

    @cached_property
    def separate(self) -> tuple[str, ...]:
        """The criteria that have cases of their own."""
        return separate_criteria({entry.kind for entry in self.suite.cases})

    @cached_property
    def _groups(self) -> dict[tuple[CaseKind, int], list[int]]:
        groups: dict[tuple[CaseKind, int], list[int]] = {}
        for index, entry in enumerate(self.suite.cases):
            if entry.kind in symptom.TOGETHER:
                groups.setdefault((entry.kind, entry.group), []).append(index)
        return groups

    def judged(self, criterion: str) -> Iterator[int]:
        """The cases that a misconception of this criterion is known by, those that fail first, then the small ones."""
        indices = [index for index, entry in enumerate(self.suite.cases) if self._knows(index, entry, criterion)]
        yield from sorted(indices, key=lambda index: not self.fails(index))

    def _knows(self, index: int, entry: SuiteCase, criterion: str) -> bool:
        if index not in self.observations:
            return False
        if entry.kind is CaseKind.PROPERTY:
            of_property = self.part.properties[entry.group].criterion
            alike = of_property == criterion or not {of_property, criterion} & {*self.separate}
            return alike and index == self._groups[entry.kind, entry.group][-1]
        if entry.kind is CaseKind.GROWTH:
            return criterion == "vectorized" and index == self._groups[entry.kind, entry.group][-1]
        if entry.kind in SHARED:
            return criterion not in self.separate or (criterion == "numerics" and entry.kind is CaseKind.MAIN)
        return entry.kind == criterion

    @cached_property
    def _ends(self) -> dict[tuple[str, bool], int]:
        """The cases after which nothing more is known of a misconception, among those of ``main`` and the others."""
        kept: dict[tuple[str, bool], list[int]] = {}
        for index, entry in enumerate(self.suite.cases):
            for name in entry.misconceptions if entry.kind in SHARED else ():
                kept.setdefault((name, entry.kind is CaseKind.MAIN), []).append(index)
        return {key: indices[-1] for key, indices in kept.items() if len(indices) >= MOST}

    def is_known(self, name: str, index: int) -> bool:
        """Whether the suite knows what a misconception does on a case."""
        return index <= self._ends.get((name, self.suite.cases[index].kind is CaseKind.MAIN), index)

    def fails(self, index: int) -> bool:
        """Whether the answer is wrong on a case, or on one of its group."""
        entry = self.suite.cases[index]
        group = self._groups[entry.kind, entry.group] if entry.kind in symptom.TOGETHER else [index]
        return any(self.outcomes[each].findings for each in group if each in self.outcomes)

    def behaviour(self, index: int, most: int) -> Fingerprint | None:
        """How the answer behaves on a case, as misconceptions are recorded; None where it is right.

        Args:
            index: The case.
            most: Components that are looked at.
        """
        entry, got = self.suite.cases[index], self.observations[index]
        if entry.kind in symptom.TOGETHER:
            group = self._groups[entry.kind, entry.group]
            observed = [item for each in group if not isinstance(item := self.observations.get(each), Stopped | None)]
            if len(observed) < len(group):
                return None
            return group_symptom(self.part, self.suite.cases[group[0]], entry, observed)
        if entry.kind in symptom.OF_THEIR_OWN:
            return symptom.symptom(self.part, entry.kind, entry.case, entry.expected, got)
        return None if isinstance(got, Stopped) else fingerprint(got, most)

    def is_like_the_oracle(self, index: int) -> bool:
        """Whether the answer behaves as the oracle does on a case, as far as fingerprints tell."""
        if index not in self._alike:
            entry, got = self.suite.cases[index], self.observations[index]
            self._alike[index] = (
                entry.kind in SHARED
                and not isinstance(got, Stopped)
                and fingerprint(got).matches(fingerprint(entry.answered))
            )
        return self._alike[index]
