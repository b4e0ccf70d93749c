"""The first page, which says what this is and how to begin, and the page of the order of learning."""

from html import escape
from pathlib import PurePosixPath

from grader.release.site.notebooks import package
from grader.release.site.page import Page, after_links, dots, hours, lesson_link, static
from grader.release.site.source import SiteCourse, SiteLesson
from grader.release.site.words import Language

FRONT, ORDER = PurePosixPath("index.md"), PurePosixPath("lessons/index.md")
PICTURE = "docs/pictures/check.svg"


def front(course: SiteCourse, language: Language) -> Page:
    """The first page."""
    first = course.lessons[0]
    facts = language(
        "counts",
        exercises=len(course.lessons),
        parts=sum(len(lesson.lesson.symbols) for lesson in course.lessons),
        assignments=len(course.assignments()),
        hours=round(sum(lesson.leg.minutes for lesson in course.lessons) / 60),
    )
    pieces = [
        f"# {course.title(language)}",
        f'<div class="lead" markdown="1">\n\n{language("tagline")}\n\n</div>',
        f'<p class="counts">{escape(facts)}</p>',
        f"## {language('begin')}",
        language("begin_text"),
        f"```console\n$ pip install {package(course)}\n$ course start learn\n```",
        language("begin_then", title=first.title(language), first=first.page.as_posix()),
        language("begin_without") if course.settings.url and course.settings.repository else "",
        _picture(course, language),
        f"## {language('road')}",
        language("road_text"),
        _road(course, language),
        f"[{language('road_all')}]({ORDER.as_posix()})",
    ]
    return Page(
        path=FRONT,
        title=course.title(language),
        text="\n\n".join(piece for piece in pieces if piece) + "\n",
        meta={"description": language("tagline").replace("`", ""), "hide": ["navigation", "toc"], "front": True},
    )


def order(course: SiteCourse, language: Language) -> Page:
    """The page that lists every exercise in the order of learning."""
    rows = "".join(_row(course, lesson, language) for lesson in course.lessons)
    text = f'# {language("order")}\n\n{language("order_text")}\n\n<ol class="order">{rows}</ol>\n'
    return Page(path=ORDER, title=language("order"), text=text, meta={"description": language("order_text")})


def _row(course: SiteCourse, lesson: SiteLesson, language: Language) -> str:
    leg = lesson.leg
    after = after_links(course, ORDER, leg, language)
    said = [
        escape(course.assignment_title(lesson.lesson.assignment, language)),
        dots(leg, language),
        escape(language("short_minutes", minutes=leg.minutes)) if leg.minutes else "",
        after,
    ]
    parts = " ".join(f"<code>{escape(symbol)}</code>" for symbol in lesson.lesson.symbols)
    facts = "".join(f"<li>{item}</li>" for item in said if item)
    return f'<li>{lesson_link(ORDER, lesson, language)}<ul class="facts">{facts}</ul><p>{parts}</p></li>'


def _road(course: SiteCourse, language: Language) -> str:
    """The assignments, each with its exercises, how long it takes and how hard it gets."""
    items = []
    for name, lessons in course.assignments().items():
        minutes = sum(lesson.leg.minutes for lesson in lessons)
        hardest = max((lesson.leg for lesson in lessons), key=lambda leg: leg.difficulty)
        facts = " ".join(filter(None, (dots(hardest, language), hours(minutes, language) if minutes else "")))
        links = language("between").join(lesson_link(FRONT, lesson, language) for lesson in lessons)
        items.append(
            f'<li><strong>{escape(course.assignment_title(name, language))}</strong><span class="facts">{facts}</span>'
            f"<p>{links}</p></li>"
        )
    return f'<ol class="road">{"".join(items)}</ol>'


def _picture(course: SiteCourse, language: Language) -> str:
    """What a terminal shows of a wrong answer, where the course has a picture of that."""
    if not (course.root / PICTURE).is_file():
        return ""
    source = f"{static(FRONT, language)}{PICTURE}"
    caption = escape(language("picture_caption"))
    return (
        f'<figure class="terminal"><img src="{source}" alt="{escape(language("picture_alt"))}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )
