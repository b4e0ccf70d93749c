"""A learner at work: the workspace, the course that it belongs to, and a checker that stays warm.

The commands, the notebook, `course watch` and pytest all work through it; each only parses and shows. It does not
import torch until something is checked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.paths import cache_dir, root_of
from grader.kit.outline import Lesson, Outline, read_outline
from grader.model import CourseError, PartReport, Verdict
from grader.model.language import prefer, translated
from grader.model.words import lead
from grader.study.workspace import STATE, Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

    from grader.answer.load import Answer
    from grader.report.screen import AnswerPaths
    from grader.study.check import Checker
    from grader.study.hints import Hint

Part = tuple[Lesson, str]
"""A part of the course: its exercise and its symbol."""

ALL_PASSED = "Everything is passed. Well done!"


class Session:
    """One workspace and its course."""

    def __init__(self, outline: Outline, workspace: Workspace) -> None:
        self.outline = outline
        self.workspace = workspace
        self._checker: Checker | None = None

    def again(self, folder: Path) -> "Session":
        """This session with its state reread (another process may have changed it); a new one for another folder."""
        workspace = find_workspace(folder)
        if (_course_of(workspace, folder), workspace.path) != (self.outline.root, self.workspace.path):
            self.close()
            return find_session(folder)
        self.workspace = workspace
        return self

    @property
    def checker(self) -> "Checker":
        """A checker whose worker imports torch while this process does."""
        if self._checker is None:
            self.warm_up()
            from grader.study.check import Checker

            self._checker = Checker(self.outline.root, self.workspace.path, cache_dir())
        return self._checker

    def warm_up(self) -> None:
        """Have the worker import torch, before this process does."""
        from grader.answer.confined import start
        from grader.course.settings import read_settings
        from grader.host.launch import warm_up

        warm_up(read_settings(self.outline.root).limits)
        start()

    def prepare(self) -> None:
        """Have the checker get warm before anything is checked."""
        _ = self.checker

    def close(self) -> None:
        """Close the worker, also one that was started and never used."""
        from grader.host.launch import cool_down

        if self._checker is not None:
            self._checker.close()
            self._checker = None
        cool_down()

    def lesson_of(self, path: Path) -> Lesson | None:
        """The exercise that a file answers, where it is at its path in the workspace."""
        if path.suffix not in (".py", ".ipynb") or path.parent.parent.resolve() != self.workspace.path.resolve():
            return None
        slug = f"{path.parent.name}/{path.stem}"
        return next((lesson for lesson in self.outline.lessons if lesson.slug == slug), None)

    def attempted(self, lesson: Lesson, path: Path | None = None) -> Sequence[str]:
        """The parts of an exercise that have been begun, in one file or in any; nothing is run for it."""
        return self.checker.attempted(lesson, path)

    def check(
        self,
        lesson: Lesson,
        symbols: Sequence[str],
        is_called_off: Callable[[], bool] = lambda: False,
        path: Path | None = None,
    ) -> Sequence[PartReport]:
        """Judge parts of the answer to an exercise, and note what was found.

        Args:
            lesson: The exercise.
            symbols: The parts.
            is_called_off: Asked again and again: whether nobody wants to know any more.
            path: The file to judge; without it, of those in which a part has been begun, the newer.

        Raises:
            CalledOff: once nobody does.
        """
        reports = self.checker.check(lesson, symbols, is_called_off, path)
        for report in reports:
            self.workspace.note(report, self.file(lesson, report.part))
        return reports

    def file(self, lesson: Lesson, symbol: str) -> str:
        """The file in which a part was checked last, else where it would be written: ``linear/linear.ipynb``."""
        answer = self._checker.judged.get(symbol) if self._checker else None
        if answer is not None:
            return answer.path
        suffix = ".py" if (self.workspace.path / f"{lesson.slug}.py").is_file() else ".ipynb"
        return f"{lesson.slug}{suffix}"

    def other_file(self, lesson: Lesson, symbol: str) -> str:
        """The file in which a part has been begun too, beside that in which it was checked; mostly there is none."""
        read = self.file(lesson, symbol)
        return next((path for path in self.checker.files(lesson, symbol) if path != read), "")

    def check_answer(self, lesson: Lesson, symbol: str, answer: "Answer") -> PartReport:
        """Judge a part of an answer that is not a file, and note what was found."""
        report = self.checker.check_answer(lesson, symbol, answer)
        self.workspace.note(report)
        return report

    def show_printed(self, report: PartReport, console: "Console") -> None:
        """Print what the answer printed when a part of it was checked, below the part's report."""
        from grader.report.prints import render_printed

        failed = report.verdict not in (Verdict.ACCEPTED, Verdict.NOT_ATTEMPTED)
        text = self.checker.printed.get(report.part, "")
        render_printed(text, console, report.part if failed else "")

    def paths(self, lesson: Lesson, report: PartReport) -> "AnswerPaths":
        """Where a part is written and explained, and what of it waits to be written."""
        from grader.study.page import paths

        suffix = Path(self.file(lesson, report.part)).suffix
        judged = self._checker.judged.get(report.part) if self._checker and report.criteria else None
        unwritten = self.checker.unwritten(lesson, report.part, judged) if judged else []
        return paths(report, lesson, suffix=suffix, unwritten=unwritten, shown=self.workspace.lesson(lesson))

    def standing(self, report: PartReport) -> str:
        """At which stage of a part one is, in words; nothing where it has none, or is written to the end."""
        standing = self._checker.standings.get(report.part) if self._checker else None
        if standing is None or report.verdict is Verdict.NOT_ATTEMPTED:
            return ""
        return f"{report.part}. {translated(str(standing), report.exercise)}"

    def is_passed(self, lesson: Lesson, symbol: str) -> bool:
        """Whether a part was accepted once."""
        return self.workspace.progress(lesson.slug, symbol).passed

    def next(self, after: Part | None = None, *, finish: bool = False) -> Part | None:
        """The first part not passed yet; None where all are passed.

        Args:
            after: Begin after this part, and come round to it; without it, what was begun goes first.
            finish: Name what is left of that exercise first.
        """
        parts = list(self.outline.parts)
        if after is not None:
            start = parts.index(after) + 1
            parts = [*parts[start:], *parts[:start]]
            if finish:
                parts.sort(key=lambda part: part[0] != after[0])
        else:
            begun = {lesson.slug for lesson, symbol in parts if self.workspace.progress(lesson.slug, symbol).checks}
            parts.sort(key=lambda part: part[0].slug not in begun)
        return next((part for part in parts if not self.is_passed(*part)), None)

    def reference(self, lesson: Lesson) -> str:
        """The reference answer to an exercise; nothing where this is a kit without solutions."""
        path = self.outline.root / "solutions" / lesson.slug / f"{lesson.name}.py"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def hint(
        self,
        lesson: Lesson,
        symbol: str,
        report: PartReport | None,
        level: int | None = None,
        written: str | None = None,
    ) -> "GivenHint":
        """A hint for a part, which is remembered.

        Args:
            lesson: The exercise.
            symbol: The part.
            report: What a check has found; None where there is nothing to check yet.
            level: 1 to 3; without one, the one after the last, and the first where something else fails by now.
            written: The answer as text; without it, what the file holds that was checked.
        """
        from grader.study.hints import LEVELS, about, hint

        progress = self.workspace.progress(lesson.slug, symbol)
        subject = about(report, lesson)
        if progress.hinted != subject:
            progress.hinted, progress.level = subject, 0
        is_repeated = level is None and progress.level >= LEVELS
        level = level or min(LEVELS, progress.level + 1)
        answer = self._checker.judged.get(symbol) if self._checker and report is not None else None
        if written is None:
            cells = [cell.source for cell in answer.cells] if answer else [self.workspace.written(lesson)]
            written = "\n".join(cells)
        given = hint(level, lesson, symbol, report, self.reference(lesson), written)
        progress.level = max(progress.level, level)
        progress.hints = max(progress.hints, level)
        heading = translated(f"Hint {level} of {LEVELS} for {symbol}")
        return GivenHint(symbol, heading, given, is_last=level >= LEVELS, is_repeated=is_repeated)


