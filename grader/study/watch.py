"""Check what has just been saved, and answer keys; a worker stays warm between checks."""

import contextlib
import hashlib
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console
from watchfiles import Change, DefaultFilter
from watchfiles import watch as changes

from grader.kit.outline import Lesson, Outline
from grader.model import CourseError, PartReport, Verdict
from grader.model.words import LOOKS
from grader.report.screen import Place, first_failure, headline, render_part
from grader.study import hints
from grader.study.check import Checker
from grader.study.keys import keys
from grader.study.progress import next_part, render_progress
from grader.study.workspace import BACKUPS, Stamps, Workspace

DEBOUNCE_MS, STEP_MS = 120, 30
"""An editor's save is several events: they are taken together once it has been quiet for a step."""
_IDLE_MS = 500
"""After which the watching thread looks whether it should end."""

Event = tuple[Literal["saved", "key", "end"], str]
_HELP = "h hint   n next   l list   p progress   q quit"


def watch(
    outline: Outline,
    workspace: Workspace,
    checker: Checker,
    console: Console,
    reference: Callable[[Lesson], str],
    stamps: Stamps | None = None,
) -> None:
    """Check files as they are saved, until q or Ctrl-C.

    Args:
        outline: The course.
        workspace: Where the answers are.
        checker: Grades them.
        console: Where to; without a terminal it gets one line a check.
        reference: Gives the reference answer to an exercise, for hints.
        stamps: The answers as they were when the command was called: what was saved since is checked too.
    """
    _Watch(outline, workspace, checker, console, reference, stamps).run()


