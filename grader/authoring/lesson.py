"""Hold a lesson to the template: its sections and their order, what each must have, and how long it may be.

A course asks for it in its ``course.toml`` (`grader.course.settings.Settings.template`).
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from grader.authoring.lesson_code import code_holes
from grader.course.declared import DeclaredExercise
from grader.model import Hole, HoleKind

SECTIONS = (
    "What fails without it",
    "A worked example",
    "The backward pass",
    "Pitfalls",
    "Bad arguments",
    "How it is checked",
    "Out of scope",
    "Questions",
    "Extensions",
    "History and further reading",
)
"""The sections that every lesson has, in this order. The derivation stands under headings of its own choice, after the
first; others may follow up to "Pitfalls". A heading may go on after these words."""

DRAFT = "<!-- draft -->"
"""A lesson that is still to be written has this in it, as the scaffold's does."""

WORDS = range(800, 1501)
"""How many words a lesson has, as `words` counts them."""

LINE = re.compile(r"^\*Difficulty: (\d) of 5 · about (\d+) minutes · after: ([^*\n]+)\*$", re.MULTILINE)
"""The line of difficulty (1 to 5), minutes, and the exercises to do before, with commas between, or "nothing"."""

_AMERICAN = re.compile(
    r"\w*(?:normaliz|initializ|regulariz|organiz|optimiz(?!er)|vectoriz|behavior|color|neighbor|learnt|\bcenter)\w*",
    re.I,
)
_LEAST_ALT_WORDS = 12


def holes(exercise: DeclaredExercise, *, quick: bool = False) -> list[Hole]:
    """Where an exercise's lesson departs from the template, or from what ``road.toml`` beside it declares.

    Args:
        exercise: The exercise.
        quick: Whether to accept a draft as it is, so that the rest of a new exercise can be proved first.
    """
    handout, exercises = exercise.tagged_handout, exercise.folder.parent.parent
    if quick and DRAFT in handout:
        return []
    found = [*departures(handout, exercises), *_about_road(handout, exercise.folder / "road.toml")]
    return [Hole(kind=HoleKind.LESSON, text=text) for text in found]


def departures(handout: str, exercises: Path | None = None) -> Iterator[str]:
    """Where a lesson departs from the template, a sentence each.

    Args:
        handout: The lesson as its author wrote it.
        exercises: The folder in which to look for the exercises that it names as its prerequisites.
    """
    parts = re.split(r"^## (.*)\n", _without_code(handout), flags=re.MULTILINE)
    opening, titles = parts[0], parts[1::2]
    text = {_fixed(title): body for title, body in zip(titles, parts[2::2], strict=True)}
    yield from _about_order(titles)
    yield from _about_opening(opening, exercises)
    yield from _about_sections(text, handout)
    figures = re.findall(r"!\[([^\]]*)\]|<img[^>]*\balt=\"([^\"]*)\"", handout)
    if not figures:
        yield "the lesson has no figure"
    for first, second in figures:
        alt = " ".join((first or second).split())
        if len(alt.split()) < _LEAST_ALT_WORDS:
            yield f"the alt text {alt!r} does not stand alone: it has fewer than {_LEAST_ALT_WORDS} words"
    if (count := words(handout)) not in WORDS:
        yield f"the lesson has {count} words; {WORDS.start} to {WORDS.stop - 1} are asked for"
    yield from code_holes(handout)
    if DRAFT in handout:
        yield f"the lesson is a draft: it has {DRAFT}"
    if american := sorted(set(_AMERICAN.findall(_prose(handout, titles_of_works=False)))):
        yield f"the course is written in British English: {', '.join(american)}"


def words(handout: str) -> int:
    """How many words a lesson has, without its code, formulas, alt texts, tags, and the list of bad arguments."""
    return len(re.findall(r"[^\W_]+(?:['’._-][^\W_]+)*", _prose(handout)))


def _about_order(titles: list[str]) -> Iterator[str]:
    fixed = [name for name in map(_fixed, titles) if name in SECTIONS]
    missing = [name for name in SECTIONS if name not in fixed]
    yield from (f"the lesson has no section {name!r}" for name in missing)
    if sorted(fixed, key=SECTIONS.index) != fixed or len(set(fixed)) != len(fixed):
        yield f"the lesson's sections are in another order than {', '.join(SECTIONS)}"
    if missing:
        return
    names = [_fixed(title) for title in titles]
    own = [place for place, name in enumerate(names) if name not in SECTIONS]
    if not any(names.index(SECTIONS[0]) < place < names.index(SECTIONS[1]) for place in own):
        yield f"the lesson has no section between {SECTIONS[0]!r} and {SECTIONS[1]!r}: the derivation"
    for place in own:
        if not 0 < place < names.index("Pitfalls"):
            yield f"the lesson's section {titles[place]!r} belongs before 'Pitfalls', and after {SECTIONS[0]!r}"


