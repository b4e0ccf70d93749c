"""Read ``course.toml``; without torch, so that a command can act on it before torch is imported."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.course.year import TABLES, Year, read_year
from grader.model import CourseError, Limits
from grader.model.language import ENGLISH, LANGUAGES
from grader.model.policy import POLICIES

_KNOWN = ("title", "assignments", "kind", "language", "limits", "feedback", "lessons", *TABLES)
"""The keys that stand at the top of the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """A course's settings."""

    title: str
    assignments: Sequence[str]
    """The assignments of the course, in the order in which they are released; none for all that there are."""
    limits: Limits
    feedback: str
    """How much of a failed hidden case a student's report shows: one of `grader.model.policy.POLICIES`."""
    template: bool = False
    """Whether `course verify` holds the lessons to the template (``lessons.template``)."""
    language: str = ""
    """The language in which things are shown unless somebody names another one; nothing for the locale's."""
    languages: Sequence[str] = ()
    """The languages in which every lesson is to be, beside English (``lessons.languages``)."""
    year: Year = field(default_factory=Year)
    """Weights, due dates and what lateness costs."""
    is_kit: bool = False
    """Whether its suites were recorded: a student's kit (``kind = "kit"``), or a sealed course."""
    is_sealed: bool = False
    """Whether the hidden suites were recorded, by `course compile` (``kind = "sealed"``)."""


def read_settings(root: Path) -> Settings:
    """The settings of the course in a directory.

    Raises:
        CourseError: where there is no course, or its settings cannot be read.
    """
    path = root / "course.toml"
    if not path.is_file():
        raise CourseError(
            f"{root} is not a course: it has no course.toml.", "Name one with `course --root DIR …`.", usage=True
        )
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}") from None
    _check(document, path)
    feedback = document.get("feedback", {}).get("hidden", "counterexample")
    if feedback not in POLICIES:
        raise CourseError(f"{path}: feedback.hidden is {feedback!r}.", f"Choose one of {', '.join(POLICIES)}.")
    try:
        limits = Limits(**document.get("limits", {}))
    except TypeError:
        raise CourseError(f"{path}: [limits] has an unknown key.", f"Known: {', '.join(Limits.__slots__)}.") from None
    kind = document.get("kind")
    return Settings(
        title=document.get("title", root.name),
        assignments=list(document.get("assignments", [])),
        limits=limits,
        feedback=feedback,
        template=bool(document.get("lessons", {}).get("template", False)),
        language=document.get("language", ""),
        languages=tuple(document.get("lessons", {}).get("languages", ())),
        year=read_year(document, str(path)),
        is_kit=kind in ("kit", "sealed"),
        is_sealed=kind == "sealed",
    )


def _check(document: Mapping[str, Any], path: Path) -> None:
    """Refuse values of another kind than their keys take, and keys that are a slip of the pen for another."""
    for name in document.keys() - set(_KNOWN):
        if close := difflib.get_close_matches(name, _KNOWN, n=1, cutoff=0.75):
            raise CourseError(f"{path}: there is no key {name}.", f"Did you mean {close[0]}?")
    if not isinstance(document.get("title", ""), str):
        raise CourseError(f"{path}: title is {document['title']!r}.", "Write a text.")
    names = document.get("assignments", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CourseError(f"{path}: assignments is {names!r}.", 'Write a list of names: ["linear", "modules"].')
    if twice := {name for name in names if names.count(name) > 1}:
        raise CourseError(f"{path}: assignments names {', '.join(sorted(twice))} twice.", "Name each once.")
    for name in ("limits", "feedback", "lessons"):
        if not isinstance(document.get(name, {}), dict):
            raise CourseError(f"{path}: {name} is {document[name]!r}.", f"It is a table: [{name}].")
    if (language := document.get("language", "")) and language not in LANGUAGES:
        raise CourseError(f"{path}: language is {language!r}.", f"Choose one of {', '.join(LANGUAGES)}.")
    languages = document.get("lessons", {}).get("languages", [])
    known = [name for name in LANGUAGES if name != ENGLISH]
    if not isinstance(languages, list) or not all(name in known for name in languages):
        raise CourseError(f"{path}: lessons.languages is {languages!r}.", f"Write a list of: {', '.join(known)}.")
    for name, value in document.get("limits", {}).items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise CourseError(f"{path}: limits.{name} is {value!r}.", "Write a number larger than 0.")
