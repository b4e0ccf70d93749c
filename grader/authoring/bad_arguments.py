"""Hold two lists together: the bad arguments that a lesson names, and the cases that `errors` judges."""

import re
from collections.abc import Iterator

from grader.course.declared import DeclaredExercise
from grader.model import CaseKind, Hole, HoleKind
from grader.suite.cache import Suite

_SECTION = re.compile(r"^## Bad arguments$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (.*?)(?=^- |\n\n|\Z)", re.MULTILINE | re.DOTALL)


def named(handout: str) -> list[str]:
    """The items of the list below "Bad arguments" in a lesson."""
    section = _SECTION.search(handout)
    return [_plain(item) for item in _ITEM.findall(section[1])] if section else []


def judged(suite: Suite) -> Iterator[tuple[str, str]]:
    """Of each case that judges `errors` the item that it falls under, if it says so, and what it is about."""
    for entry in suite.cases:
        case = entry.case
        if entry.kind is CaseKind.ERRORS or case.get("lines") == "errors":
            about = case.get("why") or "; ".join(line for step in case["steps"] for line in step.get("lines", []))
            yield _plain(case.get("listed", "")), about


def unlike(exercise: DeclaredExercise, suites: list[Suite]) -> list[Hole]:
    """Where the two lists of an exercise differ.

    Args:
        exercise: The exercise.
        suites: The suites of all of its parts.
    """
    promised = named(exercise.handout)
    cases = [pair for suite in suites for pair in judged(suite)]
    unnamed = {about: item for item, about in cases if item not in promised}
    found = [f"judged, but not in the lesson's list: {about} ({item or 'no item'})" for about, item in unnamed.items()]
    kept = {item for item, _ in cases}
    found += [f"in the lesson's list of bad arguments, but not judged: {item}" for item in promised if item not in kept]
    return [Hole(kind=HoleKind.BAD_ARGUMENTS, text=text) for text in found]


def _plain(item: str) -> str:
    return " ".join(item.split()).rstrip(".;")
