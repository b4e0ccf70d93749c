"""Say a text in another language: by its own entry, else by templates, whose places are said in turn.

A message is made of pieces: "It fails only with `bias=False` and an input of 3 dimensions: in all 12 such cases." So
the catalogue is a grammar. An entry with places (``{0}``) is a rule of its kind; what its translation has in a place is
kept as it is (``{0}``), or said by the rules of a kind (``{0:condition}``). Rules that fix more letters go first; one
fits only where all that is to be said in its places can be said; else the next is tried.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from grader.model.language.catalogue import TEMPLATE, Catalogue, Entry, read

SENTENCE = "sentence"
"""What a place says that holds whole sentences, whose entries have no kind."""
PAGE = "page"
"""The kind of what is said with `grader.model.language.phrase`."""
_ENGINE = Path(__file__).parent
_PLACE = re.compile(r"\{(\d+)(?::([\w-]+))?\}")
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?:])\s+(?=[A-Z`“]|output\[)|\n+")
_SEVERAL = re.compile(r"[.!?] +(?=[A-Z`“]|output\[)|\n")
"""What a place that is kept does not hold: it would swallow the next sentence."""
_FOREIGN, _NAME = "exception", "name"
"""The kinds of what others have written, where a place holds anything, and of names, where it holds no space."""
OPEN = frozenset(
    ("along", "asked", "bad", "family", "fine", "hint", "listed", "misconception", "stage", "taught", "title")
)
"""Kinds of an exercise's own texts: one that no catalogue knows is kept, if nothing else fits."""
_RESIZED = frozenset(("bad",))
"""Kinds in which a hidden suite writes other sizes than the exercise."""
_NUMBER = re.compile(r"\d+")
_KNOWN, _OWN, _ANY = range(3)
"""How a text is said: all of it known; or with an exercise's own texts left as they are; or with any place left so."""
_TRIES = 2000
"""Ways of cutting a text to fit one rule, of which no more are tried."""
_TELLING = 10
"""Letters that a rule fixes which may leave English in its places; one of less would fit by chance."""
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_FULL = re.compile("[\u3000-\u303f\uff00-\uffef“”‘’…—]")
"""Punctuation that is as wide as a character."""
_WIDE = re.compile(f"{_HAN.pattern}|{_FULL.pattern}")
_OPENS, _CLOSES = re.compile(r"[\w`$(\[{√+'\"-]", re.ASCII), re.compile(r"[\w`$)\]}%'\"]", re.ASCII)
"""What Latin text begins and ends with, where a space goes between it and Chinese."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """An entry with places."""

    pieces: Sequence[str]
    """What stands before, between and after the places."""
    said: Sequence[str | tuple[int, str]]
    """The translation: text, and places, each with its kind (none: as it is)."""

    @classmethod
    def of(cls, entry: Entry) -> "_Rule":
        pieces, order, end = [], [], 0
        for place in _PLACE.finditer(entry.text):
            pieces.append(entry.text[end : place.start()])
            order.append(int(place[1]))
            end = place.end()
        pieces.append(entry.text[end:])
        rank = {number: index for index, number in enumerate(order)}
        said: list[str | tuple[int, str]] = []
        end = 0
        for place in _PLACE.finditer(entry.said):
            said += [entry.said[end : place.start()], (rank[int(place[1])], place[2] or "")]
            end = place.end()
        return cls(pieces, [*said, entry.said[end:]])

    @property
    def letters(self) -> int:
        """How much of a text it fixes."""
        return sum(map(len, self.pieces))

    def cuts(self, text: str) -> Iterator[Sequence[str]]:
        """What a text may have in the places; nothing where the rule does not fit it."""
        first, *rest = self.pieces
        if text.startswith(first) and text.endswith(rest[-1]) and all(piece in text for piece in rest):
            yield from _cuts(text, len(first), rest)


def _cuts(text: str, at: int, pieces: Sequence[str]) -> Iterator[tuple[str, ...]]:
    piece, rest = pieces[0], pieces[1:]
    if not rest:
        end = len(text) - len(piece)
        if end >= at:
            yield (text[at:end],)
        return
    where = text.find(piece, at)
    while where >= 0:
        for more in _cuts(text, where + len(piece), rest):
            yield (text[at:where], *more)
        where = text.find(piece, where + 1) if where < len(text) else -1


@dataclass(frozen=True, slots=True)
class Speech:
    """Says texts by catalogues, the first that knows a text deciding."""

    exact: Mapping[tuple[str, str], str]
    rules: Mapping[str, Sequence[_Rule]]
    """By kind, those that fix most first."""
    templates: Mapping[str, _Rule] = field(default_factory=dict)
    """The rules of what pages say, by their text; they are looked up by it and fit nothing else."""
    sized: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The texts whose numbers may be others, by kind and by what is left without their numbers."""
    _memory: dict[tuple[str, str, int], str | None] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, catalogues: Sequence[Catalogue]) -> "Speech":
        """The speech of some catalogues, the most particular first."""
        exact: dict[tuple[str, str], str] = {}
        rules: dict[str, list[_Rule]] = {}
        templates: dict[str, _Rule] = {}
        for catalogue in catalogues:
            for key, entry in catalogue.shown.items():
                if TEMPLATE in entry.flags and _PLACE.search(entry.text):
                    if entry.kind == PAGE:
                        templates[entry.text] = _Rule.of(entry)
                    else:
                        rules.setdefault(entry.kind, []).append(_Rule.of(entry))
                else:
                    exact.setdefault(key, entry.said)
        order = {kind: sorted(made, key=lambda rule: -rule.letters) for kind, made in rules.items()}
        sized = {(kind, _NUMBER.sub("", text)): text for kind, text in exact if kind in _RESIZED}
        return cls(exact, order, templates, sized)

    def said(self, text: str, kind: str = "") -> str:
        """The text in the other language, as far as the catalogues know it.

        What no rule fits is said sentence by sentence, and at last with what cannot be said left in English.
        """
        kind = "" if kind == SENTENCE else kind
        body = text.strip()
        found = next(filter(None, (self._at(body, kind, level) for level in (_KNOWN, _OWN, _ANY))), body)
        start = text.index(body)
        return text[:start] + found + text[start + len(body) :]

    def filled(self, template: str, values: Sequence[str]) -> str:
        """What a page says, its places filled; in English where there is no such entry."""
        text = template.strip()
        rule = self.templates.get(text)
        said = self._filled(rule, values, PAGE, _ANY) if rule is not None else self.exact.get((PAGE, text))
        if said is None:
            return template.format(*values)
        return joined([template[: len(template) - len(template.lstrip())], said])

    def _at(self, text: str, kind: str, level: int) -> str | None:
        """The text as a whole, or else sentence by sentence."""
        found = self._by_rules(text, kind, level)
        return self._by_sentences(text, level) if found is None and not kind else found

    def _by_rules(self, text: str, kind: str, level: int) -> str | None:
        """The text said as a whole; None where it cannot be."""
        key = (kind, text, level)
        if key not in self._memory:
            known = self._known(text, kind)
            if known is None and level >= _OWN and kind in OPEN and not _SEVERAL.search(text):
                known = next(self._fitting(text, kind, level), text)
            self._memory[key] = known if known is not None else next(self._fitting(text, kind, level), None)
        return self._memory[key]

    def _known(self, text: str, kind: str) -> str | None:
        for spelling in _spellings(text):
            found = self.exact.get((kind, spelling)) or self._resized(spelling, kind)
            if found is not None:
                return found
        return None

    def _resized(self, text: str, kind: str) -> str | None:
        """What is said of other sizes, with those of the text."""
        known = self.sized.get((kind, _NUMBER.sub("", text)))
        if known is None:
            return None
        pairs = set(zip(_NUMBER.findall(known), _NUMBER.findall(text), strict=True))
        sizes = dict(pairs)
        # Where one number has become two, which of them is meant cannot be told.
        return (
            _NUMBER.sub(lambda it: sizes.get(it[0], it[0]), self.exact[kind, known])
            if len(sizes) == len(pairs)
            else None
        )

    def _fitting(self, text: str, kind: str, level: int) -> Iterator[str]:
        for rule in self.rules.get(kind, ()):
            if level == _ANY and rule.letters < _TELLING:
                break
            for spelling in _spellings(text):
                for number, contents in enumerate(rule.cuts(spelling)):
                    if number > _TRIES:
                        break
                    said = self._filled(rule, contents, kind, level)
                    if said is not None:
                        yield said

    def _filled(self, rule: _Rule, contents: Sequence[str], within: str, level: int) -> str | None:
        pieces: list[str] = []
        for piece in rule.said:
            if isinstance(piece, str):
                pieces.append(piece)
                continue
            said = self._placed(contents[piece[0]], piece[1], within, level)
            if said is None:
                return None
            pieces.append(said)
        return joined(pieces)

    def _placed(self, content: str, kind: str, within: str, level: int) -> str | None:
        """What stands in a place; None where the rule does not fit for what would."""
        if not kind:
            is_too_much = _SEVERAL.search(content) or (within == _NAME and " " in content)
            return None if is_too_much and level < _ANY and within != _FOREIGN else content
        if not content:
            return content
        if level == _ANY:
            return self.said(content.strip(), kind)
        return self._at(content.strip(), "" if kind == SENTENCE else kind, level)

    def _by_sentences(self, text: str, level: int) -> str | None:
        """The text sentence by sentence; where any place may be left, so may whole sentences."""
        cuts = [*_BETWEEN_SENTENCES.finditer(text)]
        if not cuts:
            return text if level == _ANY else None
        ends = [0, *(cut.end() for cut in cuts)]
        sentences = [text[begin : cut.start()] for begin, cut in zip(ends, cuts, strict=False)] + [text[ends[-1] :]]
        levels = range(level + 1)
        found = [next(filter(None, (self._by_rules(each, "", at) for at in levels)), None) for each in sentences]
        if level < _ANY and not all(found):
            return None
        pieces: list[str] = []
        for sentence, said, gap in zip(sentences, found, [*(cut[0] for cut in cuts), ""], strict=True):
            pieces += [said or sentence, gap]
        return joined(pieces)


