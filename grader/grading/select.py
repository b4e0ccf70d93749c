"""Which parts of which submissions a run grades, and the answers to them as text.

Whatever one student's folder holds, it is this student alone who is not graded for it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.answer.attempt import attempted
from grader.answer.load import Answer, Submission, find_exercise, find_submission, load_answer, owner_of, without_text
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.model.names import printable, shown_path, told_apart
from grader.spec import Part

Selection = Sequence[tuple[CourseExercise, Part]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A submission that is graded."""

    submission: Submission
    asked: Sequence[CourseExercise]
    """The exercises that it is graded on."""
    name: str
    """What the student is called in the report: no two are called the same."""


def choose(
    course: Course, selection: Selection, paths: Sequence[Path]
) -> tuple[Sequence[Chosen], Sequence[CourseError]]:
    """The submissions at some paths, each once, and why others are refused, who do not keep these from being graded.

    Raises:
        CourseError: where there is nothing at a path, or nothing but what is refused.
    """
    submissions, refused = find_submissions(course, paths)
    chosen: list[tuple[Submission, Sequence[CourseExercise]]] = []
    for submission in submissions:
        try:
            chosen.append((submission, asked_of(course, selection, submission)))
        except Exception as error:
            refused.append(_as_refusal(submission.path, error))
    if refused and not chosen:
        raise refused[0]
    names = called([submission for submission, _ in chosen], {exercise.assignment for exercise in course.exercises})
    return [Chosen(*each, name) for each, name in zip(chosen, names, strict=True)], refused


def find_submissions(course: Course, paths: Sequence[Path]) -> tuple[list[Submission], list[CourseError]]:
    """The submissions at some paths, each once, and why others are none.

    Raises:
        CourseError: where there is nothing at a path: that is a slip of the person who grades, and nothing has begun.
    """
    assignments = {exercise.assignment for exercise in course.exercises}
    found: dict[tuple[int, int] | Path, Submission] = {}
    refused = []
    for path in paths:
        try:
            submission = find_submission(path, assignments)
            found.setdefault(_identity(submission.path), submission)
        except CourseError as error:
            if not os.path.lexists(path):
                raise
            refused.append(error)
        except OSError as error:
            refused.append(_as_refusal(path, error))
    return [*found.values()], refused


def _identity(path: Path) -> tuple[int, int] | Path:
    """What two names of one folder have in common; a file's name is its own, as a copy by link is another's work."""
    status = os.stat(path)
    return (status.st_dev, status.st_ino) if os.path.isdir(path) and status.st_ino else path


def _as_refusal(path: Path, error: Exception) -> CourseError:
    if isinstance(error, CourseError):
        return error
    return CourseError(f"{shown_path(path)} cannot be read ({type(error).__name__}: {error}).", usage=True)


def called(submissions: Sequence[Submission], assignments: set[str]) -> list[str]:
    """What the students are called: by their folders, those of one name also by the folders around them.

    In a class where everybody's folder is called ``can``, they are ``ada/can`` and ``ben/can``; single files in one
    folder are ``can/ada.py`` and ``can/ben.py``.
    """
    return told_apart([_names(submission, assignments) for submission in submissions])


def _names(submission: Submission, assignments: set[str]) -> list[str]:
    path = submission.path
    parts = [printable(part) for part in path.parts[1:]] or [shown_path(path)]
    if path.is_dir():
        return ["/".join(parts[first:]) for first in reversed(range(len(parts)))]
    owner = max(0, len(owner_of(path, assignments).parts) - 2)
    return [submission.student, *("/".join(parts[first:]) for first in reversed(range(owner + 1)))]


def asked_of(course: Course, selection: Selection, submission: Submission) -> list[CourseExercise]:
    """The selected exercises; of a single file, the one it answers.

    Raises:
        CourseError: where a file answers none of the course's exercises, or one that was not selected.
    """
    wanted = list({exercise.slug: exercise for exercise, _ in selection}.values())
    if submission.path.is_dir():
        return wanted
    names = {
        (exercise.assignment, exercise.name): [part.symbol for part in exercise.parts] for exercise in course.exercises
    }
    answered = find_exercise(submission.path, names)
    if answered is None:
        raise CourseError(
            f"{shown_path(submission.path)} answers no exercise of this course.",
            "`course list` names them.",
            usage=True,
        )
    asked = [exercise for exercise in wanted if (exercise.assignment, exercise.name) == answered]
    if not asked:
        raise CourseError(
            f"{shown_path(submission.path)} answers {'/'.join(answered)}, and --only asks for something else.",
            "Leave out --only, or name a part of that exercise.",
            usage=True,
        )
    return asked


def read_answer(course: Course, submission: Submission, exercise: CourseExercise) -> Answer:
    """A submission's answer to an exercise, as text.

    Raises:
        CourseError: where the submission is no longer there, which must not look like an answer that was not handed in.
    """
    symbols = [part.symbol for part in exercise.parts]
    keys = [(other.assignment, other.name) for other in course.exercises]
    answer = load_answer(
        submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
    )
    if not answer.missing:
        return answer
    if not os.path.lexists(submission.path):
        raise CourseError(f"{shown_path(submission.path)} is no longer there.")
    problem = _out_of_reach(submission.path, f"{exercise.assignment}/{exercise.name}")
    return without_text(answer.path, problem) if problem else answer


def _out_of_reach(folder: Path, stem: str) -> str:
    """Why nobody can tell whether an answer is there: a folder that may not be entered; empty where that is clear."""
    for name in (f"{stem}.py", f"{stem}.ipynb"):
        try:
            os.lstat(folder / name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            return f"{name} cannot be read ({error.strerror})."
    return ""


def place_of(submission: Submission, answer: Answer) -> Path:
    """The file that an answer was read from."""
    return submission.path / answer.path if submission.path.is_dir() else submission.path
