"""Which families of cases an answer lacks: a failure in them alone costs their share, not the whole criterion."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from grader.spec import Part
from grader.suite.data import SuiteCase

RESTING = ("state", "values", "gradients", "numerics", "vectorized")
"""The criteria that lose a family with a criterion on which they depend, because they cannot be judged there."""
_LEAST = 0.25
"""Share of a family's cases that fail at least where it is the family that is lacking: of fewer, chance may have put
all into families, and something else is wrong."""


def lost(
    part: Part,
    cases: Sequence[SuiteCase],
    failing: Collection[int],
    judged: Collection[int],
    already: Collection[str] = (),
) -> tuple[str, ...]:
    """The fewest families that hold all failing cases; none where a case is in no family, or hardly any of one fails.

    Args:
        part: The part that declares them.
        cases: The suite's.
        failing: Indices of the cases that fail a criterion.
        judged: Indices of all that were judged by it.
        already: Families that a criterion on which it depends has lost: they are at fault first.
    """
    gone = set(already)
    rest = [index for index in failing if not gone.intersection(cases[index].families)]
    found = _cover([cases[index].families for index in rest])
    own = {name: sum(_only(cases[index], found, name) for index in rest) for name in found}
    found = {name for name in found if own[name]}
    other = [index for index in judged if not gone.intersection(cases[index].families)]
    few = any(own[name] < _LEAST * sum(_only(cases[index], found, name) for index in other) for name in found)
    if few or (rest and not found):
        return ()
    left = [gone.intersection(cases[index].families) for index in failing if not found & {*cases[index].families}]
    found |= _cover([sorted(names) for names in left])
    return tuple(family.name for family in part.families if family.name in found)


def _cover(members: Sequence[Sequence[str]]) -> set[str]:
    """Few names of which each member has one; none where a member has no name at all."""
    if not all(members):
        return set()
    found = {names[0] for names in members if len(names) == 1}
    while rest := [names for names in members if not found.intersection(names)]:
        found.add(Counter(name for names in rest for name in names).most_common(1)[0][0])
    return found


def _only(entry: SuiteCase, found: set[str], name: str) -> bool:
    return found.intersection(entry.families) == {name}


def kept(part: Part, gone: Collection[str]) -> float:
    """The share of a criterion's points that is left without some families."""
    return 1 - sum(family.share for family in part.families if family.name in gone)


def hold(cases: Sequence[SuiteCase], criterion: str, gone: Collection[str]) -> int:
    """How many of the cases that were to judge a criterion lie in some families."""
    return sum(criterion in entry.judges and not _is_outside(entry, gone) for entry in cases)


def outside(cases: Sequence[SuiteCase], indices: Iterable[int], gone: Collection[str]) -> int:
    """How many of some cases lie in none of the families."""
    return sum(_is_outside(cases[index], gone) for index in indices)


def _is_outside(entry: SuiteCase, gone: Collection[str]) -> bool:
    return not any(name in gone for name in entry.families)
