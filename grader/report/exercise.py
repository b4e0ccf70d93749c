"""What an exercise's page shows: how the class did in it, criterion by criterion, and what `course verify` proved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.model import GradeReport, PartReport, ProvenExercise, Verdict
from grader.report.summary import Hard, common, hardest

OUTCOMES = ("all points", "some points", "no points", "off limits", "not attempted", "ungraded")
"""How a part can end, best first."""


@dataclass(slots=True)
class ClassPart:
    """How a class did in one part."""

    part: str
    outcomes: Counter[str] = field(default_factory=Counter)
    criteria: list[Hard] = field(default_factory=list)
    """Every criterion that was judged, with its pass rate, in the order of the rubric."""

    @property
    def attempts(self) -> int:
        """Answers that were written and judged."""
        return self.outcomes.total() - self.outcomes["not attempted"] - self.outcomes["ungraded"]


@dataclass(slots=True)
class ClassExercise:
    """How a class did in one exercise."""

    exercise: str
    parts: list[ClassPart]
    misconceptions: list[tuple[str, str, list[int]]]
    """Part, misconception and the places of the submissions that show it."""
    proof: ProvenExercise | None

    @property
    def full_rate(self) -> float | None:
        """The share of the judged answers, over all parts, that got all points; None where none was judged."""
        judged = sum(part.attempts for part in self.parts)
        return sum(part.outcomes["all points"] for part in self.parts) / judged if judged else None


def outcome(part: PartReport) -> str:
    """One of `OUTCOMES`."""
    if part.verdict is Verdict.NOT_ATTEMPTED:
        return "not attempted"
    if part.verdict is Verdict.JUDGE_ERROR or part.score is None:
        return "ungraded"
    if part.verdict is Verdict.OFF_LIMITS:
        return "off limits"
    return "all points" if part.score >= part.max_score else "some points" if part.score else "no points"


def exercises(report: GradeReport, proofs: Mapping[str, ProvenExercise]) -> list[ClassExercise]:
    """Every exercise of the report, in the order of first appearance."""
    rates = {(row.exercise, row.part, row.criterion): row for row in hardest(report, everything=True)}
    found: dict[str, dict[str, ClassPart]] = {}
    rubric: dict[tuple[str, str, str], None] = {}
    for submission in report.submissions:
        for part in submission.parts:
            row = found.setdefault(part.exercise, {}).setdefault(part.part, ClassPart(part.part))
            row.outcomes[outcome(part)] += 1
            rubric |= dict.fromkeys((part.exercise, part.part, item.name) for item in part.criteria)
    for key in rubric:
        if key in rates:
            found[key[0]][key[1]].criteria.append(rates[key])
    shown = _shown(report)
    return [
        ClassExercise(slug, list(parts.values()), shown.get(slug, []), proofs.get(slug))
        for slug, parts in found.items()
    ]


def _shown(report: GradeReport) -> dict[str, list[tuple[str, str, list[int]]]]:
    """The misconceptions of each exercise, most common first, with who shows them."""
    who: dict[tuple[str, str, str], list[int]] = {}
    for place, submission in enumerate(report.submissions):
        for part in submission.parts:
            names = {item.diagnosis.misconception for item in part.criteria if item.diagnosis is not None}
            for name in names:
                who.setdefault((part.exercise, part.part, name), []).append(place)
    rows: dict[str, list[tuple[str, str, list[int]]]] = {}
    for row in common(report, len(who)):
        places = who[row.exercise, row.part, row.misconception]
        rows.setdefault(row.exercise, []).append((row.part, row.misconception, places))
    return rows


def totals(parts: Sequence[ClassPart]) -> dict[str, list[int]]:
    """How many answers to each part ended in each outcome, for a chart."""
    return {name: [part.outcomes[name] for part in parts] for name in OUTCOMES}
