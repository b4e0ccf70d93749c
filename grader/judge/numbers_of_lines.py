"""What the numbers that lines of Python give have to do with the expected ones: one more, twice, of another type."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from grader.model import Encoded, Finding, FindingKind, Line, Observed, Stopped
from grader.suite.data import SuiteCase

_AT_LEAST = 3
"""Failing cases with expected numbers that differ: of fewer, anything may be true."""
_OFFSETS = {1: "one more than", -1: "one less than", 2: "two more than", -2: "two less than"}
_FACTORS = {
    Fraction(2): "twice", Fraction(1, 2): "half of", Fraction(-1): "minus", Fraction(3): "three times",
    Fraction(4): "four times", Fraction(1, 4): "a quarter of",
}  # fmt: skip

Numbers = tuple[float, float]
"""An expected number, and the one that came."""


def of_lines(failures: Sequence[tuple[SuiteCase, Observed, Finding]]) -> str:
    """What turns the expected values of lines into those that came, as a sentence; empty where nothing does.

    Args:
        failures: The failing cases, what the answer did on them, and how that was judged.
    """
    found = [_wrong(entry, got, finding) for entry, got, finding in failures]
    values = [pair for pair in found if pair is not None]
    if len(values) < max(len(found), _AT_LEAST):
        return ""
    if all(isinstance(want, list) and isinstance(have, list) for want, have in values):
        turned = all(want[::-1] == have for want, have in values if isinstance(want, list))
        return "It gives the expected values in the reverse order." if turned else ""
    numbers = [(_number(want), _number(have)) for want, have in values]
    pairs = [(want, have) for want, have in numbers if want is not None and have is not None]
    if len(pairs) < len(values) or len({want for want, _ in pairs}) < _AT_LEAST:
        return ""
    if all(want == have for want, have in pairs):
        return "The numbers are right, but of another type."
    return next((f"It gives {said} the expected number." for said, seen in _ways() if all(map(seen, pairs))), "")


def _ways() -> list[tuple[str, Callable[[Numbers], bool]]]:
    def apart(by: int) -> Callable[[Numbers], bool]:
        return lambda pair: pair[1] - pair[0] == by

    def multiplied(by: Fraction) -> Callable[[Numbers], bool]:
        return lambda pair: pair[0] != 0 and abs(pair[0] * by - pair[1]) <= 1e-9 * abs(pair[0])

    ways = [(said, apart(by)) for by, said in _OFFSETS.items()]
    return ways + [(said, multiplied(by)) for by, said in _FACTORS.items()]


def _wrong(entry: SuiteCase, got: Observed, finding: Finding) -> tuple[Encoded, Encoded] | None:
    """The value of the first line that is wrong, as expected and as it came."""
    if isinstance(got, Stopped) or finding.kind is not FindingKind.LINE_VALUE:
        return None
    for want, have in zip(_lines(entry.answered["steps"]), _lines(got["steps"]), strict=False):
        if "value" in want and "value" in have and want["value"] is not None and _differ(want["value"], have["value"]):
            return want["value"], have["value"]
    return None


def _lines(steps: Sequence[object]) -> list[Line]:
    return [line for step in steps if isinstance(step, dict) for line in step.get("lines", [])]


def _differ(want: Encoded, have: Encoded) -> bool:
    plain = isinstance(want, (int, list, dict)) and isinstance(have, (int, list, dict))
    return plain and (type(want) is not type(have) or want != have) if not _has_tensors(want, have) else False


def _has_tensors(*values: Encoded) -> bool:
    return any(
        not isinstance(value, (int, str, list, dict, type(None)))
        or (isinstance(value, list) and _has_tensors(*value))
        or (isinstance(value, dict) and _has_tensors(*value.values()) and "$float" not in value)
        for value in values
    )


def _number(value: Encoded) -> float | None:
    if isinstance(value, dict) and isinstance(value.get("$float"), float):
        return float(value["$float"])
    return value if type(value) is int and abs(value) < 2**53 else None
