"""Write an nbgrader course directory: the source notebooks, and a configuration of a few lines.

Beside the notebooks are their figures, and what makes each assignment's folder a small kit: the public suites that the
students' graded cells run, and its settings.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from grader.classroom.merge import merged
from grader.course.catalogue import Course
from grader.course.exercise import CourseExercise
from grader.course.ignored import CLASSROOM, ignore
from grader.course.settings import read_settings
from grader.kit.record import FOLDER, SUFFIX
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release import checker as kit
from grader.release.drawing import drawn
from grader.release.write import Build, PointsOf, build, recorded, says_the_same, translated
from grader.spec import Part
from grader.suite.provider import Suites, public_suites

CONFIG = "nbgrader_config.py"
BASE = ".course-source"
"""The folder of what the course wrote the last time, by which an instructor's changes are told from the course's."""
_STUB = "raise NotImplementedError"


def write_course(
    course: Course,
    directory: Path,
    suites: Suites | None = None,
    *,
    force: bool = False,
    on_exercise: Callable[[int, str], None] = lambda number, slug: None,
) -> Sequence[Path]:
    """Write ``source/`` again, and the configuration where there is none yet.

    What an instructor has added to a notebook or changed in it stays (see `grader.classroom.merge`).

    Args:
        course: The course.
        directory: The nbgrader course's.
        suites: Its public suites.
        force: Whether work of the instructor's may be lost, where the course has changed the same.
        on_exercise: Told which exercise is being made: its number, from 1, and its slug.

    Returns:
        The files written.

    Raises:
        CourseError: where the directory cannot be written, or work of the instructor's would be lost.
    """
    suites = suites or public_suites()
    made = build(course, _announced(course, suites.points, on_exercise))
    source = directory / "source"
    try:
        merges = {exercise.slug: _merge(made, directory, exercise.slug) for exercise in course.exercises}
        if not force and (told := "; ".join(f"{slug}: {why}" for slug, (_, lost) in merges.items() for why in lost)):
            raise CourseError(
                f"This would lose work of yours in {source}: {told}.",
                "Nothing was written. --force takes the course's text there, and keeps all else.",
                usage=True,
            )
        written: list[Path] = []
        for exercise in course.exercises:
            name = f"{exercise.slug}.ipynb"
            written.append(_write(source / name, merges[exercise.slug][0]))
            _write(directory / BASE / name, source_notebook(made.texts[PurePosixPath(name)]))
            path = source / exercise.assignment / FOLDER / f"{exercise.name}{SUFFIX}"
            content = recorded(exercise, suites)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not says_the_same(path, content):
                write_whole(path, content)
            written.append(path)
            said = translated(
                exercise, PurePosixPath(exercise.assignment) / FOLDER, read_settings(course.root).languages
            )
            written += [_write(source / other, text) for other, text in said.items()]
        for assignment in dict.fromkeys(exercise.assignment for exercise in course.exercises):
            written.append(_write(source / assignment / "course.toml", kit.course_toml(course, [assignment])))
        for figure, script in made.figures.items():
            written.append(_write(source / figure, drawn(script)))
        ignore(directory, CLASSROOM)
        if not (directory / CONFIG).exists():
            written.append(_write(directory / CONFIG, configuration(course, directory.resolve())))
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}", "Name another directory.") from None
    return written


def _announced(course: Course, points_of: PointsOf, on_exercise: Callable[[int, str], None]) -> PointsOf:
    """The points of parts, whose suites are compiled for that; told as each exercise has its turn."""
    waiting = {exercise.slug: number for number, exercise in enumerate(course.exercises, 1)}

    def points(exercise: CourseExercise, part: Part) -> float:
        if number := waiting.pop(exercise.slug, 0):
            on_exercise(number, exercise.slug)
        return points_of(exercise, part)

    return points


def _merge(made: Build, directory: Path, slug: str) -> tuple[str, Sequence[str]]:
    """An exercise's notebook as it is to be written, and what of the instructor's is lost by that."""
    name = f"{slug}.ipynb"
    text = source_notebook(made.texts[PurePosixPath(name)])
    there, base = _notebook(directory / "source" / name), _notebook(directory / BASE / name)
    if there is None:
        return text, []
    merge = merged(base, there, json.loads(text))
    return _text(merge.notebook), merge.lost


def _notebook(path: Path) -> dict[str, Any] | None:
    """A notebook that was written here, or by Jupyter; None where there is none.

    Raises:
        CourseError: where it is something else.
    """
    if not path.is_file():
        return None
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(cell["source"], (str, list)) and "metadata" in cell for cell in notebook["cells"]):
            return dict(notebook)
    except (ValueError, KeyError, TypeError):
        pass
    raise CourseError(f"{path} is not a notebook, so what you have changed in it is not known.", "Move it away.")


def configuration(course: Course, directory: Path) -> str:
    """The text of ``nbgrader_config.py``, which belongs to the instructor once it is written."""
    return f'''"""nbgrader's settings for {course.title}; yours to edit: a new release leaves this file alone."""

from grader.classroom import configure

c = get_config()
c.CourseDirectory.course_id = {json.dumps(directory.name)}
# Where students fetch and submit: an absolute path that all of them can reach, such as /srv/nbgrader/exchange.
c.Exchange.root = {json.dumps(str(directory / "exchange"), ensure_ascii=False)}
configure(c, course={json.dumps(str(course.root), ensure_ascii=False)})
'''


def source_notebook(text: str) -> str:
    """A student's notebook as nbgrader's source: where students write is marked, as nbgrader empties cells without."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = [line for old in cell["source"] for line in _with_markers(old)]
    return _text(notebook)


def _text(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _with_markers(line: str) -> list[str]:
    if not line.lstrip().startswith(_STUB):
        return [line]
    indent = line[: line.index(_STUB)]
    return [f"{indent}### BEGIN SOLUTION\n", f"{indent}### END SOLUTION\n", line]


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path
