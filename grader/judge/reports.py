"""The reports of a part: what each verdict means for its criteria and its score."""

import re
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from grader.answer.policy import cannot_be_inspected
from grader.compare.observation import readable
from grader.model import Counterexample, CriterionReport, FindingKind, OffLimitsUse, PartReport, Verdict
from grader.model.messages import not_inspected_message, off_limits_message
from grader.spec import Part
from grader.suite.data import Suite, rubric


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """What came of running a part's cases."""

    criteria: Sequence[CriterionReport]
    behaviour: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nothing:
    """Why a part earned no points at all."""

    verdict: Verdict
    why: str
    first: str = ""
    """The criterion that says why, while the others are skipped; without one, all say so."""
    uses: Sequence[OffLimitsUse] = ()
    """What the answer used although it is off limits."""
    kind: FindingKind | None = None
    line: int | None = None
    """The line of the answer that ``why`` names, where it names one."""


def not_own_work(uses: Sequence[OffLimitsUse]) -> Nothing:
    """The outcome of an answer that is not the student's own work."""
    compiled = all(cannot_be_inspected(use.used) for use in uses)
    why = (not_inspected_message if compiled else off_limits_message)([str(use) for use in uses])
    return Nothing(verdict=Verdict.OFF_LIMITS, why=why, first="own_work", uses=uses, kind=FindingKind.OFF_LIMITS)


def vetted(uses: Iterable[OffLimitsUse], lines: Sequence[str]) -> list[OffLimitsUse]:
    """What a worker says was used: only names that torch has, and lines that the answer has, are passed on.

    A worker is the answer's own process, so a name or a number of its making could hold a hidden case.

    Args:
        uses: What it says.
        lines: The answer's text.
    """
    passed: list[OffLimitsUse] = []
    for use in uses:
        used = use.used if _is_of_torch(use.used) else _UNNAMED
        line = use.line if use.line is not None and 0 < use.line <= len(lines) else None
        seen = replace(use, used=used, line=line, source=use.source if line else "")
        if seen not in passed:
            passed.append(seen)
    return passed


_UNNAMED = "something that is off limits"
_NAME = re.compile(r"[\w.:]+", re.ASCII)


def _is_of_torch(name: str) -> bool:
    if not _NAME.fullmatch(name):
        return False
    if "::" in name:
        return bool(torch._C._jit_get_schemas_for_operator(name))
    first, *rest = name.split(".")
    found: object = torch if first == "torch" else None
    for part in rest:
        # Not `getattr` of a module: some of torch's import others when they are asked for a name.
        found = vars(found).get(part) if type(found) is types.ModuleType else getattr(found, part, None)
    return found is not None


@dataclass(frozen=True, slots=True)
class Reports:
    """Makes the reports of one part."""

    slug: str
    """The part's exercise."""
    part: Part
    suite: Suite

    @property
    def rubric(self) -> Mapping[str, float]:
        """The part's criteria with their points, in the order of judging."""
        return rubric(self.part, self.suite)

    def of(self, outcome: "Ran | Nothing") -> PartReport:
        """The report of what came of judging."""
        if not isinstance(outcome, Nothing):
            report = self._report(*_verdict(outcome.criteria), outcome.criteria)
            return replace(report, behaviour=outcome.behaviour)
        report = self._report(outcome.verdict, outcome.why, self._without_points(outcome))
        uses = [replace(use, used=readable(use.used), source=readable(use.source)) for use in outcome.uses]
        return replace(report, off_limits=tuple(uses))

    def _without_points(self, outcome: "Nothing") -> list[CriterionReport]:
        names = list(self.rubric)
        first = outcome.first
        if first and first not in names:
            first = names[1]
        return [
            CriterionReport(
                name=name,
                max_score=points,
                score=0.0,
                verdict=outcome.verdict if first in ("", name) else Verdict.SKIPPED,
                message=outcome.why if first in ("", name) else f"not judged, because {first} failed",
                kind=outcome.kind if first in ("", name) else None,
                line=outcome.line if first in ("", name) else None,
            )
            for name, points in self.rubric.items()
        ]

    def _report(self, verdict: Verdict, message: str, criteria: Sequence[CriterionReport]) -> PartReport:
        return PartReport(
            part=self.part.symbol,
            exercise=self.slug,
            verdict=verdict,
            message=readable(message),
            suite=self.suite.digest,
            criteria=tuple(map(_cut, criteria)),
            score=_total(item.score for item in criteria),
            max_score=_total(self.rubric.values()),
        )


def _total(points: Iterable[float]) -> float:
    """A sum of points without what is lost in adding fractions."""
    return round(sum(points), 6)


def _cut(item: CriterionReport) -> CriterionReport:
    """The report of a criterion with the texts cut that the answer has a part in, if only by its own long lines."""
    example = item.counterexample
    return replace(item, message=readable(item.message), counterexample=example and _cut_example(example))


def _cut_example(example: Counterexample) -> Counterexample:
    return replace(
        example,
        where=readable(example.where),
        expected=readable(example.expected),
        got=readable(example.got),
        source=readable(example.source),
    )


def _verdict(criteria: Sequence[CriterionReport]) -> tuple[Verdict, str]:
    """The part's verdict and why: how its process ended, if it did, else the first criterion that failed."""
    failed = [item for item in criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
    ended = [item for item in failed if item.verdict not in (Verdict.WRONG, Verdict.RAISED)]
    if failed:
        first = (ended or failed)[0]
        return first.verdict, first.message
    skipped = [item for item in criteria if item.verdict is Verdict.SKIPPED]
    return (Verdict.WRONG, skipped[0].message) if skipped else (Verdict.ACCEPTED, "")
