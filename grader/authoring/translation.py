"""Hold a translated text to the one that it translates: made of its present state, section by section the same but for
the words.

Code, formulas, figures, tags, folded answers, links and tables are those of the original. A course that declares
languages (`grader.course.settings.Settings.languages`) has every lesson in them.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring import translating
from grader.authoring.lesson import DRAFT, SECTIONS
from grader.course.declared import DeclaredExercise
from grader.course.road import HARDEST, Leg
from grader.course.translations import Translation, catalogue_path, handout_path, translation
from grader.model import Hole, HoleKind

_FENCE = re.compile(r"^(```+|~~~+).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
_SOURCE_LINE = re.compile(r"\A<!-- source: ([0-9a-f]{16}) -->\n")
_HAN = re.compile("[\u3400-\u9fff]")
_INLINE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\s)[^$]+?(?<![\\\s])\$", re.DOTALL)
_ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z'’-]*\b[ ,;:]*){8,}")
"""So many words in a row that nobody has translated them."""
_PUNCTUATION = "，。：；？！、）】》」』…”’"
_OPENING = "（【《「『“‘"

_TITLES = {
    "zh": dict(
        zip(
            SECTIONS,
            (
                "没有它会怎样", "一个算例", "反向传播", "常见的坑", "不合法的实参", "如何检查", "不在要求之内",
                "思考题", "延伸练习", "历史与延伸阅读",
            ),
            strict=True,
        )
    )
}  # fmt: skip
"""What the sections of the template are called in each language (docs/glossary.zh.md)."""
_PHRASES = {"zh": {"**You will be able to**": "**学完之后，你能**", "**You need**": "**你需要会**"}}
_OWN_NAMES = {"zh": ("历史与延伸阅读",)}
"""Sections whose titles of papers stay as they are."""


@dataclass(frozen=True, slots=True)
class _Section:
    """A heading and what stands below it, up to the next."""

    level: int
    title: str
    body: str
    code: Sequence[str]

    @property
    def prose(self) -> str:
        """What is below the heading, without blocks of code."""
        return _FENCE.sub("", self.body)

    @property
    def bare(self) -> str:
        """That without code between backticks."""
        return _INLINE.sub(" ", self.prose)


def digest(text: bytes) -> str:
    """What the first line of a translation names of its source."""
    return hashlib.sha256(text).hexdigest()[:16]


def holes(exercise: DeclaredExercise, leg: Leg, languages: Sequence[str], *, quick: bool = False) -> list[Hole]:
    """Where the translations of an exercise depart from it, or are missing although the course asks for them.

    Args:
        exercise: The exercise.
        leg: What is declared of it for those who learn alone.
        languages: Those that the course declares.
        quick: Whether to leave out what its catalogues lack, and a lesson that is a draft, so that the rest of a new
            exercise can be proved first.
    """
    if quick and DRAFT in exercise.tagged_handout:
        return []
    found: list[str] = []
    for language in dict.fromkeys([*languages, *_there(exercise.folder)]):
        said = translation(exercise.folder, language)
        name = handout_path(exercise.folder, language).name
        if said.handout:
            found += [f"{name}: {text}" for text in of_lesson(exercise.folder, said, leg)]
        elif language in languages:
            found.append(f"{name} is missing; course.toml asks for {language}")
        is_wanted = language in languages or bool(said.handout)
        if (
            is_wanted
            and not quick
            and (lacking := translating.faults(said.catalogue, translating.texts(exercise, leg)))
        ):
            catalogue = catalogue_path(exercise.folder, language).name
            found.append(
                f"{catalogue}: {len(lacking)} texts are missing or stale, such as {lacking[0]}; all are listed by "
                f"course translate {language} {exercise.slug} --check"
            )
    return [Hole(kind=HoleKind.LESSON, text=text) for text in found]


def _there(folder: Path) -> Iterator[str]:
    """The languages in which an exercise has something."""
    for path in [*folder.glob("handout.*.md"), *folder.glob("*.po")]:
        yield path.name.split(".")[-2]


def of_lesson(folder: Path, said: Translation, leg: Leg) -> Iterator[str]:
    """Where a translated lesson departs from the English one, or from the words that are fixed; a clause each."""
    source = (folder / "handout.md").read_bytes()
    yield from departures(source, said.handout)
    titles = _TITLES.get(said.language, {})
    english = {section.title: place for place, section in enumerate(_sections(source.decode()))}
    sections = _sections(_SOURCE_LINE.sub("", said.handout))
    for name, title in titles.items():
        place = next((place for heading, place in english.items() if re.match(rf"{re.escape(name)}\b", heading)), None)
        if place is not None and place < len(sections) and not sections[place].title.startswith(title):
            yield f"the section {name!r} is called {title}, not {sections[place].title}"
    for phrase, wanted in _PHRASES.get(said.language, {}).items():
        if phrase in source.decode() and wanted not in said.handout:
            yield f"{phrase} is {wanted}"
    line = difficulty(leg)
    if leg.difficulty and line not in said.handout.replace(", ", "、"):
        yield f"the line of difficulty is {line}"
    for section in sections:
        if section.title not in _OWN_NAMES.get(said.language, ()) and (left := _left_in_english(section)):
            yield f"in {section.title}, this is still English: {left}"


def difficulty(leg: Leg) -> str:
    """The line that says in a Chinese lesson what it takes."""
    after = "、".join(leg.after) or "无"
    return f"*难度：{leg.difficulty} / {HARDEST} · 约 {leg.minutes} 分钟 · 前置：{after}*"


def departures(source: bytes, translated: str) -> Iterator[str]:
    """Where a translation departs from its source in all that is not words; a clause each.

    Args:
        source: The original, as it is in its file.
        translated: The translation, whose first line names the digest of the original that it was made from.
    """
    named = _SOURCE_LINE.match(translated)
    if named is None:
        yield f"its first line is not <!-- source: {digest(source)} -->"
    elif named[1] != digest(source):
        yield f"stale: the English text has changed since (its first line would be <!-- source: {digest(source)} -->)"
    ours, theirs = _sections(source.decode()), _sections(_SOURCE_LINE.sub("", translated))
    levels = [section.level for section in ours], [section.level for section in theirs]
    if levels[0] != levels[1]:
        yield f"the headings are not in step: {_outline(levels[0])} in English, {_outline(levels[1])} here"
        return
    for one, other in zip(ours, theirs, strict=True):
        where = f"in {other.title!r}" if other.title else "before the first heading"
        for what, parts in _PARTS.items():
            wanted, given = parts(one), parts(other)
            if wanted != given:
                yield f"{where}, {what} are not those of the English text: {_apart(wanted, given)}"
        yield from (f"{where}, {text}" for text in _about_words(other))
        yield from (f"{where}, {text}" for text in _about_alt_texts(one, other))


def _sections(text: str) -> list[_Section]:
    """The sections of a text; first what stands before the first heading."""
    hidden = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    headings = [*_HEADING.finditer(hidden)]
    starts = [0, *(match.end() for match in headings)]
    ends = [*(match.start() for match in headings), len(text)]
    names = [(0, ""), *((len(match[1]), match[2].strip()) for match in headings)]
    return [
        _Section(level, title, text[start:end], [match[0] for match in _FENCE.finditer(text[start:end])])
        for (level, title), start, end in zip(names, starts, ends, strict=True)
    ]


def _counted(pattern: str, *, group: int = 0, flags: re.RegexFlag = re.MULTILINE) -> Callable[[_Section], list[str]]:
    """The matches of a pattern in a section's prose, in whichever order words put them."""
    compiled = re.compile(pattern, flags)
    return lambda section: sorted(str(match[group]) for match in compiled.finditer(section.bare))


