"""How a failing answer behaves, as a short text: two answers with the same text fail on the same cases in the same way.

Rounding, names of variables and the order of operations make no difference to it; whatever else an answer fails beside
what it computes (a loop, a dtype) makes none either.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeGuard

from grader.compare import tensors as compare
from grader.compare.fingerprint import Component, fingerprint, sections
from grader.compare.outcome import Outcome
from grader.model import CaseKind, Finding, Observed, Stopped
from grader.suite.data import Suite, SuiteCase

_COMPUTED = (CaseKind.MAIN, CaseKind.INTERFACE, CaseKind.POSITIONAL)
"""The kinds of cases that show what an answer computes."""
_FINE = frozenset(("numerics", "device"))
"""Criteria whose failures are of rounding's size, or of the machine: what is computed there tells nothing apart."""
_MOST, _MOST_ELEMENTS = 24, 2**18
"""Failing cases whose values are looked at, and elements that are expected of them after which no more are."""
_ROUNDING = 1e-7
_STEPS = 50.0
"""Steps to which numbers are rounded, in a factor of e and between -1 and 1."""
_OFFSET = 0.317
"""Keeps numbers that a person would choose away from the places where rounding goes the other way."""
_NAMES = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`")
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_FRACTIONS = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+")
_BEFORE_VALUES = 2
"""Components of a fingerprint that tell how a case ended and what was constructed."""
_LENGTH = 16


def behaviour(suite: Suite, outcomes: Mapping[int, Outcome], observations: Mapping[int, Observed]) -> str:
    """The signature of what an answer does wrong, comparable on the same suite; nothing where it does nothing wrong.

    Args:
        suite: The cases.
        outcomes: How each case that was run was judged.
        observations: What the answer did.
    """
    failing = [index for index in sorted(outcomes) if outcomes[index].findings]
    computed = [
        index
        for index in failing
        if suite.cases[index].kind in _COMPUTED and not outcomes[index].findings.keys() <= _FINE
    ]
    looked_at = set(_small_enough(suite, computed))
    said: list[Any] = [
        [index, sorted(outcomes[index].findings.keys() - _FINE)]
        + ([_shown(suite.cases[index], observations[index])] if index in looked_at else [])
        for index in computed
    ]
    if not computed:
        rows = [
            [_place(suite, index), _told(outcomes[index].findings), _beside(suite.cases[index], observations[index])]
            for index in failing
        ]
        said = sorted({json.dumps(row): row for row in rows}.values(), key=json.dumps)
    if not said:
        return ""
    return hashlib.sha256(json.dumps([suite.digest, said]).encode()).hexdigest()[:_LENGTH]


def _small_enough(suite: Suite, indices: Sequence[int]) -> Iterator[int]:
    """The first cases, as long as comparing them costs little; the same for all who fail on the same ones."""
    elements = 0
    for index in indices[:_MOST]:
        yield index
        for observed in suite.cases[index].answered["steps"]:
            given = [leaf for _, leaf in compare.leaves(observed.get("out"))]
            given += [leaf for section in sections(observed) for leaf in section.values()]
            elements += sum(compare.body(leaf).numel() for leaf in given if compare.is_tensor(leaf))
        if elements > _MOST_ELEMENTS:
            return


def _place(suite: Suite, index: int) -> list[Any]:
    """Where a failure is that is known by its message: cases of these kinds stand for one another in a group."""
    entry = suite.cases[index]
    if entry.kind in (CaseKind.PROPERTY, CaseKind.GROWTH):
        return [entry.kind, entry.group]
    return [entry.kind, 0 if entry.kind in _COMPUTED else index]


def _told(findings: Mapping[str, Finding]) -> list[list[str]]:
    """What was found, without names and numbers; where in a result rounding shows most is chance."""
    said = {
        name: "" if name == "numerics" else _NUMBERS.sub("", _NAMES.sub("", each.message))
        for name, each in findings.items()
    }
    return [[name, item.kind, said[name]] for name, item in findings.items()]


def _beside(entry: SuiteCase, got: Observed) -> list[Any]:
    """What an answer draws, or gives where it should raise; of all else beside what it computes the messages do."""
    return _shown(entry, got) if entry.kind in (CaseKind.PROPERTY, CaseKind.ERRORS) else []


def _shown(entry: SuiteCase, got: Observed) -> list[Any]:
    """What an answer did on a case, by how it differs from what is expected."""
    if isinstance(got, Stopped):
        return ["stopped", got.verdict]
    # Where its parameters could not be loaded, it computes with others than those of the case.
    is_loaded = got.get("load", {"how": "exact"})["how"] != "partial"
    mine = fingerprint(got, None if is_loaded else _BEFORE_VALUES).components
    theirs = fingerprint(entry.answered).components
    floor = _ROUNDING * max((each[1] for each in theirs if _is_tensor(each)), default=0.0)
    shown = [_component(one, other, floor) for one, other in zip_longest(mine, theirs[: len(mine)])]
    if error := got["error"]:
        # What an exception calls by name may be a name of the answer's own.
        said = mine[0] if isinstance(mine[0], str) else mine[0][1]
        shown[0] = [error["stage"], error["type"], error["step"], _NAMES.sub("", said)]
    return shown


def _is_tensor(component: Component | None) -> TypeGuard[list[Any]]:
    return isinstance(component, list) and len(component) == 4 and isinstance(component[1], float)


def _component(mine: Component, theirs: Component | None, floor: float) -> Any:
    if not _is_tensor(mine):
        if mine == theirs:
            return "as expected"
        return _FRACTIONS.sub(lambda number: f"{float(number[0]):.4g}", json.dumps(mine, default=str))
    if _is_tensor(theirs) and theirs[0] == mine[0]:
        return _rounded([one - other for one, other in zip(mine[2:], theirs[2:], strict=True)], mine, theirs, floor)
    return [mine[0], *_rounded(mine[1:], [0.0], [0.0], floor)]


def _rounded(numbers: Sequence[float], mine: Sequence[Any], theirs: Sequence[Any], floor: float) -> list[int]:
    """Numbers by their size and their relation to one another; nothing where they are no more than rounding."""
    sizes = [abs(each) for each in (*mine, *theirs) if isinstance(each, float)]
    largest = max(map(abs, numbers), default=0.0)
    if not math.isfinite(largest) or largest <= max(floor, _ROUNDING * max(sizes)):
        return []
    return [_step(math.log(largest)), *(_step(number / largest) for number in numbers)]


def _step(number: float) -> int:
    return round(number * _STEPS + _OFFSET)
