"""What `course watch` shows: a screen on a terminal, one line per check elsewhere."""

import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import ControlType
from rich.syntax import Syntax
from rich.text import Text

from grader.kit.outline import Lesson
from grader.model import PartReport, Verdict
from grader.model.language import phrase, translated
from grader.model.words import LOOKS, clean, is_known_by_text, lead, look
from grader.report.plainly import said_plainly
from grader.report.said import when
from grader.report.screen import first_failure, headline, is_only_begun, render_part
from grader.study import passed
from grader.study.editor import edit, line_of
from grader.study.picker import Picker
from grader.study.progress import render_progress, tally
from grader.study.session import ALL_PASSED, GivenHint, Part, Session, where
from grader.study.watch_state import Checked, Saved, State
from grader.study.workspace import Workspace

_KEYS = ("h hint", "o open", "n next", "l list", "p progress", "s solution", "r reset", "q quit")
_GAP = "   "
_REMEMBERED = 300
"""Texts that are shown again on a terminal of another size, at most."""


class Screen:
    """Where it is shown."""

    def __init__(
        self, console: Console, released: Callable[[], AbstractContextManager[None]] = lambda: nullcontext()
    ) -> None:
        """Begin to show.

        Args:
            console: Where.
            released: Leaves the terminal to an editor.
        """
        self._console, self._released = console, released
        self._is_large = console.is_terminal and sys.stdin.isatty()
        self._checked: Checked | None = None
        """What is shown large, if anything is."""
        self._has_said = True
        """Whether something was shown since the foot was."""
        self._foot = (0, 0)
        """Lines of the foot, and the columns of the terminal when it was shown."""
        self.picker: Picker | None = None
        """The list to pick from, while it is shown."""
        self._late: Checked | None = None
        """What was found while the list was shown."""
        self._page: deque[Callable[[], None]] = deque(maxlen=_REMEMBERED)
        """What has been shown since the screen was cleared, but for the foot."""
        self._size = console.size

    def say(self, text: str) -> None:
        """Show a text as it is."""
        self._print(text, markup=False, highlight=False, emoji=False, soft_wrap=not self._is_large)

    def _print(self, what: RenderableType = "", **how: Any) -> None:
        self._show_kept(lambda: self._console.print(what, **how))

    def _show_kept(self, show: Callable[[], None]) -> None:
        """Show something, now and again where the terminal gets another size."""
        self._lift_foot()
        self._page.append(show)
        show()

    def _clear(self) -> None:
        self._has_said = True
        self._page.clear()
        self._console.clear()

    def resized(self, state: State) -> None:
        """The terminal has another size: its lines are broken anywhere, so all of it is shown again."""
        if not self._is_large or self._console.size == self._size:
            return
        self._size = self._console.size
        if self.picker is not None:
            self.picker.show(self._console)
            return
        self._console.clear()
        self._has_said = True
        for show in self._page:
            show()
        self.foot(state)

    def _lift_foot(self) -> None:
        """Something is about to be shown: wipe the foot, so that there is one, below it; the blank line stays."""
        lines, width = self._foot
        # A terminal that was made narrower has broken its lines, and nobody knows into how many.
        if not self._has_said and self._console.width == width:
            self._console.control(Control(*[(ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)] * lines))
            self._page.append(self._console.print)
        self._has_said = True

    def foot(self, state: State) -> None:
        """How far one is, where one is, and the keys: below everything else, so that it is always in view."""
        if not (self._is_large and self._has_said) or self.picker is not None:
            return
        here = phrase("{0} in {1}", state.now[1], state.file(state.now[0])) if state.now else ""
        keys = self._key_lines()
        where_one_is = tally(state.session, self._console).append(f"{_GAP}{here}")
        self._console.print()
        self._console.print(where_one_is, no_wrap=True, overflow="ellipsis")
        for line in keys:
            self._console.print(line, style="dim", highlight=False)
        self._has_said, self._foot = False, (1 + len(keys), self._console.width)

    def _key_lines(self) -> list[str]:
        return _filled([translated(key, kind="key") for key in _KEYS], self._console.width)

    def now(self, part: Part) -> None:
        """Where one is."""
        self.say(translated(f"Now: {where(part)}"))

    def done(self, part: Part | None) -> None:
        """Where one is after a part has passed."""
        if part is None:
            self.say(translated(ALL_PASSED))
        else:
            self.now(part)

    def gone(self, path: Path, lesson: Lesson) -> None:
        """A file was deleted."""
        self.say(translated(f"{path.name} is gone. Bring it back with: course reset {lesson.slug}"))

    def nothing_begun(self, lesson: Lesson) -> None:
        """There is nothing to check."""
        self.say(translated(f"{lesson.slug}: nothing begun yet."))

    def checking(self, saved: Saved, session: Session) -> None:
        """A check begins; the first one of a part makes its cases, which may take a while."""
        if not self._is_large:
            return
        self.say(translated(f"Checking {', '.join(saved.symbols)} ..."))
        progress = (session.workspace.progress(saved.lesson.slug, symbol) for symbol in saved.symbols)
        if not all(part.checks for part in progress):
            self.say(translated("(The first check of a part takes longer: its cases are made.)"))

    def still_checking(self, saved: Saved) -> None:
        """A check takes long."""
        if self._is_large and self.picker is None:
            told = "It is still running. An answer that does not end is given up after a while; the keys work."
            self.say(translated(told))

    def called_off(self, saved: Saved) -> None:
        """Nobody waits for what a check finds."""
        self.say(translated(f"The check of {', '.join(saved.symbols)} is called off."))

    def unchecked(self, symbol: str) -> None:
        """There is nothing yet that a hint could go by."""
        self.say(translated(f"A hint goes by what a check finds, and {symbol} has not been checked as it is now."))

    def found(self, checked: Checked, state: State) -> None:
        """What a check found, and where one is then; below the list it waits until that is left."""
        if self.picker is not None:
            self._late = checked
            self.list(state)
            return
        self.checked(checked, state.session)
        if not checked.is_done:
            return
        if self._is_large and state.to_compare:
            self.say(translated(f"s shows our {state.to_compare}, to compare with yours."))
        self.done(state.now)

    def checked(self, checked: Checked, session: Session) -> None:
        """What a check found: the part to mend first large with what it printed, the others small."""
        lesson = checked.lesson
        ascii_only = self._console.options.ascii_only
        learned = list(passed.lines(session, lesson, checked.fresh))
        if not self._is_large:
            for report in checked.reports:
                self.say(_line(report, session, lesson))
        else:
            self._checked = replace(checked, fresh=())
            self._clear()
            with self._console.capture() as shown:
                self._reports(checked, session, ascii_only)
            self._show_kept(lambda: self._reports(checked, session, ascii_only))
            below = 2 + len(self._key_lines())
            height = _height("\n".join([shown.get(), *learned]), self._console.width)
            if checked.first is not None and height + below > self._console.height:
                # What is wrong has scrolled away.
                self._print()
                self._print(_again(checked.first, session, lesson, ascii_only), highlight=False)
        for line in learned:
            self.say(line)

    def _reports(self, checked: Checked, session: Session, ascii_only: bool) -> None:
        lesson = checked.lesson
        for report in checked.reports:
            if report is not checked.first:
                self._console.print(headline(report, session.paths(lesson, report), ascii_only=ascii_only))
        if checked.first is None:
            return
        if standing := session.standing(checked.first):
            self._console.print(f"\n{standing}\n", markup=False, highlight=False, emoji=False)
        render_part(checked.first, self._console, session.paths(lesson, checked.first))
        session.show_printed(checked.first, self._console)

    def hint(self, given: GivenHint) -> None:
        """A hint."""
        self.say(f"{given.heading}\n" if self._is_large else f"\n{given.heading}\n")
        self.say(str(given.hint))

    def all_given(self, given: GivenHint, session: Session) -> None:
        """All hints have been given: the failure stays where it is, or comes back."""
        if self._checked is not None and self._checked.first is not None:
            self.checked(self._checked, session)
        self.say(f"\n{lead(f'That was the last hint for {given.symbol}.')}{given.further('course hint')}")

    def solution(self, symbol: str, source: str) -> None:
        """Our answer to a part."""
        if not source:
            self.say(translated("This kit has no solutions. Ask the person who gave it to you."))
        else:
            self.say(f"{translated(f'This is how we wrote {symbol}:')}\n")
            # As code to be pasted: no line of it is broken.
            self._print(Syntax("", "python", theme="ansi_dark").highlight(source), soft_wrap=True)

    def open(self, workspace: Workspace, part: Part) -> None:
        """Open a part in the learner's editor.

        Raises:
            CourseError: where that cannot be started.
        """
        lesson, symbol = part
        files = workspace.answers(lesson)
        if not files or files[0].suffix != ".py":
            self.say(translated(f"There is no {lesson.slug}.py. Bring it back with: course reset {lesson.slug}"))
            return
        self.say(translated(edit(files[0], line_of(workspace.written(lesson), symbol), self._released())))

    def list(self, state: State) -> None:
        """All parts to pick from; elsewhere than on a terminal, those of the assignment one is in."""
        if self._is_large:
            self.picker = self.picker or Picker(state.session, state.now)
            self.picker.show(self._console)
            return
        for (lesson, symbol), is_passed in state.assignment():
            look = LOOKS[Verdict.ACCEPTED if is_passed else Verdict.NOT_ATTEMPTED]
            mark = look.ascii if self._console.options.ascii_only else look.symbol
            is_here = (lesson, symbol) == state.now
            here = translated("  <- here") if is_here else ""
            self.say(f"{mark} {symbol:28} {lesson.slug}.py{here}")

    def leave_list(self, state: State, *, is_picked: bool = False) -> None:
        """Show where one is again, and what failed there when it was checked last, or has been found meanwhile."""
        self.picker = None
        late, self._late = self._late, None
        if late and not is_picked:
            self.found(late, state)
            return
        self._checked = checked = late or self._checked
        if checked and checked.first and (checked.lesson, checked.first.part) == state.now:
            self.checked(checked, state.session)
            return
        self._clear()
        self.done(state.now)

    def reset(self, symbol: str, kept: Sequence[Path]) -> None:
        """A part is a stub again."""
        self._checked = None
        told = f"{symbol} is a stub again."
        if kept:
            told += f" What you had is in {', '.join(map(str, kept))}."
        self.say(translated(told))

    def progress(self, session: Session) -> None:
        """How far one is."""
        self._show_kept(lambda: render_progress(session, self._console))


