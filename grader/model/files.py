"""Write a file whole or not at all: a run that is cut off leaves what was there before. Read one without waiting."""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

_WITHOUT_WAITING = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")

UNFINISHED = ".unfinished-"
"""Prefix of the name of a file that is still being written."""


def write_whole(path: Path, content: str | bytes | Iterable[str], *, private: bool = False) -> None:
    """Put a file in place once all of it is written.

    Args:
        path: The file. What it links to is replaced where it is a link, and a pipe or a device is written to as it is.
        content: What it is to hold, at once or in pieces; text is written as UTF-8, its line ends as they are.
        private: Whether nobody else may read it; otherwise a file that is there keeps its mode.

    Raises:
        OSError: where it cannot be written.
    """
    pieces = [content] if isinstance(content, str | bytes) else content
    before = path.stat().st_mode if path.exists() else None
    if before is not None and not stat.S_ISREG(before):
        # By the name given: what /dev/stdout links to has no path where it is a pipe.
        _fill(path, "wb", pieces, 0o666)
        return
    target = Path(os.path.realpath(path))
    unfinished = target.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
    try:
        _fill(unfinished, "xb", pieces, 0o600 if private else 0o666)
        if before is not None and not private:
            unfinished.chmod(stat.S_IMODE(before))
        unfinished.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def _fill(path: Path, how: str, pieces: Iterable[str | bytes], mode: int) -> None:
    with open(path, how, opener=lambda name, flags: os.open(name, flags, mode)) as file:
        file.writelines(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


class NotOrdinary(Exception):
    """Something that is no ordinary file, or is too large; its text goes on after the file's name: "is a directory"."""


def read_ordinary(path: Path, limit: int, root: Path | None = None) -> bytes:
    """The bytes of an ordinary file; nothing else is even opened, so that no pipe or device holds up who reads.

    Args:
        path: The file, or a link to one.
        limit: The most bytes that it may have.
        root: The folder that it must really be in; without one it may be anywhere.

    Raises:
        NotOrdinary: for a directory, a pipe, a device, a link to outside the root, and what is too large.
        OSError: where it is not there, or cannot be read.
    """
    with open_ordinary(path, root) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise NotOrdinary(f"is too large: more than {limit // 2**20} MB")
    return data


def open_ordinary(path: Path, root: Path | None = None) -> BinaryIO:
    """An ordinary file, open for reading; see `read_ordinary`."""
    real = os.path.realpath(path)
    if root is not None and not Path(real).is_relative_to(os.path.realpath(root)):
        raise NotOrdinary("is a link to something outside the submission")
    _check_kind(os.lstat(real).st_mode)
    # Between the look and the opening the file may be swapped: never follow, never wait, and look again.
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in _WITHOUT_WAITING)
    stream = open(os.open(real, flags), "rb")  # noqa: SIM115 - the caller closes it
    try:
        _check_kind(os.fstat(stream.fileno()).st_mode)
    except NotOrdinary:
        stream.close()
        raise
    return stream


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise NotOrdinary("is a directory, not a file")
    if not stat.S_ISREG(mode):
        raise NotOrdinary("is not an ordinary file")
