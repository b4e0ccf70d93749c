"""Find the course on disk: its settings and the exercises that its folders declare.

Nothing loaded here enters ``sys.modules``: hypothesis harvests constants from the local modules it finds there, and the
cases of a part must not depend on what else was imported.
"""

import contextlib
import hashlib
import sys
import types
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.edits import edited
from grader.model import CourseError, Limits
from grader.settings import read_settings
from grader.spec import Exercise, Misconception, Part
from grader.stub import stub

if TYPE_CHECKING:
    from grader.suite_data import Suite


@dataclass(frozen=True, kw_only=True)
class CourseExercise:
    """An exercise as found in ``solutions/<assignment>/<name>/``."""

    assignment: str
    name: str
    folder: Path

    @property
    def slug(self) -> str:
        """``normalization/batchnorm``."""
        return f"{self.assignment}/{self.name}"

    @cached_property
    def reference_source(self) -> str:
        """The reference answer, as text."""
        return _read(self.folder / f"{self.name}.py")

    @cached_property
    def handout(self) -> str:
        """The lesson, in Markdown."""
        return _read(self.folder / "handout.md")

    @cached_property
    def right(self) -> Mapping[str, str]:
        """Right answers in other styles, by name."""
        return {path.stem: _read(path) for path in sorted((self.folder / "right").glob("*.py"))}

    @cached_property
    def misconceptions_source(self) -> str:
        """The known-wrong answers, as text; nothing where there are none yet."""
        path = self.folder / "misconceptions.py"
        return _read(path) if path.exists() else ""

    @cached_property
    def declaration(self) -> Exercise:
        """The exercise that ``exercise.py`` declares."""
        found = _load(self.folder / "exercise.py", f"{self.slug}/exercise").__dict__.get("exercise")
        if not isinstance(found, Exercise):
            raise CourseError(
                f"{self.folder / 'exercise.py'} does not define `exercise`.", "Let it end with: exercise = Exercise(…)"
            )
        return found

    @cached_property
    def reference(self) -> types.ModuleType:
        """The reference answer, loaded."""
        return _load(self.folder / f"{self.name}.py", self.name)

    @cached_property
    def misconceptions(self) -> Sequence[Misconception]:
        """The known-wrong answers: those of the list ``mistakes``, then those that are marked, as the file has them."""
        if not self.misconceptions_source:
            return []
        with _importable(self.name, self.reference):
            module = _load(self.folder / "misconceptions.py", f"{self.slug}/misconceptions")
        found: list[Misconception] = [item for items in getattr(module, "mistakes", ()) for item in items]
        for value in vars(module).values():
            found += [
                mark for mark in getattr(value, "__dict__", {}).get("__misconceptions__", []) if mark not in found
            ]
        symbols = {part.symbol for part in self.parts}
        for item in found:
            if item.part not in symbols:
                raise CourseError(
                    f"{self.slug}: the misconception {item.name} is about {item.part}, which is not a part of it."
                )
        return found

    def with_misconception(self, item: Misconception) -> Mapping[str, Any]:
        """The reference's names, with the known-wrong answer in the place of its part.

        Raises:
            CourseError: where an edit does not fit the reference, or the edited one cannot be loaded.
        """
        if not item.edits:
            return {**vars(self.reference), item.part: item.answer}
        key = (item.name, item.part)
        if key not in self._edited:
            source = edited(self.reference_source, item.part, item.edits)
            path = f"{self.folder / self.name}.py with {item.name}"
            self._edited[key] = vars(_run(source, path, self.name))
        return self._edited[key]

    @cached_property
    def _edited(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The namespaces of edited references, by misconception and part."""
        return {}

    @property
    def parts(self) -> Sequence[Part]:
        """The parts, in the order declared."""
        return self.declaration.parts

    @cached_property
    def stub(self) -> str:
        """What students start from."""
        return stub(self.reference_source, [part.symbol for part in self.parts], self.methods)

    @property
    def methods(self) -> Mapping[str, Collection[str]]:
        """The methods that each part may ask for: those of torch.nn's modules and of its oracle."""
        from torch import nn

        found = {}
        for part in self.parts:
            oracle = part.oracle.get(part.symbol) if isinstance(part.oracle, Mapping) else part.oracle
            found[part.symbol] = {*dir(nn.Module), *dir(oracle)}
        return found

    def recorded(self, symbol: str) -> "Suite | None":
        """The suite of a part where it was recorded beforehand: in a kit."""
        return None

    @cached_property
    def digest(self) -> str:
        """A digest of the files that decide the exercise's suites."""
        texts = (_read(self.folder / "exercise.py"), self.misconceptions_source, self.reference_source)
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()


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
    """Whether it is a student's kit: of the suites only the recorded public ones are there, and no answers."""

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
    import difflib

    known = sorted(
        {known for exercise, part in everything for known in (part.symbol, exercise.slug, exercise.assignment)}
    )
    close = difflib.get_close_matches(name, known, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "`course list` names them."


def needs_solutions(what: str) -> CourseError:
    """The error of whatever asks a kit for what only the course itself has."""
    return CourseError(
        f"{what} the course's solutions/, which a student's kit does not have.",
        "Name the course itself with `course --root DIR …`.",
    )


def load_course(root: Path) -> Course:
    """Read a course's settings and find its exercises.

    Raises:
        CourseError: where there is no course, or its settings cannot be read.
    """
    settings = read_settings(root)
    order = settings.assignments
    rank = {name: index for index, name in enumerate(order)}
    exercises = _recorded_exercises(root, order) if settings.is_kit else _declared_exercises(root)
    exercises.sort(key=lambda item: (rank.get(item.assignment, len(rank)), item.assignment, item.name))
    return Course(
        root=root,
        title=settings.title,
        order=order,
        limits=settings.limits,
        feedback=settings.feedback,
        exercises=exercises,
        is_kit=settings.is_kit,
    )


def _recorded_exercises(root: Path, order: Sequence[str]) -> list[CourseExercise]:
    # Reading records takes torch, which a course's own listing does without.
    from grader.recorded import recorded_exercises

    return list(recorded_exercises(root, order))


def _declared_exercises(root: Path) -> list[CourseExercise]:
    folders = [path.parent for path in (root / "solutions").glob("*/*/exercise.py")]
    return [CourseExercise(assignment=folder.parent.name, name=folder.name, folder=folder) for folder in folders]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None


def _load(path: Path, name: str) -> types.ModuleType:
    """Run a file of the course as a module that is in no registry."""
    return _run(_read(path), str(path), name)


def _run(source: str, path: str, name: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = path
    try:
        with _importable(name, module):
            exec(compile(source, path, "exec"), module.__dict__)
    except CourseError:
        raise
    except Exception as error:
        raise CourseError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    return module


@contextlib.contextmanager
def _importable(name: str, module: types.ModuleType) -> Iterator[None]:
    """Let ``import name`` find the module, for as long as the block runs (dataclasses look their module up too)."""
    before: Any = sys.modules.get(name)
    sys.modules[name] = module
    try:
        yield
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before
