"""How far one has come, from what the workspace remembers."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.model.language import phrase, translated
from grader.study.session import ALL_PASSED, Part, Session, cost, where
from grader.study.workspace import PartProgress

_WIDE, _NARROW, _ROOMY = 24, 12, 80
"""Cells of a bar, and the columns of a terminal from which there is room for the long one."""


def tally(session: Session, console: Console) -> Text:
    """``7 of 121 ▓▓░░``: how many parts are passed, of the whole course."""
    parts = session.outline.parts
    passed = sum(session.is_passed(*part) for part in parts)
    return Text.assemble((phrase("{0} of {1}", passed, len(parts)) + " ", "bold"), _bar(passed, len(parts), console))


def render_progress(session: Session, console: Console) -> None:
    """Print a bar for each assignment, what is begun, and what is next."""
    table = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    by_assignment: dict[str, list[Part]] = {}
    for part in session.outline.parts:
        by_assignment.setdefault(part[0].assignment, []).append(part)
    for assignment, parts in by_assignment.items():
        reached = [(symbol, session.workspace.progress(lesson.slug, symbol)) for lesson, symbol in parts]
        passed = sum(progress.passed for _, progress in reached)
        table.add_row(
            assignment,
            _bar(passed, len(parts), console),
            phrase("{0} of {1}", passed, len(parts)),
            Text(", ".join(_working(reached)), style="dim"),
        )
    console.print(table)
    console.print()
    console.print(tally(session, console))
    todo = session.next()
    said = ALL_PASSED if todo is None else f"Next: {where(todo)}{cost(todo[0])}"
    console.print(translated(said), markup=False, highlight=False, soft_wrap=not console.is_terminal)


def _bar(done: int, whole: int, console: Console) -> Text:
    full, empty = ("#", ".") if console.options.ascii_only else ("▓", "░")
    cells = _WIDE if console.width >= _ROOMY else _NARROW
    # One part shows, and all but one is not all.
    length = min(cells - (done < whole), max(cells * done // whole, int(done > 0))) if whole else 0
    return Text.assemble((full * length, "green"), (empty * (cells - length), "dim"))


def _working(reached: list[tuple[str, PartProgress]]) -> Iterator[str]:
    for symbol, progress in reached:
        if progress.checks and not progress.passed:
            yield f"{symbol} {progress.score:g}/{progress.max_score:g}"
        elif progress.solution == "gave up":
            yield translated(f"{symbol} (solution seen)")
