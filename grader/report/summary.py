"""What a class's results have in common."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.model import CriterionReport, GradeReport, PartReport, SubmissionReport, Verdict

_NOT_JUDGED = (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED, Verdict.JUDGE_ERROR)
FAILURES = tuple(verdict for verdict in Verdict if verdict not in (*_NOT_JUDGED, Verdict.ACCEPTED))
"""The verdicts that tell a student that something is to be mended."""


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
        """The share that passed."""
        return self.passed / self.judged


@dataclass(frozen=True, slots=True)
class Common:
    """A misconception and how many students show it."""

    exercise: str
    part: str
    misconception: str
    students: int


@dataclass(frozen=True, slots=True)
class Ungraded:
    """Something that the judge failed to judge."""

    student: str
    exercise: str
    part: str
    criterion: str
    """Empty where the whole part is meant."""
    message: str


def columns(report: GradeReport) -> list[tuple[str, str]]:
    """Every (exercise, part) of the report, in the order of first appearance."""
    return list(dict.fromkeys((part.exercise, part.part) for each in report.submissions for part in each.parts))


def failing(part: PartReport) -> list[CriterionReport]:
    """The criteria of a part that its author has something to mend by."""
    return [criterion for criterion in part.criteria if criterion.verdict in FAILURES]


def hardest(report: GradeReport, count: int = 10, *, everything: bool = False) -> list[Hard]:
    """The criteria that the smallest share of answers passed, hardest first; or all, with those that all passed."""
    judged: Counter[tuple[str, str, str]] = Counter()
    passed: Counter[tuple[str, str, str]] = Counter()
    for _, part, criterion in _criteria(report.submissions):
        if criterion.verdict not in _NOT_JUDGED:
            key = (part.exercise, part.part, criterion.name)
            judged[key] += 1
            passed[key] += criterion.verdict is Verdict.ACCEPTED
    rows = [Hard(*key, passed=passed[key], judged=total) for key, total in judged.items()]
    rows.sort(key=lambda row: (row.rate, -row.judged, row.exercise, row.part, row.criterion))
    return rows if everything else [row for row in rows if row.passed < row.judged][:count]


def common(report: GradeReport, count: int = 10) -> list[Common]:
    """The misconceptions that most students show, most common first."""
    seen = {
        (part.exercise, part.part, criterion.diagnosis.misconception, number)
        for number, part, criterion in _criteria(report.submissions)
        if criterion.diagnosis is not None
    }
    students = Counter(key[:3] for key in seen)
    rows = [Common(*key, students=total) for key, total in students.items()]
    return sorted(rows, key=lambda row: (-row.students, row.exercise, row.part, row.misconception))[:count]


def ungraded(report: GradeReport) -> list[Ungraded]:
    """Every part or criterion that ended in JUDGE_ERROR, in order."""
    rows = []
    for submission in report.submissions:
        for part in submission.parts:
            broken = [item for item in part.criteria if item.verdict is Verdict.JUDGE_ERROR]
            rows += [Ungraded(submission.student, part.exercise, part.part, item.name, item.message) for item in broken]
            if part.verdict is Verdict.JUDGE_ERROR and not broken:
                rows.append(Ungraded(submission.student, part.exercise, part.part, "", part.message))
    return rows


def distribution(report: GradeReport, bins: int = 10) -> list[int]:
    """How many students scored in each tenth of the points there are; full marks are in the last."""
    counts = [0] * bins
    for submission in report.submissions:
        share = submission.score / submission.max_score if submission.max_score else 0.0
        counts[min(bins - 1, max(0, int(share * bins)))] += 1
    return counts


def _criteria(submissions: Sequence[SubmissionReport]) -> Iterator[tuple[int, PartReport, CriterionReport]]:
    for number, submission in enumerate(submissions):
        for part in submission.parts:
            for criterion in part.criteria:
                yield number, part, criterion
