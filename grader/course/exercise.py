"""An exercise of a course, wherever its files come from: what a declared one and a recorded one have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.course.named import NamedExercise
from grader.model import CourseError
from grader.spec import Exercise, Misconception, Part


@dataclass(frozen=True, kw_only=True)
class CourseExercise(NamedExercise, ABC):
    """An exercise as found on disk."""

    folder: Path

    @property
    @abstractmethod
    def declaration(self) -> Exercise:
        """The exercise as declared; of a kit's without oracles and strategies."""

    @property
    @abstractmethod
    def misconceptions(self) -> Sequence[Misconception]:
        """The known-wrong answers; of a kit's names and hints only."""

    @property
    @abstractmethod
    def handout(self) -> str:
        """The lesson, in Markdown."""

    @property
    @abstractmethod
    def signatures(self) -> str:
        """Python text with the parts' signatures: the reference answer, or a kit's stub."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """A digest of the files that decide the exercise's suites."""

    @property
    def parts(self) -> Sequence[Part]:
        """The parts, in the order declared."""
        return self.declaration.parts

    def part(self, symbol: str) -> Part:
        """The part of that symbol."""
        return self.declaration.part(symbol)

    def recorded_suite(self, symbol: str) -> bytes | None:
        """The suite of a part where it was recorded beforehand: in a kit."""
        return None


def needs_solutions(what: str) -> CourseError:
    """The error of anything that asks a kit for what only the course itself has."""
    return CourseError(
        f"{what} the course's solutions/, which a student's kit does not have.",
        "Name the course itself with `course --root DIR …`.",
    )