class _Only(DefaultFilter):
    """Answer files, and nothing that tools leave beside them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(ignore_dirs=(*DefaultFilter.ignore_dirs, BACKUPS, ".ipynb_checkpoints"))
        self.folder = folder

    def __call__(self, change: Change, path: str) -> bool:
        return path.endswith((".py", ".ipynb")) and super().__call__(change, path)


class _Watch:
    """What is being watched, and where one is in it."""

    def __init__(
        self,
        outline: Outline,
        workspace: Workspace,
        checker: Checker,
        console: Console,
        reference: Callable[[Lesson], str],
        stamps: Stamps | None,
    ) -> None:
        self.outline, self.workspace, self.checker, self.console = outline, workspace, checker, console
        self.reference = reference
        self.stamps = workspace.stamps(outline) if stamps is None else stamps
        self.large = console.is_terminal and sys.stdin.isatty()
        self.events: queue.Queue[Event] = queue.Queue()
        self.ended = threading.Event()
        self.seen: dict[str, str] = {}
        """Digest of each answer when it was last checked: an editor that saves nothing new asks for nothing."""
        self.gone: set[str] = set()
        """Exercises whose files were missed already: some systems tell of one removal twice."""
        self.now: tuple[Lesson, str] | None = self.left_off() or next_part(outline, workspace)
        self.reports: dict[tuple[str, str], PartReport] = {}

    def run(self) -> None:
        """Go on until the end."""
        watcher = threading.Thread(target=self.watching, daemon=True)
        with keys(lambda key: self.events.put(("key", key))):
            watcher.start()
            try:
                self.welcome()
                while self.step(*self.events.get()):
                    continue
            except KeyboardInterrupt:
                self.say("")
            finally:
                self.ended.set()
        watcher.join(2)

    def left_off(self) -> tuple[Lesson, str] | None:
        """The part that was being written when its file was saved last; None where none is begun and not passed."""
        recent = sorted(self.outline.lessons, key=lambda lesson: -max(self.times(lesson), default=0))
        for lesson in recent:
            for symbol in self.checker.attempted(lesson):
                if not self.workspace.record(lesson.slug, symbol).passed:
                    return lesson, symbol
        return None

    def times(self, lesson: Lesson) -> Sequence[int]:
        return [self.stamps[path] for path in self.workspace.answers(lesson) if path in self.stamps]

    def watching(self) -> None:
        """Turn the file system's changes into events."""
        is_first = True
        try:
            for found in changes(
                self.workspace.path,
                watch_filter=_Only(self.workspace.path),
                debounce=DEBOUNCE_MS,
                step=STEP_MS,
                rust_timeout=_IDLE_MS,
                yield_on_timeout=True,
                stop_event=self.ended,
                raise_interrupt=False,
            ):
                paths = {Path(path) for _, path in found}
                if is_first:
                    # From here on nothing is missed; what was saved while everything was being imported has been.
                    now = self.workspace.stamps(self.outline)
                    paths |= {path for path in now if now[path] != self.stamps.get(path)}
                    is_first = False
                for path in sorted(paths):
                    self.events.put(("saved", str(path)))
        except (OSError, RuntimeError) as error:
            self.events.put(("end", f"This folder cannot be watched: {error}"))

    def step(self, kind: str, what: str) -> bool:
        """Answer one event; False ends."""
        if kind == "end":
            raise CourseError(what, "Use `course check`, or set WATCHFILES_FORCE_POLLING=1.")
        if kind == "saved":
            self.saved(Path(what))
            return True
        actions = {"h": self.hint, "n": self.next, "l": self.list, "p": self.progress}
        if what in ("q", "\x04"):
            return False
        if what in actions:
            actions[what]()
        return True

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=not self.large)

    def welcome(self) -> None:
        """Say what is watched, and check what stands where one left off."""
        self.say(f"Watching {self.workspace.path}. Save an answer and it is checked.")
        if self.large:
            self.say(_HELP)
        if self.now is None:
            return
        self.point_at(self.now)
        for path in self.workspace.answers(self.now[0]):
            if self.checker.attempted(self.now[0]):
                self.saved(path)

    def point_at(self, part: tuple[Lesson, str]) -> None:
        lesson, symbol = part
        self.say(f"Now: {symbol} in {lesson.slug}.py (lesson: {lesson.slug}.md)")

    def saved(self, path: Path) -> None:
        """Check the parts of a file that was saved, begun ones only."""
        slug = f"{path.parent.name}/{path.stem}"
        lesson = next((item for item in self.outline.lessons if item.slug == slug), None)
        if lesson is None or path.parent.parent != self.workspace.path.resolve():
            return
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            # Deleted, or between the two halves of a save: if it comes back, so does an event.
            self.seen.pop(str(path), None)
            if slug not in self.gone and not self.workspace.answers(lesson):
                self.gone.add(slug)
                self.say(f"{path.name} is gone. Bring it back with: course reset {lesson.slug}")
            return
        self.gone.discard(slug)
        if self.seen.get(str(path)) == digest:
            return
        self.seen[str(path)] = digest
        symbols = self.checker.attempted(lesson)
        if not symbols:
            self.say(f"{slug}: nothing begun yet.")
            return
        before = {symbol for symbol in symbols if self.workspace.record(slug, symbol).passed}
        if self.large:
            self.say(f"Checking {', '.join(symbols)} ...")
        reports = self.checker.check(lesson, symbols)
        for report in reports:
            self.reports[slug, report.part] = report
            self.workspace.note(report)
        with contextlib.suppress(CourseError):
            self.workspace.save()
        self.show(lesson, reports)
        self.move_on(lesson, reports, before)

    def show(self, lesson: Lesson, reports: Sequence[PartReport]) -> None:
        """The first part that fails large, the others small."""
        if not self.large:
            for report in reports:
                failure = first_failure(report)
                why = f"  {failure.name}: {failure.message}" if failure else ""
                self.say(" ".join(f"{headline(report).plain}{why}".split()))
            return
        self.console.clear()
        failing = [report for report in reports if report.verdict is not Verdict.ACCEPTED]
        current = self.now[1] if self.now and self.now[0].slug == lesson.slug else ""
        first = next((report for report in failing if report.part == current), failing[0] if failing else None)
        for report in reports:
            if report is not first:
                self.console.print(headline(report, ascii_only=self.console.options.ascii_only))
        if first is not None:
            self.now = (lesson, first.part)
            render_part(first, self.console, Place(f"{lesson.slug}.py", f"{lesson.slug}.md", lesson.text))
        self.say(f"\n{_HELP}")

    def move_on(self, lesson: Lesson, reports: Sequence[PartReport], before: set[str]) -> None:
        """Name what is next once what was asked for has passed."""
        passed = {report.part for report in reports if report.verdict is Verdict.ACCEPTED}
        failing = [report for report in reports if report.verdict is not Verdict.ACCEPTED]
        if failing:
            self.now = self.now if self.now and self.now[0] is lesson else (lesson, failing[0].part)
        elif passed - before or (self.now and self.now[0] is lesson and self.now[1] in passed):
            self.now = next_part(self.outline, self.workspace, (lesson.slug, reports[-1].part), finish=True)
            if self.now is None:
                self.say("Everything is passed. Well done!")
            else:
                self.point_at(self.now)

    # Keys

    def hint(self) -> None:
        """The next hint for where one is."""
        if self.now is None:
            return
        lesson, symbol = self.now
        record = self.workspace.record(lesson.slug, symbol)
        level = min(hints.LEVELS, record.hints + 1)
        report = self.reports.get((lesson.slug, symbol))
        self.say(f"\nHint {level} of {hints.LEVELS} for {symbol}\n")
        self.say(str(hints.hint(level, lesson, symbol, report, self.reference(lesson))))
        record.hints = max(level, record.hints)
        with contextlib.suppress(CourseError):
            self.workspace.save()

    def next(self) -> None:
        """Go to the next part that is not passed."""
        after = (self.now[0].slug, self.now[1]) if self.now else None
        self.now = next_part(self.outline, self.workspace, after)
        if self.now is not None:
            self.point_at(self.now)

    def list(self) -> None:
        """The parts of the assignment one is in."""
        if self.now is None:
            return
        for lesson, symbol in self.outline.parts:
            if lesson.assignment == self.now[0].assignment:
                record = self.workspace.record(lesson.slug, symbol)
                look = LOOKS[Verdict.ACCEPTED if record.passed else Verdict.NOT_ATTEMPTED]
                mark = look.ascii if self.console.options.ascii_only else look.symbol
                here = "  <- here" if (lesson, symbol) == self.now else ""
                self.say(f"{mark} {symbol:28} {lesson.slug}.py{here}")

    def progress(self) -> None:
        """How far one is."""
        render_progress(self.outline, self.workspace, self.console)
