"""What a row of the store holds: written only as its types say, and read with care, since a file may be damaged."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import PartReport, Verdict, codec

Outcome = tuple[Verdict, float | None, float]
"""Verdict, score and best score."""
UNREADABLE: Outcome = (Verdict.JUDGE_ERROR, None, 0.0)
"""What a row counts as that cannot be read: nobody knows what it was graded with."""


class Unsound(ValueError):
    """A report is not what its types say, which is an internal error of whoever made it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A line of a student's history: a result that differs from the one before."""

    at: float
    student: str
    path: str
    exercise: str
    part: str
    verdict: Verdict
    score: float | None
    max_score: float
    changed: Sequence[str]
    """What had changed since the one before: ``answer``, ``cases``, ``settings``; empty where it was graded again."""


def packed(report: PartReport) -> tuple[PartReport, str]:
    """A report as it will be read again, and the text of it.

    Raises:
        Unsound: where a field is not of its type, or the score does not go with the verdict.
    """
    try:
        text = codec.dumps(report)
        sound = codec.loads(PartReport, text, strict=True)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Unsound(f"The report of {report.part} cannot be stored: {error}") from None
    if not _fits(sound.verdict, sound.score, sound.max_score):
        raise Unsound(f"The report of {report.part} cannot be stored: {sound.verdict} with a score of {sound.score}")
    return sound, text


def unpacked(text: object) -> PartReport | None:
    """The report that a row holds; None where it cannot be read."""
    try:
        report = codec.loads(PartReport, text) if isinstance(text, str) else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return report if report is not None and _fits(report.verdict, report.score, report.max_score) else None


def outcome(verdict: object, score: object, most: object) -> Outcome | None:
    """The columns of a row as they are meant; None where they are something else."""
    try:
        known = Verdict(str(verdict))
    except ValueError:
        return None
    if not isinstance(most, (int, float)) or not isinstance(score, (int, float, type(None))):
        return None
    return (known, score, most) if _fits(known, score, most) else None


def is_sound(text: object, verdict: object, score: object, most: object) -> bool:
    """Whether a row can be read, and its report and its columns say the same."""
    report = unpacked(text)
    return report is not None and outcome(verdict, score, most) == (report.verdict, report.score, report.max_score)


def _fits(verdict: Verdict, score: float | None, most: float) -> bool:
    if score is None or verdict is Verdict.JUDGE_ERROR:
        return score is None and verdict is Verdict.JUDGE_ERROR
    return math.isfinite(score) and math.isfinite(most)


def events(rows: Iterable[Sequence[Any]]) -> list[Event]:
    """A student's history.

    Args:
        rows: Of each result the time, student, path, exercise, part, verdict, score and best score, and what it was
            judged from: answer, suite, settings and declaration.
    """
    found: list[Event] = []
    before: dict[tuple[str, str, str], dict[str, Any]] = {}
    for at, student, path, exercise, part, verdict, score, most, *judged in rows:
        now = {"answer": judged[0], "cases": (judged[1], judged[3]), "settings": judged[2]}
        then = before.get((path, exercise, part))
        before[path, exercise, part] = now
        changed = [name for name in now if then is not None and now[name] != then[name]]
        known, points, best = outcome(verdict, score, most) or UNREADABLE
        found.append(
            Event(
                at=at if isinstance(at, (int, float)) else 0.0, student=student, path=path, exercise=exercise,
                part=part, verdict=known, score=points, max_score=best, changed=changed,
            )
        )  # fmt: skip
    return found
