"""Which of the files that a student handed in answer the course's exercises, whatever the student called them."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TypeVar

from grader.answer.attempt import attempted
from grader.answer.load import ExerciseKey, find_exercise, load_answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.imports.archive import MOST_BYTES, Entry, Refused, inside, is_junk

_Found = TypeVar("_Found")
_SUFFIXES = (".py", ".ipynb")
_MOST_FILES, _MOST_TOTAL, _DEEPEST = 2_000, 4 * MOST_BYTES, 2
"""What one student may hand in: files, bytes when unpacked, and archives in archives."""
_MOST_READ = 20
"""Files of one student whose text is read to find out what they answer."""
_COPY = re.compile(
    r"(?:[ _-]*\(\d+\)|[ _-]\d+|[ _-]+(?:copy|kopie)(?:[ _-]*\d+)?|[ _-]*kopie|[ _-]+final)$", re.IGNORECASE
)
"""What browsers, editors, Canvas and people put after the name of a file that is there already."""
_WRAPPED = re.compile(r"(\.py|\.ipynb)\.(?:txt|json)$", re.IGNORECASE)
"""What some browsers make of a name that ends in ``.ipynb``."""


@dataclass
class Placed:
    """A student's files, sorted."""

    answers: dict[str, Entry] = field(default_factory=dict)
    """By the path below the student's folder at which each is looked for."""
    others: list[Entry] = field(default_factory=list)
    """What answers no exercise, and what another file was preferred to."""
    notes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """A line for each file that is not taken in."""


class Places:
    """Where answers of a course belong."""

    def __init__(self, course: Course, assignment: str | None, scratch: Path) -> None:
        """Know the course's exercises.

        Args:
            course: The course.
            assignment: The only assignment that is handed in; without it, any.
            scratch: A folder in which a file may lie while it is read.
        """
        self.course, self._scratch = course, scratch
        self.exercises: Mapping[ExerciseKey, CourseExercise] = {
            (exercise.assignment, exercise.name): exercise
            for exercise in course.exercises
            if assignment in (None, exercise.assignment)
        }

    def sort(self, files: Sequence[Entry]) -> Placed:
        """What of a student's files belongs where; archives among them are looked into.

        A file is looked into only for what none is named after: a copy kept beside an answer is not another answer.
        """
        placed = Placed()
        claims: dict[str, list[Entry]] = {}
        unnamed: list[Entry] = []
        named: set[ExerciseKey] = set()
        for entry in _unpacked(files, placed.refused):
            key = self._by_name(entry) if _suffix(entry.name) else None
            if key is None:
                (unnamed if _suffix(entry.name) else placed.others).append(entry)
            else:
                named.add(key)
                claims.setdefault(_target(key, entry), []).append(entry)
        for index, entry in enumerate(unnamed):
            key = self._by_content(entry, placed) if index < _MOST_READ else None
            if key is None or key in named:
                placed.others.append(entry)
            else:
                claims.setdefault(_target(key, entry), []).append(entry)
        for target, entries in claims.items():
            chosen = self._best(target, entries, placed)
            if chosen is None:
                continue
            placed.answers[target] = chosen
            placed.others += [entry for entry in entries if entry is not chosen]
            if PurePosixPath(target).stem.casefold() != _stem(chosen.name) or not chosen.name.endswith(_SUFFIXES):
                placed.notes.append(f"{chosen.path} is taken as {target}.")
        return placed

    def _by_name(self, entry: Entry) -> ExerciseKey | None:
        """The exercise that a file is named after; of several of that name the one whose assignment is above it."""
        stem = _stem(entry.name)
        while True:
            named = [key for key in self.exercises if key[1].casefold() == stem]
            if named:
                break
            shorter = _COPY.sub("", stem).strip()
            if shorter in (stem, ""):
                return None
            stem = shorter
        above = [part.casefold().removesuffix(".zip") for part in entry.parts[:-1]]
        inside = [key for key in named if key[0].casefold() in above]
        fitting = inside or named
        return fitting[0] if len(fitting) == 1 else None

    def _by_content(self, entry: Entry, placed: Placed) -> ExerciseKey | None:
        """The exercise whose parts a file's text defines; it is read as answers are, and never run."""
        try:
            return self._lying(entry, lambda path: find_exercise(path, self._symbols))
        except Refused as error:
            placed.refused.append(f"{entry.path} {error}")
            return None

    @cached_property
    def _symbols(self) -> Mapping[ExerciseKey, Sequence[str]]:
        return {key: [part.symbol for part in exercise.parts] for key, exercise in self.exercises.items()}

    def _best(self, target: str, entries: Sequence[Entry], placed: Placed) -> Entry | None:
        """Of several files that would be the same answer one that was begun, and of these the last."""
        different: dict[bytes, Entry] = {}
        for entry in entries:
            try:
                different.setdefault(hashlib.sha256(entry.read()).digest(), entry)
            except Refused as error:
                placed.refused.append(f"{entry.path} {error}")
        if len(different) < 2:
            return next(iter(different.values()), None)
        begun = [entry for entry in different.values() if self._is_begun(target, entry)] or [*different.values()]
        best = max(begun, key=_recency)
        others = ", ".join(entry.path for entry in different.values() if entry is not best)
        why = "which was begun" if len(begun) == 1 else "the last"
        placed.notes.append(f"Several files are {target}: {best.path} is taken, {why}; not {others}.")
        return best

    def _is_begun(self, target: str, entry: Entry) -> bool:
        assignment, name = PurePosixPath(target).with_suffix("").parts
        symbols = [part.symbol for part in self.exercises[assignment, name].parts]

        def begun(path: Path) -> bool:
            answer = load_answer(path, assignment, name, symbols)
            return any(attempted(answer, symbol) for symbol in symbols)

        return self._lying(entry, begun)

    def _lying(self, entry: Entry, look: Callable[[Path], _Found]) -> _Found:
        """What a look at a file finds while it lies in the scratch folder."""
        path = self._scratch / f"handed-in{_suffix(entry.name)}"
        path.write_bytes(entry.read())
        try:
            return look(path)
        finally:
            path.unlink()


