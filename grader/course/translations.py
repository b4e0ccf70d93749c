"""Where a course's translations lie: of an exercise a lesson and a catalogue beside its own, of the course a catalogue.

``solutions/normalization/layernorm/`` has ``handout.zh.md`` and ``zh.po``, ``solutions/zh.po`` is the course's. This
imports neither torch nor hypothesis.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from grader.course.pitfalls import pitfalls, without_tags
from grader.model import CourseError
from grader.model.language import learn, translated
from grader.model.language.catalogue import Catalogue, read, written

SUFFIX = ".po"
TAGS = {"zh": "zh_CN"}
"""The languages there are catalogues of, as gettext names them."""


def catalogue_path(folder: Path, language: str) -> Path:
    """The catalogue of an exercise, or of the course where the folder is ``solutions/``."""
    return folder / f"{language}{SUFFIX}"


def handout_path(folder: Path, language: str) -> Path:
    """The translated lesson of an exercise."""
    return folder / f"handout.{language}.md"


_SOURCE = re.compile(r"\A<!-- source: ([0-9a-f]{16}) -->\n")
"""The first line of a translated lesson: the digest of the English one that it translates."""
HEADINGS = {"zh": {"Pitfalls": "常见的坑", "Bad arguments": "不合法的实参"}}
"""What the sections that are read by programs are called in each language."""
EVERYWHERE = re.compile(r"\n\nOff limits in every exercise are TorchScript .*\Z", re.DOTALL)
"""What a release adds to every English lesson."""


@dataclass(frozen=True, slots=True)
class Translation:
    """What of an exercise there is in a language; all of it empty where that is nothing."""

    handout: str = ""
    """The lesson as its translator wrote it, tags and the line about its source included."""
    catalogue: Catalogue = field(default_factory=Catalogue)
    language: str = ""

    @property
    def source(self) -> str:
        """The first digits of the digest of the lesson that is translated; empty where none is named."""
        match = _SOURCE.match(self.handout)
        return match[1] if match else ""

    def lesson(self, english: str) -> str:
        """The lesson as it is read, with the words about every exercise that the English one ends with; or nothing.

        Args:
            english: The English lesson as it is read.
        """
        if not self.handout:
            return ""
        more = EVERYWHERE.search(english)
        text = without_tags(_SOURCE.sub("", self.handout)).strip()
        return f"{text}\n\n{translated(more[0].strip(), into=self.language)}\n" if more else f"{text}\n"

    @property
    def warnings(self) -> Sequence[str]:
        """The items of the lesson's list of pitfalls, in its order."""
        if self.language not in HEADINGS:
            return []
        heading = f"## {HEADINGS[self.language]['Pitfalls']}\n"
        return [item.text for item in pitfalls(self.handout.replace(heading, "## Pitfalls\n"))]


def read_translation(handout: Path, catalogue: Path, language: str) -> Translation:
    """What two files hold; nothing of one that is not there.

    Raises:
        CourseError: where one cannot be read.
    """
    try:
        text = handout.read_text(encoding="utf-8") if handout.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"{handout} cannot be read: {error}.") from None
    return Translation(text, read(catalogue), language)


def translation(folder: Path, language: str) -> Translation:
    """What lies in the folder of an exercise.

    Raises:
        CourseError: where it cannot be read.
    """
    return read_translation(handout_path(folder, language), catalogue_path(folder, language), language)


def recorded_translation(record: Path, language: str) -> Translation:
    """What a kit has beside the record of an exercise.

    Raises:
        CourseError: where it cannot be read.
    """
    return read_translation(record.with_suffix(f".{language}.md"), record.with_suffix(f".{language}{SUFFIX}"), language)


def recorded_files(found: Translation, name: str) -> Mapping[str, str]:
    """The files of a kit that `recorded_translation` reads, by name; none where there is nothing to read."""
    files = {f"{name}.{found.language}.md": found.handout} if found.handout else {}
    if found.catalogue.shown:
        # Without what the extraction noted for translators: it quotes the reference.
        shown = Catalogue([replace(entry, notes=(), remarks=()) for entry in found.catalogue.shown.values()])
        files[f"{name}.{found.language}{SUFFIX}"] = written(shown, TAGS[found.language])
    return files


def learn_course(root: Path, exercises: Iterable[tuple[str, Path, Path | None]]) -> None:
    """Have the catalogues of a course known; they are read where something is shown in another language than English.

    Args:
        root: The course.
        exercises: Slug, folder and record of each; without a record it is one that the course declares.
    """
    learn("", lambda language: read(own_catalogue(root, language)))
    for slug, folder, record in exercises:
        learn(slug, partial(_catalogue, folder, record))


def own_catalogue(root: Path, language: str) -> Path:
    """The catalogue of a course itself: a kit has it at its root."""
    path = catalogue_path(root / "solutions", language)
    return path if path.is_file() else catalogue_path(root, language)


def _catalogue(folder: Path, record: Path | None, language: str) -> Catalogue:
    path = catalogue_path(folder, language) if record is None else record.with_suffix(f".{language}{SUFFIX}")
    return read(path)
