"""The order of learning: what an exercise comes after, how long it takes, how hard it is, and what passing it teaches.

It is declared in ``road.toml``, beside the ``exercise.py`` that it belongs to, and decides no case and no score. A kit
has all of them in one file of that name. This imports neither torch nor hypothesis.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from grader.course.named import NamedExercise
from grader.model import CourseError

FILE = "road.toml"
HARDEST = 5

_E = TypeVar("_E", bound=NamedExercise)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A stretch of a long part, with points of its own: what can be judged once its methods are written."""

    name: str
    points: float
    methods: Sequence[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leg:
    """What is declared of one exercise."""

    after: Sequence[str] = ()
    """The exercises that it builds on."""
    minutes: int = 0
    """How long it takes somebody who meets it for the first time; 0 where nobody has said."""
    difficulty: int = 0
    """1 to `HARDEST`; 0 where nobody has said."""
    taught: Mapping[str, str] = field(default_factory=dict)
    """What passing a part has taught, in a sentence; the parts stand in the order of learning."""
    stages: Mapping[str, Sequence[Stage]] = field(default_factory=dict)
    """The stages of the parts that have some, in order."""

    def ordered(self, symbols: Iterable[str]) -> list[str]:
        """Parts in the order of learning; those that it does not name come last, as they came."""
        rank = {symbol: index for index, symbol in enumerate(self.taught)}
        return sorted(symbols, key=lambda symbol: rank.get(symbol, len(rank)))

    @property
    def line(self) -> str:
        """The line that says it in a lesson."""
        after = ", ".join(self.after) or "nothing"
        return f"*Difficulty: {self.difficulty} of {HARDEST} · about {self.minutes} minutes · after: {after}*"

    def __str__(self) -> str:
        """``25 min, difficulty 2 of 5``; nothing where nobody has said."""
        said = [f"{self.minutes} min"] if self.minutes else []
        return ", ".join(said + ([f"difficulty {self.difficulty} of {HARDEST}"] if self.difficulty else []))


Legs = Mapping[str, Leg]
"""By the exercise's slug; an exercise that declares nothing is missing."""


def read_legs(root: Path) -> Legs:
    """What is declared below a course's ``solutions/``, or in a kit's file.

    Raises:
        CourseError: where a file cannot be read, or says something that it cannot say.
    """
    paths = sorted((root / "solutions").glob(f"*/*/{FILE}"))
    if paths:
        return {f"{path.parts[-3]}/{path.parts[-2]}": _leg(path, _read(path)) for path in paths}
    path = root / FILE
    return {slug: _leg(path, table) for slug, table in _read(path).items()} if path.is_file() else {}


def in_order(exercises: Iterable[_E], assignments: Sequence[str], legs: Legs) -> list[_E]:
    """Exercises in the order of learning.

    Each comes after those that it builds on. Of those that may come next the one of the earliest assignment does, and
    within an assignment the first by name.

    Raises:
        CourseError: where exercises build on one another in a circle.
    """
    rank = {name: index for index, name in enumerate(assignments)}

    def key(exercise: _E) -> tuple[int, str, str]:
        return rank.get(exercise.assignment, len(rank)), exercise.assignment, exercise.name

    waiting = sorted(exercises, key=key)
    there = {exercise.slug for exercise in waiting}
    passed: set[str] = set()
    order: list[_E] = []
    while waiting:
        ready = [
            exercise for exercise in waiting
            if passed.issuperset(there.intersection(legs.get(exercise.slug, Leg()).after))
        ]  # fmt: skip
        if not ready:
            names = ", ".join(exercise.slug for exercise in waiting)
            raise CourseError(f"These exercises build on one another in a circle: {names}.", f"See `after` in {FILE}.")
        order.append(ready[0])
        passed.add(ready[0].slug)
        waiting.remove(ready[0])
    return order


def together(legs: Legs) -> str:
    """The file of a kit, which has them all."""
    blocks = []
    for slug, leg in legs.items():
        lines = [f"[{_toml(slug)}]", f"after = {_toml([*leg.after])}"]
        lines += [f"minutes = {leg.minutes}", f"difficulty = {leg.difficulty}"]
        lines += [f"[{_toml(slug)}.taught]", *(f"{name} = {_toml(text)}" for name, text in leg.taught.items())]
        for part, stages in leg.stages.items():
            for stage in stages:
                lines += [f"[[{_toml(slug)}.stages.{part}]]", f"name = {_toml(stage.name)}"]
                lines += [f"points = {stage.points:g}", f"methods = {_toml([*stage.methods])}"]
        blocks.append("\n".join(lines) + "\n")
    return "# The order of learning; see grader/course/road.py.\n\n" + "\n".join(blocks)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None


def _leg(path: Path, table: Any) -> Leg:
    try:
        stages = {
            part: tuple(
                Stage(name=row["name"], points=float(row["points"]), methods=tuple(row["methods"])) for row in rows
            )
            for part, rows in table.get("stages", {}).items()
        }
        leg = Leg(**{**table, "stages": stages})
    except (TypeError, KeyError, ValueError, AttributeError):
        known = ", ".join(Leg.__slots__)
        raise CourseError(f"{path} says something else than an order of learning.", f"It may say: {known}.") from None
    checks: dict[str, Callable[[], bool]] = {
        "after": lambda: isinstance(leg.after, list | tuple) and all(isinstance(name, str) for name in leg.after),
        "minutes": lambda: isinstance(leg.minutes, int) and leg.minutes >= 0,
        "difficulty": lambda: isinstance(leg.difficulty, int) and 0 <= leg.difficulty <= HARDEST,
        "taught": lambda: isinstance(leg.taught, dict) and all(isinstance(text, str) for text in leg.taught.values()),
    }
    for name, holds in checks.items():
        if not holds():
            raise CourseError(f"{path}: {name} is {getattr(leg, name)!r}.", "docs/spec.md describes the file.")
    return leg


def _toml(value: Any) -> str:
    """A string or a list of strings as TOML, where they are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
