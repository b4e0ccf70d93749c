"""Put answers that came as plain files where nbgrader collects its submissions."""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from grader.answer.attempt import attempted
from grader.answer.load import Answer, Submission, load_answer
from grader.classroom.ours import grade_id, parts_of
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.grading.select import find_submissions
from grader.model import CourseError
from grader.model.files import write_whole
from grader.model.names import alike, shown_path, tame


def import_submissions(
    course: Course, directory: Path, paths: Sequence[Path]
) -> tuple[Sequence[Path], Sequence[CourseError]]:
    """Write ``submitted/STUDENT/ASSIGNMENT/EXERCISE.ipynb`` for every answer that is in the students' directories.

    Returns:
        The notebooks written, and why other students are not taken in.

    Raises:
        CourseError: where the directory is not an nbgrader course, a path is not a student's directory, or two are of
            one name.
    """
    if not (directory / "release").is_dir():
        raise CourseError(
            f"{directory} has no released assignment.", "Run nbgrader generate_assignment there first.", usage=True
        )
    keys = [(exercise.assignment, exercise.name) for exercise in course.exercises]
    submissions, refused = find_submissions(course, paths)
    for submission in submissions:
        if not submission.path.is_dir():
            raise CourseError(f"{shown_path(submission.path)} is a file.", "Name each student's directory.", usage=True)
    _refuse_namesakes(submissions)
    written: list[Path] = []
    for submission in submissions:
        if (why := _unfit(directory, submission)) is not None:
            refused.append(why)
            continue
        for exercise in course.exercises:
            if not (directory / "release" / exercise.slug).with_suffix(".ipynb").is_file():
                continue
            symbols = [part.symbol for part in exercise.parts]
            answer = load_answer(
                submission.path, exercise.assignment, exercise.name, symbols, exercises=keys, attempted=attempted
            )
            # What was imported before must not be graded again where it is no longer handed in.
            student = submission.path.name
            if not answer.missing or _target(directory, student, exercise).is_file():
                written.append(_place(directory, student, submission.path, exercise, answer))
    return written, refused


def _refuse_namesakes(submissions: Sequence[Submission]) -> None:
    """Refuse two students of one name, who would be one in the gradebook, also where the case of letters counts not."""
    first: dict[str, Submission] = {}
    for submission in submissions:
        before = first.setdefault(alike(submission.student).casefold(), submission)
        if before is not submission:
            raise CourseError(
                f"{shown_path(before.path)} and {shown_path(submission.path)} would be one student in nbgrader.",
                "Give the folders different names.",
                usage=True,
            )


def _unfit(directory: Path, submission: Submission) -> CourseError | None:
    """Why a student cannot be one of nbgrader's, who are known by the names of folders."""
    shown = shown_path(submission.path)
    if tame(submission.path.name) != submission.path.name:
        return CourseError(f"{shown} has a name that nbgrader cannot store.", "Rename it.", usage=True)
    if (directory / "submitted" / submission.path.name).is_symlink():
        return CourseError(f"{shown} is not imported: in submitted, its name is a link.", "Remove that.", usage=True)
    return None


def _place(directory: Path, student: str, folder: Path, exercise: CourseExercise, answer: Answer) -> Path:
    """Write one answer as a notebook of the release's structure: its text in the first cell of a part."""
    notebook = nbformat.read((directory / "release" / exercise.slug).with_suffix(".ipynb"), as_version=4)
    parts = parts_of(notebook)
    cells = [cell for cell in notebook.cells if grade_id(cell) in parts]
    if not cells:
        raise CourseError(f"The release of {exercise.slug} has no cell for any of its parts.")
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
        moment = datetime.fromtimestamp(max(path.lstat().st_mtime for path in files), UTC)
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
