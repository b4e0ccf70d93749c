"""Read a student's answers as text: found, decoded, cut into cells, never imported and never run."""

import errno
import hashlib
import io
import os
import re
import stat
import tokenize
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from grader.answer import cells as notebook_cells
from grader.model import CourseError
from grader.model.names import printable, shown_path

MAX_TEXT = 2**20
"""Bytes that an answer's Python may have."""
MAX_NOTEBOOK = 2**24
"""Bytes that a notebook may have: figures live in its outputs; its code is held to `MAX_TEXT`."""

ExerciseKey = tuple[str, str]
"""Assignment and exercise: ``("normalization", "batchnorm")``."""

_SUFFIXES = (".py", ".ipynb")
_SLOW_CODECS = ("idna", "punycode")
"""Codecs whose decoding takes time in the square of the length."""
_MOST_FILES = 2_000
"""Files of a submission that are looked at in search of misplaced answers."""
_SAME_TIME_SECONDS = 2.0
_EXPORTED_MAGIC = re.compile(r"^([ \t]*)get_ipython\(\)\.\w+\(.*\)[ \t]*$", re.MULTILINE)
"""What a notebook's magic becomes in a ``.py`` exported from it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of an answer that is run as one: a whole file, or a code cell of a notebook."""

    source: str
    line: int = 1
    """Line of the file on which it begins (1 for a notebook's cell)."""
    index: int = 0
    """Its number among the notebook's code cells, from 1; 0 for a file."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer file, as text."""

    path: str
    """Below the student's directory: ``normalization/batchnorm.py``."""
    name: str
    cells: tuple[Cell, ...]
    digest: str
    """SHA-256 of the file's bytes."""
    problem: str = ""
    """Why it cannot be judged, in one sentence."""
    missing: bool = False
    """Whether nothing was handed in."""

    @classmethod
    def from_source(cls, path: str, source: str) -> Self:
        """An answer that is text already, as if it had been read from ``path``."""
        return cls(path, Path(path).stem, (Cell(source),), hashlib.sha256(source.encode()).hexdigest())

    @property
    def lines(self) -> list[str]:
        """The lines that the line numbers of exceptions refer to; a notebook's cells follow one another."""
        return "\n".join(cell.source for cell in self.cells).split("\n")


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student handed in: a directory, or a single answer file."""

    student: str
    path: Path


def find_submission(path: str | Path, assignments: Collection[str] = ()) -> Submission:
    """The submission at a path that the user gave.

    Links are refused where the student may have made them: what they lead to may be somebody else's. Above the
    submission they are the user's own, who may keep a class behind any of them.

    Args:
        path: A student's directory, or one ``.py`` or ``.ipynb`` file.
        assignments: Names of assignments, which are not students: ``ada/normalization/batchnorm.py`` is ada's.

    Raises:
        CourseError: where there is neither, where it is a link, or where it cannot be read.
    """
    path = Path(os.path.abspath(path))
    shown = shown_path(path)
    if not os.path.lexists(path):
        raise CourseError(f"There is nothing at {shown}.", "Check the path.", usage=True)
    _refuse_links(path, assignments)
    if os.path.isdir(path):
        try:
            os.scandir(path).close()
        except OSError as error:
            raise CourseError(
                f"{shown} cannot be read ({error.strerror}).", "Change its permissions.", usage=True
            ) from None
        return Submission(printable(path.name) or shown, path)
    if path.suffix.lower() in _SUFFIXES:
        return Submission(printable(owner_of(path, assignments).name or path.stem), path)
    raise CourseError(
        f"{shown} is not an answer.", "Give a student's directory, or one .py or .ipynb file.", usage=True
    )


def owner_of(file: Path, assignments: Collection[str]) -> Path:
    """The nearest folder around an answer file that is not called like an assignment; the root where all are."""
    return next((folder for folder in file.parents if folder.name not in assignments), Path(file.anchor))


def _refuse_links(path: Path, assignments: Collection[str]) -> None:
    """Refuse a submission which is a link itself, or which a student's own folders lead to by one."""
    owner = path if os.path.isdir(path) else owner_of(path, assignments)
    # A file is the student's own, and so are the assignments' folders around it and the folder around these.
    own = [path] if owner in (path, path.parent) else [path, *path.parents[: path.parents.index(owner) + 1]]
    for place in own:
        if os.path.islink(place):
            raise CourseError(
                f"{shown_path(place)} is a link, so it may lead to somebody else's work.",
                f"If it is the student's own, give what it leads to: {printable(os.path.realpath(place))}",
                usage=True,
            )


