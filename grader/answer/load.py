"""Find a student's answers and have them read as text, cut into cells; never imported and never run."""

import errno
import hashlib
import itertools
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from grader.answer.confined import TooMuch, ask
from grader.answer.text import MAX_CODE, MAX_NOTEBOOK, TOO_MUCH, Contents, Unreadable
from grader.answer.text import Answer as Answer
from grader.answer.text import Cell as Cell
from grader.model import CourseError, codec
from grader.model.files import NotOrdinary, open_ordinary
from grader.model.names import printable, shown_path

ExerciseKey = tuple[str, str]
"""Assignment and exercise: ``("normalization", "batchnorm")``."""

_SUFFIXES = (".py", ".ipynb")
_MOST_FILES = 2_000
"""Files and folders of a submission that are looked at in search of misplaced answers."""
_SAME_TIME_SECONDS = 2.0


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
    for path in _files_below(student_dir):
        if path.suffix.lower() in _SUFFIXES and path.stem.casefold() in expected:
            moved_to[path.relative_to(student_dir).as_posix()] = expected[path.stem.casefold()] + path.suffix.lower()
    return moved_to


def _files_below(root: Path) -> Iterator[Path]:
    """The files of a submission, three folders deep and not of folders that hide; not all where there are too many."""
    left = _MOST_FILES
    pending = [(root, 0)]
    while pending and left > 0:
        folder, depth = pending.pop()
        try:
            with os.scandir(folder) as entries:
                some = sorted(itertools.islice(entries, left), key=lambda entry: entry.name)
        except OSError:
            continue
        left -= len(some)
        yield from (folder / entry.name for entry in some if not entry.is_dir(follow_symlinks=False))
        if depth < 3:
            folders = [entry.name for entry in some if entry.is_dir(follow_symlinks=False)]
            pending += [(folder / name, depth + 1) for name in reversed(folders) if name[0] not in "._"]


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
        defined = _defined(path, {symbol for key in fitting for symbol in exercises[key]})
        counts = {key: len(defined.intersection(exercises[key])) for key in fitting}
        most = max(counts.values(), default=0)
        fitting = [key for key, count in counts.items() if count == most and most]
    return fitting[0] if len(fitting) == 1 else None


def _defined(path: Path, symbols: Collection[str]) -> set[str]:
    """Those of some symbols that the text of a file seems to define."""
    answer = _load(path, path.parent, path.name)
    try:
        return set(ask({"do": "defined", "answer": answer, "symbols": sorted(symbols)})) if answer.cells else set()
    except TooMuch:
        return set()


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
    return without_text(wanted + ".py", f"{wanted}.py was not handed in.", missing=True)


def load_file(student_dir: Path, path: str) -> Answer:
    """Read the answer that one file below a student's directory holds, whatever is beside it."""
    if not os.path.lexists(student_dir / path):
        return without_text(path, f"{path} was not handed in.", missing=True)
    return _load(student_dir / path, student_dir, path)


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


def without_text(path: str, problem: str, *, digest: str = "", missing: bool = False) -> Answer:
    """An answer of which no text could be had; without a digest of its bytes it is known by what kept it from that."""
    digest = digest or hashlib.sha256(problem.encode(errors="replace")).hexdigest()
    return Answer(path, Path(path).stem, (), digest, problem, missing)


def _load(file: Path, root: Path, path: str) -> Answer:
    """Read one file that exists."""
    try:
        with open_inside(file, root) as stream:
            found = _contents(stream, notebook=file.suffix.lower() == ".ipynb")
    except FileNotFoundError:
        return without_text(path, f"{path} was not handed in.", missing=True)
    except Unreadable as error:
        return without_text(path, f"{path} {error}.")
    except OSError as error:
        return without_text(path, f"{path} cannot be read ({os.strerror(error.errno or errno.EIO)}).")
    if found.problem:
        return without_text(path, f"{path} {found.problem}.", digest=found.digest, missing=found.missing)
    return Answer(path, Path(path).stem, found.cells, found.digest)


def _contents(stream: BinaryIO, *, notebook: bool) -> Contents:
    # One byte more than there may be shows that there is more.
    most = (MAX_NOTEBOOK if notebook else MAX_CODE) + 1
    try:
        return codec.made(Contents, ask({"do": "contents", "notebook": notebook}, stream, most))
    except TooMuch:
        stream.seek(0)
        return Contents(_digest(stream), problem=TOO_MUCH)


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(2**20):
        digest.update(piece)
    return digest.hexdigest()


def open_inside(file: Path, root: Path) -> BinaryIO:
    """Open a regular file below the root; nothing else is even opened.

    Raises:
        Unreadable: where it is anything else.
        OSError: where the system refuses.
    """
    try:
        return open_ordinary(file, root)
    except NotOrdinary as error:
        raise Unreadable(str(error)) from None
