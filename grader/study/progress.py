"""How far one has come, from what the workspace remembers."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.study.session import ALL_PASSED, Session
from grader.study.workspace import PartProgress

_WIDTH = 24


def render_progress(session: Session, console: Console) -> None:
    """Print a bar for each assignment, what is begun, and what is next."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for assignment, group in groupby(session.outline.parts, key=lambda pair: pair[0].assignment):
        parts = list(group)
        reached = [(symbol, session.workspace.progress(lesson.slug, symbol)) for lesson, symbol in parts]
        passed = sum(progress.passed for _, progress in reached)
        table.add_row(
            assignment,
            _bar(passed, len(parts), ascii_only=console.options.ascii_only),
            f"{passed} of {len(parts)}",
            Text(", ".join(_working(reached)), style="dim"),
        )
    console.print(table)
    todo = session.next()
    if todo is None:
        console.print(f"\n{ALL_PASSED}", markup=False)
        return
    lesson, symbol = todo
    console.print(f"\nNext: {symbol}. Lesson {lesson.slug}.md, answer {lesson.slug}.py", markup=False, highlight=False)


def _bar(done: int, whole: int, *, ascii_only: bool) -> Text:
    full, empty = ("#", ".") if ascii_only else ("█", "░")
    length = _WIDTH * done // whole
    return Text.assemble((full * length, "green"), (empty * (_WIDTH - length), "dim"))


def _working(reached: list[tuple[str, PartProgress]]) -> Iterator[str]:
    for symbol, progress in reached:
        if progress.checks and not progress.passed:
            yield f"{symbol} {progress.score:g}/{progress.max_score:g}"
        elif progress.solution == "gave up":
            yield f"{symbol} (solution seen)"
