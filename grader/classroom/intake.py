"""Put answers that came as plain files where nbgrader collects its submissions."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from grader.answer.attempt import attempted
from grader.answer.load import Answer, find_submission, load_answer
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.model import CourseError
from grader.model.files import write_whole


def import_submissions(course: Course, directory: Path, paths: Sequence[Path]) -> Sequence[Path]:
    """Write ``submitted/STUDENT/ASSIGNMENT/EXERCISE.ipynb`` for every answer that is in the students' directories.

    Returns:
        The notebooks written.

    Raises:
        CourseError: where the directory is not an nbgrader course, or a path is not a student's directory.
    """
    if not (directory / "release").is_dir():
        raise CourseError(
            f"{directory} has no released assignment.", "Run nbgrader generate_assignment there first.", usage=True
        )
    assignments = {exercise.assignment for exercise in course.exercises}
    keys = [(exercise.assignment, exercise.name) for exercise in course.exercises]
    written: list[Path] = []
    for path in paths:
        submission = find_submission(path, assignments)
        if not submission.path.is_dir():
            raise CourseError(f"{path} is a file.", "Name each student's directory.", usage=True)
        for exercise in course.exercises:
            if not (directory / "release" / exercise.slug).with_suffix(".ipynb").is_file():
                continue
            symbols = [part.symbol for part in exercise.parts]
            answer = load_answer(
                submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
            )
            # What was imported before must not be graded again where it is no longer handed in.
            if not answer.missing or _target(directory, submission.student, exercise).is_file():
                written.append(_place(directory, submission.student, submission.path, exercise, answer))
    return written


def _place(directory: Path, student: str, folder: Path, exercise: CourseExercise, answer: Answer) -> Path:
    """Write one answer as a notebook of the release's structure: its text in the first cell that students fill in."""
    notebook = nbformat.read((directory / "release" / exercise.slug).with_suffix(".ipynb"), as_version=4)
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    sources = [cell.source for cell in answer.cells] or [f"# {answer.problem}"]
    for cell in cells:
        cell.source = ""
    cells[0].source = sources[0]
    after = notebook.cells.index(cells[0]) + 1
    notebook.cells[after:after] = [
        new_code_cell(source, id=f"answer-{index}") for index, source in enumerate(sources[1:], 2)
    ]
    target = _target(directory, student, exercise)
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)
    stamp = target.parent / "timestamp.txt"
    moment = datetime.now(UTC)
    if not answer.missing:
        files = [folder / answer.path, *_files(folder / exercise.assignment)]
        moment = datetime.fromtimestamp(max(path.stat().st_mtime for path in files), UTC)
    # nbgrader release_feedback stops at a submission without one, for every student.
    secret = target.parent / "submission_secret.txt"
    if not secret.exists():
        write_whole(secret, secrets.token_hex(32))
    write_whole(stamp, f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC\n")
    return target


def _target(directory: Path, student: str, exercise: CourseExercise) -> Path:
    return directory / "submitted" / student / f"{exercise.slug}.ipynb"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_file() and path.suffix in (".py", ".ipynb")]
