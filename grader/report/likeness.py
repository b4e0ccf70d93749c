"""What answers of a class have in common: on a terminal, and as a page that opens from disk."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.model.files import write_whole
from grader.model.likeness import CommonForm, Excerpt, Kind, Likeness, Pair, SharedAnswer
from grader.model.words import clean, one_line
from grader.report.html import page

WHAT_IT_SAYS = (
    "Short right answers look alike, so what many have counts for next to nothing here, and what the course's own "
    "right answers have for less. Unusual is how much both have that few others do, in steps of about a statement "
    "each. It is a reason to read the two and to talk to both, and no proof: people learn together, and from the same "
    "books."
)
SMALL_CLASS = "So few students do not tell what is usual: expect pairs that mean nothing."
_SMALL = 10
_RARE = 0.5
"""From here on a line is called rare."""
_LINES = 16
"""Lines of an excerpt that a terminal shows."""
_NAMED = 8
"""Students of a common form that are named."""


def write(likeness: Likeness, path: Path, title: str) -> None:
    """Write the page, which nobody but who wrote it may read.

    Raises:
        OSError: where it cannot be written.
    """
    values = {
        "title": title,
        "likeness": likeness,
        "what_it_says": what_it_says(likeness),
        "percent": _percent,
        "lines": _lines,
        "where": _where,
        "named": _named,
    }
    write_whole(path, page("likeness.html", values), private=True)


def what_it_says(likeness: Likeness) -> str:
    """What to make of it."""
    return f"{WHAT_IT_SAYS} {SMALL_CLASS}" if likeness.students < _SMALL else WHAT_IT_SAYS


def _percent(share: float) -> str:
    """A share as it is told; what is not all of it never reads as if it were."""
    return f"{100 if share > 1 - 1e-6 else min(99, round(100 * share))} %"


def _lines(excerpt: Excerpt) -> Iterator[tuple[int, str, str]]:
    """The lines of an excerpt: number, ``rare``, ``common`` or nothing, and text."""
    for number, (mark, line) in enumerate(zip(excerpt.marks, excerpt.text, strict=True), excerpt.line):
        yield number, _mark(mark), line


def _mark(weight: float) -> str:
    return "rare" if weight >= _RARE else "common" if weight > 0 else ""


def _where(path: str, excerpt: Excerpt) -> str:
    place = f"cell {excerpt.cell}, line {excerpt.line}" if excerpt.cell else f"line {excerpt.line}"
    return f"{excerpt.name} in {path}, {place}"


def _named(form: CommonForm) -> str:
    others = len(form.students) - _NAMED
    return ", ".join(form.students[:_NAMED]) + (f" and {others} more" if others > 0 else "")


def render(likeness: Likeness, console: Console, shown: int) -> None:
    """Print the pairs, and side by side what the first of them have in common.

    Args:
        likeness: What was found.
        console: Where to.
        shown: How many pairs are shown side by side.
    """
    if likeness.pairs:
        console.print(_table(likeness.pairs))
    for pair in likeness.pairs[:shown]:
        console.print(*_evidence(pair), sep="\n")
    if likeness.pairs:
        console.print()
    for line in _said(likeness):
        console.print(Text(one_line(line)), soft_wrap=False)


def _said(likeness: Likeness) -> Iterable[str]:
    compared = f"{likeness.answers} answers of {likeness.students} students were compared"
    if not likeness.pairs:
        yield f"{compared}; no two have anything unusual in common."
    else:
        more = f", and {likeness.others} more pairs have less" if likeness.others else ""
        yield f"{compared}{more}."
    for form in likeness.forms:
        yield f"{form.exercise}: {len(form.students)} of {form.answers} answers have one form ({_named(form)})."
    yield what_it_says(likeness)


def _table(pairs: Sequence[Pair]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("students", overflow="fold")
    table.add_column("unusual", justify="right")
    table.add_column("answers", overflow="fold")
    for pair in pairs:
        answers = "; ".join(map(_told, pair.answers))
        table.add_row(Text(" and ".join(map(one_line, pair.students))), f"{pair.unusual:.0f}", Text(answers))
    return table


def _told(answer: SharedAnswer) -> str:
    how = _percent(answer.alike) if answer.kind is Kind.PARTLY else answer.kind.value
    return f"{answer.exercise}: {how}"


def _evidence(pair: Pair) -> Iterator[Any]:
    """What of a pair is most unusual, side by side; the lines that both have are marked."""
    answer = pair.answers[0]
    if not answer.matches:
        return
    match = answer.matches[0]
    table = Table(box=None, padding=(0, 2, 0, 0), expand=True)
    for student, path, excerpt in zip(pair.students, answer.paths, match.excerpts, strict=True):
        table.add_column(
            Text(one_line(f"{student}: {_where(path, excerpt)}")), ratio=1, overflow="ellipsis", no_wrap=True
        )
    table.add_row(*(_code(excerpt) for excerpt in match.excerpts))
    yield Text()
    yield table


def _code(excerpt: Excerpt) -> Text:
    """The lines around the most unusual one, each with * where it is rare in both and . where it is common in both."""
    lines = [*_lines(excerpt)]
    top = max(range(len(lines)), key=lambda index: excerpt.marks[index], default=0)
    begin = max(0, min(top - 2, len(lines) - _LINES))
    text = Text(no_wrap=True)
    for number, mark, line in lines[begin : begin + _LINES]:
        sign = {"rare": "*", "common": "."}.get(mark, " ")
        text.append(f"{number:4} {sign} {clean(line)}\n", style="bold" if mark == "rare" else "" if mark else "dim")
    if begin + _LINES < len(lines):
        text.append("       ...", style="dim")
    text.rstrip()
    return text