def _line(report: PartReport, session: Session, lesson: Lesson) -> str:
    return " ".join(f"{headline(report, session.paths(lesson, report)).plain}{_why(report, session, lesson)}".split())


def _again(report: PartReport, session: Session, lesson: Lesson, ascii_only: bool) -> Text:
    """What is wrong and when, once more and in short."""
    why = _why(report, session, lesson)
    if not why:
        return headline(report, session.paths(lesson, report), ascii_only=ascii_only)
    shown = look(report)
    text = Text.assemble((shown.ascii if ascii_only else shown.symbol, shown.style), " ", (report.part, "bold"), why)
    failure = first_failure(report)
    if failure is not None and failure.condition is not None:
        # Without its counts, which are for who reads all of it.
        text.append("\n").append(clean(when(report, replace(failure.condition, judged=0))), "bold")
    return text


def _why(report: PartReport, session: Session, lesson: Lesson) -> str:
    failure = None if is_only_begun(report, session.paths(lesson, report)) else first_failure(report)
    if failure is None:
        return ""
    name = "" if is_known_by_text(failure) else f"{failure.name}: "
    return f"  {name}{said_plainly(report, failure)}"


def _height(shown: str, width: int) -> int:
    """The lines that a text takes on the screen, where lines that are too long are broken."""
    return sum(max(1, -(-Text.from_ansi(line).cell_len // width)) for line in shown.splitlines())


def _filled(words: Sequence[str], width: int) -> list[str]:
    """Words in as few lines as they take, none of them broken."""
    lines = [words[0]]
    for word in words[1:]:
        if cell_len(lines[-1]) + len(_GAP) + cell_len(word) <= width:
            lines[-1] += _GAP + word
        else:
            lines.append(word)
    return lines
