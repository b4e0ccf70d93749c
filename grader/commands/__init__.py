"""The verbs of the command line, one module an area, and what they share. `cli.py` loads a verb's module on demand."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

# hypothesis must not leave files in whatever directory the command was called from.
os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.path.expanduser("~"), ".cache", "course", "hypothesis")
)

import click

from grader.model import CourseError

BROKEN, USAGE, UNGRADED, INTERRUPTED = 1, 2, 3, 130
"""Exit statuses beside 0."""

_KIT = Path(__file__).resolve().parents[2]


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a person can cause into one or two lines and an exit status."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CourseError as error:
            click.echo(f"course: {error.what}", err=True)
            if error.fix:
                click.echo(f"        {error.fix}", err=True)
            sys.exit(USAGE if error.usage else BROKEN)

    return run


def root_of(given: Path | None, around: Path | None = None) -> Path:
    """The course's directory: the one given, else the one around a folder (the current one), else this kit's."""
    if given is not None:
        return given.resolve()
    start = around or Path.cwd()
    for folder in (start, *start.parents):
        if (folder / "course.toml").is_file() and ((folder / "solutions").is_dir() or _is_kit(folder)):
            return folder
    return _KIT


def _is_kit(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in ("*/checks/*.zip", "checks/*.zip"))


def cache_dir() -> Path:
    """Where compiled suites are kept."""
    base = os.environ.get("COURSE_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "course"
    )
    return Path(base) / "suites"


def default_store(root: Path) -> Path:
    """Where a course's results are kept unless ``--store`` or ``COURSE_STORE`` says otherwise."""
    return Path(os.environ.get("COURSE_STORE") or root / "results" / "grades.sqlite")
