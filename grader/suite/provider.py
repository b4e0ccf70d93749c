"""The suites of a run: one provider for everything that needs them, each suite compiled or read once."""

from dataclasses import dataclass, field
from pathlib import Path

from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.spec import Part
from grader.suite.cache import compile_suite
from grader.suite.data import HIDDEN, PUBLIC, Suite, rubric

PartKey = tuple[str, str]
"""An exercise's slug and a part's symbol."""


@dataclass(frozen=True, kw_only=True)
class Suites:
    """Where suites come from: a kit's record, the cache on disk, or the compiler."""

    seed: str
    """The course's secret seed (any text)."""
    visibility: str = HIDDEN
    device: str = "cpu"
    """Where the oracle runs."""
    cache_dir: Path | None = None
    """Where compiled suites are kept between runs; None keeps none."""
    _known: dict[PartKey, Suite | CourseError] = field(default_factory=dict, repr=False, compare=False)

    def suite(self, exercise: CourseExercise, part: Part) -> Suite:
        """The part's suite.

        Raises:
            CourseError: where the declaration cannot be compiled.
        """
        key = (exercise.slug, part.symbol)
        if key not in self._known:
            try:
                self._known[key] = compile_suite(
                    exercise, part, self.seed, visibility=self.visibility, device=self.device, cache_dir=self.cache_dir
                )
            except CourseError as error:
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, CourseError):
            raise known
        return known

    def learn(self, suite: Suite) -> None:
        """Take a suite that was compiled elsewhere."""
        self._known[suite.exercise, suite.symbol] = suite

    def points(self, exercise: CourseExercise, part: Part) -> float:
        """The points that the part's rubric gives."""
        return sum(rubric(part, self.suite(exercise, part)).values())


def public_suites(cache_dir: Path | None = None) -> Suites:
    """The public suites of a course, which students receive.

    Args:
        cache_dir: Where compiled suites are kept; None keeps none.
    """
    return Suites(seed=PUBLIC, visibility=PUBLIC, cache_dir=cache_dir)
