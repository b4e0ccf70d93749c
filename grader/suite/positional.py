"""Cases of a suite repeated, with the constructor's arguments by position, and one with all of them by name."""

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, signature
from itertools import combinations

from grader.compare.fingerprint import fingerprint
from grader.model import Argument, Case, CaseKind, New, Observation
from grader.spec import Part
from grader.suite.data import SuiteCase

_TELLING = 4
"""The most cases that are taken for giving arguments values other than their defaults."""
_TRIED = 16
"""Cases that are tried for one that tells two arguments apart."""


def called_otherwise(
    part: Part,
    reference: Callable[..., object] | None,
    main: Sequence[SuiteCase],
    observe: Callable[[Case], Observation],
) -> list[SuiteCase]:
    """By position, the fewest cases that give as many arguments as possible a value of their own and show their order.

    Args:
        part: The part.
        reference: Its symbol in the reference, whose signature says which arguments may come by position.
        main: The cases to choose from, the smallest first.
        observe: Runs the oracle on a case.
    """
    if not (part.positional and part.arguments) or isinstance(part.oracle, Mapping):
        return []
    assert reference is not None, f"the reference has no {part.symbol}"
    names = [name for name, item in signature(reference).parameters.items() if item.kind is not Parameter.KEYWORD_ONLY]
    defaults = {name: item.default for name, item in signature(part.oracle).parameters.items()}
    telling: dict[int, set[str]] = {}
    calls: dict[int, New] = {}
    # A case says nothing new about arguments that it passes by position already.
    by_position = {index: len(item.case["new"]["args"]) for index, item in enumerate(main) if "new" in item.case}
    for index, item in enumerate(main):
        call = _call(item.case["new"], names, defaults) if "new" in item.case else None
        if call is not None:
            calls[index] = call
            given = [*zip(names, call["args"], strict=False)][by_position[index] :]
            telling[index] = {name for name, value in given if value != defaults.get(name, Parameter.empty)}
    chosen: list[int] = []
    distinguished: set[str] = set()
    while telling and len(chosen) < _TELLING:
        best = max(telling, key=lambda index: (len(telling[index] - distinguished), len(telling[index]), -index))
        if chosen and not telling[best] - distinguished:
            break
        distinguished |= telling.pop(best)
        chosen.append(best)

    def shows(index: int, one: int, other: int) -> int:
        """Whether a case comes out otherwise where two arguments are exchanged: 2, or 1 where that only raises."""
        args = [*calls[index]["args"]]
        args[one], args[other] = args[other], args[one]
        got = observe(_called(main[index], {**calls[index], "args": args}))
        if fingerprint(got).matches(fingerprint(main[index].answered)):
            return 0
        return 1 if got["error"] else 2

    for pair in combinations(range(len(names)), 2):
        named = (index for index in (*chosen, *calls) if max(pair) >= by_position[index])
        both = [index for index in named if _differ(calls[index]["args"], *pair)]
        best, clarity = -1, 0
        # From small to large: on an image of one pixel twice the size and the size of two are the same.
        for index in both[:: len(both) // _TRIED + 1]:
            shown = shows(index, *pair)
            if shown > clarity:
                best, clarity = index, shown
            if clarity == 2:
                break
        if clarity and best not in chosen:
            chosen.append(best)
    again = [(index, calls[index]) for index in chosen]
    first = next((index for index, count in by_position.items() if count), None)
    if first is not None:
        new = main[first].case["new"]
        again.append((first, {"args": [], "kwargs": {**dict(zip(names, new["args"], strict=False)), **new["kwargs"]}}))
    return [
        SuiteCase(kind=CaseKind.POSITIONAL, case=_called(main[index], call), expected=main[index].expected, group=index)
        for index, call in again
    ]


def _called(item: SuiteCase, call: New) -> Case:
    """A case with another call of the constructor."""
    return {**item.case, "new": call}


def _differ(args: Sequence[Argument], one: int, other: int) -> bool:
    """Whether two arguments are given, and differ."""
    return max(one, other) < len(args) and bool(args[one] != args[other])


def _call(new: New, names: Sequence[str], defaults: Mapping[str, object]) -> New | None:
    """A constructor's call with all that can be passed by position passed so; None where a value does not allow it."""
    given = [*new["args"]]
    last = max((names.index(name) for name in new["kwargs"] if name in names), default=-1)
    for name in names[len(given) : last + 1]:
        value = new["kwargs"].get(name, defaults.get(name, Parameter.empty))
        if value is Parameter.empty or not isinstance(value, (int, float, str, bool, type(None), dict, list)):
            return None
        given.append(value)
    return {
        "args": given,
        "kwargs": {key: value for key, value in new["kwargs"].items() if key not in names[: len(given)]},
    }
