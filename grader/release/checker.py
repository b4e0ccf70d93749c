"""What makes a release a self-contained kit: where to begin, the course's settings, and the checker as a package.

The checker is this engine's sources, which hold nothing of a course. A release inside the course's own directory goes
without them: there the engine is installed already.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath
from typing import Any

from grader.course.catalogue import Course
from grader.course.road import FILE, read_legs, together
from grader.model import CourseError
from grader.model.extras import KIT
from grader.model.language import ENGLISH
from grader.release.spoken import words

CHECKER = "checker"
"""The folder of a kit that holds the engine, to be installed with pip."""
_ENGINE = Path(__file__).resolve().parents[1]
_TOP = _ENGINE.parent
"""A checkout of this program, or where its wheel is installed."""
_BUILD = {"requires": ["setuptools>=77"], "build-backend": "setuptools.build_meta"}
_SAID = ("name", "version", "requires-python", "license", "dependencies")
"""What of this program's description is the checker's too."""
_PACKAGES = ["grader*"]
_SOURCES = (".py", ".html", ".j2", ".css", ".js", ".tcss", ".sh", ".yml", ".po")

_README = """\
# {title}

You rebuild layers of PyTorch, and a checker tells you what is right and what is not yet.

## Begin

You need Python 3.11 or newer. In this folder:

```console
$ python3 -m venv .venv
$ . .venv/bin/activate
$ pip install {install}
$ course start work
$ cd work
$ course watch
```

On Windows the second line is `.venv\\Scripts\\activate`. PyTorch is large; on Linux without a GPU, this brings the
small build: `pip install --extra-index-url https://download.pytorch.org/whl/cpu {install}`.

`course start` makes the folder `work` with everything to fill in, and `course watch` checks each file that you save.
Begin with `{first}.md`, write in `{first}.py`. If you prefer notebooks, there is one beside each file
(`pip install jupyterlab`); there, `%load_ext grader.magic` gives `%check PART` and `%hint PART`.

{commands}

## What there is

{assignments}

## What is checked

The checker runs the public cases, which came with this folder; it asks no network and sends nothing anywhere. Your
answer is graded on further cases, so let it be right rather than fit the ones you see.
"""

COMMANDS = """\
| command | does |
| --- | --- |
| `course check PART` | checks one part, or a file, or everything begun |
| `course hint PART` | gives a hint, more of it each time |
| `course progress` | shows how far you are, and what is next |
| `course list` | names the exercises and their parts |"""
"""What a student's README says of the commands."""


def texts(
    course: Course, points: Mapping[str, float], *, bundled: bool, language: str = ENGLISH
) -> Iterator[tuple[PurePosixPath, str]]:
    """The files of a kit that belong to no exercise.

    Args:
        course: The course.
        points: The points of each assignment.
        bundled: Whether the checker is in the kit.
        language: The language of the README, and of what the kit shows unless another one is named.
    """
    install = f"./{CHECKER}" if bundled else "--editable .." if course.root == _TOP else KIT
    yield PurePosixPath("README.md"), _readme(course, points, install, language)
    yield PurePosixPath("course.toml"), course_toml(course, list(points), language=language)
    if legs := read_legs(course.root):
        yield PurePosixPath(FILE), together(legs)
    if bundled:
        yield PurePosixPath(CHECKER) / "pyproject.toml", _pyproject()


def checker() -> Mapping[PurePosixPath, Path]:
    """The engine's sources by their path in a kit."""
    files = {PurePosixPath(CHECKER) / "LICENSE": _license()}
    for path in sorted(_ENGINE.rglob("*")):
        if path.suffix in _SOURCES and "__pycache__" not in path.parts:
            files[PurePosixPath(CHECKER) / path.relative_to(_TOP).as_posix()] = path
    return files


def bundle() -> Iterator[tuple[PurePosixPath, bytes]]:
    """The checker as it lies in a kit, ready for pip: its sources, and how they are packaged."""
    for name, path in checker().items():
        yield name, path.read_bytes()
    yield PurePosixPath(CHECKER) / "pyproject.toml", _pyproject().encode()


