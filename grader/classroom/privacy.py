"""Who may read what of a classroom: folders by their modes, the exchange, and what must not be lost.

Only modes are looked at: lists of access rights beside them, and whoever administers the machine, go by their own.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.course_directory import BASE, CONFIG
from grader.course.paths import default_store
from grader.grading.options import SEED_FILE, SEED_VARIABLE
from grader.model import CourseError
from grader.model.names import shown_path

_COURSE = ("solutions", SEED_FILE, ".course-cache")
_CLASSROOM = ("source", BASE, "submitted", "autograded", "feedback", "gradebook.db")
"""What of an nbgrader course nobody but its instructors may read."""
_READ, _ENTER = stat.S_IROTH, stat.S_IXOTH


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    is_good: bool
    what: str
    fix: str = ""


def findings(root: Path, directory: Path) -> Iterator[Finding]:
    """What there is to say about a course and the nbgrader course made of it.

    Args:
        root: The course's directory.
        directory: nbgrader's, with ``nbgrader_config.py``.

    Raises:
        CourseError: where that is none, or this system has no such modes.
    """
    if os.name != "posix":
        raise CourseError("Who may read what is not in the modes of files here.", "Look at the folders' properties.")
    config = _config(directory)
    private = [root / name for name in _COURSE] + [default_store(root)] + [directory / name for name in _CLASSROOM]
    for path in private:
        if path.exists():
            yield _private(path)
    yield _umask([root, directory])
    yield _judge(config)
    yield from _exchange(config, directory)
    yield _installation(root)
    yield from _kept(root, directory)


def is_open(path: Path) -> bool:
    """Whether somebody who is neither its owner nor in its group can get at something of a file or a folder."""
    real = Path(os.path.realpath(path))
    mode = real.stat().st_mode
    # Of a folder that can be entered, whatever one knows the name of can be opened.
    is_readable = mode & (_READ | _ENTER) if stat.S_ISDIR(mode) else mode & _READ
    return bool(is_readable) and _is_reached(real)


def _is_reached(path: Path) -> bool:
    return all(parent.stat().st_mode & _ENTER for parent in path.parents)


def _private(path: Path) -> Finding:
    if is_open(path):
        return Finding(False, f"everybody can read {shown_path(path)}", f"chmod -R o-rwx {shown_path(path)}")
    return Finding(True, f"{shown_path(path)} is its owner's and group's")


def _umask(folders: list[Path]) -> Finding:
    mask = os.umask(0o077)
    os.umask(mask)
    unmasked = [folder for folder in folders if is_open(folder)] if (mask & 0o005) != 0o005 else []
    if not unmasked:
        return Finding(True, f"new files are not for everybody (umask {mask:03o}, or a closed folder above)")
    names = " ".join(map(shown_path, unmasked))
    return Finding(False, f"with umask {mask:03o}, everybody can read what is made in {names}", f"chmod o-rwx {names}")


def _config(directory: Path) -> Any:
    """The settings that nbgrader takes from a directory."""
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    try:
        return PyFileConfigLoader(CONFIG, path=str(directory)).load_config()
    except ConfigFileNotFound:
        raise CourseError(
            f"{directory} is no nbgrader course: it has no {CONFIG}.",
            "Make one with: course release --nbgrader DIR",
            usage=True,
        ) from None
    except Exception as error:
        raise CourseError(f"{directory / CONFIG} cannot be used: {type(error).__name__}: {error}.") from None


def _judge(config: Any) -> Finding:
    if "exporter_class" in config.Autograde:
        return Finding(True, f"{CONFIG} has the course's judge grade")
    return Finding(
        False, f"{CONFIG} does not call configure(c)", "Take the last line of the file that a release makes."
    )


def _exchange(config: Any, directory: Path) -> Iterator[Finding]:
    """What students can do in the folder through which notebooks come and go."""
    if "root" not in config.Exchange:
        yield Finding(False, f"{CONFIG} names no c.Exchange.root", "Name a folder that all students can reach.")
        return
    root = Path(config.Exchange.root)
    if not root.is_dir():
        yield Finding(True, f"the exchange {shown_path(root)} is made by the first nbgrader release_assignment")
        return
    if not (_is_reached(root) and root.stat().st_mode & _ENTER):
        fix = "Name one outside of your folders, such as /srv/nbgrader/exchange."
        yield Finding(False, f"students cannot get to the exchange {shown_path(root)}", fix)
    elif root.resolve().is_relative_to(directory.resolve()):
        yield Finding(
            False, "the exchange is inside of the course's folder, which students can enter for it", "Move it."
        )
    else:
        yield Finding(True, f"students can get to the exchange {shown_path(root)}")
    course = root / str(config.CourseDirectory.get("course_id", ""))
    rules = (("inbound", _READ, "see who handed in to"), ("outbound", stat.S_IWOTH, "change what is in"))
    for name, forbidden, told in rules:
        folder = course / name
        if folder.is_dir():
            is_wrong = bool(folder.stat().st_mode & forbidden)
            what = f"students can{'' if is_wrong else 'not'} {told} {shown_path(folder)}"
            yield Finding(not is_wrong, what, f"chmod o-{'r' if forbidden == _READ else 'w'} {shown_path(folder)}")


def _installation(root: Path) -> Finding:
    """Whether this is an installation that students may be given."""
    if Path(__file__).resolve().is_relative_to(root.resolve()):
        what = f"this installation runs from {shown_path(root)}, beside the solutions: it is yours, and not students'"
        return Finding(not is_open(root / "solutions"), what, "They install the folder checker/ of a kit.")
    return Finding(True, "this installation has no solutions beside it")


def _kept(root: Path, directory: Path) -> Iterator[Finding]:
    """What a copy must have for a classroom to be put up again from it."""
    seed = root / SEED_FILE
    if not seed.exists() and SEED_VARIABLE not in os.environ:
        is_graded = (directory / "gradebook.db").exists()
        fix = "Put it back from a copy: without it, other hidden cases are made, and scores may move."
        yield Finding(not is_graded, f"there is no {shown_path(seed)}; the first grading makes it", fix)
    places = [seed, default_store(root), *(directory / name for name in ("gradebook.db", "release", "source", BASE))]
    there = [shown_path(place) for place in places if place.exists()]
    yield Finding(True, f"keep copies of: {', '.join(there)}")
