"""What may come of names that are computed: namespaces that are handed on, and names that are looked up in them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple

from grader.answer.machinery import is_home
from grader.answer.text import Cell


class Use(NamedTuple):
    """A path or an attribute that is used, and where."""

    dotted: str
    cell: Cell
    line: int


@dataclass(slots=True)
class Computed:
    """Gathers what a search has seen, since the names may come before the namespaces or after.

    A namespace that is handed on (as an argument, in a list) may be the thing on which any attribute is taken of which
    the text does not tell what it is. Where the name is computed, too, it may be any text that the code spells.
    """

    handed_on: set[str] = field(default_factory=set)
    """Namespaces that are used as values."""
    looked_into: set[str] = field(default_factory=set)
    """Namespaces in which a name is looked up that cannot be determined."""
    any_name: bool = False
    """Whether such a name is looked up in something that cannot be determined."""
    attributes: dict[str, Use] = field(default_factory=dict)
    """Attributes of what cannot be determined, each with a place."""
    spelt: dict[str, Use] = field(default_factory=dict)
    """Texts and names that the code spells, each with a place."""
    patterns: set[str] = field(default_factory=set)
    """What is known of the names that are looked up in something that cannot be determined."""

    def hand_on(self, dotted: str) -> None:
        """Take note of a path that is used as a value."""
        if is_home(dotted):
            self.handed_on.add(dotted)

    def look_into(self, dotted: str) -> None:
        """Take note of a path in which an undetermined name is looked up."""
        if is_home(dotted):
            self.looked_into.add(dotted)

    def is_name(self, text: str) -> bool:
        """Whether a text may be a name, and is new."""
        return len(text) < 100 and text not in self.spelt and text.replace(".", "_").isidentifier()

    def may_be_called(self, name: str) -> bool:
        """Whether an attribute of this name may be looked up by a computed name."""
        return any(fnmatchcase(name, pattern) for pattern in self.patterns)

    @property
    def looks_up(self) -> bool:
        """Whether any name is looked up that cannot be determined."""
        return self.any_name or bool(self.looked_into)

    def uses(self) -> Iterator[Use]:
        """The uses that may come of it."""
        by_text = self.attributes | self.spelt
        handed_on = _with_inner(self.handed_on, by_text if self.any_name else self.attributes)
        for home in handed_on:
            yield from _taken(home, by_text if self.any_name else self.attributes)
        for home in _with_inner(self.looked_into, self.spelt) - handed_on:
            yield from _taken(home, self.spelt)
        if self.any_name:
            return
        for home in self.looked_into & handed_on:
            yield from _taken(home, self.spelt)


def _with_inner(homes: set[str], names: Iterable[str]) -> set[str]:
    """Namespaces with those that can be had of them by some names."""
    every = set(homes)
    pending = list(homes)
    while pending:
        home = pending.pop()
        inner = {f"{home}.{name}" for name in names if is_home(f"{home}.{name}")} - every
        every |= inner
        pending += inner
    return every


def _taken(home: str, names: Mapping[str, Use]) -> Iterator[Use]:
    return (place._replace(dotted=f"{home}.{name}") for name, place in names.items())
