"""A page before it is rendered, and pieces of HTML that several kinds of pages show."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import PurePosixPath
from typing import Any

from grader.course.road import HARDEST, Leg
from grader.release.site.source import SiteCourse, SiteLesson
from grader.release.site.words import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A page of the site in one language."""

    path: PurePosixPath
    """Its source, ending in ``.md``, below the language's folder."""
    title: str
    text: str
    """In Markdown."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    """What the templates ask for: a description, the pages before and after, what it hides."""
    spoken: Language | None = None
    """The language of its text, where that is another one than of the pages around it."""

    def source(self, language: Language) -> str:
        """The file that is rendered."""
        head = {"title": self.title, **self.meta}
        # JSON is YAML.
        lines = [
            "---",
            *(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in head.items()),
            "---",
            "",
        ]
        text = self.text
        if self.spoken is not None:
            note = f'<p class="note">{escape(language("untranslated"))}</p>\n\n' if language("untranslated") else ""
            text = f'{note}<div lang="{self.spoken.tag}" markdown="1">\n\n{text}\n\n</div>\n'
        return "\n".join(lines) + text


def way(start: PurePosixPath, end: PurePosixPath | str) -> str:
    """The way from one source to another, both below the same folder."""
    return "../" * (len(start.parts) - 1) + str(end)


def static(page: PurePosixPath, language: Language) -> str:
    """The way from a page's source to what all languages share, with a slash at the end."""
    return "../" * (len(page.parts) - 1 + language.folder.count("/"))


def dots(leg: Leg, language: Language) -> str:
    """How hard an exercise is, to see and in words; nothing where nobody has said."""
    if not leg.difficulty:
        return ""
    said = escape(language("difficulty_of", value=leg.difficulty, most=HARDEST))
    full, rest = "●" * leg.difficulty, "○" * (HARDEST - leg.difficulty)
    return f'<span class="dots" role="img" aria-label="{said}" title="{said}">{full}{rest}</span>'


def hours(minutes: int, language: Language) -> str:
    """How long something takes, in minutes below an hour and a half and in hours above."""
    if minutes < 90:
        return language("short_minutes", minutes=minutes)
    return language("hours", hours=f"{round(minutes / 30) / 2:g}")


def lesson_link(page: PurePosixPath, lesson: SiteLesson, language: Language) -> str:
    """A link to a lesson, in HTML."""
    return f'<a href="{way(page, lesson.page)}">{escape(lesson.title(language))}</a>'


def after_links(course: SiteCourse, page: PurePosixPath, leg: Leg, language: Language) -> str:
    """What an exercise comes after, with links, in HTML; nothing where that is nothing."""
    before = [(slug, course.by_slug(slug)) for slug in leg.after]
    links = [lesson_link(page, found, language) if found else escape(slug) for slug, found in before]
    return language("after", exercises=language("between").join(links)) if links else ""
