"""A lesson's page: the lesson, its figures, and what one takes along to write the answer."""

import re
from collections.abc import Iterator
from html import escape

from grader.release.site import drawings
from grader.release.site.notebooks import colab, notebook_name
from grader.release.site.page import Page, after_links, dots, static, way
from grader.release.site.source import SiteCourse, SiteLesson
from grader.release.site.text import first_words, joined, prepared, with_images
from grader.release.site.words import CHINESE, ENGLISH, Language

_FACTS = re.compile(r"^\*(?:Difficulty: |难度：)[^*\n]*\*[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"\A\s*# .*\n")


def lesson_pages(course: SiteCourse, language: Language) -> Iterator[Page]:
    """The lessons in the order of learning, each with the ones before and after it."""
    for place, lesson in enumerate(course.lessons):
        around = {"previous": place - 1, "next": place + 1}
        meta: dict[str, object] = {
            name: {"title": course.lessons[index].title(language), "path": course.lessons[index].page.as_posix()}
            for name, index in around.items()
            if 0 <= index < len(course.lessons)
        }
        meta["description"] = first_words(lesson.text(language))
        if lesson.lab:
            meta["lab"] = True
        yield Page(
            path=lesson.page,
            title=lesson.title(language),
            text=_text(course, lesson, language),
            meta=meta,
            spoken=None if lesson.speaks(language) else ENGLISH,
        )


def _text(course: SiteCourse, lesson: SiteLesson, language: Language) -> str:
    body = _FACTS.sub("", _HEADING.sub("", prepared(lesson.text(language)).lstrip()))
    if language is CHINESE:
        body = joined(body)
    here = static(lesson.page, language)
    body = with_images(body, lambda alt, target: drawings.shown(lesson, target, alt, here))
    head = f"# {lesson.title(language)}\n\n{_facts(course, lesson, language)}\n\n{_along(course, lesson, language)}"
    return f"{head}\n\n{body.strip()}\n\n{_turn(lesson, language)}\n"


def _facts(course: SiteCourse, lesson: SiteLesson, language: Language) -> str:
    """How hard, how long, after what."""
    leg = lesson.leg
    after = after_links(course, lesson.page, leg, language)
    said = [
        f'<a href="{way(lesson.page, "lessons/index.md")}">'
        f"{escape(course.assignment_title(lesson.lesson.assignment, language))}</a>",
        dots(leg, language),
        escape(language("about_minutes", minutes=leg.minutes)) if leg.minutes else "",
        after or (escape(language("after_nothing")) if leg.minutes else ""),
    ]
    return f'<ul class="facts">{"".join(f"<li>{item}</li>" for item in said if item)}</ul>'


def _along(course: SiteCourse, lesson: SiteLesson, language: Language) -> str:
    """The files, and where the notebook runs without any installation."""
    here = static(lesson.page, language)
    notebook = notebook_name(lesson, language)
    items = [(f"{here}files/{lesson.slug}.py", language("stub"), ".py", True)]
    if lesson.lesson.notebook:
        items.insert(0, (f"{here}{notebook}", language("notebook"), ".ipynb", True))
        if address := colab(course, notebook):
            items.append((address, language("colab"), "", False))
    links = "".join(
        f'<li><a href="{escape(address)}"{" download" if kept else ""}>{escape(name)}'
        f"{f' <small>{kind}</small>' if kind else ''}</a></li>"
        for address, name, kind, kept in items
    )
    return f'<ul class="along" aria-label="{escape(language("downloads"))}">{links}</ul>'


def _turn(lesson: SiteLesson, language: Language) -> str:
    """What to write, and how to have it checked."""
    symbol = lesson.lesson.symbols[0] if lesson.lesson.symbols else lesson.slug
    return "\n".join(
        (
            f"## {language('your_turn')}",
            "",
            language("your_turn_text", path=f"{lesson.slug}.py"),
            "",
            f"```console\n$ course check {symbol}\n$ course hint {symbol}\n```",
            "",
            language("everywhere"),
            "",
            f'<details markdown="1"><summary>{escape(language("the_stub"))}</summary>',
            "",
            f"```python\n{lesson.lesson.stub.strip()}\n```",
            "",
            "</details>",
        )
    )