def _unpacked(files: Sequence[Entry], refused: list[str]) -> list[Entry]:
    """The files, and in place of each archive what it holds, as far as one student may hand in."""
    found: list[Entry] = []
    pending = [(entry, 0) for entry in reversed(files)]
    total = 0
    while pending:
        entry, depth = pending.pop()
        if is_junk(entry.parts):
            continue
        total += entry.size
        if len(found) >= _MOST_FILES or total > _MOST_TOTAL:
            refused.append(
                f"{entry.path} and all after it: more than {_MOST_FILES} files, or {_MOST_TOTAL // 2**20} MB unpacked"
            )
            break
        if not entry.name.lower().endswith(".zip"):
            found.append(entry)
            continue
        try:
            if depth == _DEEPEST:
                raise Refused("is an archive in archives, too deep to be looked into")
            within, not_taken = inside(entry)
        except Refused as error:
            refused.append(f"{entry.path} {error}")
            continue
        refused += [f"{entry.path}: {line}" for line in not_taken]
        pending += [
            (replace(item, parts=(*entry.parts, *item.parts), order=entry.order), depth + 1)
            for item in reversed(within)
        ]
    return found


def _target(key: ExerciseKey, entry: Entry) -> str:
    """Where an answer to an exercise is looked for, below the student's folder."""
    return f"{'/'.join(key)}{_suffix(entry.name)}"


def _suffix(name: str) -> str:
    """The suffix of an answer; empty of anything else."""
    suffix = PurePosixPath(_WRAPPED.sub(r"\1", name)).suffix.lower()
    return suffix if suffix in _SUFFIXES else ""


def _stem(name: str) -> str:
    return PurePosixPath(_WRAPPED.sub(r"\1", name)).stem.casefold().strip()


def _recency(entry: Entry) -> tuple[int, datetime, bool]:
    """What is larger for the later of two files; of two of the same time, the one without an addition to its name."""
    return entry.order, entry.when or datetime.min, not _COPY.search(_stem(entry.name))
