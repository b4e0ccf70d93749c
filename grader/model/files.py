"""Write a file whole or not at all: a run that is cut off leaves what was there before."""

import contextlib
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

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
