"""Find a course on disk: its settings, and the exercises that its folders declare."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.declared import DeclaredExercise
from grader.course.exercise import CourseExercise
from grader.course.settings import Settings
from grader.model import CourseError, Limits
from grader.spec import Part


@dataclass(frozen=True, kw_only=True)
class Course:
    """A directory with a ``course.toml`` and a ``solutions/`` tree, or a kit that was released from one."""

    root: Path
    title: str
    order: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    feedback: str = "counterexample"
    exercises: Sequence[CourseExercise] = ()
    is_kit: bool = False
    """Whether it is a student's kit: it has only the recorded public suites, and no answers."""

    def exercise(self, slug: str) -> CourseExercise:
        """The exercise of that slug."""
        for exercise in self.exercises:
            if exercise.slug == slug:
                return exercise
        raise CourseError(f"There is no exercise {slug!r}.", "`course list` names them.", usage=True)

    def select(self, names: Sequence[str]) -> list[tuple[CourseExercise, Part]]:
        """The parts that names mean: ``BatchNorm2d``, ``normalization/batchnorm``, ``normalization``, or all.

        Raises:
            CourseError: for a name that means nothing.
        """
        everything = [(exercise, part) for exercise in self.exercises for part in exercise.parts]
        if not names:
            return everything
        wanted: list[tuple[CourseExercise, Part]] = []
        for name in names:
            name = name.strip("/").removesuffix(".py")
            hits = [(exercise, part) for exercise, part in everything if name in _names(exercise, part)]
            if not hits:
                raise CourseError(
                    f"There is no part, exercise or assignment {name!r}.", _nearest(name, everything), usage=True
                )
            wanted += hits
        return [pair for pair in everything if pair in wanted]


def _names(exercise: CourseExercise, part: Part) -> tuple[str, ...]:
    slug, symbol = exercise.slug, part.symbol
    return symbol, exercise.assignment, slug, f"{slug}:{symbol}", f"{slug}/{symbol}", f"{exercise.assignment}/{symbol}"


def _nearest(name: str, everything: Sequence[tuple[CourseExercise, Part]]) -> str:
    known = sorted(
        {known for exercise, part in everything for known in (part.symbol, exercise.slug, exercise.assignment)}
    )
    close = difflib.get_close_matches(name, known, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "`course list` names them."


def course_of(root: Path, settings: Settings, exercises: Iterable[CourseExercise]) -> Course:
    """A course of these exercises, in the order of its settings."""
    rank = {name: index for index, name in enumerate(settings.assignments)}
    return Course(
        root=root,
        title=settings.title,
        order=settings.assignments,
        limits=settings.limits,
        feedback=settings.feedback,
        exercises=sorted(
            exercises, key=lambda item: (rank.get(item.assignment, len(rank)), item.assignment, item.name)
        ),
        is_kit=settings.is_kit,
    )


def declared_exercises(root: Path) -> list[DeclaredExercise]:
    """The exercises that a course declares below ``solutions/``."""
    folders = [path.parent for path in (root / "solutions").glob("*/*/exercise.py")]
    return [DeclaredExercise(assignment=folder.parent.name, name=folder.name, folder=folder) for folder in folders]
