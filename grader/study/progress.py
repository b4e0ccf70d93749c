"""How far one has come, from what the checks have left in the workspace."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.kit.outline import Lesson, Outline
from grader.study.workspace import Record, Workspace

_WIDTH = 24


def next_part(
    outline: Outline, workspace: Workspace, after: tuple[str, str] | None = None, *, finish: bool = False
) -> tuple[Lesson, str] | None:
    """The first part not passed yet; None where all are passed.

    Args:
        outline: The course.
        workspace: What was reached.
        after: Begin behind this exercise and part, and come round to it; without it, what was begun goes first.
        finish: Name what is left of that exercise first.
    """
    parts = list(outline.parts)
    if after is not None:
        places = [index for index, (lesson, symbol) in enumerate(parts) if (lesson.slug, symbol) == after]
        parts = [*parts[places[0] + 1 :], *parts[: places[0] + 1]] if places else parts
        if finish:
            parts.sort(key=lambda pair: pair[0].slug != after[0])
    else:
        begun = {lesson.slug for lesson, symbol in parts if workspace.record(lesson.slug, symbol).checks}
        parts.sort(key=lambda pair: pair[0].slug not in begun)
    for lesson, symbol in parts:
        if not workspace.record(lesson.slug, symbol).passed:
            return lesson, symbol
    return None


def render_progress(outline: Outline, workspace: Workspace, console: Console) -> None:
    """Print a bar for each assignment, what is in the works, and what is next."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for assignment, group in groupby(outline.parts, key=lambda pair: pair[0].assignment):
        parts = list(group)
        records = [(symbol, workspace.record(lesson.slug, symbol)) for lesson, symbol in parts]
        passed = sum(record.passed for _, record in records)
        table.add_row(
            assignment,
            _bar(passed, len(parts), ascii_only=console.options.ascii_only),
            f"{passed} of {len(parts)}",
            Text(", ".join(_working(records)), style="dim"),
        )
    console.print(table)
    todo = next_part(outline, workspace)
    if todo is None:
        console.print("\nEverything is passed. Well done!", markup=False)
        return
    lesson, symbol = todo
    console.print(f"\nNext: {symbol}. Lesson {lesson.slug}.md, answer {lesson.slug}.py", markup=False, highlight=False)


def _bar(done: int, whole: int, *, ascii_only: bool) -> Text:
    full, empty = ("#", ".") if ascii_only else ("█", "░")
    length = _WIDTH * done // whole
    return Text.assemble((full * length, "green"), (empty * (_WIDTH - length), "dim"))


def _working(records: list[tuple[str, Record]]) -> Iterator[str]:
    for symbol, record in records:
        if record.checks and not record.passed:
            yield f"{symbol} {record.score:g}/{record.max_score:g}"
        elif record.solution == "gave up":
            yield f"{symbol} (solution seen)"
