"""The reports of a part: what each verdict means for its criteria and its score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.model import CriterionReport, OffLimitsUse, PartReport, Verdict
from grader.spec import Part
from grader.suite.data import Suite, rubric


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

    def of_criteria(self, criteria: Sequence[CriterionReport]) -> PartReport:
        """The part's verdict and why: how its process ended, if it did, else the first criterion that failed."""
        failed = [item for item in criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
        ended = [item for item in failed if item.verdict not in (Verdict.WRONG, Verdict.RAISED)]
        if failed:
            first = (ended or failed)[0]
            return self._report(first.verdict, first.message, criteria)
        skipped = [item for item in criteria if item.verdict is Verdict.SKIPPED]
        if skipped:
            return self._report(Verdict.WRONG, skipped[0].message, criteria)
        return self._report(Verdict.ACCEPTED, "", criteria)

    def without_points(self, verdict: Verdict, message: str, *, first: str = "") -> PartReport:
        """A report in which nothing earned points.

        Args:
            verdict: The part's verdict.
            message: Why.
            first: The criterion that says why, while the others are skipped; without one, all say so.
        """
        names = list(self.rubric)
        if first and first not in names:
            first = names[1]
        criteria = [
            CriterionReport(
                name=name,
                max_score=points,
                score=0.0,
                verdict=verdict if first in ("", name) else Verdict.SKIPPED,
                message=message if first in ("", name) else f"not judged, because {first} failed",
            )
            for name, points in self.rubric.items()
        ]
        return self._report(verdict, message, criteria)

    def off_limits(self, uses: Sequence[OffLimitsUse]) -> PartReport:
        """The report of an answer that is not the student's own work."""
        named = "; ".join(str(use) for use in uses[:3])
        report = self.without_points(
            Verdict.OFF_LIMITS,
            f"This exercise asks you to build it yourself, but the answer uses {named}.",
            first="own_work",
        )
        return replace(report, off_limits=tuple(uses))

    def _report(self, verdict: Verdict, message: str, criteria: Sequence[CriterionReport]) -> PartReport:
        return PartReport(
            part=self.part.symbol,
            exercise=self.slug,
            verdict=verdict,
            message=message,
            suite=self.suite.digest,
            criteria=tuple(criteria),
            score=sum(item.score for item in criteria),
            max_score=sum(self.rubric.values()),
        )
