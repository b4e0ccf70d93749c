"""What a lesson warns of, and what each warning is about: tags at the ends of its items, which no reader sees.

An item of the list below "Pitfalls" in a ``handout.md`` ends in an HTML comment::

    - A missing state means zeros. <!-- part: LSTM, GRU; criterion: state; argument: bias=False -->
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grader.model import CRITERIA

EXCEPTION = "exception"
"""In place of a criterion: of answers that an exception stops, whichever criterion that fails."""

_TAG = re.compile(r"\s*<!--\s*((?:part|criterion|argument)\s*:.*?)-->", re.DOTALL)
_SECTION = re.compile(r"^## Pitfalls\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (.*?)(?=^- |^\S|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pitfall:
    """A warning, and what it is about."""

    text: str
    """On one line."""
    criteria: tuple[str, ...]
    """The criteria that fail where one has fallen into it."""
    parts: tuple[str, ...] = ()
    """The parts that it is about; none where it is about each."""
    arguments: tuple[str, ...] = ()
    """``name`` or ``name=value``: it is about calls that give one of these only; none where it is about every call."""


def pitfalls(handout: str) -> list[Pitfall]:
    """The tagged items below "Pitfalls", in order.

    Args:
        handout: The lesson as its author wrote it.
    """
    found = []
    for text, tag in _items(handout):
        if said := _said(tag):
            found.append(
                Pitfall(
                    text=text,
                    criteria=said.get("criterion", ()),
                    parts=said.get("part", ()),
                    arguments=said.get("argument", ()),
                )
            )
    return found


def without_tags(handout: str) -> str:
    """The lesson as it is read."""
    return _TAG.sub("", handout)


def mistagged(handout: str, symbols: Collection[str]) -> list[str]:
    """What is wrong with the tags of a lesson, a sentence each.

    Args:
        handout: The lesson as its author wrote it.
        symbols: The exercise's parts.
    """
    wrong = []
    for text, tag in _items(handout):
        said, short = _said(tag), f'"{text[:60]}"'
        if not said:
            wrong.append(f"the pitfall {short} has no tag: <!-- part: …; criterion: … -->")
            continue
        if not said.get("criterion"):
            wrong.append(f"the tag of the pitfall {short} names no criterion")
        known = {"part": symbols, "criterion": (*CRITERIA, EXCEPTION)}
        for key, names in said.items():
            if key not in (*known, "argument"):
                wrong.append(f"the tag of the pitfall {short} says {key!r}, which is none of part, criterion, argument")
            wrong += [
                f"the tag of the pitfall {short} names the {key} {name!r}, which there is not"
                for name in names
                if key in known and name not in known[key]
            ]
        spoken_of = {symbol for symbol in symbols if re.search(rf"\b{re.escape(symbol)}\b", text)}
        if others := sorted({*(said.get("part") or symbols)} - spoken_of if spoken_of else ()):
            wrong.append(
                f"the pitfall {short} is about {', '.join(sorted(spoken_of))}, its tag also {', '.join(others)}"
            )
    return wrong


def _items(handout: str) -> Iterator[tuple[str, str]]:
    """The text and the tag of each item."""
    section = _SECTION.search(handout)
    for item in _ITEM.findall(section[1]) if section else ():
        yield " ".join(without_tags(item).split()), "; ".join(_TAG.findall(item))


def _said(tag: str) -> dict[str, tuple[str, ...]]:
    """What a tag says, by key."""
    said: dict[str, tuple[str, ...]] = {}
    for clause in filter(None, map(str.strip, tag.split(";"))):
        key, _, names = clause.partition(":")
        said[key.strip()] = _names(names)
    return said


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))
