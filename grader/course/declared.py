"""An exercise as its author declares it, in a folder of files.

Nothing loaded here enters ``sys.modules``: hypothesis harvests constants from the local modules it finds there, and the
cases of a part must not depend on what else was imported.
"""

import contextlib
import hashlib
import json
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.course.edits import edited
from grader.course.exercise import CourseExercise, needs_solutions
from grader.course.pitfalls import without_tags
from grader.model import CourseError, DeclaredCase
from grader.spec import Exercise, Misconception

_EVERYWHERE = """

Off limits in every exercise are TorchScript (`torch.jit`) and `torch.compile`: what they run cannot be inspected.
"""


@dataclass(frozen=True, kw_only=True)
class DeclaredExercise(CourseExercise):
    """An exercise as found in ``solutions/<assignment>/<name>/``."""

    @cached_property
    def reference_source(self) -> str:
        """The reference answer, as text."""
        return _read(self.folder / f"{self.name}.py")

    @cached_property
    def handout(self) -> str:
        """The lesson as students read it, in Markdown, with what holds in every one."""
        return without_tags(self.tagged_handout).rstrip() + _EVERYWHERE

    @cached_property
    def tagged_handout(self) -> str:
        """The lesson as its author wrote it (see `grader.course.pitfalls`)."""
        return _read(self.folder / "handout.md")

    @property
    def signatures(self) -> str:
        """The reference answer, which has the parts' signatures."""
        return self.reference_source

    @cached_property
    def right(self) -> Mapping[str, str]:
        """Correct answers in other styles, by name."""
        return {path.stem: _read(path) for path in sorted((self.folder / "right").glob("*.py"))}

    @cached_property
    def misconceptions_source(self) -> str:
        """The known-wrong answers, as text; nothing where there are none yet."""
        path = self.folder / "misconceptions.py"
        return _read(path) if path.exists() else ""

    @cached_property
    def samples(self) -> Mapping[str, Sequence[DeclaredCase]]:
        """Cases that were recorded from PyTorch's own samples, by part; none where there is no file of them."""
        if not self._samples_source:
            return {}
        try:
            samples: dict[str, list[DeclaredCase]] = json.loads(self._samples_source)
        except ValueError as error:
            raise CourseError(f"{self.folder / 'samples.json'} is not JSON: {error}.", "Record it again.") from None
        return samples

    @cached_property
    def _samples_source(self) -> str:
        path = self.folder / "samples.json"
        return _read(path) if path.exists() else ""

    @cached_property
    def declaration(self) -> Exercise:
        """The exercise that ``exercise.py`` declares."""
        exercise = _load(self.folder / "exercise.py", f"{self.slug}/exercise").__dict__.get("exercise")
        if not isinstance(exercise, Exercise):
            raise CourseError(
                f"{self.folder / 'exercise.py'} does not define `exercise`.", "Let it end with: exercise = Exercise(…)"
            )
        return exercise

    @cached_property
    def reference(self) -> types.ModuleType:
        """The reference answer, loaded."""
        return _load(self.folder / f"{self.name}.py", self.name)

    @property
    def misconceptions(self) -> Sequence[Misconception]:
        """The known-wrong answers: those of the list ``mistakes``, then the decorated ones, in the file's order."""
        return [item for item in self._misconceptions if not item.missing]

    @property
    def begun_misconceptions(self) -> Sequence[Misconception]:
        """Those that wait for their name or their hint, and until then take part in nothing."""
        return [item for item in self._misconceptions if item.missing]

    @cached_property
    def _misconceptions(self) -> Sequence[Misconception]:
        if not self.misconceptions_source:
            return []
        with _importable(self.name, self.reference):
            module = _load(self.folder / "misconceptions.py", f"{self.slug}/misconceptions")
        misconceptions: list[Misconception] = [item for items in getattr(module, "mistakes", ()) for item in items]
        for value in vars(module).values():
            misconceptions += [
                each
                for each in getattr(value, "__dict__", {}).get("__misconceptions__", [])
                if each not in misconceptions
            ]
        symbols = {part.symbol for part in self.parts}
        for item in misconceptions:
            if item.part not in symbols:
                raise CourseError(
                    f"{self.slug}: the misconception {item.name} is about {item.part}, which is not a part of it."
                )
        return misconceptions

    def with_misconception(self, item: Misconception) -> Mapping[str, Any]:
        """The reference's names, with the known-wrong answer in place of its part.

        Raises:
            CourseError: where an edit does not fit the reference, or the edited one cannot be loaded.
        """
        if not item.edits:
            return {**vars(self.reference), item.part: item.answer}
        key = (item.name, item.part)
        if key not in self._edited:
            source = self.edited_source(item)
            path = f"{self.folder / self.name}.py with {item.name}"
            self._edited[key] = vars(_run(source, path, self.name))
        return self._edited[key]

    def edited_source(self, item: Misconception) -> str:
        """The reference with a misconception's edits made.

        Raises:
            CourseError: where they do not fit it.
        """
        try:
            return edited(self.reference_source, item.part, item.edits)
        except CourseError as error:
            raise CourseError(f"{self.slug}: {item.part}, {item.name}: {error.what}", error.fix) from None

    @cached_property
    def _edited(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        """The namespaces of edited references, by misconception and part."""
        return {}

    @cached_property
    def digest(self) -> str:
        """A digest of the files that decide the exercise's suites."""
        texts = [_read(self.folder / "exercise.py"), self.misconceptions_source, self.reference_source]
        texts += [self._samples_source] if self._samples_source else []
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def declared(exercise: CourseExercise) -> DeclaredExercise:
    """The exercise with its solutions.

    Raises:
        CourseError: where a kit has only its record.
    """
    if not isinstance(exercise, DeclaredExercise):
        raise needs_solutions(f"{exercise.slug} as its author declares it takes")
    return exercise


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None


def _load(path: Path, name: str) -> types.ModuleType:
    """Run a file of the course as a module that is not in ``sys.modules``."""
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
