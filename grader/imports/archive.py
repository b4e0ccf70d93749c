"""What lies in an archive or an unpacked folder that strangers made: looked at, and never unpacked as it asks to be.

Names are only names here: nothing is written where an archive says. Links, devices, encrypted and oversized files are
told and left out; so are names that lead out of the archive.
"""

import contextlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from grader.answer.text import MAX_NOTEBOOK
from grader.model import CourseError
from grader.model.files import NotOrdinary, open_ordinary
from grader.model.names import printable, shown_path

MOST_BYTES = MAX_NOTEBOOK
"""What a single file may have, unpacked: a larger notebook is not graded either."""
MOST_ENTRIES = 50_000
_UTF_8 = 0x800
_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError)
"""What reading a damaged archive, or one of an unknown method, may raise."""
_JUNK = ("__MACOSX", "__pycache__", ".ipynb_checkpoints", ".git", ".DS_Store", "Thumbs.db", "desktop.ini")


class Refused(Exception):
    """An entry is not taken in; its text goes on after the entry's name: "is a link"."""


class Content(Protocol):
    """Where the bytes of an entry come from."""

    def open(self) -> BinaryIO:
        """A stream of the bytes."""
        ...


@dataclass(frozen=True)
class Entry:
    """A file of an archive."""

    parts: tuple[str, ...]
    """Its path; no part is empty, ``.`` or ``..``."""
    size: int
    when: datetime | None
    """When it was last changed, by a clock of which nothing is known."""
    content: Content = field(compare=False)
    order: int = 0
    """Which of several the system took in later: the larger number."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """Its path in a form that can be printed."""
        return printable("/".join(self.parts))

    def read(self, most: int = MOST_BYTES) -> bytes:
        """Its bytes.

        Raises:
            Refused: where there are more, or it cannot be read.
        """
        try:
            with self.content.open() as stream:
                data = stream.read(most + 1)
        except NotOrdinary as error:
            raise Refused(str(error)) from None
        except _BROKEN as error:
            raise Refused(f"cannot be unpacked ({type(error).__name__}: {error})") from None
        if len(data) > most:
            raise Refused(f"is too large: more than {most // 2**20} MB")
        return data


@dataclass(frozen=True)
class _Packed:
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    def open(self) -> BinaryIO:
        return self.archive.open(self.info)  # type: ignore[return-value]


@dataclass(frozen=True)
class _Lying:
    path: Path
    root: Path

    def open(self) -> BinaryIO:
        return open_ordinary(self.path, self.root)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tuple[list[Entry], list[str]]]:
    """The files of a zip archive, or of the folder that it was unpacked to, and a line for each that is not taken in.

    Raises:
        CourseError: where there is neither.
    """
    with contextlib.ExitStack() as stack:
        try:
            if path.is_dir():
                found = _walked(path)
            else:
                stream = stack.enter_context(open_ordinary(path))
                found = listed(stack.enter_context(zipfile.ZipFile(stream)))
        except FileNotFoundError:
            raise CourseError(f"There is nothing at {shown_path(path)}.", "Check the path.", usage=True) from None
        except (NotOrdinary, *_BROKEN) as error:
            raise CourseError(
                f"{shown_path(path)} is no zip archive: {error}.", "Give it as downloaded, or unpacked.", usage=True
            ) from None
        yield found


def inside(entry: Entry, most: int = MOST_BYTES) -> tuple[list[Entry], list[str]]:
    """The files of a zip archive that is a file of another, and a line for each that is not taken in.

    Raises:
        Refused: where it is no such archive, or a larger one.
    """
    try:
        return listed(zipfile.ZipFile(io.BytesIO(entry.read(most))))
    except _BROKEN as error:
        raise Refused(f"is no zip archive that can be unpacked ({error})") from None


def listed(archive: zipfile.ZipFile) -> tuple[list[Entry], list[str]]:
    """The files of an open archive, and a line for each that is not taken in."""
    entries: list[Entry] = []
    refused: list[str] = []
    infos = archive.infolist()
    if len(infos) > MOST_ENTRIES:
        return [], [f"it holds {len(infos)} files, and {MOST_ENTRIES} are the most"]
    for info in infos:
        name = _name(info)
        if name.endswith("/") or is_junk(name.split("/")):
            continue
        try:
            _check(info)
            entries.append(Entry(_parts(name), info.file_size, _moment(info), _Packed(archive, info)))
        except Refused as error:
            refused.append(f"{printable(name)} {error}")
    return entries, refused


def is_junk(parts: Sequence[str]) -> bool:
    """Whether a path is what systems and editors leave behind, and nobody hands in."""
    return any(part in _JUNK for part in parts) or parts[-1].startswith("._")


def _name(info: zipfile.ZipInfo) -> str:
    """The name of an entry: UTF-8 where it is that, whatever the archive says; cp437, as the format has it, elsewhere.

    Canvas's archives and those of macOS hold UTF-8 without the mark that says so.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF_8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _parts(name: str) -> tuple[str, ...]:
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    leads_out = ".." in parts or name.startswith("/") or (len(name) > 1 and name[1] == ":")
    if leads_out or not parts or "\0" in name:
        raise Refused("has a name that leads out of the archive")
    return parts


def _check(info: zipfile.ZipInfo) -> None:
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise Refused("is a link")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise Refused("is not an ordinary file")
    if info.flag_bits & _ENCRYPTED:
        raise Refused("is encrypted")
    if info.file_size > MOST_BYTES:
        raise Refused(f"is too large: more than {MOST_BYTES // 2**20} MB")


def _moment(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None


def _walked(root: Path) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    refused: list[str] = []
    for folder, folders, files in os.walk(root):
        inside = Path(folder).relative_to(root).parts
        for name in sorted((*folders, *files)):
            path, parts = Path(folder) / name, (*inside, name)
            status = path.lstat()
            if is_junk(parts) or stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                why = "is a link" if stat.S_ISLNK(status.st_mode) else "is not an ordinary file"
                refused.append(f"{printable('/'.join(parts))} {why}")
            elif len(entries) < MOST_ENTRIES:
                when = datetime.fromtimestamp(status.st_mtime)
                entries.append(Entry(parts, status.st_size, when, _Lying(path, root)))
        folders.sort()
    return entries, refused
