"""The wording of verdicts, misconceptions and foreign text, for every renderer."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from grader.model import CriterionReport, FindingKind, PartReport, Verdict
from grader.model.language import translated


@dataclass(frozen=True, slots=True)
class Look:
    """The look of a verdict: never colour alone."""

    word: str
    symbol: str
    ascii: str
    """The symbol where the terminal is not Unicode."""
    style: str
    """A rich style."""

    @property
    def said(self) -> str:
        """The word in the language in which things are shown."""
        return translated(self.word, kind="verdict")


LOOKS: dict[Verdict, Look] = {
    Verdict.ACCEPTED: Look("accepted", "✓", "+", "green"),
    Verdict.WRONG: Look("wrong", "✗", "x", "red"),
    Verdict.RAISED: Look("raised an exception", "✗", "x", "red"),
    Verdict.TIME_LIMIT: Look("took too long", "✗", "x", "red"),
    Verdict.MEMORY_LIMIT: Look("used too much memory", "✗", "x", "red"),
    Verdict.OUTPUT_LIMIT: Look("printed too much", "✗", "x", "red"),
    Verdict.CRASHED: Look("crashed", "✗", "x", "red"),
    Verdict.OFF_LIMITS: Look("off limits", "⊘", "!", "magenta"),
    Verdict.SKIPPED: Look("skipped", "–", "-", "dim"),
    Verdict.NOT_ATTEMPTED: Look("not attempted", "·", ".", "dim"),
    Verdict.JUDGE_ERROR: Look("ungraded", "?", "?", "bold yellow"),
}

_NOT_PYTHON = Look("not Python yet", "✗", "x", "red")
_NOT_READ = Look("cannot be read", "✗", "x", "red")
_NOT_DEFINED = Look("not defined", "✗", "x", "red")


def look(item: CriterionReport | PartReport) -> Look:
    """The look of a verdict: of an answer of which nothing has run, its word does not say that it raised something."""
    failed: CriterionReport | PartReport | None = item
    if isinstance(item, PartReport):
        bad = (one for one in item.criteria if one.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED))
        failed = next(bad, None)
    if item.verdict is not Verdict.RAISED or not isinstance(failed, CriterionReport):
        return LOOKS[item.verdict]
    if failed.kind is FindingKind.NOT_DEFINED:
        return _NOT_DEFINED
    # What ran and raised has a kind; where what is known is kept from the reader, there is no message either.
    if not is_unread(failed):
        return LOOKS[item.verdict]
    return _NOT_PYTHON if failed.line is not None else _NOT_READ


def is_unread(item: CriterionReport) -> bool:
    """Whether the answer could not be read: it is not Python (at the criterion's line), or not even text."""
    has_run = item.kind is not None or item.counterexample is not None
    return item.verdict is Verdict.RAISED and not has_run and bool(item.message)


def is_known_by_text(item: CriterionReport) -> bool:
    """Whether nothing of the part has run: the answer could not be read, or does not define it."""
    return is_unread(item) or item.kind is FindingKind.NOT_DEFINED


_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~])", re.DOTALL)

_AS_WRITTEN = re.compile("(ReLU|LeNet|AlexNet|ResNet|DenseNet|GoogLeNet|BatchNorm|LayerNorm|GroupNorm|NiN)")
"""Names in which a capital does not begin a word."""
_BETWEEN_WORDS = re.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""Names that Windows keeps for devices."""


_ODD = re.compile(r"[^\n -~]")


def clean(text: str) -> str:
    """Foreign text without anything that could control a terminal or mislead a reader.

    Escape sequences, control and invisible formatting characters go; line ends and tabs become plain ones; halves of
    surrogate pairs, which no encoding can print, become a replacement mark.
    """
    text = _ESCAPES.sub("", text.replace("\r\n", "\n").replace("\t", "    "))
    return _ODD.sub(_seen, text)


def _seen(match: re.Match[str]) -> str:
    character = match[0]
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category in ("Cc", "Cf") else " " if category in ("Zl", "Zp") else character


def one_line(text: str) -> str:
    """Foreign text, cleaned, on one line."""
    return " ".join(clean(text).split())


def in_words(name: str, part: str = "") -> str:
    """The name of a misconception as words: ``BiasedVariance`` and ``biased_variance`` are "biased variance".

    Args:
        name: As the course has it.
        part: The part it is about: where several parts share a mistake, its name ends in ``InPart``.
    """
    name = name.replace("_", " ").removesuffix(f"In{part}" if part else "")
    words: list[str] = []
    for piece in _AS_WRITTEN.split(name):
        if _AS_WRITTEN.fullmatch(piece):
            words.append(piece)
        else:
            words += [word if word.isupper() and len(word) > 1 else word.lower()
                      for word in _BETWEEN_WORDS.sub(" ", piece).split()]  # fmt: skip
    return " ".join(words)


def mistake_in_words(name: str, part: str, exercise: str) -> str:
    """The name of a misconception as a reader sees it, in their language (see `in_words`)."""
    return translated(in_words(name, part), exercise, "misconception")


def lead(text: str) -> str:
    """A text that begins a sentence, in the reader's language, with the space that is to follow it."""
    return spaced(translated(text))


def spaced(said: str) -> str:
    """A text with the space that is to follow it, where its last mark has no room of its own."""
    return said if said.endswith(("：", "。")) else f"{said} "


def points(value: float) -> str:
    """A score without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def subscript(index: tuple[int, ...] | None) -> str:
    """An index as Python writes it: ``[0, 2]``; empty for None."""
    return "" if index is None else "[" + ", ".join(map(str, index)) + "]"


def unlike(names: Iterable[str], suffix: str = "") -> list[str]:
    """A file name for each name: plain ASCII, no two the same on any file system, whatever the names hold.

    A name that is a file name already keeps it, whoever else is there.
    """
    names = list(names)
    stems = [_stem(name) for name in names]
    own = {stem: index for index, stem in reversed([*enumerate(stems)]) if names[index].casefold() == stem}
    taken = set(own)
    unique = []
    for index, stem in enumerate(stems):
        name, number = stem, 1
        while name in taken and own.get(name) != index:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        unique.append(f"{name}{suffix}")
    return unique


def _stem(name: str) -> str:
    plain = unicodedata.normalize("NFKD", clean(name)).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60] or "student"
    return f"student-{stem}" if stem in _RESERVED else stem
