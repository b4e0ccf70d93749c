"""A lesson's notebook by itself: its first cell brings the checker, and its figures come along."""

import base64
import json
from typing import Any

from grader.model.extras import KIT
from grader.release.site.source import SiteCourse, SiteLesson
from grader.release.site.text import joined, with_images, without_comments
from grader.release.site.words import CHINESE, Language

PACKAGE = "files/course.zip"
"""What pip installs of the site: the checker, and the course as a kit."""
_FOR_CLASSES = ("nbgrader", "deletable", "editable")

_FIRST_CELL = """\
# {comment}
from importlib.util import find_spec

if find_spec("grader") is None:
    %pip install --quiet {package}
%load_ext grader.magic"""


def notebook_name(lesson: SiteLesson, language: Language) -> str:
    """Where a lesson's notebook is below the site's folder: the translated one, where the lesson is translated."""
    folder = language.folder if lesson.speaks(language) else ""
    return f"{folder}files/{lesson.slug}.ipynb"


def colab(course: SiteCourse, notebook: str) -> str:
    """The address under which Colab opens a notebook of the site; empty where the site is published nowhere."""
    settings = course.settings
    if not (settings.url and settings.repository):
        return ""
    return f"https://colab.research.google.com/github/{settings.repository}/blob/{settings.branch}/{notebook}"


def package(course: SiteCourse) -> str:
    """What pip installs to have the course and its checker: the site's own, where that has an address."""
    return f"{course.settings.url}{PACKAGE}" if course.settings.url else KIT


def notebook(course: SiteCourse, lesson: SiteLesson, language: Language) -> str:
    """The text of the ``.ipynb`` file."""
    document = json.loads(lesson.lesson.notebook)
    cells: list[dict[str, Any]] = document["cells"]
    for cell in cells:
        for name in _FOR_CLASSES:
            cell["metadata"].pop(name, None)
        if cell["id"] == f"{lesson.lesson.name}-checks":
            comment = language("first_cell")
            cell["source"] = _FIRST_CELL.format(comment=comment, package=package(course)).splitlines(keepends=True)
        elif cell["id"] == f"{lesson.lesson.name}-lesson":
            cell["source"] = _lesson(lesson, language).splitlines(keepends=True)
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _lesson(lesson: SiteLesson, language: Language) -> str:
    """The lesson, with its figures inside: a notebook that was downloaded has no folder of figures beside it."""
    text = without_comments(lesson.text(language)).strip()
    if lesson.speaks(language) and language is CHINESE:
        text = joined(text)

    def image(alt: str, target: str) -> str:
        path = lesson.lesson.stub_path.parent / target
        if not path.is_file():
            return f"![{alt}]({target})"
        coded = base64.b64encode(path.read_bytes()).decode()
        return f"![{alt}](data:image/svg+xml;base64,{coded})"

    return f"{with_images(text, image)}\n\n{language('everywhere')}"
