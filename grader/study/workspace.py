"""A learner's folder: the answers, the lessons beside them, and a plain file that remembers the progress."""

import contextlib
import json
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from grader.course.settings import read_settings
from grader.kit.outline import Lesson, Outline
from grader.model import CourseError, PartReport, Verdict
from grader.model.files import write_whole
from grader.model.language import asked, phrase, translated
from grader.model.source import definition, span

STATE = ".course.json"
BACKUPS = "backup"

_PYTEST_INI = """\
# `pytest` here checks the parts you have begun; each criterion is a test.
[pytest]
addopts = -p grader.pytest_plugin
"""

_README = """\
# {title}

Each exercise is a file to fill in, with its lesson beside it. Begin with `{first}.md`, then write in `{first}.py`
(or in the notebook `{first}.ipynb`, whichever you like better), and run in this folder:

    course watch

It checks every file that you save. Other commands: `course check PART`, `course hint PART`, `course progress`,
`course solution PART`, `course reset PART`. The order:

{order}

When an assignment is written, its `capstone.ipynb` trains a small net made of your own answers next to the same net of
`torch.nn`. In any notebook here, `%load_ext grader.magic` gives `%check PART` and `%hint PART`.

What you have reached is kept in `{state}`; deleting it loses nothing but that. After `pip install pytest`, `pytest`
works here too: each criterion of a part is a test.
"""

Stamps = dict[Path, int]
"""When each answer file was saved last."""


@dataclass
class PartProgress:
    """What is remembered of one part."""

    verdict: str = ""
    score: float = 0.0
    max_score: float = 0.0
    passed: bool = False
    """Whether it was accepted once, whatever happened to it since."""
    failed: str = ""
    """The first criterion that failed."""
    snippet: str = ""
    """The example of what failed, where there is one."""
    file: str = ""
    """The file in which that was found: ``linear/linear.ipynb``."""
    checks: int = 0
    hints: int = 0
    """The highest level of hint that was asked for."""
    hinted: str = ""
    """The failure that the last hint was about (see `grader.study.hints.about`); empty where nothing was written."""
    level: int = 0
    """The highest level that was asked for about it."""
    solution: str = ""
    """``after a pass`` or ``gave up``, where the solution was shown."""


@dataclass
class Workspace:
    """A folder that `start` made, a kit, or any with answers in it."""

    path: Path
    course: str = ""
    parts: dict[str, PartProgress] = field(default_factory=dict)
    """By ``normalization/batchnorm:BatchNorm2d``."""
    language: str = ""
    """The language in which it was made; nothing where nobody asked for one."""
    is_found: bool = True
    """Whether something says that it is one; else it is any folder, and nothing may be written there unasked."""

    def progress(self, slug: str, symbol: str) -> PartProgress:
        """What is remembered of a part."""
        return self.parts.setdefault(f"{slug}:{symbol}", PartProgress())

    def note(self, report: PartReport, file: str = "") -> None:
        """Remember a verdict on what a file holds, unless it is an internal error."""
        if report.verdict is Verdict.JUDGE_ERROR:
            return
        progress = self.progress(report.exercise, report.part)
        progress.verdict = report.verdict.value
        progress.score, progress.max_score = report.score or 0.0, report.max_score
        progress.passed |= report.verdict is Verdict.ACCEPTED
        failed = [item for item in report.criteria if item.verdict not in (Verdict.ACCEPTED, Verdict.SKIPPED)]
        progress.failed = failed[0].name if failed and report.verdict is not Verdict.NOT_ATTEMPTED else ""
        progress.snippet = _example(report) if progress.failed else ""
        progress.file = file if progress.snippet else ""
        progress.checks += report.verdict is not Verdict.NOT_ATTEMPTED

    def save(self) -> None:
        """Write the state, whole or not at all.

        Raises:
            CourseError: where it cannot be written.
        """
        kept = {name: asdict(progress) for name, progress in self.parts.items() if progress != PartProgress()}
        language = {"language": self.language} if self.language else {}
        text = json.dumps({"schema": 1, "course": self.course, **language, "parts": kept}, indent=1) + "\n"
        path = self.path / STATE
        try:
            write_whole(path, text)
        except OSError as error:
            raise CourseError(f"{path} cannot be written: {error}.") from None

    def keep(self) -> None:
        """Write the state where this is a workspace, and leave no file where it is any other folder."""
        if any((self.path / name).is_file() for name in (STATE, "pytest.ini")):
            with contextlib.suppress(CourseError):
                self.save()

    def written(self, lesson: Lesson) -> str:
        """The text of the ``.py`` file that answers an exercise; nothing where there is none that can be read."""
        try:
            return (self.path / f"{lesson.slug}.py").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def lesson(self, lesson: Lesson) -> str:
        """The lesson as it lies in the folder, or as it is shown where it does not."""
        return _text(self.path / f"{lesson.slug}.md") or lesson.shown

    def stamps(self, outline: Outline) -> Stamps:
        """When the answers were saved last."""
        stamps: Stamps = {}
        for lesson in outline.lessons:
            for path in self.answers(lesson):
                with contextlib.suppress(OSError):
                    stamps[path] = path.stat().st_mtime_ns
        return stamps

    def answers(self, lesson: Lesson) -> list[Path]:
        """The answer files of an exercise that are there."""
        paths = [self.path / f"{lesson.slug}{suffix}" for suffix in (".py", ".ipynb")]
        return [path for path in paths if path.is_file()]


