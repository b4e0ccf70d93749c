"""A learner at a desk: what `course watch` makes of events, with checks that are scripted."""

import re
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console

from grader.host.session import CalledOff
from grader.kit.outline import Lesson, read_outline
from grader.model import PartReport, Verdict
from grader.study.events import Event, Events
from grader.study.session import Session
from grader.study.watch import answer
from grader.study.watch_screen import Screen
from grader.study.watch_state import State
from grader.study.workspace import start

ROOT = Path(__file__).parent.parent


class Scripted(Session):
    """Finds what the file says: each line a symbol and its verdict; what happens meanwhile may be written down too."""

    meanwhile: Callable[[], None] | None = None

    def attempted(self, lesson: Lesson, path: Path | None = None) -> Sequence[str]:
        path = path or self.workspace.path / f"{lesson.slug}.py"
        if path.suffix == ".ipynb":
            return []
        if not path.is_file() or path.read_text(encoding="utf-8") == lesson.stub:
            return []
        return [line.split()[0] for line in path.read_text(encoding="utf-8").splitlines()]

    def check(
        self,
        lesson: Lesson,
        symbols: Sequence[str],
        is_called_off: Callable[[], bool] = lambda: False,
        path: Path | None = None,
    ) -> Sequence[PartReport]:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        if is_called_off():
            raise CalledOff
        text = (self.workspace.path / f"{lesson.slug}.py").read_text(encoding="utf-8")
        reports = [
            PartReport(
                part=symbol,
                exercise=lesson.slug,
                verdict=Verdict(verdict),
                score=0.0,
                max_score=1.0,
                suite="",
                message="",
            )
            for symbol, verdict in (line.split() for line in text.splitlines())
            if symbol in symbols
        ]
        for report in reports:
            self.workspace.note(report)
        return reports

    def show_printed(self, report: PartReport, console: Console) -> None:
        """Nothing was run, so nothing was printed; and no checker is started to ask."""


class Desk:
    """A state, a screen, and what it shows."""

    def __init__(self, folder: Path) -> None:
        outline = read_outline(ROOT)
        self.session = Scripted(outline, start(outline, folder))
        self.shown = StringIO()
        self.screen = Screen(Console(file=self.shown, width=200))
        self.state = State(self.session, self.session.workspace.stamps(outline))
        self.events = Events()
        self.answer = folder / "linear/linear.py"

    def saves(self, text: str) -> str:
        self.answer.write_text(text, encoding="utf-8")
        return self.sees(Event.SAVED, str(self.answer))

    def meanwhile(self, *keys: Event) -> None:
        """Have keys be pressed while the next check runs."""

        def press() -> None:
            for key in keys:
                self.events.tell(key)

        self.session.meanwhile = press

    def sees(self, event: Event, what: str = "") -> str:
        self.shown.seek(0)
        self.shown.truncate()
        assert answer(event, what, self.state, self.screen, self.events) is (event is not Event.QUIT)
        return self.shown.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
