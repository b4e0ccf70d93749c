"""What the pages are made of: the released course, the lessons as their authors wrote them, and their translations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.course.road import Leg
from grader.course.translations import EVERYWHERE
from grader.kit.outline import Lesson, read_outline
from grader.model import CourseError
from grader.model.language import translated
from grader.release.site.settings import SiteSettings, read_site_settings
from grader.release.site.text import title_of
from grader.release.site.words import ENGLISH, LANGUAGES, Language

FIGURES = Path(__file__).parent / "figures"
"""The interactive figures: scripts that pages load."""


@dataclass(frozen=True, kw_only=True)
class SiteLesson:
    """A lesson, and what comes with it."""

    lesson: Lesson
    texts: Mapping[str, str]
    """The lesson in Markdown, by language; English always is among them."""
    lab: str = ""
    """The interactive figure around its picture: ``NAME`` or ``NAME:PRESET``; empty where it has none."""

    @property
    def slug(self) -> str:
        """``normalization/batchnorm``."""
        return self.lesson.slug

    @property
    def leg(self) -> Leg:
        """What is declared of it for those who learn alone."""
        return self.lesson.leg

    @property
    def page(self) -> PurePosixPath:
        """Its page, as a Markdown file."""
        return PurePosixPath("lessons") / f"{self.slug}.md"

    def speaks(self, language: Language) -> bool:
        """Whether there is a text in that language."""
        return language.code in self.texts

    def text(self, language: Language) -> str:
        """Its text, in English where there is no translation."""
        return self.texts.get(language.code) or self.texts[ENGLISH.code]

    def title(self, language: Language) -> str:
        """Its title."""
        return title_of(self.text(language)) or self.lesson.name


@dataclass(frozen=True, kw_only=True)
class SiteCourse:
    """A course, as its site shows it."""

    root: Path
    released: Path
    """The folder of what students receive."""
    english_title: str
    lessons: Sequence[SiteLesson]
    """In the order of learning."""
    settings: SiteSettings = field(default_factory=SiteSettings)

    @property
    def languages(self) -> Sequence[Language]:
        """English, and every language into which something is translated."""
        return [
            language
            for language in LANGUAGES
            if language is ENGLISH or any(lesson.speaks(language) for lesson in self.lessons)
        ]

    def title(self, language: Language) -> str:
        """The course's title."""
        return translated(self.english_title, kind="title", into=language.code)

    def assignments(self) -> Mapping[str, Sequence[SiteLesson]]:
        """The lessons of each assignment, in the order in which they are met."""
        found: dict[str, list[SiteLesson]] = {}
        for lesson in self.lessons:
            found.setdefault(lesson.lesson.assignment, []).append(lesson)
        return found

    def assignment_title(self, name: str, language: Language) -> str:
        """What an assignment is called."""
        return translated(name.replace("_", " ").capitalize(), kind="assignment", into=language.code)

    def by_slug(self, slug: str) -> SiteLesson | None:
        """The lesson of that slug, where there is one."""
        return next((lesson for lesson in self.lessons if lesson.slug == slug), None)


def read_source(root: Path, only: Sequence[str] = ()) -> SiteCourse:
    """What the site of a course is made of.

    Args:
        root: The course, or a kit that was released from one.
        only: Parts, exercises or assignments; without any, all.

    Raises:
        CourseError: where nothing of the course was released, or its settings cannot be read.
    """
    outline = read_outline(root)
    wanted = {lesson.slug for name in only for lesson, _ in outline.select(name)}
    return SiteCourse(
        root=root,
        released=root / "assignments" if (root / "assignments").is_dir() else root,
        english_title=outline.title,
        lessons=[_lesson(root, lesson) for lesson in outline.lessons if not only or lesson.slug in wanted],
        settings=read_site_settings(root),
    )


def _lesson(root: Path, lesson: Lesson) -> SiteLesson:
    folder = root / "solutions" / lesson.slug
    # Pages say in their own words what a release adds.
    texts = {ENGLISH.code: EVERYWHERE.sub("\n", lesson.text)}
    for language in LANGUAGES:
        suffix = "" if language is ENGLISH else f".{language.code}"
        path = folder / f"handout{suffix}.md"
        if path.is_file():
            texts[language.code] = path.read_text(encoding="utf-8")
    return SiteLesson(lesson=lesson, texts=texts, lab=_lab(folder))


def _lab(folder: Path) -> str:
    path = folder / "lab.txt"
    if not path.is_file():
        return ""
    name = path.read_text(encoding="utf-8").strip()
    known = {module.stem for module in FIGURES.glob("*.js") if "." not in module.stem} - {"lab", "labs"}
    if name.partition(":")[0] not in known:
        there_are = f"There are: {', '.join(sorted(known))}."
        raise CourseError(f"{path}: there is no interactive figure {name!r}.", there_are)
    return name
