"""Know an answer that makes two registered mistakes at once by the cases in which only one of them shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from grader.judge.shown import Shown
from grader.model import Diagnosis
from grader.spec import Misconception
from grader.suite.mistaken import SHARED

_AT_LEAST = 2
"""Cases in which each of the two must show alone."""
_MOST = 12
"""Mistakes that are looked at, of which every two are tried."""
AND = " and "
"""Stands between the names of two."""


@dataclass(slots=True)
class _Seen:
    """What a misconception has to do with the cases, by their numbers."""

    agrees: set[int] = field(default_factory=set)
    """Those in which it does what the answer does, and both are wrong."""
    differs: set[int] = field(default_factory=set)
    """Those in which it is wrong, and the answer is right or wrong in another way."""


def two_of(
    misconceptions: Sequence[Misconception], shown: Shown, criterion: str
) -> tuple[Misconception, Misconception] | None:
    """The two misconceptions that an answer makes, the one that shows more first; None where it is not just two.

    Wherever one of them shows alone the answer is wrong as that one is, wherever both show it is wrong, and wherever
    neither does it is right.

    Args:
        misconceptions: Those of the part.
        shown: What the answer did.
        criterion: A criterion that it failed and that shares its cases with others.
    """
    judged = [index for index in shown.judged(criterion) if shown.suite.cases[index].kind in SHARED]
    failing = {index for index in judged if shown.fails(index)}
    seen = _seen([item for item in misconceptions if item.criterion not in shown.separate], shown, judged)
    likely = sorted((item for item in seen if len(seen[item].agrees) >= _AT_LEAST), key=lambda item: _order(seen, item))
    names = {item.name: item for item in misconceptions}
    found = [pair for pair in combinations(likely[:_MOST], 2) if _explain(seen, pair, shown, failing)]
    hints = {(names[one].hint, names[other].hint) for one, other in found}
    return (names[found[0][0]], names[found[0][1]]) if len(hints) == 1 else None


def diagnosis_of(one: Misconception, other: Misconception) -> Diagnosis:
    """Both mistakes as one diagnosis."""
    return Diagnosis(
        misconception=f"{one.name}{AND}{other.name}",
        hint=f"These are two mistakes. The first: {one.hint} The second: {other.hint}",
    )


def _seen(items: Sequence[Misconception], shown: Shown, judged: Sequence[int]) -> Mapping[str, _Seen]:
    seen = {item.name: _Seen() for item in items}
    for index in judged:
        marks = {name: mark for name, mark in shown.suite.cases[index].misconceptions.items() if name in seen}
        mine = shown.behaviour(index, 1 + max(len(mark.components) for mark in marks.values())) if marks else None
        for name, mark in marks.items():
            same = mine is not None and shown.fails(index) and mark.matches(mine)
            (seen[name].agrees if same else seen[name].differs).add(index)
    return seen


def _order(seen: Mapping[str, _Seen], name: str) -> tuple[int, str]:
    return -len(seen[name].agrees), name


def _explain(seen: Mapping[str, _Seen], names: tuple[str, str], shown: Shown, failing: set[int]) -> bool:
    """Whether two misconceptions together are what the answer does."""
    one, other = seen[names[0]], seen[names[1]]
    first, second = one.agrees | one.differs, other.agrees | other.differs
    both = first & second
    if not both <= failing or not (one.differs | other.differs) <= both:
        return False
    if min(len(one.agrees - second), len(other.agrees - first)) < _AT_LEAST:
        return False
    rest = failing - first - second
    return all(
        shown.is_like_the_oracle(index) or not all(shown.is_known(name, index) for name in names) for index in rest
    )
