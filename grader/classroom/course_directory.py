"""Write an nbgrader course directory: the source notebooks, their figures, and a configuration of a few lines."""

import json
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from grader.catalog import Course
from grader.model import CourseError
from grader.release import Worth, build, draw

CONFIG = "nbgrader_config.py"
_STUB = "raise NotImplementedError"


def write_course(course: Course, directory: Path, worth: Worth | None = None) -> Sequence[Path]:
    """Write ``source/`` anew, and the configuration where there is none yet.

    Returns:
        The files written.

    Raises:
        CourseError: where the directory cannot be written.
    """
    made = build(course, worth)
    written: list[Path] = []
    try:
        notebooks = {PurePosixPath(f"{exercise.slug}.ipynb") for exercise in course.exercises}
        for name, text in made.texts.items():
            if name in notebooks:
                written.append(_write(directory / "source" / name, source_notebook(text)))
        for name, script in made.figures.items():
            path = directory / "source" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            draw(script, path)
            written.append(path)
        if not (directory / CONFIG).exists():
            written.append(_write(directory / CONFIG, configuration(course)))
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}", "Name another directory.") from None
    return written


def configuration(course: Course) -> str:
    """The text of ``nbgrader_config.py``, which is the instructor's from then on."""
    return f'''"""nbgrader's settings for {course.title}; yours to edit: a new release leaves this file alone."""

from grader.classroom import configure

c = get_config()
c.CourseDirectory.course_id = "{PurePosixPath(course.root).name}"
# Where students fetch and submit; an absolute path that all of them can reach.
# c.Exchange.root = "/srv/nbgrader/exchange"
configure(c, course={str(course.root)!r})
'''


def source_notebook(text: str) -> str:
    """A student's notebook as nbgrader's source: where students write is marked, as nbgrader empties cells without."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = [line for old in cell["source"] for line in _marked(old)]
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _marked(line: str) -> list[str]:
    if not line.lstrip().startswith(_STUB):
        return [line]
    indent = line[: line.index(_STUB)]
    return [f"{indent}### BEGIN SOLUTION\n", f"{indent}### END SOLUTION\n", line]


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
