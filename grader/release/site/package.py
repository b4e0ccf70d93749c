"""The course as pip installs it from its own site: the checker, and beside it what students receive, as a kit.

So `course start` and ``%check`` find the course wherever they are called, as they do where the whole kit was installed.
"""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from grader.release.checker import CHECKER, bundle, with_data
from grader.release.site.source import SiteCourse

_FOLDER = "torch_course_kit"
"""Where `grader.course.paths` looks for the course that came with an installation."""
_KEPT = (".toml", ".py", ".ipynb", ".zip", ".svg", ".md")
_AT_THE_TOP = ("course.toml", "road.toml", "README.md")
_EPOCH = (1980, 1, 1, 0, 0, 0)


def package(course: SiteCourse) -> bytes:
    """The zip file; the same course gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(_files(course)):
            info = zipfile.ZipInfo(name.as_posix(), _EPOCH)
            # Records are compressed already.
            info.compress_type = zipfile.ZIP_STORED if name.suffix == ".zip" else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()


def _files(course: SiteCourse) -> Iterator[tuple[PurePosixPath, bytes]]:
    for name, content in bundle():
        inside = name.relative_to(CHECKER)
        yield inside, with_data(content, _FOLDER, _KEPT) if inside.name == "pyproject.toml" else content
    names = {lesson.lesson.assignment for lesson in course.lessons}
    for path in sorted(course.released.rglob("*")):
        inside = PurePosixPath(path.relative_to(course.released).as_posix())
        is_ours = inside.name in _AT_THE_TOP if len(inside.parts) == 1 else inside.parts[0] in names
        if path.is_file() and path.suffix in _KEPT and is_ours and "__pycache__" not in inside.parts:
            yield _FOLDER / inside, path.read_bytes()