def _spellings(text: str) -> tuple[str, ...]:
    """A text as it is, and with its first letter in the other case: within a sentence it is another one."""
    other = text[:1].swapcase() + text[1:]
    return (text,) if other == text else (text, other)


def joined(pieces: Sequence[str]) -> str:
    """Pieces put together with the spaces of Chinese: between its characters none, and one beside Latin ones."""
    whole = ""
    for piece in filter(None, pieces):
        before, after = whole.rstrip(" "), piece.lstrip(" ")
        if not before or not after:
            whole += piece
        elif _is_spaced(before[-1], after[0]):
            whole = f"{before} {after}"
        elif _is_close(before[-1], after[0]):
            whole = before + after
        else:
            whole += piece
    return whole


def _is_spaced(before: str, after: str) -> bool:
    """Whether a space stands between a Chinese character and a Latin one."""
    return bool((_HAN.match(before) and _OPENS.match(after)) or (_CLOSES.match(before) and _HAN.match(after)))


def _is_close(before: str, after: str) -> bool:
    """Whether nothing stands between two characters: both are wide, or one is punctuation that has its own room."""
    return bool((_WIDE.match(before) and _WIDE.match(after)) or _FULL.match(before) or _FULL.match(after))


@lru_cache(maxsize=2)
def engines(language: str) -> Catalogue:
    """The catalogue of the engine's own texts."""
    return read(_ENGINE / f"{language}.po")


_spoken: dict[tuple[str, str], tuple[object, Speech]] = {}


def speech(language: str, exercise: str, source: Callable[[str], Catalogue] | None) -> Speech:
    """How an exercise is spoken of.

    Args:
        language: The language.
        exercise: Its slug; nothing for what is about none.
        source: Reads its catalogue, if it has one.
    """
    key = (language, exercise)
    if key not in _spoken or _spoken[key][0] is not source:
        own = [source(language)] if source is not None else []
        _spoken[key] = (source, Speech.of([*own, engines(language)]))
    return _spoken[key][1]
