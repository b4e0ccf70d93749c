"""What an exercise's page shows: how the class did, criterion by criterion, and what `course verify` proved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.model import ProvenExercise
from grader.report.summary import OUTCOMES, Common, Hard, Summary


@dataclass(frozen=True, slots=True)
class ClassPart:
    """How a class did in one part."""

    part: str
    outcomes: Counter[str]
    criteria: Sequence[Hard]
    """Every criterion that was judged, with its pass rate, in the order of the rubric."""

    @property
    def attempts(self) -> int:
        """Answers that were written and judged."""
        return self.outcomes.total() - self.outcomes["not attempted"] - self.outcomes["ungraded"]


@dataclass(frozen=True, slots=True)
class ClassExercise:
    """How a class did in one exercise."""

    exercise: str
    parts: Sequence[ClassPart]
    misconceptions: Sequence[Common]
    """Most common first."""
    proof: ProvenExercise | None

    @property
    def full_rate(self) -> float | None:
        """The fraction of the judged answers, over all parts, that got all points; None where none was judged."""
        judged = sum(part.attempts for part in self.parts)
        return sum(part.outcomes["all points"] for part in self.parts) / judged if judged else None


def exercises(summary: Summary, proofs: Mapping[str, ProvenExercise]) -> list[ClassExercise]:
    """Every exercise of the report, in the order of first appearance."""
    parts: dict[str, list[ClassPart]] = {}
    for slug, name in summary.columns:
        row = ClassPart(name, summary.outcomes[slug, name], summary.criteria(slug, name))
        parts.setdefault(slug, []).append(row)
    shown = summary.common()
    return [
        ClassExercise(slug, rows, [row for row in shown if row.exercise == slug], proofs.get(slug))
        for slug, rows in parts.items()
    ]


def totals(parts: Sequence[ClassPart]) -> dict[str, list[int]]:
    """How many answers to each part ended in each outcome, for a chart."""
    return {name: [part.outcomes[name] for part in parts] for name in OUTCOMES}
