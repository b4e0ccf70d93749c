"""What a course's points count for this year: weights, due dates, extensions, and what a late submission loses.

It is read from ``course.toml`` and changes nothing that is judged: what is stored stays as it was found, so that a new
weight or date grades nobody again.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from grader.model import CourseError

TABLES = ("weights", "due", "extensions", "late")
"""The tables of ``course.toml`` that are read here."""
_ZONE = "timezone"
_SHARES = ("reached", "maximum")
_DATES = "Write 2026-10-12, which is the end of that day, or 2026-10-12T18:00:00."


@dataclass(frozen=True, kw_only=True, slots=True)
class LatePolicy:
    """What a submission loses that is handed in after it was due."""

    per_day: float = 0.0
    """The share that each day costs that has begun."""
    at_most: float = 1.0
    """The largest share that lateness costs, as long as a submission is accepted."""
    accepted_days: float = math.inf
    """After so many days nothing is counted."""
    grace_minutes: float = 0.0
    """So much later is not late."""
    of: str = "reached"
    """What the share is of: the points ``reached``, or the ``maximum`` that could be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """What counts for how much, and until when."""

    weights: Mapping[str, float] = field(default_factory=dict)
    """Factors of points, of an assignment, an exercise (``linear/linear``) or a part (``linear/linear:Linear``)."""
    due: Mapping[str, datetime] = field(default_factory=dict)
    """When each assignment is due; after that it is late."""
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    """By student the assignments that are due later, or sooner, for them."""
    late: LatePolicy = LatePolicy()
    zone: tzinfo | None = None
    """The time zone of times that have none; None for this machine's."""

    @property
    def counts(self) -> bool:
        """Whether anything is set, so that points are not what was judged."""
        return bool(self.weights or self.due)

    def weight(self, exercise: str, part: str) -> float:
        """What the points of a part are multiplied by: the factors of its assignment, exercise and own together."""
        names = (exercise.split("/")[0], exercise, f"{exercise}:{part}")
        return math.prod(self.weights.get(name, 1.0) for name in names)

    def due_for(self, names: Iterable[str], assignment: str) -> tuple[datetime, bool] | None:
        """When an assignment is due for a student of these names, and whether by an extension; None where it never is.

        Of several extensions the latest holds.
        """
        if assignment not in self.due:
            return None
        own = [self.extensions[name][assignment] for name in names if assignment in self.extensions.get(name, ())]
        return (max(own), True) if own else (self.due[assignment], False)

    def placed(self, moment: datetime) -> datetime:
        """A time with a time zone: the course's where it has none."""
        return _placed(moment, self.zone)


def _placed(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone) if zone is not None else moment.astimezone()


def read_year(document: Mapping[str, Any], where: str) -> Year:
    """The year that a ``course.toml`` describes.

    Args:
        document: The file.
        where: What an error calls it.

    Raises:
        CourseError: where a value is not what its key takes.
    """
    tables = {name: _table(document, name, where) for name in TABLES}
    due = dict(tables["due"])
    zone = _zone(due.pop(_ZONE, None), where)
    extensions = {
        student: {
            assignment: _moment(value, zone, f"{where}: extensions.{student}.{assignment}")
            for assignment, value in _table(tables["extensions"], student, where, "extensions.").items()
        }
        for student in tables["extensions"]
    }
    for student, dates in extensions.items():
        for assignment in dates.keys() - due.keys():
            raise CourseError(
                f"{where}: extensions.{student} names {assignment}, which is due at no time.",
                f"Write due.{assignment} as well, or take it out.",
            )
    return Year(
        weights={name: _weight(value, f"{where}: weights.{name}") for name, value in tables["weights"].items()},
        due={name: _moment(value, zone, f"{where}: due.{name}") for name, value in due.items()},
        extensions=extensions,
        late=_policy(tables["late"], where),
        zone=zone,
    )


def _table(document: Mapping[str, Any], name: str, where: str, prefix: str = "") -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, Mapping):
        raise CourseError(f"{where}: {prefix}{name} is {table!r}.", f"It is a table: [{prefix}{name}].")
    return table


def _number(value: object) -> float | None:
    """A number that is finite and not negative."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        return None
    return float(value)


def _weight(value: object, what: str) -> float:
    number = _number(value)
    if number is None:
        raise CourseError(f"{what} is {value!r}.", "Write a number that is not negative; 1 leaves points as they are.")
    return number


def _moment(value: object, zone: tzinfo | None, what: str) -> datetime:
    if isinstance(value, datetime):
        return _placed(value, zone)
    if isinstance(value, date):
        return _placed(datetime.combine(value, time.max), zone)
    raise CourseError(f"{what} is {value!r}, which is no date.", _DATES)


def _zone(value: object, where: str) -> tzinfo | None:
    if value is None:
        return None
    try:
        return ZoneInfo(str(value))
    except (OSError, ValueError, KeyError):
        raise CourseError(
            f"{where}: due.{_ZONE} is {value!r}, which this machine does not know.",
            "Write one such as Europe/Berlin (on Windows: pip install tzdata).",
        ) from None


def _policy(table: Mapping[str, Any], where: str) -> LatePolicy:
    known = [item.name for item in fields(LatePolicy)]
    numbers = {}
    for name, value in table.items():
        if name not in known:
            raise CourseError(f"{where}: [late] has the unknown key {name}.", f"Known: {', '.join(known)}.")
        if name == "of":
            if value not in _SHARES:
                raise CourseError(f"{where}: late.of is {value!r}.", f"Choose one of {', '.join(_SHARES)}.")
            continue
        number = _number(value)
        if number is None or (name in ("per_day", "at_most") and number > 1):
            share = "a share from 0 to 1" if name in ("per_day", "at_most") else "a number that is not negative"
            raise CourseError(f"{where}: late.{name} is {value!r}.", f"Write {share}.")
        numbers[name] = number
    return LatePolicy(of=table.get("of", "reached"), **numbers)
