"""Measure how many wrong answers are told what is wrong with them, and how many are told another's mistake."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.course.exercise import CourseExercise
from grader.judge.diagnose import diagnosed, likenesses
from grader.judge.shown import Shown
from grader.judge.two_mistakes import AND
from grader.model import CriterionReport, Explained, PartReport, Verdict
from grader.spec import Misconception
from grader.suite.data import Suite


@dataclass
class Watched:
    """What the last graded answer did, as the judge saw it (see `PartGrader.watch`)."""

    shown: Shown | None = None
    reports: Sequence[CriterionReport] = ()

    def __call__(self, shown: Shown, reports: Sequence[CriterionReport]) -> None:
        """Keep what an answer did."""
        self.shown, self.reports = shown, reports


@dataclass
class Measure:
    """Counts the explanations of one part's wrong answers."""

    exercise: CourseExercise
    suites: Sequence[Suite]
    """The part's suites: two mistakes that are the same in all of their cases are one."""
    counts: Explained = field(default_factory=Explained)

    def of_misconception(self, item: Misconception, report: PartReport, watched: Watched) -> None:
        """Count a misconception that was graded: told its own name, and another's where its own is left out."""
        if not is_judged(report):
            return
        name = name_of(report)
        others = [other for other in self.exercise.misconceptions if other != item]
        instead = diagnosed(others, watched.shown, watched.reports) if watched.shown is not None else None
        wrong = [
            other
            for other in (name, instead[1].misconception if instead is not None else "")
            if other and other != item.name and not self._are_one(item.name, other)
        ]
        self._count(report, named=bool(name) and name not in wrong, misnamed=bool(wrong))

    def of_mutant(self, report: PartReport, fresh: Watched) -> None:
        """Count a mutant that was graded: the name that it is told must hold on cases that the judge did not see.

        Args:
            report: The report.
            fresh: What the mutant did on another suite.
        """
        if not is_judged(report):
            return
        name = name_of(report)
        self._count(report, named=bool(name), misnamed=bool(name) and not self._holds(name, fresh))

    def _count(self, report: PartReport, *, named: bool, misnamed: bool) -> None:
        described = any(item.condition is not None or item.transformation for item in report.criteria)
        self.counts = replace(
            self.counts,
            failing=self.counts.failing + 1,
            named=self.counts.named + named,
            described=self.counts.described + described,
            told=self.counts.told + (named or described),
            misnamed=self.counts.misnamed + misnamed,
        )

    def _are_one(self, name: str, other: str) -> bool:
        """Whether two misconceptions are the same on every case of every suite."""
        for entry in (entry for suite in self.suites for entry in suite.cases):
            one, two = entry.misconceptions.get(name), entry.misconceptions.get(other)
            if one is not two and (one is None or two is None or not one.matches(two)):
                return False
        return True

    def _holds(self, name: str, fresh: Watched) -> bool:
        if fresh.shown is None:
            return False
        own = [item for item in self.exercise.misconceptions if item.part == fresh.shown.part.symbol]
        if AND in name:
            again = diagnosed(own, fresh.shown, fresh.reports)
            return again is not None and {*again[1].misconception.split(AND)} == {*name.split(AND)}
        (item,) = (item for item in own if item.name == name)
        alike = likenesses(own, fresh.shown, item.criterion)
        return any(each.misconception.name == name for each in alike)


def is_judged(report: PartReport) -> bool:
    """Whether an answer fails, and by what it does: of one that uses what is off limits, that is said."""
    return report.verdict not in (Verdict.ACCEPTED, Verdict.OFF_LIMITS)


def name_of(report: PartReport) -> str:
    """The misconception that a report names; empty where it names none."""
    return next((item.diagnosis.misconception for item in report.criteria if item.diagnosis is not None), "")