@dataclass(frozen=True, slots=True)
class GivenHint:
    """A hint, and what help is next."""

    symbol: str
    heading: str
    hint: "Hint"
    is_last: bool
    is_repeated: bool = False
    """Whether all hints about this failure had been given before."""

    def further(self, ask: str, quote: str = "") -> str:
        """What help is next, and the command that gives it.

        Args:
            ask: How one asks for a hint: ``course hint``.
            quote: What to put around the command.
        """
        if self.is_last:
            return f"{lead('The whole answer:')}{quote}course solution {self.symbol} --give-up{quote}"
        return f"{lead('A stronger one:')}{quote}{ask} {self.symbol}{quote}"


def find_session(around: Path, root: Path | None = None) -> Session:
    """The session of the workspace at or above a path.

    Args:
        around: The path.
        root: The course; without it the one that the workspace remembers, else the one around the path.

    Raises:
        CourseError: where there is no course, or nothing of it has been released.
    """
    workspace = find_workspace(around)
    prefer(workspace.language)
    return Session(read_outline(_course_of(workspace, around, root)), workspace)


def find_home(around: Path, root: Path | None = None) -> Session:
    """The session of the workspace at or above a path, for what writes there.

    Raises:
        CourseError: where the path is in no workspace and in no kit, or there is no course.
    """
    workspace = find_workspace(around)
    prefer(workspace.language)
    if not workspace.is_found:
        folders = sorted(path.parent for path in workspace.path.glob(f"*/{STATE}"))
        fix = "Make one with `course start learn`, then: cd learn"
        if folders:
            fix = f"Yours is {folders[0].name}/, so first: cd {folders[0].name}"
        raise CourseError(f"{workspace.path} is no folder to learn in.", fix, usage=True)
    return Session(read_outline(_course_of(workspace, around, root)), workspace)


def _course_of(workspace: Workspace, around: Path, root: Path | None = None) -> Path:
    remembered = Path(workspace.course) if workspace.course else None
    if root is None and remembered is not None and (remembered / "course.toml").is_file():
        root = remembered
    return root_of(root, around)


def where(part: Part) -> str:
    """Where a part is written and explained, to be put into a sentence (in English, as the sentence is)."""
    lesson, symbol = part
    return f"{symbol} in {lesson.slug}.py (lesson: {lesson.slug}.md)"


def cost(lesson: Lesson) -> str:
    """What an exercise takes, all its parts together, to end a sentence about one of them; nothing where not said."""
    return f"; whole exercise: {lesson.leg}" if str(lesson.leg) else ""


def nothing_to_hint(symbol: str) -> str:
    """The message in place of a hint for a part that is accepted."""
    return translated(f"{symbol} is accepted. See how we did it with: course solution {symbol}")
