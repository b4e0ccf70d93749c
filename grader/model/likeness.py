"""What answers of a class have in common, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How much two answers to an exercise have in common."""

    TEXT = "the same text"
    FORM = "the same but for names, comments and order"
    PARTLY = "partly the same"


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpt:
    """A function, a method or a constant of an answer."""

    name: str
    """As its author calls it: ``Linear.forward``."""
    cell: int
    """The number of the notebook's cell; 0 in a file."""
    line: int
    """The line of the file or cell on which it begins."""
    text: Sequence[str]
    """Its lines."""
    marks: Sequence[float]
    """Of each line how unusual it is that the other has it too, from 0 (the other has not, or everybody has) to 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Two excerpts with something in common."""

    excerpts: tuple[Excerpt, Excerpt]
    unusual: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedAnswer:
    """What two students' answers to an exercise have in common."""

    exercise: str
    kind: Kind
    alike: float
    """The share of the two that has the same form, from 0 to 1."""
    unusual: float
    """How much of it few have: a step that nobody else has counts 1, one that everybody has 0."""
    paths: tuple[str, str]
    """Where the answers were read from, below each student's folder."""
    matches: Sequence[Match]
    """The evidence, the most unusual first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two students with something unusual in common."""

    students: tuple[str, str]
    unusual: float
    answers: Sequence[SharedAnswer]
    """By exercise, the most unusual first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CommonForm:
    """A form that several answers to an exercise have, names, comments and order aside."""

    exercise: str
    students: Sequence[str]
    answers: int
    """How many answers to the exercise there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """What the answers of a class have in common."""

    students: int
    answers: int
    """How many answers were compared."""
    pairs: Sequence[Pair]
    """Those with the most unusual code in common first."""
    others: int
    """How many more pairs there are."""
    forms: Sequence[CommonForm]
    """The forms that most share, by exercise."""
    notes: Sequence[str]
    """What could not be compared, and why."""