def _example(report: PartReport) -> str:
    """The example that the report shows large."""
    from grader.report.screen import first_failure

    shown = first_failure(report)
    return shown.counterexample.snippet if shown is not None and shown.counterexample is not None else ""


def find_workspace(around: Path) -> Workspace:
    """The workspace at or above a path, else the path itself, without a state."""
    start = around if around.is_dir() else around.parent
    for folder in (start, *start.parents):
        if (folder / STATE).is_file():
            return _read(folder)
    for folder in (start, *start.parents):
        if (folder / "pytest.ini").is_file() and "grader.pytest_plugin" in _text(folder / "pytest.ini"):
            return Workspace(folder)
    for folder in (start, *start.parents):
        if (folder / "course.toml").is_file():
            return Workspace(folder) if _is_kit(folder) else Workspace(start, is_found=False)
    return Workspace(start, is_found=False)


def _is_kit(folder: Path) -> bool:
    try:
        return read_settings(folder).is_kit
    except CourseError:
        return False


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def _read(folder: Path) -> Workspace:
    """The workspace of a folder; a state that cannot be read counts as none."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        parts = {str(name): _progress(values) for name, values in state.get("parts", {}).items()}
        return Workspace(folder, str(state.get("course", "")), parts, str(state.get("language", "")))
    except (OSError, ValueError, TypeError, AttributeError):
        return Workspace(folder)


def _progress(values: dict[str, Any]) -> PartProgress:
    made = PartProgress()
    for item in fields(PartProgress):
        if item.name in values and isinstance(values[item.name], (bool, int, float, str)):
            setattr(made, item.name, type(getattr(made, item.name))(values[item.name]))
    return made


def start(outline: Outline, directory: Path) -> Workspace:
    """Make a workspace; files that are there already are left as they are.

    Raises:
        CourseError: where it cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for lesson in outline.lessons:
            _put(directory / f"{lesson.slug}.py", lesson.stub)
            _put(directory / f"{lesson.slug}.ipynb", _plain(lesson.notebook, lesson))
            _put(directory / f"{lesson.slug}.md", lesson.shown)
            for figure in lesson.figures:
                target = directory / lesson.assignment / "figures" / figure.name
                target.parent.mkdir(exist_ok=True)
                if not target.exists():
                    shutil.copyfile(figure, target)
        for capstone in outline.capstones:
            _put(directory / capstone.parent.name / capstone.name, capstone.read_text(encoding="utf-8"))
        order = [_listed(number, lesson) for number, lesson in enumerate(outline.lessons, 1)]
        first = outline.lessons[0].slug
        _put(
            directory / "README.md",
            translated(_README, kind="file").format(
                title=translated(outline.title, kind="title"), first=first, order="\n".join(order), state=STATE
            ),
        )
        _put(directory / "pytest.ini", _PYTEST_INI)
    except OSError as error:
        raise CourseError(f"{directory} cannot be written: {error}.", "Name another directory.") from None
    workspace = _read(directory) if (directory / STATE).is_file() else Workspace(directory)
    workspace.course = str(outline.root)
    workspace.language = asked() or workspace.language
    workspace.save()
    return workspace


