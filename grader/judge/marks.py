"""The points of a part, criterion by criterion, from the outcomes of its cases."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import torch

from grader.compare.outcome import Outcome
from grader.judge import families
from grader.judge.failing import recipes_in
from grader.model import (
    DEPENDS,
    EXCEPTIONS,
    Case,
    CaseKind,
    CriterionReport,
    Finding,
    FindingKind,
    Observation,
    Stopped,
    Verdict,
)
from grader.model.messages import in_families, listed
from grader.spec import Part
from grader.suite.data import Suite

ORDINARY = frozenset(("interface", "parameters", "shapes", "state", "values", "gradients"))
"""The criteria that are judged on the ordinary cases; the others have cases of their own."""
_NEEDED_SHARE, _SHOWN_SHARE, _NEEDED = 2 / 3, 0.2, 3
"""A criterion is accepted where it could be judged on the first fraction of its cases; those that depend on it are
judged where it held on the second fraction. On this many cases at least, or on all where there are fewer."""
_RARE = 4
"""What so many times as many cases show is told before what a corner shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """What the outcomes of a suite's cases come to."""

    part: Part
    suite: Suite
    outcomes: Mapping[int, Outcome]
    unnamed: AbstractSet[str] = frozenset()
    """Criteria that were not judged by a property, because it asks for names that the answer does not have."""
    given_up: Stopped | None = None
    """The stop after which the rest of the cases was not run, where the answer was given up."""

    def failures(self, criterion: str) -> list[tuple[int, Finding]]:
        """The cases that failed a criterion, what most of them show first, and the smallest of those.

        Before that come the like of those it was given up for, then those of no family; and where inputs with elements
        fail as well, those without come later.
        """
        given_up = self.given_up.verdict if self.given_up else None
        order = {CaseKind.MAIN: 0, CaseKind.INTERFACE: 1, CaseKind.POSITIONAL: 2, CaseKind.GROWTH: 3}
        failures = [
            (index, outcome.findings[criterion])
            for index, outcome in self.outcomes.items()
            if criterion in outcome.findings
        ]

        shown = Counter(_what(finding) for _, finding in failures)
        most = max(shown.values(), default=0)
        with_elements = {_what(finding) for index, finding in failures if not _is_empty(self.suite.cases[index].case)}

        def rank(pair: tuple[int, Finding]) -> tuple[bool, bool, int, bool, bool, int]:
            index, finding = pair
            entry = self.suite.cases[index]
            is_rare = _RARE * shown[_what(finding)] < most
            # A tensor without elements makes a reader look for the mistake there.
            is_odd = _what(finding) in with_elements and _is_empty(entry.case)
            is_other = finding.verdict is not given_up
            return is_other, bool(entry.families), order.get(entry.kind, 0), is_rare, is_odd, index

        return sorted(failures, key=rank)

    def cases(self, criterion: str) -> tuple[set[int], set[int]]:
        """The cases that fail a criterion, and those on which it holds, whatever they are for."""
        failing = {index for index, outcome in self.outcomes.items() if criterion in outcome.findings}
        return failing, {index for index, outcome in self.outcomes.items() if criterion in outcome.held} - failing

    @property
    def ordinary(self) -> tuple[set[int], set[int]]:
        """The cases that fail any of the criteria that are judged on the ordinary cases, and those that hold in all."""
        broken = {index for index, outcome in self.outcomes.items() if not ORDINARY.isdisjoint(outcome.findings)}
        return broken, {index for index, item in self.outcomes.items() if not ORDINARY.isdisjoint(item.held)} - broken

    def reports(self, rubric: Mapping[str, float]) -> list[CriterionReport]:
        """The rubric's lines, in order."""
        lost: dict[str, tuple[str, ...]] = {}
        for name in rubric:
            lost[name] = self._lost(name, {family for other in _dependencies(name) for family in lost.get(other, ())})
        # Where one criterion lost a family, an earlier one may not have been judged there either.
        anywhere = {family for own in lost.values() for family in own}
        reports: dict[str, CriterionReport] = {}
        for name, points in rubric.items():
            reports[name] = self._report(name, points, reports, lost[name], anywhere)
        return [*reports.values()]

    def _lost(self, name: str, already: AbstractSet[str]) -> tuple[str, ...]:
        """The families in which alone a criterion fails, those first that were lost before."""
        failing = {index for index, outcome in self.outcomes.items() if name in outcome.findings}
        return families.lost(self.part, self.suite.cases, failing, self._held(name) | failing, already)

    def _held(self, name: str) -> set[int]:
        """The cases on which a criterion held; those of growth say something of others only where they fail."""
        return {
            index
            for index, outcome in self.outcomes.items()
            if name in outcome.held and (name == "vectorized" or self.suite.cases[index].kind is not CaseKind.GROWTH)
        }

    def _is_enough(self, name: str, indices: set[int], gone: Collection[str], share: float) -> bool:
        """Whether these cases are enough of those outside of the families that are gone."""
        planned = self.suite.planned.get(name, 0) - families.hold(self.suite.cases, name, gone)
        count = families.outside(self.suite.cases, indices, gone)
        return count >= min(planned, max(_NEEDED, share * planned)) and count > 0

    def _report(
        self,
        name: str,
        points: float,
        before: Mapping[str, CriterionReport],
        own: Sequence[str],
        anywhere: AbstractSet[str],
    ) -> CriterionReport:
        failures = self.failures(name)
        judged = self._held(name) | {index for index, _ in failures}
        gone = self._gone(name, own, before)
        depends = [before[other] for other in _dependencies(name) if other in before]
        shown = all(self._shown(item, anywhere) for item in depends)
        enough = shown and self._is_enough(name, judged, anywhere, _NEEDED_SHARE)
        kept = round(points * families.kept(self.part, gone), 4) if gone else points
        report = CriterionReport(
            name=name, verdict=Verdict.ACCEPTED, score=kept, max_score=points, cases=len(judged), failing=len(failures),
            families=gone,
        )  # fmt: skip
        if name == "own_work":
            return report
        if failures:
            first = failures[0][1]
            message = first.message
            if self.given_up and first.verdict is self.given_up.verdict:
                message = self.given_up.message
            message = in_families(own, message)
            whole = replace(report, verdict=first.verdict, message=message, kind=first.kind)
            return whole if own and enough else replace(whole, score=0.0, families=())
        if enough and gone:
            message = f"not judged with {listed(gone)}, where {_failed(depends)} failed"
            return replace(report, verdict=Verdict.SKIPPED, message=message)
        if enough:
            return report
        nothing = replace(report, verdict=Verdict.SKIPPED, score=0.0, families=())
        because = _failed(depends) or ("parameters" if name in self.unnamed else "")
        if because:
            return replace(nothing, message=f"not judged, because {because} failed")
        if self.given_up:
            return replace(
                nothing, verdict=self.given_up.verdict, message=self.given_up.message, kind=FindingKind.STOPPED
            )
        planned = self.suite.planned.get(name, 0)
        return replace(nothing, message=f"not judged: only {len(judged)} of {planned} cases could be run")

    def _gone(self, name: str, own: Collection[str], before: Mapping[str, CriterionReport]) -> tuple[str, ...]:
        """The families that a criterion loses: its own, and those in which one that it rests on failed."""
        depends = [before[other] for other in _dependencies(name) if other in before]
        others = {family for item in depends for family in item.families} if name in families.RESTING else set()
        judging = {family for item in self.suite.cases if name in item.judges for family in item.families}
        lost = {*own, *(others & judging)}
        return tuple(family.name for family in self.part.families if family.name in lost)

    def _shown(self, item: CriterionReport, anywhere: AbstractSet[str]) -> bool:
        """Whether a criterion held on enough cases to judge those that depend on it."""
        if item.verdict is Verdict.ACCEPTED:
            return True
        held = self._held(item.name)
        if item.name == "values":
            # There an answer that computes nothing is right as well.
            held = {index for index in held if not _is_nothing(self.suite.cases[index].answered)}
        return self._is_enough(item.name, held, anywhere, _SHOWN_SHARE)


