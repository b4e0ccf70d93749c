"""Where a course's files are: its root, the cache of compiled suites, the store of results."""

import os
from pathlib import Path

from grader.model import CourseError

_TOP = Path(__file__).resolve().parents[2]
_INSTALLED = _TOP / "torch_course_kit"
"""Where a wheel has the course that comes with the kit (`setup.py` puts it there); a checkout is that course itself."""
CONTENT = ("course.toml", "solutions", "assignments", "examples")
"""What the course that comes with the kit consists of."""


def kit_course() -> Path:
    """The course that comes with the kit."""
    return _INSTALLED if (_INSTALLED / "course.toml").is_file() else _TOP


def root_of(given: Path | None, around: Path | None = None) -> Path:
    """The course's directory: the one given, else the one around a path, around the current folder, else the kit's."""
    if given is not None:
        return given.resolve()
    for start in (around, Path.cwd()):
        for folder in (start, *start.parents) if start is not None else ():
            if (folder / "course.toml").is_file() and ((folder / "solutions").is_dir() or _is_kit(folder)):
                return folder
    return kit_course()


def own_root(given: Path | None) -> Path:
    """The same, for what writes into the course: the one in an installed kit is not for that.

    Raises:
        CourseError: where it would be that.
    """
    root = root_of(given)
    if root == _INSTALLED:
        raise CourseError(
            "There is no course of yours around here, and the one inside the kit is replaced with every new version.",
            "Make your own with: course init DIR",
            usage=True,
        )
    return root


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
