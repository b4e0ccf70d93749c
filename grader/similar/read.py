"""Read the answers of a class, to be compared: each as text, cut into pieces, one exercise after the other."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from grader.answer.attempt import attempted
from grader.answer.confined import TooMuch, ask
from grader.answer.load import Answer, Submission, find_exercise, load_answer, without_text
from grader.answer.parse import parse
from grader.answer.text import TOO_MUCH
from grader.grading.select import called, find_submissions, place_of
from grader.kit.load import load_course
from grader.kit.outline import Lesson, read_outline
from grader.model import CourseError
from grader.similar.forms import Piece, pieces

_SMALL = 2**15
"""Characters that take a tree of at most some 30 MB, whatever they say."""


@dataclass(frozen=True, slots=True)
class Student:
    """Whose work is compared."""

    name: str
    """What the student is called: no two are called the same."""
    submission: Submission
    exercise: str = ""
    """The exercise that the submission answers where it is a single file."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A student's answer to an exercise."""

    student: int
    """Among those of the class."""
    answer: Answer
    pieces: Sequence[Piece]

    def without_text(self) -> Self:
        """Whose it is, and no more."""
        return replace(self, answer=replace(self.answer, cells=()), pieces=())


class Class:
    """The students of a class, and the exercises on which they are compared."""

    def __init__(self, root: Path, paths: Sequence[Path], only: Sequence[str] = ()) -> None:
        """Find them.

        Args:
            root: The course, of which something has been released: what students were given is no likeness.
            paths: Their directories, or single answer files.
            only: Parts, exercises or assignments to compare; all of them by default.

        Raises:
            CourseError: where nothing has been released, a name means nothing, or nothing is at a path.
        """
        outline = read_outline(root)
        wanted = {lesson.slug for name in only for lesson, _ in outline.select(name)}
        self.lessons = [lesson for lesson in outline.lessons if not only or lesson.slug in wanted]
        self._root = root
        self._keys = {(lesson.assignment, lesson.name): lesson.symbols for lesson in outline.lessons}
        submissions, refused = find_submissions(load_course(root), paths)
        self.refused = bool(refused)
        """Whether some path was refused."""
        self.notes = [f"Not compared: {error.what} {error.fix}" for error in refused]
        names = called(submissions, {assignment for assignment, _ in self._keys})
        self.students = [
            Student(name, each, self._answered(each)) for name, each in zip(names, submissions, strict=True)
        ]
        if len(self.students) < 2:
            raise CourseError(
                "There is nobody to compare with.", "Name the folders of two students or more.", usage=True
            )

    def _answered(self, submission: Submission) -> str:
        if submission.path.is_dir():
            return ""
        found = find_exercise(submission.path, self._keys)
        if not found:
            self.notes.append(f"Not compared: {submission.student}'s file answers no exercise of this course.")
        return "/".join(found or ("", ""))

    def read(self, lesson: Lesson) -> Iterator[Handed]:
        """What was handed in to an exercise; of what cannot be read a note is taken."""
        known: dict[str, list[Piece]] = {}
        for number in range(len(self.students)):
            answer = self.answer(lesson, number)
            if answer is None:
                continue
            if answer.digest not in known:
                known[answer.digest] = self._pieces(answer, number)
            yield Handed(number, answer, known[answer.digest])

    def again(self, lesson: Lesson, number: int) -> Handed:
        """A student's answer, read once more; without text where it is no longer there."""
        answer = self.answer(lesson, number) or without_text(f"{lesson.slug}.py", "", missing=True)
        return Handed(number, answer, self._pieces(answer, number) if answer.cells else [])

    def answer(self, lesson: Lesson, number: int) -> Answer | None:
        """A student's answer as text; None where there is none that can be read, of which a note is taken."""
        student = self.students[number]
        if not student.submission.path.is_dir() and student.exercise != lesson.slug:
            return None
        answer = load_answer(
            student.submission.path, lesson.assignment, lesson.name, lesson.symbols,
            exercises=self._keys, attempted=attempted,
        )  # fmt: skip
        if answer.problem and not answer.missing:
            self._note(number, answer.problem)
        return answer if answer.cells else None

    def _pieces(self, answer: Answer, number: int) -> list[Piece]:
        try:
            if sum(len(cell.source) for cell in answer.cells) > _SMALL:
                # What the process that reads answers has survived, within its limits, can be parsed here.
                ask({"do": "compiles", "answer": answer})
            found = pieces(answer.cells)
        except (TooMuch, RecursionError, MemoryError):
            self._note(number, f"{answer.path} {TOO_MUCH}.")
            return []
        if not found and not any(isinstance(parse(cell.source), ast.Module) for cell in answer.cells):
            self._note(number, f"{answer.path} is not Python.")
        return found

    def _note(self, number: int, problem: str) -> None:
        text = f"Not compared: {self.students[number].name}'s {problem}"
        if text not in self.notes:
            self.notes.append(text)

    def place_of(self, handed: Handed) -> Path:
        """The file that an answer was read from."""
        return place_of(self.students[handed.student].submission, handed.answer)

    def right_answers(self, lesson: Lesson) -> Iterator[str]:
        """The course's own answers to an exercise, where this is the course itself: they tell what is usual."""
        folder = self._root / "solutions" / lesson.assignment / lesson.name
        for path in [folder / f"{lesson.name}.py", *sorted((folder / "right").glob("*.py"))]:
            if path.is_file():
                yield path.read_text(encoding="utf-8", errors="replace")
