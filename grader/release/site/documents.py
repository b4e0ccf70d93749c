"""The course's own documents as pages: its README, and what lies in ``docs/``."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from grader.release.site.page import Page, static
from grader.release.site.source import SiteCourse
from grader.release.site.text import first_words, joined, prepared, title_of, with_images, with_links
from grader.release.site.words import CHINESE, ENGLISH, LANGUAGES, Language

_TOP = ("README", "CONTRIBUTING")
_TRANSLATED = re.compile(r"(?P<stem>.+)\.zh(?:-CN)?$")
PICTURES = "docs/pictures"


def documents(root: Path) -> Mapping[PurePosixPath, Mapping[str, Path]]:
    """The pages of a course's documents: each with its files, by language.

    A document in another language than English that translates none is a page of both.
    """
    found: dict[PurePosixPath, dict[str, Path]] = {}
    paths = [path for name in _TOP for path in sorted(root.glob(f"{name}*.md"))]
    for path in [*paths, *sorted((root / "docs").glob("*.md"))]:
        translated = _TRANSLATED.match(path.stem)
        stem = translated["stem"] if translated else path.stem
        page = PurePosixPath("docs") / f"{stem.lower()}.md"
        found.setdefault(page, {})[CHINESE.code if translated else ENGLISH.code] = path
    return found


def document_pages(course: SiteCourse, language: Language) -> Iterator[Page]:
    """The pages, in the order of `documents`."""
    pages = documents(course.root)
    known = {file.relative_to(course.root).as_posix(): page for page, files in pages.items() for file in files.values()}
    for page, files in pages.items():
        code = language.code if language.code in files else min(files)
        text = files[code].read_text(encoding="utf-8")
        folder = files[code].parent.relative_to(course.root).as_posix()
        ready = prepared(text) if code == ENGLISH.code else joined(prepared(text))
        ready = with_links(ready, partial(_led, course, known, folder))
        yield Page(
            path=page,
            title=title_of(text) or page.stem,
            text=with_images(ready, partial(_image, folder, static(page, language))),
            meta={"description": first_words(text)},
            spoken=None if code == language.code else next(each for each in LANGUAGES if each.code == code),
        )


def _led(course: SiteCourse, known: Mapping[str, PurePosixPath], folder: str, target: str) -> str | None:
    """Where a link of a document leads on its page; None where the site has nothing there."""
    path, mark, anchor = target.partition("#")
    if "://" in target or target.startswith("mailto:") or not path:
        return target
    place = posixpath.normpath(posixpath.join(folder, path))
    if place in known:
        return f"{known[place].name}{mark}{anchor}"
    if course.settings.repository:
        kind = "tree" if (course.root / place).is_dir() else "blob"
        return f"https://github.com/{course.settings.repository}/{kind}/main/{place}{mark}{anchor}"
    return None


def _image(folder: str, here: str, alt: str, target: str) -> str:
    if "://" in target:
        return f"[{alt}]({target})"
    return f"![{alt}]({here}{posixpath.normpath(posixpath.join(folder, target))})"
