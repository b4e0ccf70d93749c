"""Failing answers of a class that behave alike, whether or not anybody has a name for their mistake."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Counterexample, CriterionReport, PartReport, SubmissionReport
from grader.report.screen import first_failure

SMALLEST = 2
"""Students that make a group."""
NO_NAME = "no name yet"


@dataclass(frozen=True, slots=True)
class Group:
    """Students whose answers to a part are wrong in the same way."""

    exercise: str
    part: str
    behaviour: str
    """What their reports have in common (see `grader.model.PartReport.behaviour`)."""
    misconception: str
    """The name of their mistake; empty where nobody has named it."""
    members: Sequence[int]
    """Their indices in the report, in order."""

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.members)


class Alike:
    """Gathers the groups of a class, in one look at each answer: a number is kept of each that fails."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._first: dict[tuple[str, str], dict[str, int]] = {}
        """By part and behaviour, whoever shows it alone so far."""
        self._groups: dict[tuple[str, str], dict[str, list[int]]] = {}
        self._names: dict[tuple[str, str, str], str] = {}

    def add(self, student: int, part: PartReport) -> None:
        """Look at a student's answer to a part.

        Args:
            student: The index of the student in the report.
            part: What was found.
        """
        if not part.behaviour:
            return
        column = (part.exercise, part.part)
        group = self._groups.setdefault(column, {}).get(part.behaviour)
        if group is not None:
            group.append(student)
            return
        alone = self._first.setdefault(column, {})
        before = alone.pop(part.behaviour, None)
        if before is None:
            alone[part.behaviour] = student
            return
        self._groups[column][part.behaviour] = [before, student]
        if name := named(part):
            self._names[(*column, part.behaviour)] = name

    def groups(self, exercise: str = "") -> list[Group]:
        """The groups, the largest first; of one exercise where it is named."""
        found = [
            Group(*column, behaviour, self._names.get((*column, behaviour), ""), members)
            for column, groups in self._groups.items()
            for behaviour, members in groups.items()
            if exercise in ("", column[0])
        ]
        return sorted(found, key=lambda group: (-group.size, group.exercise, group.part, group.members[0]))


def named(part: PartReport) -> str:
    """The name of the misconception that an answer shows; empty where it shows none."""
    return next((item.diagnosis.misconception for item in part.criteria if item.diagnosis is not None), "")


def example(group: Group, submissions: Sequence[SubmissionReport]) -> CriterionReport | None:
    """The failure of the first of a group, with its counterexample."""
    for part in submissions[group.members[0]].parts:
        if (part.exercise, part.part) == (group.exercise, group.part):
            return first_failure(part)
    return None


def as_data(group: Group, students: Sequence[str], failure: CriterionReport | None) -> Mapping[str, Any]:
    """A group as plain data.

    Args:
        group: The group.
        students: The names of everyone in the report.
        failure: Its example.
    """
    shown: Counterexample | None = failure.counterexample if failure else None
    return {
        "exercise": group.exercise,
        "part": group.part,
        "behaviour": group.behaviour,
        "misconception": group.misconception or None,
        "students": [students[index] for index in group.members],
        "criterion": failure.name if failure else "",
        "message": failure.message if failure else "",
        "snippet": shown.snippet if shown else "",
    }
