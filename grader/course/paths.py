"""Where a course's files are: its root, the cache of compiled suites, the store of results."""

import os
from pathlib import Path

_KIT = Path(__file__).resolve().parents[2]


def root_of(given: Path | None, around: Path | None = None) -> Path:
    """The course's directory: the one given, else the one around a path, around the current folder, else this kit's."""
    if given is not None:
        return given.resolve()
    for start in (around, Path.cwd()):
        for folder in (start, *start.parents) if start is not None else ():
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
