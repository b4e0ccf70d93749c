"""Make the site of a course: pages in every language, downloads, and what pip installs."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from grader.course.settings import read_settings
from grader.model import CourseError
from grader.model.files import write_whole
from grader.release.site import documents, drawings, front, generate, notebooks
from grader.release.site.formulas import formulas, mathml
from grader.release.site.generate import ASSETS, Nav
from grader.release.site.lessons import lesson_pages
from grader.release.site.package import package
from grader.release.site.page import Page
from grader.release.site.reference import Sections, reference_pages
from grader.release.site.source import SiteCourse, read_source
from grader.release.site.text import prose
from grader.release.site.words import Language

_MARK = ".course-site"
"""An empty file by which a folder is known as one that may be replaced."""
_AS_THEY_ARE = ".nojekyll"
"""Tells GitHub Pages to publish files as they are."""


def build_site(root: Path, directory: Path, sections: Sections, only: Sequence[str] = ()) -> int:
    """Make the site of a course in a folder, in place of one that was made there before.

    Args:
        root: The course.
        directory: Where to: a folder that is new, empty, or holds a site.
        sections: The commands that its reference describes.
        only: Parts, exercises or assignments; without any, all.

    Returns:
        How many pages it has.

    Raises:
        CourseError: where nothing of the course was released, it is sealed, a page cannot be made, or the folder holds
            other things or cannot be written.
    """
    generate.check()
    if directory.is_dir() and any(directory.iterdir()) and not (directory / _MARK).is_file():
        raise CourseError(
            f"{directory} holds files that are no site of a course.", "Name a new or an empty folder.", usage=True
        )
    if read_settings(root).is_sealed:
        raise CourseError(
            f"{root} is a sealed course: it holds the hidden cases, and a site holds what students receive.",
            "Name the course itself with `course --root DIR …`.",
        )
    course = read_source(root, only)
    with tempfile.TemporaryDirectory(prefix="course-site-") as folder:
        made, count = Path(folder) / "made", 0
        for language in course.languages:
            pages = [
                front.front(course, language),
                front.order(course, language),
                *lesson_pages(course, language),
                *reference_pages(course, sections, language),
                *documents.document_pages(course, language),
            ]
            _check_formulas(pages)
            sources = Path(folder) / language.code / "pages"
            _write_sources(pages, language, sources)
            pages_made = generate.generate(course, language, _nav(course, pages, language), sources)
            shutil.copytree(pages_made, made / language.folder, dirs_exist_ok=True)
            count += len(pages)
        for name, content in _downloads(course):
            write_into(made / name, content)
        try:
            _put_in_place(made, directory)
        except OSError as error:
            raise CourseError(f"{directory} cannot be written: {error}.", "Name another directory.") from None
    return count


def _check_formulas(pages: Sequence[Page]) -> None:
    """Convert every formula once here, where one that cannot be is told with its page."""
    for page in pages:
        for piece in prose(page.text):
            for formula, block in formulas(piece):
                try:
                    mathml(formula, block)
                except CourseError as error:
                    raise CourseError(f"{page.path}: {error.what}", error.fix) from None


def _write_sources(pages: Sequence[Page], language: Language, sources: Path) -> None:
    for page in pages:
        write_into(sources / page.path, page.source(language).encode())
    for path in sorted((ASSETS / "course").iterdir()):
        write_into(sources / "assets" / "course" / path.name, path.read_bytes())
    for path in sorted(ASSETS.with_name("figures").glob("*")):
        if path.is_file():
            write_into(sources / "assets" / "figures" / path.name, path.read_bytes())


def _nav(course: SiteCourse, pages: Sequence[Page], language: Language) -> Nav:
    titles = {page.path: page.title for page in pages}
    lessons: list[tuple[str, str | Nav]] = [(language("order"), front.ORDER.as_posix())]
    for name, inside in course.assignments().items():
        rows = [(lesson.title(language), lesson.page.as_posix()) for lesson in inside]
        lessons.append((course.assignment_title(name, language), rows))

    def below(folder: str) -> list[tuple[str, str | Nav]]:
        return [(title, path.as_posix()) for path, title in titles.items() if path.parts[0] == folder]

    nav: list[tuple[str, str | Nav]] = [
        (language("start"), front.FRONT.as_posix()),
        (language("lessons"), lessons),
        (language("reference"), below("reference")),
    ]
    if texts := below("docs"):
        nav.append((language("documents"), texts))
    return nav


def _downloads(course: SiteCourse) -> Iterator[tuple[PurePosixPath, bytes]]:
    """What pages lead to beside pages."""
    for lesson in course.lessons:
        files = PurePosixPath("files") / lesson.slug
        yield files.with_name(f"{files.name}.py"), lesson.lesson.stub.encode()
        for figure, svg in drawings.files(lesson).items():
            yield PurePosixPath("lessons") / lesson.lesson.assignment / figure, svg.encode()
        for language in course.languages if lesson.lesson.notebook else ():
            if lesson.speaks(language):
                name = notebooks.notebook_name(lesson, language)
                yield PurePosixPath(name), notebooks.notebook(course, lesson, language).encode()
    yield PurePosixPath(notebooks.PACKAGE), package(course)
    for path in sorted((course.root / documents.PICTURES).glob("*")):
        yield PurePosixPath(path.relative_to(course.root).as_posix()), path.read_bytes()
    yield PurePosixPath(_MARK), b""
    yield PurePosixPath(_AS_THEY_ARE), b""


def write_into(path: Path, content: bytes) -> None:
    """Write a file, and the folders that it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)


def _put_in_place(made: Path, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for path in directory.iterdir():
        # A site may be a checkout of the branch that publishes it.
        if path.name == ".git":
            continue
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(made, directory, dirs_exist_ok=True)
