"""Read ``course.toml``; without torch, so that a command can act on it before torch is imported."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import CourseError, Limits
from grader.model.policy import POLICIES


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """A course's settings."""

    title: str
    assignments: Sequence[str]
    """The assignments, in the order in which they are released."""
    limits: Limits
    feedback: str
    """How much of a failed hidden case a student's report shows: one of `grader.model.policy.POLICIES`."""
    template: bool = False
    """Whether `course verify` holds the lessons to the template (``lessons.template``)."""
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
        is_kit=kind in ("kit", "sealed"),
        is_sealed=kind == "sealed",
    )
