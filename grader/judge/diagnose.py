"""Identify the misconception that an answer's failures show."""

from collections.abc import Sequence

from grader.compare.fingerprint import fingerprint
from grader.model import CaseKind, Diagnosis, Observed, Stopped
from grader.spec import Misconception, Part
from grader.suite.cache import SuiteCase

_CASES = 24


def diagnose(
    misconceptions: Sequence[Misconception],
    part: Part,
    criterion: str,
    failures: Sequence[tuple[SuiteCase, Observed]],
) -> Diagnosis | None:
    """The misconception that a clear plurality of the failing cases agrees with, or None.

    Args:
        misconceptions: Those of the exercise.
        part: The part.
        criterion: The failed criterion.
        failures: The cases that failed it, with what the answer gave.
    """
    judged = [(entry, got) for entry, got in failures if entry.kind is CaseKind.MAIN][:_CASES]
    votes: dict[str, int] = {}
    for entry, got in judged:
        if isinstance(got, Stopped) or not entry.misconceptions:
            continue
        mine = fingerprint(got, 1 + max(len(mark.components) for mark in entry.misconceptions.values()))
        for name, mark in entry.misconceptions.items():
            if mark.matches(mine):
                votes[name] = votes.get(name, 0) + 1
    if not votes:
        return None
    hints = {item.name: item for item in misconceptions if item.part == part.symbol}
    # Between two that fit equally, the one about this criterion.
    ranked = sorted(votes, key=lambda name: (-votes[name], hints[name].criterion != criterion, name))
    best = ranked[0]
    tied = [
        name for name in ranked[1:] if votes[name] == votes[best] and hints[name].criterion == hints[best].criterion
    ]
    if votes[best] * 2 < len(judged) or tied:
        return None
    return Diagnosis(misconception=best, hint=hints[best].hint)