def misplaced(student_dir: Path, exercises: Collection[ExerciseKey]) -> dict[str, str]:
    """Files that look like answers but are where none is looked for, each with where it should be.

    Only of exercises of which nothing is in its place; two folders deep, links not followed.
    """
    expected = {
        name.casefold(): f"{assignment}/{name}"
        for assignment, name in exercises
        if not any(
            os.path.lexists(student_dir / (stem + suffix))
            for stem in (f"{assignment}/{name}", name)
            for suffix in _SUFFIXES
        )
    }
    moved_to: dict[str, str] = {}
    looked_at = 0
    for folder, folders, files in os.walk(student_dir):
        below = Path(folder).relative_to(student_dir)
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_"))) if len(below.parts) < 3 else []
        for file in sorted(files):
            looked_at += 1
            path = below / file
            if path.suffix.lower() in _SUFFIXES and path.stem.casefold() in expected:
                moved_to[path.as_posix()] = expected[path.stem.casefold()] + path.suffix.lower()
        if looked_at > _MOST_FILES:
            break
    return moved_to


def find_exercise(path: Path, exercises: Mapping[ExerciseKey, Iterable[str]]) -> ExerciseKey | None:
    """The exercise that a single file answers.

    Its name decides; where exercises share a name, the directories above it do, the nearest first, and then the symbols
    that its text defines.

    Args:
        path: The file.
        exercises: The symbols of every exercise.
    """
    stem = path.stem.casefold()
    fitting = [key for key in exercises if key[1].casefold() == stem] or list(exercises)
    if len(fitting) > 1:
        for parent in path.parents:
            inside = [key for key in fitting if key[0].casefold() == parent.name.casefold()]
            if inside:
                fitting = inside
                break
    if len(fitting) > 1 or stem != fitting[0][1].casefold():
        text = "\n".join(cell.source for cell in _load(path, path.parent, path.name).cells)
        defined = {key: sum(_defines(text, symbol) for symbol in exercises[key]) for key in fitting}
        most = max(defined.values(), default=0)
        fitting = [key for key, count in defined.items() if count == most and most]
    return fitting[0] if len(fitting) == 1 else None


def _defines(text: str, symbol: str) -> bool:
    name = re.escape(symbol)
    return re.search(rf"^(?:(?:async\s+)?def|class)\s+{name}\b|^{name}\s*=[^=]", text, re.MULTILINE) is not None


def load_answer(
    student_dir: Path,
    assignment: str,
    exercise: str,
    symbols: Sequence[str] = (),
    *,
    exercises: Collection[ExerciseKey] = (),
    attempted: Callable[[Answer, str], bool] | None = None,
) -> Answer:
    """Read the answer to one exercise.

    It is ``assignment/exercise.py``, else the notebook of that name, else, where no other exercise of the course has
    that name, a file of that name at the top. Where both a ``.py`` and a notebook are there, the one is read that
    attempts one of the symbols; where both do, the newer, and the ``.py`` where they are of the same time.

    Args:
        student_dir: The student's directory, or the answer file itself.
        assignment: The assignment's name.
        exercise: The exercise's name.
        symbols: The exercise's symbols.
        exercises: All exercises of the course; without them no file at the top is read.
        attempted: `grader.answer.own_work.attempted`, to choose between a ``.py`` and a notebook.

    Returns:
        The answer; what is wrong with the file, if anything, is its ``problem``.
    """
    wanted = f"{assignment}/{exercise}"
    if os.path.lexists(student_dir) and not student_dir.is_dir():
        return _load(student_dir, student_dir.parent, printable(student_dir.name))
    expected = [wanted]
    if exercises and [name.casefold() for _, name in exercises].count(exercise.casefold()) == 1:
        expected.append(exercise)
    for stem in expected:
        answers = [
            _load(student_dir / (stem + suffix), student_dir, stem + suffix)
            for suffix in _SUFFIXES
            if os.path.lexists(student_dir / (stem + suffix))
        ]
        handed_in = [answer for answer in answers if not answer.missing]
        if len(handed_in) == 2 and attempted:
            begun = [answer for answer in handed_in if any(attempted(answer, symbol) for symbol in symbols)]
            handed_in = begun or handed_in
        if len(handed_in) == 2 and _is_newer(student_dir / handed_in[1].path, student_dir / handed_in[0].path):
            return handed_in[1]
        if handed_in:
            return handed_in[0]
        if answers:
            return answers[0]
    return _without_text(wanted + ".py", f"{wanted}.py was not handed in.", missing=True)


