"""Name the misconception whose behaviour an answer shows, on all kinds of cases: one for a part, or none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grader.compare import symptom
from grader.compare.fingerprint import Fingerprint, fingerprint
from grader.compare.outcome import Outcome
from grader.model import CaseKind, CriterionReport, Diagnosis, Observed, Stopped, Verdict
from grader.spec import Misconception, Part
from grader.suite.data import Suite, SuiteCase
from grader.suite.mistaken import MOST, SHARED, group_symptom, separate_criteria

_AGREEING = 0.8
"""Fraction of the cases on which it must agree, of those on which the answer or the misconception is wrong."""
_AGREEING_ROUNDED = 0.75
"""The same in float32: whether a case just fails or just holds is chance."""
_AT_LEAST = 2
"""Cases on which it must agree, where there are as many."""


@dataclass(frozen=True, slots=True)
class Named:
    """A misconception that an answer behaves like."""

    misconception: Misconception
    agreeing: int
    """Cases on which both are wrong in the same way."""
    others: int
    """Cases on which one of them is wrong, and the other right or wrong in another way."""


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


def likenesses(misconceptions: Sequence[Misconception], shown: Shown, criterion: str) -> list[Named]:
    """The misconceptions of a criterion's kind that an answer behaves like, the likest first.

    Agreement goes both ways: where a misconception is wrong and the answer right, they are not alike either.

    Args:
        misconceptions: Those of the part.
        shown: What the answer did.
        criterion: A criterion that it failed.
    """
    separate = criterion if criterion in shown.separate else ""
    left = {
        item.name: item
        for item in misconceptions
        if (item.criterion if item.criterion in shown.separate else "") == separate
    }
    agreeing, others = dict.fromkeys(left, 0), dict.fromkeys(left, 0)
    share = _AGREEING_ROUNDED if criterion == "numerics" else _AGREEING
    indices = list(shown.judged(criterion))
    failing = sum(map(shown.fails, indices))
    allowed = max(failing, 1) * (1 / share - 1)
    for index in indices:
        marks, fails = shown.suite.cases[index].misconceptions, shown.fails(index)
        looked_at = [name for name in left if name in marks or (fails and shown.is_known(name, index))]
        if not looked_at:
            continue
        most = max((len(marks[name].components) for name in looked_at if name in marks), default=0)
        mine = shown.behaviour(index, 1 + most)
        for name in looked_at:
            mark = marks.get(name)
            if mark is None and shown.is_like_the_oracle(index):
                # A difference that is smaller than what fingerprints keep says neither yes nor no.
                continue
            same = mark is not None and mine is not None and mark.matches(mine)
            agreeing[name] += same
            others[name] += not same
            if others[name] > allowed:
                del left[name]
        if not left:
            return []
    found = [Named(left[name], agreeing[name], others[name]) for name in left]
    found = [item for item in found if _is_alike(item, failing, share)]
    return sorted(found, key=lambda item: (-item.agreeing / (item.agreeing + item.others), -item.agreeing))


def _is_alike(item: Named, failing: int, share: float) -> bool:
    together = item.agreeing + item.others
    return item.agreeing >= min(_AT_LEAST, max(failing, 1)) and item.agreeing >= share * together


def chosen(alike: Sequence[Named], criterion: str) -> Misconception | None:
    """The one to name, of those that an answer behaves like: of equals the only one that is about the criterion.

    Args:
        alike: The misconceptions, the likest first.
        criterion: The first criterion that the answer failed of those they may be about.
    """
    if not alike:
        return None
    first = alike[0].agreeing, alike[0].others
    best = [item.misconception for item in alike if (item.agreeing, item.others) == first]
    about = [item for item in best if item.criterion == criterion]
    if len(best) == 1 or len({item.hint for item in best}) == 1:
        return (about or best)[0]
    return about[0] if len({item.hint for item in about}) == 1 else None


def diagnosed(
    misconceptions: Sequence[Misconception], shown: Shown, reports: Sequence[CriterionReport]
) -> tuple[str, Diagnosis] | None:
    """The misconception that an answer shows, and the criterion whose report is to say so; None where it shows none.

    What fails in the cases that most criteria share must be explained whole; a separate criterion is looked at where
    nothing else fails before it.

    Args:
        misconceptions: Those of the exercise.
        shown: What the answer did.
        reports: The rubric's lines, in order.
    """
    own = [item for item in misconceptions if item.part == shown.part.symbol]
    failed = [item.name for item in reports if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
    failed = [name for name in failed if name != "own_work"]
    shared = [name for name in failed if name not in shown.separate]
    for criterion in shared[:1] or failed:
        item = chosen(likenesses(own, shown, criterion), criterion)
        if item is not None:
            told = item.criterion if item.criterion in failed else criterion
            return told, Diagnosis(misconception=item.name, hint=item.hint)
    return None


def with_diagnosis(item: CriterionReport, named: tuple[str, Diagnosis] | None) -> CriterionReport:
    """The report of a criterion, with the part's misconception where this one is to say it."""
    return replace(item, diagnosis=named[1]) if named is not None and named[0] == item.name else item
