"""Find a course on disk: its settings, and the exercises that its folders declare."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.declared import DeclaredExercise
from grader.course.exercise import CourseExercise
from grader.course.road import in_order, read_legs
from grader.course.settings import Settings
from grader.course.year import Year
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
    year: Year = field(default_factory=Year)
    exercises: Sequence[CourseExercise] = ()
    left_out: Sequence[str] = ()
    """Assignments that are there, but not named in the settings."""
    is_kit: bool = False
    """Whether it has only recorded suites, and no answers: a student's kit (public ones), or a sealed course."""
    is_sealed: bool = False
    """Whether the suites recorded are the hidden ones."""

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
        if not names:
            return self._parts(self.exercises)
        wanted: set[tuple[str, str]] = set()
        for name in names:
            name = name.strip("/").removesuffix(".py")
            likely = [exercise for exercise in self.exercises if _may_mean(name, exercise)]
            hits = [
                (exercise.slug, part.symbol) for exercise, part in self._parts(likely) if name in _names(exercise, part)
            ]
            if not hits:
                everything = self._parts(self.exercises)
                assignment = name.split("/")[0]
                fix = f"course.toml leaves {assignment} out of its assignments." if assignment in self.left_out else ""
                raise CourseError(
                    f"There is no part, exercise or assignment {name!r}.", fix or _nearest(name, everything), usage=True
                )
            wanted.update(hits)
        meant = {slug for slug, _ in wanted}
        parts = self._parts([exercise for exercise in self.exercises if exercise.slug in meant])
        return [(exercise, part) for exercise, part in parts if (exercise.slug, part.symbol) in wanted]

    @staticmethod
    def _parts(exercises: Sequence[CourseExercise]) -> list[tuple[CourseExercise, Part]]:
        return [(exercise, part) for exercise in exercises for part in exercise.parts]


def _may_mean(name: str, exercise: CourseExercise) -> bool:
    """Whether a name may mean something of an exercise, as its text tells: to run a declaration takes long."""
    symbol = re.split("[:/]", name)[-1]
    return name in (exercise.assignment, exercise.slug) or symbol in exercise.signatures


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
    """The course that the settings choose from these exercises: their order of assignments, the road's of exercises.

    Raises:
        CourseError: where the settings name an assignment that is not there, and leave out one that is.
    """
    exercises = list(exercises)
    rank = {name: index for index, name in enumerate(settings.assignments)}
    there = {exercise.assignment for exercise in exercises}
    left_out = sorted(there - rank.keys()) if rank else []
    # Both together are a slip of the pen; a part of a course, as a kit or a cluster has it, only lacks some.
    if left_out and (unknown := [name for name in rank if name not in there]):
        close = difflib.get_close_matches(unknown[0], left_out, n=1)
        raise CourseError(
            f"{root / 'course.toml'}: assignments names {unknown[0]}, which is not there.",
            f"Did you mean {close[0]}?" if close else f"There are also: {', '.join(left_out)}.",
        )
    chosen = [item for item in exercises if item.assignment not in left_out]
    road = in_order(chosen, settings.assignments, read_legs(root))
    return Course(
        root=root,
        title=settings.title,
        order=settings.assignments,
        limits=settings.limits,
        feedback=settings.feedback,
        year=settings.year,
        exercises=sorted(road, key=lambda item: (rank.get(item.assignment, len(rank)), item.assignment)),
        left_out=left_out,
        is_kit=settings.is_kit,
        is_sealed=settings.is_sealed,
    )


def check_year(course: Course) -> None:
    """Look up what a course's year names: a slip must not leave anybody's points as they were.

    Raises:
        CourseError: where weights or due dates name something that the course does not have.
    """
    assignments = {exercise.assignment for exercise in course.exercises}
    exercises = {exercise.slug: exercise for exercise in course.exercises}
    where = course.root / "course.toml"
    for name in course.year.due:
        if name not in assignments:
            raise CourseError(f"{where}: due.{name} is no assignment.", _likely(name, assignments))
    for name in course.year.weights:
        slug, _, symbol = name.partition(":")
        if name in assignments or (slug in exercises and not symbol):
            continue
        symbols = [part.symbol for part in exercises[slug].parts] if slug in exercises else []
        if symbol not in symbols:
            known = {f"{slug}:{each}" for each in symbols} or assignments | exercises.keys()
            raise CourseError(f"{where}: weights.{name} is no assignment, exercise or part.", _likely(name, known))


def _likely(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "`course list` names them: ASSIGNMENT/EXERCISE:PART."


def declared_exercises(root: Path) -> list[DeclaredExercise]:
    """The exercises that a course declares below ``solutions/``."""
    folders = [path.parent for path in (root / "solutions").glob("*/*/exercise.py")]
    return [DeclaredExercise(assignment=folder.parent.name, name=folder.name, folder=folder) for folder in folders]