def _is_empty(case: Case) -> bool:
    """Whether a call of a case is given a tensor without elements."""
    given = [[step.get("args", []), step.get("kwargs", {})] for step in case["steps"] if step["do"] == "call"]
    return any(0 in recipe["shape"] for recipe in recipes_in(given))


def _is_nothing(expected: Observation) -> bool:
    """Whether all that is expected of the calls is tensors of zeros or of no elements."""
    outputs = [step["out"] for step in expected["steps"] if "out" in step]
    return bool(outputs) and all(isinstance(out, torch.Tensor) and not out.any() for out in outputs)


def _what(finding: Finding) -> tuple[FindingKind, str]:
    """What is wrong, apart from the numbers: an exception by its type, anything else by the tensor."""
    what = finding.got.partition(":")[0] if finding.kind in EXCEPTIONS else finding.where.rpartition(", ")[0]
    return finding.kind, what


def _failed(depends: Sequence[CriterionReport]) -> str:
    """The last criterion among those that something depends on that failed, rather than being skipped itself."""
    failed = [item.name for item in depends if item.verdict is not Verdict.ACCEPTED]
    at_fault = [item.name for item in depends if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
    return (at_fault or failed or [""])[-1]


def _dependencies(name: str) -> list[str]:
    """Everything that a criterion depends on, first things first."""
    dependencies: list[str] = []
    for other in DEPENDS.get(name, ()):
        dependencies += [item for item in (*_dependencies(other), other) if item not in dependencies]
    return dependencies
