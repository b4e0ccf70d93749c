"""Count what was judged as the course's year says: weights, and what late submissions lose."""

import difflib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader.course.catalogue import Course, check_year
from grader.course.handed_in import Clock, Moment
from grader.course.year import Year
from grader.grading.select import Chosen
from grader.grading.store import Owner, Store, stored_submissions
from grader.model import CriterionReport, PartReport, SubmissionReport, Verdict
from grader.model.late import Late, with_late
from grader.model.lazy import LazySequence
from grader.model.people import Person, people_around
from grader.model.words import points

_DAY = 86_400.0


class Counting:
    """How the points of one run's students count."""

    def __init__(self, course: Course, chosen: Sequence[Chosen], *, as_judged: bool = False) -> None:
        """Look up who the students are, and when they handed in.

        Args:
            course: The course, whose year it is.
            chosen: The students, in the order of the run.
            as_judged: Whether points count as they were judged, whatever the year says.

        Raises:
            CourseError: where the year names something that the course does not have, or a list of students or of when
                they handed in cannot be read.
        """
        self.year = Year() if as_judged else course.year
        self._chosen, self._clock = chosen, Clock()
        self._people: Mapping[str, Person] = {}
        self._late: dict[str, set[int]] = {}
        self._unknown: dict[str, set[int]] = {}
        if self.year.counts:
            check_year(course)
        if self.year.due:
            self._people = people_around(each.submission.path for each in chosen)
            for each in chosen:
                self._moment(each.submission.path, next(iter(self.year.due)))

    def submissions(self, store: Store, owners: Sequence[Owner]) -> Sequence[SubmissionReport]:
        """The submissions of a run as its report shows them, each made when it is looked at."""
        judged = stored_submissions(store, owners)
        if not self.year.counts:
            return judged
        return LazySequence(range(len(judged)), lambda index: self.counted(owners[index].position, judged[index]))

    def score(self, store: Store, owner: Owner) -> tuple[float, float]:
        """The score and best score of a submission of a run."""
        if not self.year.counts:
            return store.score(owner.position)
        (counted,) = self.submissions(store, [owner])
        return counted.score, counted.max_score

    def counted(self, position: int, submission: SubmissionReport) -> SubmissionReport:
        """A submission as it counts.

        Args:
            position: Whose it is, in the order of the run.
            submission: What was judged.
        """
        parts = tuple(weighed(part, self.year.weight(part.exercise, part.part)) for part in submission.parts)
        late = [*self._lateness(position, submission.student, parts)]
        graded = [part for part in parts if part.verdict is not Verdict.JUDGE_ERROR]
        score = sum(part.score or 0.0 for part in graded) - sum(item.lost for item in late)
        counted = replace(submission, parts=parts, score=score, max_score=sum(part.max_score for part in graded))
        return with_late(counted, late)

    def notes(self) -> list[str]:
        """What an instructor should know of the submissions that were counted."""
        lines = [
            f"{name}: {len(who)} of {len(self._chosen)} handed in late." for name, who in self._late.items() if who
        ]
        for assignment, who in self._unknown.items():
            named = ", ".join(self._chosen[position].name for position in sorted(who)[:3])
            more = f" and {len(who) - 3} more" if len(who) > 3 else ""
            lines.append(
                f"When {named}{more} handed in {assignment} is not known, so nothing is taken off: "
                "write it into handed-in.csv, beside the folder of students."
            )
        names = {name for position in range(len(self._chosen)) for name in self._names(position)}
        for student in self.year.extensions:
            if student not in names and (close := difflib.get_close_matches(student, names, n=1, cutoff=0.8)):
                lines.append(f"course.toml: extensions.{student} is nobody's here. Did you mean {close[0]}?")
        return lines

    def _names(self, position: int) -> set[str]:
        """What a student may be called in ``course.toml``."""
        each = self._chosen[position]
        person = self._people.get(str(each.submission.path), Person())
        return {each.name, each.submission.student, *person.keys.values()} - {""}

    def _moment(self, path: Path, assignment: str) -> Moment:
        return self._clock.moment(path, assignment) if path.is_dir() else Moment()

    def _lateness(self, position: int, student: str, parts: Sequence[PartReport]) -> Iterator[Late]:
        for assignment in self.year.due:
            mine = [part for part in parts if part.exercise.split("/")[0] == assignment]
            if all(part.verdict is Verdict.NOT_ATTEMPTED for part in mine):
                continue
            late = self._late_by(position, assignment)
            if late is None:
                continue
            self._late.setdefault(assignment, set()).add(position)
            due, moment, seconds = late
            share = self._share(seconds)
            reached, most = sum(part.score or 0.0 for part in mine), sum(part.max_score for part in mine)
            lost = min(reached, share * most) if self.year.late.of == "maximum" else share * reached
            yield Late(
                assignment=assignment, due=due.isoformat(), when=moment.when.isoformat() if moment.when else "",
                share=share, lost=lost, text=_sentence(assignment, seconds if moment.when else None, share, lost),
            )  # fmt: skip

    def _late_by(self, position: int, assignment: str) -> tuple[datetime, Moment, float] | None:
        """When it was due and handed in, and the seconds between; None where it was in time, or nobody knows."""
        found = self.year.due_for(self._names(position), assignment)
        if found is None:
            return None
        due, extended = found
        moment = self._moment(self._chosen[position].submission.path, assignment)
        if moment.when is not None:
            seconds = (self.year.placed(moment.when) - due).total_seconds()
            return (due, moment, seconds) if seconds > 60 * self.year.late.grace_minutes else None
        if moment.late and not extended:
            # Canvas says that it was late and not how much; a second is a day begun.
            return due, moment, 1.0
        if moment.late is None or (moment.late and extended):
            self._unknown.setdefault(assignment, set()).add(position)
        return None

    def _share(self, seconds: float) -> float:
        policy = self.year.late
        if seconds > policy.accepted_days * _DAY:
            return 1.0
        return min(policy.at_most, policy.per_day * math.ceil(seconds / _DAY))


def weighed(part: PartReport, weight: float) -> PartReport:
    """A part whose points are multiplied, and those of its criteria; the very part where the weight is 1."""
    if weight == 1.0:
        return part

    def heavier(item: CriterionReport) -> CriterionReport:
        return replace(item, score=item.score * weight, max_score=item.max_score * weight)

    return replace(
        part,
        score=None if part.score is None else part.score * weight,
        max_score=part.max_score * weight,
        criteria=tuple(map(heavier, part.criteria)),
    )


def _sentence(assignment: str, seconds: float | None, share: float, lost: float) -> str:
    said = f"{assignment}: handed in {_long(seconds)} late" if seconds is not None else f"{assignment}: handed in late"
    if not share:
        return f"{said}; nothing is taken off."
    return f"{said}: {share * 100:.4g} % off, {points(lost)} points."


def _long(seconds: float) -> str:
    minutes = max(1, int(seconds // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    said = [(days, "day"), (hours, "hour"), (0 if days else minutes % 60, "minute")]
    return " ".join(f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in said if number)
