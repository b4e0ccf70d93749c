"""Start a new exercise: one folder with a tiny layer that verifies as it is, to be replaced by the author's own."""

import keyword
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.course.ignored import ignore
from grader.model import CourseError

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_NO_ASSIGNMENTS = "assignments = []\n"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), undefined=StrictUndefined, keep_trailing_newline=True
)


def new_exercise(root: Path, slug: str, symbol: str | None = None) -> Path:
    """Scaffold ``solutions/<assignment>/<exercise>/``, a ``course.toml`` where there is none, and what Git ignores.

    Args:
        root: The course.
        slug: ``basics/scale``.
        symbol: The class students will write; by default the exercise's name in capitals: ``Rmsnorm``.

    Returns:
        The new folder.

    Raises:
        CourseError: for a name that cannot be one, or a folder that is there already.
    """
    assignment, name = _names(slug)
    symbol = symbol or "".join(word.capitalize() for word in name.split("_"))
    if not symbol.isidentifier() or keyword.iskeyword(symbol) or symbol.startswith("_"):
        raise CourseError(f"{symbol!r} cannot be the name of a class.", usage=True)
    folder = root / "solutions" / assignment / name
    if folder.exists():
        raise CourseError(f"{folder} is there already.", "Choose another name, or remove the folder first.", usage=True)
    values = {"name": name, "symbol": symbol, "title": name.replace("_", " ").capitalize()}
    try:
        for path, template in _files(name).items():
            _write(folder / path, template, values)
        _name_assignment(root, assignment)
        ignore(root)
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {error}") from None
    return folder


def write_settings(root: Path, assignments: Sequence[str] = ()) -> None:
    """Write the ``course.toml`` of a course that begins; its title is the folder's name.

    Raises:
        OSError: where it cannot be written.
    """
    _write(root / "course.toml", "course.toml.j2", {"root": root.resolve().name, "assignments": [*assignments]})


def _name_assignment(root: Path, assignment: str) -> None:
    """Name the first assignment in the settings; where others are named, their order is the author's affair."""
    path = root / "course.toml"
    if not path.exists():
        write_settings(root, [assignment])
    elif _NO_ASSIGNMENTS in (text := path.read_text(encoding="utf-8")):
        path.write_text(text.replace(_NO_ASSIGNMENTS, f'assignments = ["{assignment}"]\n'), encoding="utf-8")


def _write(path: Path, template: str, values: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_TEMPLATES.get_template(template).render(values), encoding="utf-8")


def _names(slug: str) -> tuple[str, str]:
    names = slug.strip("/").split("/")
    if len(names) != 2:
        raise CourseError(
            f"{slug!r} is not the name of an exercise.", "Write ASSIGNMENT/EXERCISE: basics/scale.", usage=True
        )
    for name in names:
        if not _NAME.match(name) or keyword.iskeyword(name):
            raise CourseError(
                f"{name!r} cannot be a name here.", "Use small letters, digits and _, a letter first.", usage=True
            )
    if names[1] in {"exercise", "misconceptions", "torch", "figure", "capstone"}:
        raise CourseError(f"An exercise cannot be called {names[1]!r}: that file has another use.", usage=True)
    return names[0], names[1]


def _files(name: str) -> Mapping[str, str]:
    """The files of a new exercise, each with its template."""
    return {
        "exercise.py": "exercise.py.j2",
        f"{name}.py": "reference.py.j2",
        "handout.md": "handout.md.j2",
        "misconceptions.py": "misconceptions.py.j2",
        "right/einsum.py": "right_einsum.py.j2",
        "right/in_place.py": "right_in_place.py.j2",
    }