def _listed(number: int, lesson: Lesson) -> str:
    """An exercise with what it takes, where that is said, as an item of a list."""
    if str(lesson.leg):
        return phrase("{0}. `{1}`: {2} ({3})", number, lesson.slug, lesson.title, lesson.leg)
    return phrase("{0}. `{1}`: {2}", number, lesson.slug, lesson.title)


def _plain(notebook: str, lesson: Lesson) -> str:
    """A notebook without what only a class needs (which cells are graded, which are locked), with the lesson shown."""
    if not notebook:
        return ""
    document = json.loads(notebook)
    for cell in document["cells"]:
        if cell.get("id") == f"{lesson.name}-lesson":
            cell["source"] = lesson.shown.splitlines(keepends=True)
        for name in ("nbgrader", "deletable", "editable"):
            cell["metadata"].pop(name, None)
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _put(path: Path, text: str) -> None:
    if text and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)


def reset(workspace: Workspace, lesson: Lesson, symbols: Iterable[str]) -> list[Path]:
    """Turn parts back into their stubs; what was there is kept in ``backup/``.

    Returns:
        The backups made.

    Raises:
        CourseError: where one part of a file cannot be told from the others.
    """
    wanted = list(symbols)
    whole = set(wanted) == set(lesson.symbols)
    made: list[Path] = []
    for path in workspace.answers(lesson):
        source = path.read_text(encoding="utf-8", errors="replace")
        stub = lesson.stub if path.suffix == ".py" else _plain(lesson.notebook, lesson)
        replaced = _without_answers(lesson, stub, source, wanted, path.suffix) if not whole else stub
        if replaced == source:
            continue
        made.append(_kept(workspace.path / BACKUPS / f"{lesson.slug}{path.suffix}", path.read_bytes()))
        write_whole(path, replaced)
    if not workspace.answers(lesson):
        _put(workspace.path / f"{lesson.slug}.py", lesson.stub)
    for symbol in wanted:
        progress = workspace.progress(lesson.slug, symbol)
        progress.verdict, progress.score, progress.failed = "", 0.0, ""
    return made


def _kept(path: Path, content: bytes) -> Path:
    """Write a backup under a name with the time in it, which no other backup has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    when = f"{datetime.now():%Y%m%d-%H%M%S}"
    for again in count(1):
        backup = path.with_stem(f"{path.stem}-{when}" + (f"-{again}" if again > 1 else ""))
        try:
            with backup.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return backup
    raise AssertionError("count ends")


def _without_answers(lesson: Lesson, stub: str, source: str, symbols: Iterable[str], suffix: str) -> str:
    try:
        if suffix == ".ipynb":
            return _reset_cells(lesson, stub, source, symbols)
        for symbol in symbols:
            source = _reset_definition(lesson.stub, source, symbol)
        return source
    except (SyntaxError, ValueError, KeyError, TypeError):
        raise CourseError(
            f"{lesson.slug}{suffix} cannot be read well enough to replace one part of it.",
            f"Put the whole file back with: course reset {lesson.slug}",
        ) from None


def _reset_definition(stub: str, source: str, symbol: str) -> str:
    origin, here = definition(stub, symbol), definition(source, symbol)
    assert origin is not None
    piece = stub[span(stub, origin)]
    if here is None:
        return source.removesuffix("\n") + "\n\n\n" + piece + "\n"
    lines = span(source, here)
    return source[: lines.start] + piece + source[lines.stop :].removesuffix("\n") + "\n"


def _reset_cells(lesson: Lesson, stub: str, source: str, symbols: Iterable[str]) -> str:
    fresh, mine = json.loads(stub), json.loads(source)
    origin = {cell.get("id"): cell for cell in fresh["cells"]}
    for symbol in symbols:
        identity = f"{lesson.name}-{symbol}"
        for cell in mine["cells"]:
            if cell.get("id") == identity:
                cell.update(source=origin[identity]["source"], outputs=[], execution_count=None)
    return json.dumps(mine, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
