"""See to it that a suite tells arguments apart: of any two, cases with both away from their defaults, either, neither.

Where two arguments are hardly ever given apart, nothing an answer does shows which of them it gets wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from grader.model import DeclaredCase
from grader.model.signature import Signature
from grader.spec import Part
from grader.suite.search import canonical, draw

_SHARE = 0.15
"""The most cases that are added, as a share of those that are there."""
_ENOUGH = 3
"""Cases in which two arguments should meet in each way: one alone could fail for another reason."""
_TRIES = 2
"""How many times as many cases are drawn to choose from; what does not come up in them is a rare way to meet."""

_Meeting = tuple[str, str, bool, bool]
"""Two arguments, and whether each is away from its default."""


def telling_apart(
    part: Part, signature: Signature, cases: Sequence[DeclaredCase], count: int, seed: int
) -> list[DeclaredCase]:
    """The fewest further cases in which arguments meet as they do in too few of those that are there.

    Args:
        part: The part.
        signature: Of its constructor.
        cases: The cases that are there.
        count: How many are drawn at a time.
        seed: Decides the draws.
    """
    names = [name for name in part.arguments if name in signature.defaults]
    met = Counter(meeting for case in cases for meeting in _meetings(case, names, signature))
    known = {canonical(case) for case in cases}
    drawn: dict[str, tuple[DeclaredCase, list[_Meeting]]] = {}
    for attempt in range(_TRIES):
        if sum(count >= _ENOUGH for count in met.values()) == 4 * len([*combinations(names, 2)]):
            break
        for case in draw(part.cases, count, seed + attempt):
            drawn.setdefault(canonical(case), (case, [*_meetings(case, names, signature)]))
    choice = {text: found for text, found in drawn.items() if text not in known}

    def lacking(text: str) -> int:
        return sum(max(0, _ENOUGH - met[meeting]) for meeting in choice[text][1])

    chosen: list[DeclaredCase] = []
    while choice and len(chosen) < int(_SHARE * len(cases)):
        best = max(choice, key=lambda text: (lacking(text), -len(text), text))
        if not lacking(best):
            break
        case, meetings = choice.pop(best)
        met.update(meetings)
        chosen.append(case)
    return chosen


def _meetings(case: DeclaredCase, names: Sequence[str], signature: Signature) -> Iterator[_Meeting]:
    if "new" not in case:
        return
    given = signature.given(case["new"].get("args", ()), case["new"].get("kwargs", {}))
    away = {name for name in names if name in given and given[name] != signature.defaults[name]}
    for one, other in combinations(names, 2):
        yield one, other, one in away, other in away
