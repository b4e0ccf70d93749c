"""What `course watch` shows: a screen on a terminal, one line per check elsewhere."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from grader.kit.outline import Lesson
from grader.model import PartReport, Verdict
from grader.model.words import LOOKS
from grader.report.screen import AnswerPaths, first_failure, headline, render_part
from grader.study.progress import render_progress
from grader.study.session import ALL_PASSED, GivenHint, Part, Session, where
from grader.study.watch_state import Checked

_HELP = "h hint   n next   l list   p progress   q quit"


class Screen:
    """Where it is shown."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_large = console.is_terminal and sys.stdin.isatty()
        self._checked: Checked | None = None
        """What is shown large, if anything is."""

    def say(self, text: str) -> None:
        """Show a text as it is."""
        self._console.print(text, markup=False, highlight=False, emoji=False, soft_wrap=not self._is_large)

    def welcome(self, folder: Path) -> None:
        """What is watched, and the keys."""
        self.say(f"Watching {folder}. Save an answer and it is checked.")
        if self._is_large:
            self.say(_HELP)

    def now(self, part: Part) -> None:
        """Where one is."""
        self.say(f"Now: {where(part)}")

    def done(self, part: Part | None) -> None:
        """Where one is after a part has passed."""
        if part is None:
            self.say(ALL_PASSED)
        else:
            self.now(part)

    def gone(self, path: Path, lesson: Lesson) -> None:
        """A file was deleted."""
        self.say(f"{path.name} is gone. Bring it back with: course reset {lesson.slug}")

    def nothing_begun(self, lesson: Lesson) -> None:
        """There is nothing to check."""
        self.say(f"{lesson.slug}: nothing begun yet.")

    def checking(self, symbols: Sequence[str]) -> None:
        """A check begins."""
        if self._is_large:
            self.say(f"Checking {', '.join(symbols)} ...")

    def checked(self, checked: Checked, session: Session) -> None:
        """What a check found: the part to mend first large with what it printed, the others small."""
        if not self._is_large:
            for report in checked.reports:
                self.say(_line(report))
            return
        self._checked = checked
        self._console.clear()
        for report in checked.reports:
            if report is not checked.first:
                self._console.print(headline(report, ascii_only=self._console.options.ascii_only))
        if checked.first is not None:
            lesson = checked.lesson
            render_part(
                checked.first, self._console, AnswerPaths(f"{lesson.slug}.py", f"{lesson.slug}.md", lesson.text)
            )
            session.show_printed(checked.first, self._console)
        self.say(f"\n{_HELP}")

    def hint(self, given: GivenHint) -> None:
        """A hint."""
        self.say(f"\n{given.heading}\n")
        self.say(str(given.hint))

    def all_given(self, given: GivenHint, session: Session) -> None:
        """All hints have been given: the failure stays where it is, or comes back."""
        if self._checked is not None and self._checked.first is not None:
            self.checked(self._checked, session)
        what, command = given.further("course hint")
        self.say(f"That was the last hint for {given.symbol}. {what}: {command}")

    def listed(self, part: Part, *, is_passed: bool, is_here: bool) -> None:
        """A part of a list."""
        lesson, symbol = part
        look = LOOKS[Verdict.ACCEPTED if is_passed else Verdict.NOT_ATTEMPTED]
        mark = look.ascii if self._console.options.ascii_only else look.symbol
        self.say(f"{mark} {symbol:28} {lesson.slug}.py{'  <- here' if is_here else ''}")

    def progress(self, session: Session) -> None:
        """How far one is."""
        render_progress(session, self._console)


def _line(report: PartReport) -> str:
    failure = first_failure(report)
    why = f"  {failure.name}: {failure.message}" if failure else ""
    return " ".join(f"{headline(report).plain}{why}".split())
