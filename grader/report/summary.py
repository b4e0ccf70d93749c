"""What a class's results have in common."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from grader.model import ClusterWorker, CriterionReport, PartReport, SubmissionReport, Verdict
from grader.report.alike import Alike
from grader.report.order import failures

_NOT_JUDGED = (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.JUDGE_ERROR)
FAILURES = tuple(verdict for verdict in Verdict if verdict not in (*_NOT_JUDGED, Verdict.ACCEPTED))
"""The verdicts that tell a student to fix something."""


@dataclass(frozen=True, slots=True)
class Hard:
    """A criterion and how many of the answers judged by it passed."""

    exercise: str
    part: str
    criterion: str
    passed: int
    judged: int

    @property
    def rate(self) -> float:
        """The fraction that passed."""
        return self.passed / self.judged


@dataclass(frozen=True, slots=True)
class Common:
    """A misconception and how many students show it."""

    exercise: str
    part: str
    misconception: str
    students: int
    first: tuple[int, ...]
    """The indices of the first of them in the report."""


@dataclass(frozen=True, slots=True)
class Ungraded:
    """A part or criterion that could not be judged."""

    student: str
    exercise: str
    part: str
    criterion: str
    """Empty where the whole part is meant."""
    message: str


_FEW_WORKERS = 16
NAMED = 40
"""The most students that are named for a misconception; the others are counted."""


class Summary:
    """What a class has in common, gathered in one look at each submission: counts, and a number for each student."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.scores: list[float] = []
        self.best = 0.0
        """The best possible score."""
        self.columns: dict[tuple[str, str], float] = {}
        """Every (exercise, part), in the order of first appearance, with the points it is worth."""
        self.outcomes: dict[tuple[str, str], Counter[str]] = {}
        """How the answers to each of them ended: one of `OUTCOMES`."""
        self.ungraded: list[Ungraded] = []
        self.tenths = [0] * 10
        """How many students scored in each tenth of the points there are; full marks are in the last."""
        self.alike = Alike()
        """Those whose answers are wrong in the same way."""
        self._judged: Counter[tuple[str, str, str]] = Counter()
        self._passed: Counter[tuple[str, str, str]] = Counter()
        self._rubric: dict[tuple[str, str, str], None] = {}
        self._shown: Counter[tuple[str, str, str]] = Counter()
        self._who: dict[tuple[str, str, str], list[int]] = {}

    @classmethod
    def of(cls, submissions: Iterable[SubmissionReport]) -> Self:
        """The summary of these submissions."""
        summary = cls()
        for submission in submissions:
            summary.add(submission)
        return summary

    def add(self, submission: SubmissionReport) -> None:
        """Look at the next submission."""
        student = len(self.scores)
        self.scores.append(submission.score)
        self.best = max(self.best, submission.max_score)
        share = submission.score / submission.max_score if submission.max_score else 0.0
        self.tenths[min(9, max(0, int(share * 10)))] += 1
        for part in submission.parts:
            self._part(student, part)
        self.ungraded += ungraded(submission)

    def _part(self, student: int, part: PartReport) -> None:
        column = (part.exercise, part.part)
        self.columns[column] = max(self.columns.get(column, 0.0), part.max_score)
        self.outcomes.setdefault(column, Counter())[outcome(part)] += 1
        for item in part.criteria:
            key = (*column, item.name)
            self._rubric[key] = None
            if item.verdict not in _NOT_JUDGED:
                self._judged[key] += 1
                self._passed[key] += item.verdict is Verdict.ACCEPTED
        self.alike.add(student, part)
        for name in {item.diagnosis.misconception for item in part.criteria if item.diagnosis is not None}:
            shown = (*column, name)
            self._shown[shown] += 1
            named = self._who.setdefault(shown, [])
            if len(named) < NAMED:
                named.append(student)

    def criteria(self, exercise: str, part: str) -> list[Hard]:
        """Every criterion of a part on which anything was judged, in the order of the rubric."""
        return [self._row(key) for key in self._rubric if key[:2] == (exercise, part) and self._judged[key]]

    def hardest(self, count: int) -> list[Hard]:
        """The criteria that the smallest share of answers passed, hardest first."""
        rows = [self._row(key) for key, judged in self._judged.items() if self._passed[key] < judged]
        rows.sort(key=lambda row: (row.rate, -row.judged, row.exercise, row.part, row.criterion))
        return rows[:count]

    def _row(self, key: tuple[str, str, str]) -> Hard:
        return Hard(*key, passed=self._passed[key], judged=self._judged[key])

    def common(self, count: int | None = None) -> list[Common]:
        """The misconceptions that most students show, most common first."""
        rows = [Common(*key, students=total, first=tuple(self._who[key])) for key, total in self._shown.items()]
        return sorted(rows, key=lambda row: (-row.students, row.exercise, row.part, row.misconception))[:count]


def of_workers(workers: Sequence[ClusterWorker]) -> list[str]:
    """A line for each worker of a cluster, or, of many, for each level of the sandbox; and one for each refused."""
    lines = [f"Worker {each.address} ({each.host}): {each.refused}" for each in workers if each.refused]
    able = [each for each in workers if not each.refused]
    if len(able) <= _FEW_WORKERS:
        return lines + [
            f"Worker {each.address} ({each.host}): sandbox {each.sandbox}, parts graded: {each.parts}" for each in able
        ]
    for level, count in sorted(Counter(each.sandbox for each in able).items()):
        parts = sum(each.parts for each in able if each.sandbox == level)
        lines.append(f"{count} workers: sandbox {level}, parts graded: {parts}")
    return lines


def failing(part: PartReport) -> list[CriterionReport]:
    """The criteria of a part that give its author something to fix, the first thing to fix first."""
    return [criterion for criterion in failures(part) if criterion.verdict in FAILURES]


def ungraded(submission: SubmissionReport) -> list[Ungraded]:
    """Every part or criterion that ended in JUDGE_ERROR, in order."""
    rows = []
    for part in submission.parts:
        broken = [item for item in part.criteria if item.verdict is Verdict.JUDGE_ERROR]
        rows += [Ungraded(submission.student, part.exercise, part.part, item.name, item.message) for item in broken]
        if part.verdict is Verdict.JUDGE_ERROR and not broken:
            rows.append(Ungraded(submission.student, part.exercise, part.part, "", part.message))
    return rows


OUTCOMES = ("all points", "some points", "no points", "off limits", "not attempted", "ungraded")
"""How a part can end, best first."""


def outcome(part: PartReport) -> str:
    """One of `OUTCOMES`."""
    if part.verdict is Verdict.NOT_ATTEMPTED:
        return "not attempted"
    if part.verdict is Verdict.JUDGE_ERROR or part.score is None:
        return "ungraded"
    if part.verdict is Verdict.OFF_LIMITS:
        return "off limits"
    return "all points" if part.score >= part.max_score else "some points" if part.score else "no points"
