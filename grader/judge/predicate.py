"""The simplest statement about cases that all failing ones meet, and hardly any other.

What is simplest is decided by length: a statement costs bits, and so does naming the failing cases among those that
meet it. A statement is worth showing where both together are shorter than naming the failing cases among all by far
enough that it is no chance. So one statement is preferred to two, what the caller decides (an argument, the mode) to
sizes, and an exact one to one with exceptions; from one failing case nothing is concluded.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import lgamma, log
from typing import Any

from grader.judge.atoms import Atom
from grader.judge.features import Situation

PRECISION = 0.8
"""The share of the cases that meet a predicate which fail, at least."""
_FEWEST = 2
"""Failing cases from which anything is concluded."""
_FEWEST_OF_A_PAIR = 6
"""Failing cases from which a pair of statements is concluded: among so many pairs some fit a few cases by chance."""
_OTHERS = 3
"""Cases that are right, at least, from which the failing ones are told."""
_GAIN = 4.0
"""Bits by which a predicate has to be shorter than the list of the failing cases."""
_CANDIDATES = 80
"""Statements of which pairs are tried: the cheapest."""
_COSTS: Mapping[str, float] = {"argument": 4, "call": 4, "case": 4.5, "input": 6, "lines": 7.5}
_DEARER = {
    test: bits
    for bits, tests in {
        0.5: (">", "is not", "left out", "size above one", "another size", "sequence", "several"),
        1: ("<", "passed", "number", "text", "tuple", "list", "negative", "fraction", "differ", "first",
            "loaded", "same shape", "no one", "other dims", "small", "integers", "one call"),
        1.5: ("even", "odd", "alike", "entries", "some differ"),
        2: ("by name", "wants gradient"),
        2.5: ("differs from", "equals"),
        3.5: ("larger than", "smaller than", "with gradient", "without gradient"),
    }.items()
    for test in tests
}  # fmt: skip
"""Bits of a statement, by what it is about, and more for tests that say little to a person."""
_PAIR = 1.5


@dataclass(frozen=True, slots=True)
class Found:
    """A predicate with how many cases it covers."""

    atoms: tuple[Atom, ...]
    covered: int
    bits: float
    gain: float = 0.0
    """Bits by which it is shorter than the list of the failing cases."""


def predicate(atoms: Sequence[Atom]) -> dict[str, object]:
    """A predicate as plain data: what holds all together in one situation of a case; of nothing, every case."""
    return {"all": [atom._asdict() for atom in atoms]}


def either(predicates: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """A predicate that a case meets which meets any of some."""
    return {"any": [*predicates]}


def meets(data: Mapping[str, object], situations: Sequence[Situation]) -> bool:
    """Whether a case meets a predicate.

    Args:
        data: What `predicate` gave.
        situations: The case's.
    """
    if "any" in data:
        several: Any = data["any"]
        return any(meets(each, situations) for each in several)
    rows: Any = data["all"]
    atoms = {Atom(**row) for row in rows}
    return any(atoms <= situation for situation in situations)


def search(
    failing: Sequence[Sequence[Situation]], held: Sequence[Sequence[Situation]], about: Collection[str] = ()
) -> Found | None:
    """The shortest predicate that every failing case meets, if it is worth showing.

    Args:
        failing: The situations of each case that fails.
        held: The same of those that are right.
        about: What its statements may be about; empty for anything.
    """
    count, total = len(failing), len(failing) + len(held)
    if count < _FEWEST or len(held) < _OTHERS:
        return None
    atoms = [*_candidates(failing, held, about)]
    everyone = (1 << count) - 1
    best: Found | None = None

    def consider(found: tuple[Atom, ...], cost: float, masks: Sequence[int]) -> None:
        nonlocal best
        cover = 0
        for mask in masks:
            cover |= mask
        covered = cover.bit_count()
        if cover & everyone != everyone or count < PRECISION * covered:
            return
        bits = cost + _bits(covered, count)
        if best is None or (bits, covered, found) < (best.bits, best.covered, best.atoms):
            best = Found(found, covered, bits)

    for cost, atom, masks in atoms:
        consider((atom,), cost, masks)
    pairs = combinations(atoms[:_CANDIDATES], 2) if count >= _FEWEST_OF_A_PAIR else ()
    for (cost, atom, masks), (more, other, others) in pairs:
        if best is None or cost + more + _PAIR < best.bits:
            consider((atom, other), cost + more + _PAIR, [a & b for a, b in zip(masks, others, strict=True)])
    if best is None or best.bits + _GAIN > _bits(total, count):
        return None
    return replace(best, gain=_bits(total, count) - best.bits)


def _candidates(
    failing: Sequence[Sequence[Situation]], held: Sequence[Sequence[Situation]], about: Collection[str]
) -> Iterator[tuple[float, Atom, tuple[int, ...]]]:
    """The statements that all failing cases meet, the cheapest first, and where: a mask of cases for each situation.

    Of those that hold in the very same places only the cheapest.
    """
    common = set[Atom].intersection(*(set[Atom]().union(*situations) for situations in failing))
    common = {atom for atom in common if not about or atom.about in about}
    places = max(map(len, (*failing, *held)))
    masks = {atom: [0] * places for atom in common}
    for index, situations in enumerate((*failing, *held)):
        for place, situation in enumerate(situations):
            for atom in common & situation:
                masks[atom][place] |= 1 << index
    seen: set[tuple[int, ...]] = set()
    for cost, atom in sorted((_cost(atom), atom) for atom in common):
        where = tuple(masks[atom])
        if where not in seen:
            seen.add(where)
            yield cost, atom, where


def _cost(atom: Atom) -> float:
    # "Above 1" says more than "other than 1".
    of_a_number = atom.test == "other than" and atom.value[0].isdigit()
    return _COSTS[atom.about] + _DEARER.get(atom.test, 0.0) + of_a_number


def _bits(total: int, chosen: int) -> float:
    """The bits that it takes to name some of so many cases."""
    return (lgamma(total + 1) - lgamma(chosen + 1) - lgamma(total - chosen + 1)) / log(2)
