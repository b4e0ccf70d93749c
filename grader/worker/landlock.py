"""Landlock: let this process read a list of files and nothing else (Linux 5.13 and later)."""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable, Iterator

from grader.worker.limits import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_IOCTL_DEVICE = 1 << 15
_HIGH_DESCRIPTOR = 32


def _syscall(number: int, *args: object) -> int:
    return int(libc().syscall(ctypes.c_long(number), *args))


def version() -> int:
    """The kernel's Landlock version, 0 where there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return max(0, _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(_VERSION_FLAG)))
    except (OSError, AttributeError):
        return 0


class Ruleset:
    """The files that may be read; made once, entered by every child."""

    def __init__(self, read: Iterable[str], list_only: Iterable[str] = (), write: Iterable[str] = ()) -> None:
        """Collect the rules.

        Args:
            read: Files, and directories with everything below.
            list_only: Directories whose names may be listed, not what the files hold.
            write: Existing files or devices that may be read and written.
        """
        self.version = version()
        # Every right that this kernel knows is handled, so all that is not granted below is denied.
        self._rights = (1 << (13 + (self.version >= 2) + (self.version >= 3))) - 1
        if self.version >= 5:
            self._rights |= _IOCTL_DEVICE
        network, scope = (3 if self.version >= 4 else 0), (3 if self.version >= 6 else 0)
        size = 24 if self.version >= 6 else 16 if self.version >= 4 else 8
        attributes = struct.pack("QQQ", self._rights, network, scope)[:size]
        made = _syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint(0)) if self.version else -1
        if made < 0:
            raise OSError(ctypes.get_errno(), "Landlock is not available")
        self._descriptor = _moved_up(made)
        for path in read:
            self._allow(path, _READ_FILE | _READ_DIR)
        for path in list_only:
            self._allow(path, _READ_DIR)
        for path in write:
            self._allow(path, _READ_FILE | _WRITE_FILE | (_IOCTL_DEVICE & self._rights))

    def _allow(self, path: str, rights: int) -> None:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return
        try:
            if not os.path.isdir(path):
                rights &= ~_READ_DIR
            rule = struct.pack("=Qi", rights, descriptor)
            _syscall(_ADD_RULE, ctypes.c_int(self._descriptor), ctypes.c_int(_PATH_BENEATH), rule, ctypes.c_uint(0))
        finally:
            os.close(descriptor)

    def enter(self) -> bool:
        """Confine this thread and all it starts, for good."""
        return _syscall(_RESTRICT_SELF, ctypes.c_int(self._descriptor), ctypes.c_uint(0)) == 0


def _moved_up(descriptor: int) -> int:
    """The same file under a number that children do not need for their own."""
    import fcntl

    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH_DESCRIPTOR)
    os.close(descriptor)
    return moved


def without(path: str, avoid: Iterable[str]) -> Iterator[str]:
    """Cover what lies below a path, but for the paths to avoid: rules can only add rights, never take one away."""
    return _without(os.path.realpath(path), frozenset(map(os.path.realpath, avoid)))


def _without(path: str, avoid: frozenset[str]) -> Iterator[str]:
    if path in avoid or not os.path.exists(path):
        return
    if not any(item.startswith(path.rstrip("/") + "/") for item in avoid):
        yield path
        return
    with os.scandir(path) as entries:
        inside = [os.path.realpath(entry.path) for entry in entries if not entry.is_symlink()]
    for item in inside:
        yield from _without(item, avoid)
