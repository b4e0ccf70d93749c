"""Where a course's translations lie: of an exercise a lesson and a catalogue beside its own, of the course a catalogue.

``solutions/normalization/layernorm/`` has ``handout.zh.md`` and ``zh.po``, ``solutions/zh.po`` is the course's. This
imports neither torch nor hypothesis.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.model import CourseError
from grader.model.language.catalogue import Catalogue, read

SUFFIX = ".po"


@dataclass(frozen=True, slots=True)
class Translation:
    """What of an exercise there is in another language."""

    handout: str = ""
    """The lesson as its translator wrote it, tags and the line about its source included; empty where there is none."""
    catalogue: Catalogue = field(default_factory=Catalogue)


def catalogue_path(folder: Path, language: str) -> Path:
    """The catalogue of an exercise, or of the course where the folder is ``solutions/``."""
    return folder / f"{language}{SUFFIX}"


def handout_path(folder: Path, language: str) -> Path:
    """The translated lesson of an exercise."""
    return folder / f"handout.{language}.md"


def translation(folder: Path, language: str) -> Translation:
    """What lies in the folder of an exercise.

    Raises:
        CourseError: where it cannot be read.
    """
    path = handout_path(folder, language)
    try:
        handout = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} cannot be read: {error}.") from None
    return Translation(handout, read(catalogue_path(folder, language)))


def translations(folder: Path, languages: tuple[str, ...]) -> Mapping[str, Translation]:
    """What lies in the folder of an exercise, by language; nothing of a language of which nothing is there."""
    found = {language: translation(folder, language) for language in languages}
    return {language: each for language, each in found.items() if each.handout or each.catalogue.shown}