def with_data(pyproject: bytes, folder: str, suffixes: Sequence[str]) -> bytes:
    """The checker's ``pyproject.toml`` where a folder of data lies beside its sources and is installed with them.

    Args:
        pyproject: As `bundle` has it.
        folder: The folder's name.
        suffixes: Those of its files.
    """
    packages, data = _PACKAGES, [f"*{suffix}" for suffix in _SOURCES[1:]]
    text = pyproject.decode()
    for name, before, after in (
        ("include", packages, [*packages, f"{folder}*"]),
        ('"*"', data, [*data, *(f"*{suffix}" for suffix in suffixes)]),
    ):
        text = text.replace(f"{name} = {_toml(before)}\n", f"{name} = {_toml(after)}\n")
    return text.encode()


def _license() -> Path:
    """This program's licence, which goes with every copy of it."""
    if (_TOP / "LICENSE").is_file():
        return _TOP / "LICENSE"
    found = [file for file in _installed().files or () if file.name == "LICENSE"]
    return Path(str(found[0].locate()))


def _installed() -> Distribution:
    """What an installation knows of this program.

    Raises:
        CourseError: where it was neither installed nor checked out.
    """
    try:
        return distribution(KIT)
    except PackageNotFoundError:
        raise CourseError(
            "A kit holds the checker, and this program does not know what it is made of: it was not installed.",
            f"Install it with: pip install {KIT}",
        ) from None


def _readme(course: Course, points: Mapping[str, float], install: str, language: str) -> str:
    first = next((exercise.slug for exercise in course.exercises), "")
    return words(_README, language).format(
        title=words(course.title, language, "title"), install=install, first=first,
        commands=words(COMMANDS, language), assignments=table(points, language),
    )  # fmt: skip


def table(points: Mapping[str, float], language: str = ENGLISH) -> str:
    """The assignments with their points, as a student's README lists them."""
    rows = [words("| assignment | points |", language), "| --- | --- |"]
    return "\n".join([*rows, *(f"| [{name}]({name}/README.md) | {most:g} |" for name, most in points.items())])


def course_toml(course: Course, assignments: Sequence[str], *, sealed: bool = False, language: str = ENGLISH) -> str:
    """The ``course.toml`` of a kit with these assignments, or of a sealed course."""
    about, kind = (
        ("A sealed course: the hidden cases are recorded in */checks/. Keep it to those who grade.", "sealed")
        if sealed
        else ("A student's kit: the public cases are recorded in */checks/; there are no solutions here.", "kit")
    )
    lines = [
        f"# {about}",
        f"kind = {_toml(kind)}",
        f"title = {_toml(course.title)}",
        f"assignments = {_toml(assignments)}",
        *([f"language = {_toml(language)}"] if language != ENGLISH else []),
        "",
        "[limits]",
        *(f"{name} = {_toml(value)}" for name, value in asdict(course.limits).items()),
        *(["", "[feedback]", f"hidden = {_toml(course.feedback)}"] if sealed else []),
    ]
    return "\n".join(lines) + "\n"


def _pyproject() -> str:
    """The checker's packaging: that of this program, without what only its developers need."""
    project, scripts = _project()
    lines = ["[build-system]", *_rows(_BUILD), "", "[project]", *_rows(project)]
    lines += ["", "[project.scripts]", *_rows(scripts)]
    lines += ["", "[tool.setuptools.packages.find]", *_rows({"include": _PACKAGES})]
    lines += ["", "[tool.setuptools.package-data]", *_rows({"*": [f"*{suffix}" for suffix in _SOURCES[1:]]})]
    return "\n".join(lines) + "\n"


def _project() -> tuple[dict[str, Any], dict[str, str]]:
    """What this program says of itself, in its checkout or where it is installed: the project, and its commands."""
    checkout = _TOP / "pyproject.toml"
    if checkout.is_file():
        ours = tomllib.loads(checkout.read_text(encoding="utf-8"))["project"]
        return {name: ours[name] for name in _SAID}, ours["scripts"]
    found = _installed()
    said = found.metadata
    needed = [line for line in found.requires or () if "extra ==" not in line]
    values = (said["Name"], said["Version"], said["Requires-Python"], said["License-Expression"], needed)
    scripts = {entry.name: entry.value for entry in found.entry_points.select(group="console_scripts")}
    return dict(zip(_SAID, values, strict=True)), scripts


def _rows(table: Mapping[str, Any]) -> list[str]:
    return [f"{_toml(name) if not name.replace('-', '').isalnum() else name} = {_toml(table[name])}" for name in table]


def _toml(value: Any) -> str:
    """A plain value as TOML, whose strings, numbers and arrays are those of JSON."""
    return json.dumps(value, ensure_ascii=False)
