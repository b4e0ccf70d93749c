"""What a released course holds, read from its stubs and records: without torch, so that a command answers at once."""

import difflib
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.course.named import NamedExercise
from grader.course.pitfalls import Pitfall
from grader.course.road import Leg, Stage, in_order, read_legs
from grader.course.settings import read_settings
from grader.course.translations import Translation, learn_course, recorded_translation, translation
from grader.model import CourseError, codec
from grader.model.language import ENGLISH, language, prefer, translated
from grader.model.source import definitions, span

_RECORDS = "checks/*.zip"
"""See `grader.kit.record`, which this module does not import because reading suites takes torch."""


@dataclass(frozen=True, kw_only=True)
class Lesson(NamedExercise):
    """One exercise as students receive it."""

    stub_path: Path
    record_path: Path | None = None
    """The recorded public suite, which also has the texts as they were released."""
    leg: Leg = field(default_factory=Leg, compare=False)
    """What is declared of it for those who learn alone."""
    source: Path | None = field(default=None, compare=False)
    """The folder in which its author has it, in a course that is no kit."""

    @cached_property
    def _recorded(self) -> dict[str, Any]:
        """The texts of the record; empty where it is missing or cannot be read."""
        if self.record_path is None:
            return {}
        try:
            with zipfile.ZipFile(self.record_path) as archive:
                texts = json.loads(archive.read("exercise.json"))
        except (OSError, KeyError, ValueError, EOFError, NotImplementedError, zipfile.BadZipFile):
            return {}
        return texts if isinstance(texts, dict) else {}

    @cached_property
    def stub(self) -> str:
        """The text that students start from, even where someone has written in the released file."""
        return str(self._recorded.get("stub") or self.stub_path.read_text(encoding="utf-8"))

    @cached_property
    def notebook(self) -> str:
        """The notebook that students start from; nothing where there is none."""
        path = self.stub_path.with_suffix(".ipynb")
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not text or not self._recorded:
            return text
        try:
            return self._as_released(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            return ""

    def _as_released(self, document: dict[str, Any]) -> str:
        """The notebook with the stub's definitions in the cells of the parts, whatever was written there."""
        pieces = {f"{self.name}-{node.name}": self.stub[span(self.stub, node)] for node in definitions(self.stub)}
        for cell in document["cells"]:
            if cell.get("id") in pieces:
                cell["source"] = pieces[cell["id"]].splitlines(keepends=True)
            if cell["cell_type"] == "code":
                cell |= {"outputs": [], "execution_count": None}
        return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    @cached_property
    def symbols(self) -> Sequence[str]:
        """The parts, in the order of learning, else in that of the stub."""
        return self.leg.ordered(node.name for node in definitions(self.stub))

    def stages(self, symbol: str) -> Sequence[Stage]:
        """The stages in which a part is written; none where it is written at once."""
        return self.leg.stages.get(symbol, ())

    @cached_property
    def text(self) -> str:
        """The lesson, in Markdown: the record's, else the notebook's first cell of text."""
        if self._recorded.get("handout"):
            return str(self._recorded["handout"]).strip()
        if not self.notebook:
            return ""
        cells = json.loads(self.notebook)["cells"]
        source = next((cell["source"] for cell in cells if cell["cell_type"] == "markdown"), "")
        return "".join(source) if isinstance(source, list) else str(source)

    @cached_property
    def translation(self) -> Translation:
        """What of it there is in the language in which things are shown; nothing in English."""
        spoken = language()
        if spoken != ENGLISH and self.source is not None:
            return translation(self.source, spoken)
        if spoken != ENGLISH and self.record_path is not None:
            return recorded_translation(self.record_path, spoken)
        return Translation()

    @cached_property
    def shown(self) -> str:
        """The lesson in the language in which things are shown, where there is a translation; else in English."""
        return self.translation.lesson(self.text).strip() or self.text

    @cached_property
    def pitfalls(self) -> Sequence[Pitfall]:
        """What the lesson warns of, as the record has it; without one it is not known what is about what."""
        try:
            found = [codec.made(Pitfall, item) for item in self._recorded.get("pitfalls", ())]
        except (ValueError, TypeError):
            return []
        said = self.translation.warnings
        if len(said) != len(found):
            return found
        return [replace(item, text=text) for item, text in zip(found, said, strict=True)]

    @property
    def title(self) -> str:
        """The lesson's heading, in the language in which things are shown."""
        heading = re.search(r"^# (.+)$", self.shown, re.MULTILINE)
        return translated(heading[1], self.slug, "title") if heading else self.name

    @property
    def figures(self) -> Iterator[Path]:
        """The figures that the lesson shows."""
        for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", self.text):
            path = self.stub_path.parent / target
            if path.is_file():
                yield path


@dataclass(frozen=True)
class Outline:
    """The exercises that a course has released, in the order of learning."""

    root: Path
    title: str
    lessons: Sequence[Lesson]

    @property
    def capstones(self) -> Sequence[Path]:
        """The notebooks that build on a whole assignment's answers, in order."""
        found = map(self.capstone, dict.fromkeys(lesson.assignment for lesson in self.lessons))
        return [path for path in found if path is not None]

    def capstone(self, assignment: str) -> Path | None:
        """The notebook that builds on all answers of an assignment; None where it has none."""
        folder = next(lesson.stub_path.parent for lesson in self.lessons if lesson.assignment == assignment)
        path = folder / "capstone.ipynb"
        return path if path.is_file() else None

    @cached_property
    def parts(self) -> Sequence[tuple[Lesson, str]]:
        """Every part, in order."""
        return [(lesson, symbol) for lesson in self.lessons for symbol in lesson.symbols]

    def select(self, name: str) -> Sequence[tuple[Lesson, str]]:
        """The parts that a name means: a part, an exercise, an assignment or the path of an answer.

        Raises:
            CourseError: for a name that means nothing.
        """
        wanted = name.strip("/")
        for suffix in (".py", ".ipynb", ".md"):
            wanted = wanted.removesuffix(suffix)
        tail = "/".join(Path(wanted).parts[-2:])
        for rank in range(4):
            parts = [pair for pair in self.parts if {wanted, tail} & _names(*pair)[rank]]
            if parts:
                return parts
        known = sorted({symbol for _, symbol in self.parts} | {lesson.slug for lesson in self.lessons})
        folded = {word.casefold(): word for word in known}
        close = [folded[word] for word in difflib.get_close_matches(wanted.casefold(), folded, n=3)]
        fix = f"Did you mean {' or '.join(close)}?" if close else "`course list` names them."
        raise CourseError(f"There is no part, exercise or assignment {name!r}.", fix, usage=True)

    def one(self, name: str) -> tuple[Lesson, str]:
        """The one part that a name means.

        Raises:
            CourseError: where it means none, or several.
        """
        parts = self.select(name)
        if len(parts) > 1:
            names = ", ".join(symbol for _, symbol in parts[:6])
            raise CourseError(f"{name!r} holds several parts: {names}.", "Name one of them.", usage=True)
        return parts[0]


def _names(lesson: Lesson, symbol: str) -> Sequence[set[str]]:
    """The names that mean a part, the most specific first."""
    part = {symbol, f"{lesson.slug}:{symbol}", f"{lesson.slug}/{symbol}"}
    return part, {lesson.slug}, {lesson.assignment}, {lesson.name}


def read_outline(root: Path) -> Outline:
    """The released exercises of a course.

    Raises:
        CourseError: where there is no course, or nothing of it has been released.
    """
    settings = read_settings(root)
    prefer(settings.language)
    base = root / "assignments" if (root / "assignments").is_dir() else root
    rank = {name: index for index, name in enumerate(settings.assignments)}
    lessons = [lesson for name in rank for lesson in _lessons(name, base / name)]
    if not lessons and len(rank) == 1:
        # The folder of the only assignment, as students fetch it from nbgrader.
        lessons = [lesson for name in rank for lesson in _lessons(name, root) if lesson.record_path]
    if not lessons:
        raise CourseError(f"Nothing of {root} has been released.", "Run: course release assignments")
    legs = read_legs(root) or read_legs(base)
    lessons = [
        replace(lesson, leg=legs.get(lesson.slug, Leg()), source=_source(root, lesson.slug)) for lesson in lessons
    ]
    learn_course(
        root, [(each.slug, each.source or root, None if each.source else each.record_path) for each in lessons]
    )
    return Outline(root=root, title=settings.title, lessons=in_order(lessons, settings.assignments, legs))


def _source(root: Path, slug: str) -> Path | None:
    """The folder in which the author of an exercise has it; None in a kit."""
    folder = root / "solutions" / slug
    return folder if folder.is_dir() else None


def _lessons(assignment: str, folder: Path) -> Iterator[Lesson]:
    """The exercises of an assignment: those recorded, else every stub (other files may be the student's)."""
    records = sorted(folder.glob(_RECORDS))
    for path in records:
        stub = folder / f"{path.stem}.py"
        yield Lesson(assignment=assignment, name=path.stem, stub_path=stub, record_path=path)
    if not records:
        for path in sorted(folder.glob("*.py")):
            yield Lesson(assignment=assignment, name=path.stem, stub_path=path)
