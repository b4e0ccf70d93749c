"""Find what turns the expected tensors into an answer's: one thing that explains every failing case, or nothing."""

import math
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence

import torch

from grader.judge import maps
from grader.judge.factors import factor_of, offset_of
from grader.judge.failing import Failing, failing_cases
from grader.judge.numbers_of_lines import of_lines
from grader.judge.orders import other_order
from grader.judge.reruns import reruns
from grader.judge.statistic import of_variance, of_what_is_taken_in, without_bias
from grader.judge.structures import exchanged, other_rows, other_structure
from grader.model import CaseKind, Encoded, Finding, FindingKind, Observed
from grader.model.messages import listed
from grader.spec import Part
from grader.suite.data import Suite, SuiteCase
from grader.suite.search import weight

_AT_LEAST = 2
"""Cases that must be explained."""
_TELLING = 6
"""Elements from which on a tensor tells one way from another."""
_FEW = 3
_RERUN = 16
"""Failing cases on which the layer is run otherwise."""
_LIGHT, _FIRST = 2_000.0, 400.0
"""Weight of a case up to which the layer is run otherwise, and of one on which it is some hundred times."""


def transformation(
    part: Part,
    suite: Suite,
    observations: Mapping[int, Observed],
    failures: Sequence[tuple[int, Finding]],
    criterion: str,
    seconds: float = math.inf,
) -> str:
    """What turns the expected results into the answer's in all failing cases, as a sentence; empty where nothing does.

    Args:
        part: The part.
        suite: Its suite.
        observations: What the answer did on the suite's cases.
        failures: The cases that failed the criterion, and how.
        criterion: The criterion.
        seconds: How long the layer may be run otherwise, in the processor's time.
    """
    found = [(suite.cases[index], observations[index], finding) for index, finding in failures]
    if criterion == "parameters":
        return other_rows(found)
    if criterion == "values" and (said := of_lines(found)):
        return said
    if criterion == "shapes" and (said := other_structure(found)):
        return said
    cases = failing_cases(part, criterion, found)
    if cases is None or len(cases) < _AT_LEAST:
        return ""
    # What torch warns of while the layer runs otherwise does not concern the person who grades.
    with warnings.catch_warnings(action="ignore"):
        said = _of(part, cases, suite, seconds)
    infinite = any(finding.kind is FindingKind.FINITE for _, finding in failures)
    return f"Where it is a number: {said[:1].lower()}{said[1:]}" if said and infinite else said


def _of(part: Part, cases: Sequence[Failing], suite: Suite, seconds: float) -> str:
    return (
        exchanged(_outputs(cases)) or _of_tensors(cases) or _of_reruns(part, cases, suite, time.thread_time() + seconds)
    )


def _outputs(cases: Sequence[Failing]) -> list[tuple[Encoded, Encoded]]:
    """The outputs of all calls of cases whose values are wrong."""
    if cases[0].criterion != "values":
        return []
    return [
        (want["out"], have["out"])
        for case in cases
        for want, have in zip(case.expected["steps"], case.got["steps"], strict=False)
        if "out" in want and "out" in have
    ]


def _of_tensors(cases: Sequence[Failing]) -> str:
    what = _what(cases)
    if cases[0].criterion == "gradients" and (said := _detached(cases)):
        return said
    if not what:
        return ""
    if times := factor_of(cases):
        return f"Your {what} is the expected one times {times}."
    if by := offset_of(cases):
        return f"Your {what} is the expected one {by}."
    for key in _fitting(cases):
        return maps.said(key, what, {pair.expected.dim() for case in cases for pair in case.wrong})
    if all(_is_single(pair.got) for case in cases for pair in case.wrong):
        return f"Your {what} is computed in float32: it has no more digits than that."
    return other_order(cases, what)


def _fitting(cases: Sequence[Failing]) -> Iterator[maps.Key]:
    """The ways that make all wrong tensors of what is expected."""
    every = [(case, pair) for case in cases for pair in case.wrong]
    case, pair = next(((case, pair) for case, pair in every if pair.expected.numel() >= _TELLING), every[0])
    for key in maps.keys(case, pair):
        if maps.gives(key, case, pair) and all(maps.gives(key, *each) for each in every):
            yield key