def _plain(code: str) -> str:
    """Code between backticks as it is shown: a line end in it is a space, in a quotation too."""
    return re.sub(r"\s*\n>?\s*", " ", code)


def _address(link: str) -> str:
    """Where a link leads: a heading's address is made of its words, and a text leads to its own translations."""
    return re.sub(r"\.zh(?:-CN)?\.md$", ".md", re.sub(r"#.*", "#", link))


_PARTS: dict[str, Callable[[_Section], Sequence[str]]] = {
    "the blocks of code": lambda section: section.code,
    "the formulas": lambda section: sorted(match[0] for match in _FORMULA.finditer(section.bare)),
    "the code between backticks": lambda section: sorted(
        {_plain(match[2]) for match in _INLINE.finditer(section.prose)}
    ),
    "the figures": _counted(r"!\[[^\]]*\]\(([^)]+)\)", group=1),
    "the links": lambda section: sorted(map(_address, re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", section.bare))),
    "the folded texts": _counted(r"</?details>|</?summary>"),
    "the comments": lambda section: re.findall(r"<!--.*?-->", section.prose, re.DOTALL),
    "the items of lists": lambda section: (
        ["item"] * len(re.findall(r"^(?:[-*]|[1-9]\d*\.) ", section.prose, re.MULTILINE))
    ),
    "the rows of tables": lambda section: ["row"] * len(re.findall(r"^\|", section.prose, re.MULTILINE)),
}


def _apart(wanted: Sequence[str], given: Sequence[str]) -> str:
    """How two lists differ: what is missing, and what is there besides."""
    ours, theirs = Counter(wanted), Counter(given)
    missing, more = [*(ours - theirs).elements()], [*(theirs - ours).elements()]
    said = [f"missing {_shown(missing)}"] if missing else []
    said += [f"too many {_shown(more)}"] if more else []
    return ", ".join(said) or "in another order"


def _shown(texts: Sequence[str]) -> str:
    short = " ".join(texts[0].split())
    return f"{short[:60]}{'…' if len(short) > 60 else ''}" + (f" and {len(texts) - 1} more" if len(texts) > 1 else "")


def _outline(levels: Sequence[int]) -> str:
    return " ".join(map(str, levels[1:])) or "none"


def _about_words(section: _Section) -> Iterator[str]:
    """What Markdown would not show as it is meant: bold text that does not close, or open, beside a letter."""
    for paragraph in re.split(r"\n\s*\n", section.bare):
        pieces = paragraph.split("**")
        for place in range(1, len(pieces) - 1, 2):
            before, bold, after = pieces[place - 1 : place + 2]
            if bold[-1:] in tuple(_PUNCTUATION) and re.match(r"\w", after):
                yield f"**{bold}** ends in punctuation with a letter behind it, and would not be bold"
            if bold[:1] in tuple(_OPENING) and re.search(r"\w$", before):
                yield f"**{bold}** begins with punctuation after a letter, and would not be bold"


def _about_alt_texts(one: _Section, other: _Section) -> Iterator[str]:
    texts = [re.findall(r"!\[([^\]]*)\]", section.prose) for section in (one, other)]
    for original, text in zip(*texts, strict=False):
        if original.strip() and not _HAN.search(text):
            yield f"the alt text {' '.join(text.split())[:60]!r} is not translated"


def _left_in_english(section: _Section) -> str:
    """Words that are still English, the first of them; nothing where all is translated."""
    text = re.sub(r"<!--.*?-->|\]\([^)]*\)|<[^>]+>|https?://\S+", " ", section.bare, flags=re.DOTALL)
    text = re.sub(r"(?<!\*)\*[^*\n]+\*(?!\*)", " ", _FORMULA.sub(" ", text))
    match = _ENGLISH.search(text)
    return " ".join(match[0].split())[:60] if match else ""