def _about_opening(opening: str, exercises: Path | None) -> Iterator[str]:
    for words_ in ("**You will be able to**", "**You need**"):
        if not re.search(rf"^{re.escape(words_)}", opening, re.MULTILINE):
            yield f"no paragraph before the lesson's first section begins with {words_}"
    line = LINE.search(opening)
    if line is None:
        yield "the lesson has no line *Difficulty: D of 5 · about N minutes · after: exercise, exercise*"
        return
    if not 1 <= int(line[1]) <= 5:
        yield f"the lesson's difficulty is {line[1]}; 1 to 5 are known"
    for slug in line[3].split(", ") if line[3] != "nothing" else ():
        if exercises and not (exercises / slug / "exercise.py").is_file():
            yield f"the lesson comes after {slug!r}, which is no exercise"


def _about_road(handout: str, road: Path) -> Iterator[str]:
    if not road.is_file():
        return
    leg = tomllib.loads(road.read_text(encoding="utf-8"))
    after = ", ".join(leg.get("after", ())) or "nothing"
    line = f"*Difficulty: {leg.get('difficulty')} of 5 · about {leg.get('minutes')} minutes · after: {after}*"
    if line not in handout:
        yield f"the lesson's line is not what {road.name} declares: {line}"


def _about_sections(text: dict[str, str], handout: str) -> Iterator[str]:
    for name in SECTIONS[:2]:
        section = re.search(rf"^## {re.escape(name)}\b.*?(?=^## |\Z)", handout, re.MULTILINE | re.DOTALL)
        if section and not re.search(r"^```python\n(?:.*\n)*?\s*assert ", section[0], re.MULTILINE):
            yield f"the section {name!r} has no Python that asserts something"
    if "<details>" not in text.get("Pitfalls", "<details>"):
        yield "the pitfalls are not folded: <details><summary>…</summary>, a blank line, the list, </details>"
    questions = len(re.findall(r"<details><summary>.+?</summary>\s*\S", text.get("Questions", ""), re.DOTALL))
    if "Questions" in text and not 4 <= questions <= 6:
        yield f"the lesson has {questions} questions with folded answers; 4 to 6 are asked for"
    extensions = len(re.findall(r"^- ", text.get("Extensions", ""), re.MULTILINE))
    if "Extensions" in text and not 2 <= extensions <= 3:
        yield f"the lesson has {extensions} extensions; 2 or 3 are asked for"
    reading = text.get("History and further reading")
    if reading is not None:
        yield from _about_reading(reading)


def _about_reading(text: str) -> Iterator[str]:
    links = re.findall(r"\]\((https?://[^)]+)\)", text)
    torchs = ("https://docs.pytorch.org/", "https://github.com/pytorch/pytorch/blob/")
    for what, where in zip(("documentation", "source"), torchs, strict=True):
        if not any(link.startswith(where) for link in links):
            yield f"the further reading has no link to torch's {what} ({where}…)"
    if all(link.startswith(torchs) for link in links):
        yield "the further reading has no link to an original paper"


def _fixed(title: str) -> str:
    """The name of the template that a heading begins with, or the heading."""
    return next((name for name in SECTIONS if re.match(rf"{re.escape(name)}\b", title)), title)


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def _prose(handout: str, *, titles_of_works: bool = True) -> str:
    """What a reader reads as text; without titles in italics, whose spelling is their own, if those are not wanted."""
    text = re.sub(r"^## Bad arguments$.*?(?=^## |\Z)", "", _without_code(handout), flags=re.MULTILINE | re.DOTALL)
    for gone in (r"<!--.*?-->", r"!\[.*?\]\(.*?\)", r"(?<=\])\([^)]*\)", r"\$\$.*?\$\$", r"</?[a-z]+[^<>]*>"):
        text = re.sub(gone, " ", text, flags=re.DOTALL)
    text = re.sub(r"\$[^$]*\$", "x", text)
    if not titles_of_works:
        text = re.sub(r"`[^`]*`|(?<!\*)\*[^*]+\*(?!\*)", " ", text)
    return text
