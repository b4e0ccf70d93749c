"""Folders that a process needs for a while, only its user's; what a killed one left behind goes at the next start.

A folder in use is locked, and the system gives up the lock of a process that is gone, however it ended: no process id,
which may be another's by now or not visible from here, has to be believed. Where the system has no such locks (Windows)
nothing is swept.
"""

import contextlib
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_OURS = re.compile(r"course-\d+-\w{8}")
"""The kit's prefix, the process that made it, for people who look, and what makes the name unique."""
_swept: set[str] = set()


class Scratch:
    """A new empty folder."""

    def __init__(self, parent: str | None = None) -> None:
        """Make it, and remove those of killed processes the first time.

        Args:
            parent: Where; the system's folder for temporary files without one.
        """
        parent = parent or tempfile.gettempdir()
        if parent not in _swept:
            _swept.add(parent)
            sweep(Path(parent))
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=f"course-{os.getpid()}-", dir=parent))
            self._descriptor = _opened(self.path)
            # Before it is locked, or even opened, another process may take it for one that was left behind.
            if self._descriptor is None:
                if self.path.is_dir():
                    return
                continue
            if _is_ours(self.path, self._descriptor):
                return
            os.close(self._descriptor)

    def remove(self) -> None:
        """Remove it with what is in it."""
        descriptor, self._descriptor = self._descriptor, None
        _remove(self.path, descriptor)
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.remove()


def sweep(parent: Path) -> None:
    """Remove what this user's killed processes left in a folder; nothing is said, and no link is followed."""
    if sys.platform == "win32":
        return
    for path in _left(parent):
        descriptor = _opened(path)
        if descriptor is None:
            continue
        with contextlib.suppress(OSError):
            if os.fstat(descriptor).st_uid == os.getuid():
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path, descriptor)
        os.close(descriptor)


def _left(parent: Path) -> list[Path]:
    try:
        with os.scandir(parent) as entries:
            return [Path(entry.path) for entry in entries if _OURS.fullmatch(entry.name)]
    except OSError:
        return []


def _opened(folder: Path) -> int | None:
    """A descriptor of a folder that is no link; None where there is none to be had."""
    if sys.platform == "win32":
        return None
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None


def _is_ours(folder: Path, descriptor: int) -> bool:
    """Lock a folder just made; False where another process has it, or has removed it."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks: nobody else can have it either.
        return True
    try:
        return os.path.samestat(os.lstat(folder), os.fstat(descriptor))
    except OSError:
        return False


def _remove(folder: Path, descriptor: int | None) -> None:
    with contextlib.suppress(OSError):
        os.chmod(folder if descriptor is None else descriptor, 0o700)
    shutil.rmtree(folder, ignore_errors=True)
