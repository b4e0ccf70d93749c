"""Mark the cases of a suite with the families they are in, and see to it that enough are in none."""

from collections.abc import Sequence
from dataclasses import replace

from grader.compare import criteria
from grader.model import CaseKind, CourseError, DeclaredCase
from grader.spec import Part
from grader.suite.data import SuiteCase
from grader.suite.search import canonical, draw

_PLAIN_SHARE = 1 / 3
"""The share of the drawn cases that are in no family: on fewer, an ordinary mistake might not be seen to be one."""
_TRIES = 16
"""How many times as many cases are drawn at most to find them."""
_WITHOUT = (CaseKind.ERRORS, CaseKind.PROPERTY)
"""Cases that are in no family: what must raise is one list, and a property is judged on all of its cases."""


def more_plain(part: Part, drawn: Sequence[DeclaredCase], seed: int) -> list[DeclaredCase]:
    """Further cases that are in no family, where too few of those drawn are.

    Raises:
        CourseError: where hardly any case is in none.
    """
    if not part.families:
        return []
    known = {canonical(case) for case in drawn}
    wanted = int(_PLAIN_SHARE * len(drawn)) - sum(not part.families_of(case) for case in drawn)
    if wanted <= 0:
        return []
    found: dict[str, DeclaredCase] = {}
    for attempt in range(_TRIES):
        others = draw(part.cases, len(drawn), seed + attempt)
        found |= {canonical(case): case for case in others if not part.families_of(case)}
        new = [case for text, case in found.items() if text not in known]
        if len(new) >= wanted:
            return new[:wanted]
    raise CourseError(
        f"{part.symbol}: hardly any case that is drawn is in no family.",
        "Draw more of them, or let fewer cases be in families.",
    )


def in_families(part: Part, cases: Sequence[SuiteCase]) -> list[SuiteCase]:
    """The cases, each with its families.

    Raises:
        CourseError: where a family has no main case for itself.
    """
    marked = [_marked(part, entry, cases) for entry in cases]
    for family in part.families:
        if not any(entry.kind is CaseKind.MAIN and [*entry.families] == [family.name] for entry in marked):
            raise CourseError(
                f"{part.symbol}: no case is in the family {family.name!r} alone.", "Add an example that is."
            )
    return marked


def _marked(part: Part, entry: SuiteCase, cases: Sequence[SuiteCase]) -> SuiteCase:
    # By position a case does not look like the one by keyword that it repeats.
    case = cases[entry.group].case if entry.kind is CaseKind.POSITIONAL else entry.case
    names = () if entry.kind in _WITHOUT else part.families_of(case)
    return replace(entry, families=names, judges=_judged(part, entry, cases)) if names else entry


def _judged(part: Part, entry: SuiteCase, cases: Sequence[SuiteCase]) -> tuple[str, ...]:
    """The criteria that a case judges when everything is correct, as they are planned."""
    if entry.kind is CaseKind.NUMERICS:
        return ("numerics",)
    if entry.kind is CaseKind.GROWTH:
        largest = [other for other in cases if other.kind is CaseKind.GROWTH and other.group == entry.group][-1]
        return ("vectorized",) if entry is largest else ()
    if entry.kind is CaseKind.POSITIONAL:
        return ()
    held = criteria.judge_case(part, entry.case, entry.answered, entry.answered).held
    return tuple(sorted(held))
