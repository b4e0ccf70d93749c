"""Show how far a class is: a bar on a terminal, a line per student otherwise, nothing with ``--quiet``."""

import sys
import time
from types import TracebackType
from typing import Self

import click

from grader.grading.pool import Task
from grader.grading.schedule import Watcher
from grader.grading.store import Owner
from grader.model import PartReport

_MOMENT_SECONDS = 2.0
_REWRITE = "\r\x1b[K"
"""Has a terminal write its line again."""


def watcher(quiet: bool, submissions: int) -> "Lines":
    """The watcher for this terminal, file or ``--quiet``."""
    if quiet or submissions < 2:
        return Quiet()
    return Bar() if sys.stderr.isatty() else Lines()


class Lines(Watcher):
    """A line per student."""

    def __init__(self) -> None:
        self.parts = self.found = self.before = self.done = 0
        self._submissions = self._finished = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def refuse(self, line: str) -> None:
        """Print it, also where nothing else is said: somebody is missing from the results."""
        click.echo(line, err=True)

    def begin(self, parts: int, submissions: int) -> None:
        """Remember the size of the class."""
        self.parts, self._submissions = parts, submissions

    def known(self, owner: Owner, before: int, meanwhile: int) -> None:
        """Count what need not be graded, and say so the first time."""
        if before and not self.before:
            self.say("Going on: what was graded before and has not changed is not graded again (--fresh: it is).")
        self.before += before
        self.found += before + meanwhile
        self.done += before + meanwhile

    def part(self, task: Task, report: PartReport) -> None:
        """Count a part."""
        self.done += 1

    def finished(self, owner: Owner, score: float, max_score: float) -> None:
        """Print a student's score."""
        self._finished += 1
        self.say(f"[{self._finished}/{self._submissions}] {clean(owner.student)}: {score:g} of {max_score:g}")

    def say(self, line: str) -> None:
        """Print a line."""
        click.echo(line, err=True)


class Quiet(Lines):
    """Nothing at all."""

    def say(self, line: str) -> None:
        """Print nothing."""


class Bar(Lines):
    """A bar with what is left to do, and the answer that takes longest."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("parts,"),
            TimeRemainingColumn(),
            TextColumn("left {task.fields[slowest]}", markup=False),
            console=Console(stderr=True, highlight=False),
            transient=True,
            speed_estimate_period=300,
        )
        self._row = self._progress.add_task("", total=None, slowest="")
        self._running: dict[tuple[int, str], tuple[float, str]] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, parts: int, submissions: int) -> None:
        """Draw the bar."""
        super().begin(parts, submissions)
        self._progress.update(self._row, total=parts)

    def known(self, owner: Owner, before: int, meanwhile: int) -> None:
        """Shorten the bar: what need not be graded says nothing of how long the rest will take."""
        super().known(owner, before, meanwhile)
        self._progress.update(self._row, total=self.parts - self.found)

    def started(self, task: Task) -> None:
        """Remember since when an answer has been running."""
        name = f"({clean(task.owner.student)}, {task.exercise})"
        self._running[task.owner.position, task.exercise] = (time.monotonic(), name)
        self._show()

    def part(self, task: Task, report: PartReport) -> None:
        """Move on."""
        super().part(task, report)
        self._progress.advance(self._row)
        self._show()

    def ended(self, task: Task) -> None:
        """Forget a running answer."""
        self._running.pop((task.owner.position, task.exercise), None)
        self._show()

    def finished(self, owner: Owner, score: float, max_score: float) -> None:
        """Say nothing: the bar does."""

    def refuse(self, line: str) -> None:
        """Print it above the bar."""
        self.say(line)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self._progress.console.print(line, markup=False)

    def _show(self) -> None:
        slowest = min(self._running.values(), default=(0.0, ""))[1]
        self._progress.update(self._row, slowest=f"slowest now: {slowest}" if slowest else "")


class Counted:
    """A line that says which of many is being made, once that has taken a moment; one for each where no terminal is."""

    def __init__(self, of: int) -> None:
        """Begin.

        Args:
            of: How many there are.
        """
        self._of, self._since = of, time.monotonic()
        self._is_terminal, self._is_begun = sys.stderr.isatty(), False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_begun and self._is_terminal:
            click.echo(_REWRITE, err=True, nl=False)

    def at(self, number: int, name: str) -> None:
        """It is the turn of this one."""
        if time.monotonic() - self._since > _MOMENT_SECONDS:
            self._is_begun = True
            line = f"[{number}/{self._of}] {clean(name)}"
            click.echo(f"{_REWRITE}{line}" if self._is_terminal else line, err=True, nl=not self._is_terminal)


def clean(text: str) -> str:
    """Text that does nothing to a terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
