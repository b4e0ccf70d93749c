"""Lay a class's answers out as JPlag and Dolos want them: Python files, beside them what students were given."""

import csv
import io
import os
import shlex
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.answer.parse import parse
from grader.answer.recover import recovered
from grader.exports.table import safe
from grader.kit.outline import Lesson
from grader.model import CourseError
from grader.model.files import write_whole
from grader.model.words import unlike
from grader.similar.read import Class, Handed

_BASE, _TEMPLATE = "base-code", "template"
_COLUMNS = ("filename", "full_name", "created_at", "ignored")


def hand_over(tool: str, found: Class, directory: Path) -> str:
    """Write the answers for a tool.

    Args:
        tool: ``jplag`` or ``dolos``.
        found: The answers.
        directory: A new or empty folder.

    Returns:
        The command that compares them.

    Raises:
        CourseError: where something is in the folder, or it cannot be written.
    """
    if directory.is_dir() and any(directory.iterdir()):
        raise CourseError(f"{directory} is not empty.", "Name a new folder: nothing is written over.", usage=True)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _for_jplag(found, directory) if tool == "jplag" else _for_dolos(found, directory)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}.", "Name another folder.", usage=True) from None


def _for_jplag(found: Class, directory: Path) -> str:
    """A folder for each student, and one for what all were given, side by side."""
    base, *folders = unlike([_BASE, *(student.name for student in found.students)])
    for lesson in found.lessons:
        _write(directory / base / f"{lesson.slug}.py", lesson.stub)
        for handed, text in _texts(found, lesson):
            _write(directory / folders[handed.student] / f"{lesson.slug}.py", text)
    return shlex.join(["java", "-jar", "jplag.jar", "-l", "python3", "-bc", str(directory / base), str(directory)])


def _for_dolos(found: Class, directory: Path) -> str:
    """A zip archive for each exercise, in which a table says whose each file is."""
    template, *stems = unlike([_TEMPLATE, *(student.name for student in found.students)], ".py")
    paths = []
    for lesson in found.lessons:
        rows = [(template, "", "", "true")]
        files = {template: lesson.stub}
        for handed, text in _texts(found, lesson):
            student = found.students[handed.student]
            files[stems[handed.student]] = text
            rows.append((stems[handed.student], safe(student.name), _when(found.place_of(handed)), ""))
        if len(rows) > 2:
            paths.append(directory / f"{lesson.assignment}-{lesson.name}.zip")
            write_whole(paths[-1], _archive({"info.csv": _table(rows), **files}), private=True)
    return "\n".join(shlex.join(["dolos", "run", "-l", "python", "-f", "web", str(path)]) for path in paths)


def _texts(found: Class, lesson: Lesson) -> Iterator[tuple[Handed, str]]:
    """The answers to an exercise in which there is something, as files of Python that both tools can parse."""
    for handed in found.read(lesson):
        if handed.pieces:
            sources = [cell.source for cell in handed.answer.cells]
            yield handed, "\n\n".join(recovered(text) if isinstance(parse(text), tuple) else text for text in sources)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, text, private=True)


def _table(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *rows])
    return text.getvalue()


def _when(path: Path) -> str:
    """When a file was changed last, as Dolos draws it; nothing where nobody knows."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(os.stat(path).st_mtime))
    except OSError:
        return ""


def _archive(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()
