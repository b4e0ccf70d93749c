"""Write an nbgrader course directory: the source notebooks, and a configuration of a few lines.

Beside the notebooks are their figures, and what makes each assignment's folder a small kit: the public suites that the
students' graded cells run, and its settings.
"""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from grader.course.catalogue import Course
from grader.course.ignored import CLASSROOM, ignore
from grader.kit.record import FOLDER, SUFFIX
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release import checker as kit
from grader.release.drawing import drawn
from grader.release.write import build, recorded, says_the_same
from grader.suite.provider import Suites, public_suites

CONFIG = "nbgrader_config.py"
_STUB = "raise NotImplementedError"


def write_course(course: Course, directory: Path, suites: Suites | None = None) -> Sequence[Path]:
    """Write ``source/`` again, and the configuration where there is none yet.

    Returns:
        The files written.

    Raises:
        CourseError: where the directory cannot be written.
    """
    suites = suites or public_suites()
    made = build(course, suites.points)
    source = directory / "source"
    written: list[Path] = []
    try:
        for exercise in course.exercises:
            text = made.texts[PurePosixPath(f"{exercise.slug}.ipynb")]
            written.append(_write(source / f"{exercise.slug}.ipynb", source_notebook(text)))
            path = source / exercise.assignment / FOLDER / f"{exercise.name}{SUFFIX}"
            content = recorded(exercise, suites)
            path.parent.mkdir(parents=True, exist_ok=True)
            if not says_the_same(path, content):
                write_whole(path, content)
            written.append(path)
        for assignment in dict.fromkeys(exercise.assignment for exercise in course.exercises):
            written.append(_write(source / assignment / "course.toml", kit.course_toml(course, [assignment])))
        for name, script in made.figures.items():
            written.append(_write(source / name, drawn(script)))
        ignore(directory, CLASSROOM)
        if not (directory / CONFIG).exists():
            written.append(_write(directory / CONFIG, configuration(course, directory.resolve())))
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}", "Name another directory.") from None
    return written


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
