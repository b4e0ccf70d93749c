"""What a part uses as plain data: so few names that the process that asked can look each of them up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grader.answer.machinery import may_be_in
from grader.answer.parse import tree_of
from grader.answer.reach import machinery_uses, uses
from grader.answer.replaced import replaced
from grader.answer.slice import left_out, slice_of
from grader.answer.text import Answer
from grader.answer.tree import Tree

MOST_NAMES = 5_000
"""Different paths and attributes that a part may use."""
MOST_TEXT = 2**20
"""Characters of all of them together."""


class TooManyUses(Exception):
    """A part uses more than is looked up."""


@dataclass(frozen=True, slots=True)
class Places:
    """A path or an attribute that is used, and where."""

    dotted: str
    places: Sequence[tuple[int, int]]
    """The positions of cells among those of the answer, each with a line in it."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a part uses."""

    uses: Sequence[Places] = ()
    stars: Sequence[str] = ()
    """Modules from which everything is imported: what is in them has to be known before there is more."""
    replaced: str = ""
    """What became of its definition where a later import replaces it, in a sentence."""
    left_out: str = ""
    """The first import that it does without and that finds nothing when graded, in words."""


Names = Mapping[str, Sequence[str]] | None
"""What there is in each module from which everything is imported."""


def reached(answer: Answer, tree: Tree, symbol: str, names: Names = None) -> Reached:
    """What the definition of a symbol uses, and what machinery is touched by anything that is loaded for it.

    Args:
        answer: The answer.
        tree: Its tree.
        symbol: The part.
        names: What there is in the modules from which everything is imported.

    Raises:
        TooManyUses: where it uses more than is looked up.
    """
    if names is None and tree.stars:
        return Reached(stars=tree.stars)
    # A cell keeps its number and its lines when only some of it is loaded.
    position = {cell.index: place for place, cell in enumerate(answer.cells)}
    loaded = tree_of(slice_of(answer, [symbol])) if any(map(may_be_in, tree.texts)) else Tree()
    found: dict[str, list[tuple[int, int]]] = {}
    exists = _exists(names)
    for use in (*uses(tree, symbol, exists), *machinery_uses(loaded, exists)):
        found.setdefault(use.dotted, []).append((position[use.cell.index], use.line))
    if len(found) > MOST_NAMES or sum(map(len, found)) > MOST_TEXT:
        raise TooManyUses
    places = [Places(dotted, sorted(set(places))) for dotted, places in found.items()]
    return Reached(places, replaced=replaced(tree, symbol, exists), left_out=left_out(answer, symbol))


def _exists(names: Names) -> Callable[[str], bool]:
    return {f"{module}.{name}" for module, inside in (names or {}).items() for name in inside}.__contains__