def _what(cases: Sequence[Failing]) -> str:
    """What is wrong, where that is the same in all cases: "output", "gradient of `weight`"; empty where it is not."""
    wrong = {pair.where for case in cases for pair in case.wrong}
    all_of_them = {pair.where for case in cases for pair in case.pairs}
    if len(wrong) == 1:
        return wrong.pop()
    if wrong == all_of_them and not any(where.startswith(("gradient", "buffer")) for where in wrong):
        return "output"
    names = [where.removeprefix("gradient of ") for where in sorted(wrong) if where.startswith("gradient of ")]
    return f"gradient of {listed(names)}" if len(names) == len(wrong) else ""


def _detached(cases: Sequence[Failing]) -> str:
    """What no gradient reaches in any case, where some of it should, as a sentence; empty where that is not so."""
    wrong = {pair.where for case in cases for pair in case.wrong}
    reached = {pair.where for case in cases for pair in case.pairs if bool(pair.got.any())}
    lost = [where.removeprefix("gradient of ") for where in sorted(wrong - reached)]
    others = [where.removeprefix("gradient of ") for where in sorted(wrong & reached)]
    if not lost:
        return ""
    if others:
        return f"No gradient reaches {listed(lost)}, and that of {listed(others)} is wrong as well."
    right = any(pair.where not in wrong for case in cases for pair in case.pairs)
    return f"No gradient reaches {listed(lost)}" + (", while every other one is right." if right else ".")


def _is_single(values: torch.Tensor) -> bool:
    """Whether all numbers are those of float32, and not such as anybody writes down, of a few binary digits."""
    scaled = values * 2.0**10
    return bool((values.float().double() == values).all()) and not bool((scaled == scaled.round()).all())


def _of_reruns(part: Part, cases: Sequence[Failing], suite: Suite, end: float) -> str:
    if not part.oracle or cases[0].criterion not in ("values", "state", "shapes"):
        return ""
    light = [case for case in sorted(cases, key=_weight) if _weight(case) <= _LIGHT][:_RERUN]
    if len(light) < min(len(cases), _RERUN) or _weight(light[0]) > _FIRST:
        return ""
    # Of small cases the one with the most numbers: on single ones many things are the same.
    first = max((case for case in light[:_TELLING] if _weight(case) <= _FIRST), key=_numbers)
    for item in reruns(part, first, _values(part, suite.cases)):
        if time.thread_time() > end:
            return ""
        if item.fits(first) and all(item.fits(case) for case in light):
            return item.said
    if cases[0].criterion == "state":
        return of_what_is_taken_in(part, cases)
    if cases[0].criterion == "values":
        light.sort(key=_numbers, reverse=True)
        return _before_the_bias(light) or of_variance(part, light)
    return ""


def _numbers(case: Failing) -> int:
    return sum(pair.expected.numel() for pair in case.pairs)


def _weight(case: Failing) -> float:
    return weight(case.case)[0]


def _before_the_bias(cases: Sequence[Failing]) -> str:
    """The same for what the bias is added to, which is where many a tensor is put in order."""
    said = ""
    # Where a few cases show nothing, the others need not be looked at.
    for some in (cases[:_FEW], cases):
        bare = [without_bias(case) for case in some]
        if any(case is None or not case.wrong for case in bare):
            return ""
        said = _of_tensors([case for case in bare if case is not None])
        if not said:
            return ""
    return f"Without its bias: {said[:1].lower()}{said[1:]}"


def _values(part: Part, entries: Sequence[SuiteCase]) -> dict[str, list[object]]:
    """What the suite's cases give to each argument of the constructor, as far as that is a word or a truth value."""
    values: dict[str, list[object]] = {}
    for entry in entries:
        if entry.kind is CaseKind.MAIN and "new" in entry.case:
            given = Failing(part, "", entry.case, entry.answered, entry.answered).arguments
            for name, value in given.items():
                known = values.setdefault(name, [])
                if (value is None or isinstance(value, (bool, str))) and value not in known:
                    known.append(value)
    return values
