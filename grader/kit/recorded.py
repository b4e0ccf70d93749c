"""The exercises of a student's kit, which stand in for those that ``solutions/`` declares."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.course.exercise import CourseExercise
from grader.kit.record import FOLDER, SUFFIX, Record
from grader.model import CourseError
from grader.spec import Exercise, Misconception


@dataclass(frozen=True, kw_only=True)
class RecordedExercise(CourseExercise):
    """An exercise of a kit: it has the record of its declaration and public suites, and no answers."""

    record: Record

    @property
    def declaration(self) -> Exercise:
        """The exercise as recorded, without oracles and strategies."""
        return self.record.exercise

    @property
    def misconceptions(self) -> Sequence[Misconception]:
        """Names and hints of the known-wrong answers."""
        return self.record.misconceptions

    @property
    def handout(self) -> str:
        """The lesson, in Markdown."""
        return self.record.text("handout")

    @property
    def stub(self) -> str:
        """What students start from."""
        return self.record.text("stub")

    @property
    def signatures(self) -> str:
        """The stub, which has the parts' signatures."""
        return self.stub

    def recorded_suite(self, symbol: str) -> bytes:
        """The public suite of a part."""
        return self.record.suite_bytes(symbol)

    @cached_property
    def digest(self) -> str:
        """A digest of the record."""
        return hashlib.sha256(self.record.path.read_bytes()).hexdigest()


def recorded_exercises(root: Path, assignments: Sequence[str]) -> Sequence[RecordedExercise]:
    """The exercises of a kit.

    Args:
        root: The kit, or the folder of its only assignment, as students fetch it from nbgrader.
        assignments: The kit's assignments.

    Raises:
        CourseError: where it has none.
    """
    paths = [(path.parts[-3], path) for path in root.glob(f"*/{FOLDER}/*{SUFFIX}")]
    if len(assignments) == 1:
        paths += [(assignments[0], path) for path in root.glob(f"{FOLDER}/*{SUFFIX}")]
    exercises = [
        RecordedExercise(assignment=assignment, name=path.stem, folder=path.parents[1], record=Record(path))
        for assignment, path in paths
    ]
    if not exercises:
        raise CourseError(f"{root} is a kit without recorded suites.", "Take it from the course again.")
    return exercises
