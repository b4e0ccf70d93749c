"""Make a course: a copy of the one that comes with the kit, or one without exercises."""

import shutil
from collections.abc import Callable
from pathlib import Path

from grader.authoring.scaffold import write_settings
from grader.course.ignored import ignore
from grader.course.paths import CONTENT, kit_course
from grader.model import CourseError
from grader.model.extras import KIT
from grader.model.files import write_whole

_LEFT_OUT = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.pyc")


def own_course(directory: Path) -> None:
    """Copy the course that comes with the kit: its settings, exercises, what was released of them, and its students.

    Raises:
        CourseError: where something is there already, or nothing can be written.
    """
    _made(directory, _copied)


def empty_course(directory: Path) -> None:
    """Make a course without exercises.

    Raises:
        CourseError: where something is there already, or nothing can be written.
    """
    _made(directory, _begun)


def _made(directory: Path, fill: Callable[[Path], None]) -> None:
    if directory.is_dir() and any(directory.iterdir()):
        raise CourseError(f"{directory} is not empty.", "Name a new folder: nothing is written over.", usage=True)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        fill(directory)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}", "Name another folder.", usage=True) from None
    ignore(directory)


def _begun(directory: Path) -> None:
    write_settings(directory)
    # By this folder a course is known.
    (directory / "solutions").mkdir()


def _copied(directory: Path) -> None:
    source = kit_course()
    if not (source / "course.toml").is_file():
        raise CourseError("This kit came without a course.", "`course init DIR --empty` makes one without exercises.")
    for name in CONTENT:
        if (source / name).is_dir():
            shutil.copytree(source / name, directory / name, ignore=_LEFT_OUT)
        elif (source / name).is_file():
            shutil.copyfile(source / name, directory / name)
    # In the course's own checkout students install the checkout.
    readme = directory / "assignments" / "README.md"
    if readme.is_file():
        write_whole(readme, readme.read_text(encoding="utf-8").replace("--editable ..", KIT))