def side_by_side(student_dir: Path, assignment: str, exercise: str) -> list[str]:
    """The answers that are there both as a ``.py`` and as a notebook, of which one is read."""
    stems = (f"{assignment}/{exercise}", exercise)
    return [stem for stem in stems if all(os.path.lexists(student_dir / (stem + suffix)) for suffix in _SUFFIXES)]


def _is_newer(path: Path, other: Path) -> bool:
    """Whether a file was saved after another: by more than archives and copies make of two of the same time."""
    try:
        return path.stat().st_mtime > other.stat().st_mtime + _SAME_TIME_SECONDS
    except OSError:
        return False


def _without_text(path: str, problem: str, *, data: bytes = b"", missing: bool = False) -> Answer:
    return Answer(path, Path(path).stem, (), hashlib.sha256(data).hexdigest(), problem, missing)


class _Unreadable(Exception):
    """A file that cannot be an answer, and why."""


def _load(file: Path, root: Path, path: str) -> Answer:
    """Read one file that exists."""
    notebook = file.suffix.lower() == ".ipynb"
    data = b""
    try:
        data = _read(file, root, MAX_NOTEBOOK if notebook else MAX_TEXT)
        if not data.strip():
            return _without_text(path, f"{path} is empty.", data=data, missing=True)
        if notebook:
            cells = tuple(Cell(source, 1, index) for index, source in notebook_cells.code_cells(data))
        else:
            cells = (Cell(notebook_cells.plain_file(_EXPORTED_MAGIC.sub(r"\1pass", _decode(data)))),)
        _check(cells)
    except FileNotFoundError:
        return _without_text(path, f"{path} was not handed in.", missing=True)
    except (_Unreadable, notebook_cells.NotANotebook) as error:
        return _without_text(path, f"{path} {error}.", data=data)
    except OSError as error:
        return _without_text(path, f"{path} cannot be read ({os.strerror(error.errno or errno.EIO)}).")
    if not any(cell.source.strip() for cell in cells):
        return replace(_without_text(path, f"{path} has no code in it.", data=data), missing=True)
    return Answer(path, Path(path).stem, cells, hashlib.sha256(data).hexdigest())


def _read(file: Path, root: Path, limit: int) -> bytes:
    """The bytes of a regular file below the root; nothing else is even opened."""
    real = os.path.realpath(file)
    if not Path(real).is_relative_to(os.path.realpath(root)):
        raise _Unreadable("is a link to something outside the submission")
    _check_kind(os.lstat(real).st_mode)
    # Between the look and the opening the file may be swapped: never follow, never wait, and look again.
    flags = os.O_RDONLY | sum(
        getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY")
    )
    with open(os.open(real, flags), "rb") as stream:
        _check_kind(os.fstat(stream.fileno()).st_mode)
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _Unreadable(f"is too large: more than {limit // 2**20} MB")
    return data


def _check_kind(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise _Unreadable("is a directory, not a file")
    if not stat.S_ISREG(mode):
        raise _Unreadable("is not an ordinary file")


def _decode(data: bytes) -> str:
    """Text as Python reads it: by its byte order mark or coding line, else UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _Unreadable("is saved as UTF-16; save it as UTF-8")
    if b"\0" in data:
        raise _Unreadable("has NUL bytes in it, so it is not a text file")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if encoding.replace("-", "_").lower() in _SLOW_CODECS:
            raise _Unreadable(f"cannot be read as {encoding}; save it as UTF-8")
        text = data.decode(encoding)
    except SyntaxError as error:
        raise _Unreadable(f"cannot be read as text ({error.msg}); save it as UTF-8") from None
    except (UnicodeError, LookupError):
        raise _Unreadable("cannot be read as text in the encoding it declares; save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(cells: tuple[Cell, ...]) -> None:
    """Refuse text that Python would never accept, so that nothing downstream has to."""
    if sum(len(cell.source) for cell in cells) > MAX_TEXT:
        raise _Unreadable(f"is too large: more than {MAX_TEXT // 2**20} MB of code")
    for cell in cells:
        if "\0" in cell.source:
            raise _Unreadable("has NUL characters in its code")
        try:
            cell.source.encode()
        except UnicodeEncodeError:
            raise _Unreadable("has characters in its code that are not valid Unicode") from None
