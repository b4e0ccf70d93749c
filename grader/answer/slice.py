"""What of an answer is loaded for a part: its definition, what that depends on, and what changes that later.

Text only: nothing of the answer is run, and no kernel's objects are consulted, since cells could have made them say
anything. What is left out is left blank, so every line keeps its number.
"""

import ast
import functools
import hashlib
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from grader.answer.begun import puts_into_globals
from grader.answer.cells import plain_python
from grader.answer.closure import Closure, is_available
from grader.answer.parse import parse
from grader.answer.text import Answer, Cell
from grader.answer.toplevel import TopLevel
from grader.answer.units import Unit, import_of, units_of
from grader.model import named_line


@dataclass(frozen=True, slots=True)
class Ran:
    """A cell that was run."""

    number: int
    """The number in its brackets: ``In [3]``."""
    source: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What defines a symbol, in the order in which it was run."""

    cells: tuple[Cell, ...]
    """Numbered as they were run."""
    problem: str = ""
    """Why there is nothing to check, where there is not."""
    fix: str = ""
    note: str = ""
    """What the learner should know about what was taken."""

    def answer(self, path: str) -> Answer:
        """The cells as a notebook."""
        digest = hashlib.sha256("\0".join(cell.source for cell in self.cells).encode()).hexdigest()
        return Answer(path, path.rsplit("/", 1)[-1].partition(".")[0], self.cells, digest)


def slice_of(answer: Answer, symbols: Iterable[str]) -> Answer:
    """The answer with nothing in its cells but what symbols depend on.

    Cells of which nothing is left are left out; each begins on the line that it has in the `lines` of the whole answer.

    Args:
        answer: The answer.
        symbols: What is asked for.
    """
    line = 1
    cells: list[Cell] = []
    for cell in answer.cells:
        cells.append(replace(cell, line=max(line, cell.line)))
        line = cells[-1].line + cell.source.count("\n") + 1
    try:
        return replace(answer, cells=_blanked(cells, _closure(answer.cells).reached(symbols)))
    except RecursionError:
        # Nested so deeply that it cannot be followed: all that is Python is loaded.
        return replace(answer, cells=tuple(cell for cell in cells if isinstance(parse(cell.source), ast.Module)))


def left_out(answer: Answer, symbol: str) -> str:
    """The first import in a file or notebook that a part does without and that finds nothing when graded, in words."""
    try:
        closure = _closure(answer.cells)
        missing = [
            unit for unit in closure.units
            if isinstance(unit.node, ast.Import | ast.ImportFrom) and not is_available(unit.node)
        ]  # fmt: skip
        reached = closure.reached([symbol]) if missing else ()
    except RecursionError:
        return ""
    for unit in missing:
        if unit not in reached:
            return f"`{unit.text[0].strip()[:200]}`{named_line(unit.line, unit.cell.index or None)}"
    return ""


def cut(ran: Iterable[Ran], symbol: str) -> Cut:
    """The last definition of a symbol in the cells of a notebook, with what of them it depends on.

    Args:
        ran: The cells, in the order in which they were run.
        symbol: What is asked for.
    """
    cells, broken = _read(ran)
    top = TopLevel(units_of(cells))
    bindings = top.bound(symbol)
    if not bindings and any(puts_into_globals(node, symbol) for unit in top.units for node in ast.walk(unit.node)):
        return Cut(_blanked(cells, Closure(top).reached([symbol])))
    if not bindings:
        late = f", as far as it was Python: In [{broken[symbol]}] is not" if symbol in broken else ""
        return Cut(
            (), f"No cell that was run here defines {symbol}{late}.", f"Run the cell that does, then %check {symbol}."
        )
    last = bindings[0].cell.index
    if isinstance(bindings[0].node, ast.Import | ast.ImportFrom):
        return Cut(
            (), f"In [{last}] imports {symbol}; %check looks at what a cell of this notebook defines.",
            f"A file is checked with: course check {symbol}",
        )  # fmt: skip
    note = ""
    if broken.get(symbol, 0) > last:
        note = f"In [{broken[symbol]}] is not Python yet, so the {symbol} of In [{last}] was checked."
    return Cut(_blanked(cells, Closure(top).reached([symbol])), note=note)


def defined_last(ran: Iterable[Ran], symbols: Iterable[str]) -> str:
    """The one of the symbols that was defined last; nothing where none was."""
    cells, _ = _read(ran)
    top = TopLevel(units_of(cells))
    orders = {
        symbol: unit.order
        for symbol in symbols
        for unit in top.bound(symbol)[:1]
        if not isinstance(unit.node, ast.Import | ast.ImportFrom)
    }  # fmt: skip
    return max(orders, key=lambda symbol: orders[symbol], default="")


@functools.lru_cache(maxsize=1)
def _closure(cells: tuple[Cell, ...]) -> Closure:
    """Read once for all parts of an answer."""
    return Closure(TopLevel(units_of(cells)))


def _read(ran: Iterable[Ran]) -> tuple[list[Cell], dict[str, int]]:
    """The cells, and for each name the last one that would have defined it were it Python."""
    cells: list[Cell] = []
    broken: dict[str, int] = {}
    for cell in ran:
        source = plain_python(cell.source)
        cells.append(Cell(source, 1, cell.number))
        if isinstance(parse(source), ast.Module):
            continue
        for line in source.splitlines():
            words = line.replace("(", " ").replace(":", " ").split()
            if words[:1] in (["class"], ["def"]) and not line[:1].isspace() and len(words) > 1:
                broken[words[1]] = cell.number
    return cells, broken


def _blanked(cells: Iterable[Cell], kept: Iterable[Unit]) -> tuple[Cell, ...]:
    """Cells with nothing in them but units, each on its lines; without those of which nothing is left."""
    units: dict[int, list[Unit]] = defaultdict(list)
    for unit in kept:
        units[unit.cell.index].append(unit)
    return tuple(replace(cell, source=_lines(cell, units[cell.index])) for cell in cells if units[cell.index])


def _lines(cell: Cell, kept: Sequence[Unit]) -> str:
    lines = [""] * (cell.source.count("\n") + 1)
    for group, text in _statements(kept):
        for number, line in enumerate(text, group[0].line - 1):
            # Statements that share a line are written side by side.
            lines[number] = f"{lines[number]}; {line}" if lines[number] else line
    return "\n".join(lines)


def _statements(kept: Sequence[Unit]) -> list[tuple[list[Unit], list[str]]]:
    """The statements of the top level that units are of, each with the lines that are left of it."""
    units = frozenset(kept)
    top = (unit for unit in kept if unit.parent is None)
    groups = [list(group) for _, group in groupby(top, key=lambda unit: unit.statement)]
    return [(group, _text(group, units)) for group in groups]


def _text(group: Sequence[Unit], kept: frozenset[Unit]) -> list[str]:
    """The lines of one statement; what is not kept is blank, and as many lines are left as there were."""
    unit = group[0]
    if isinstance(unit.statement, ast.Import | ast.ImportFrom):
        return _import(group)
    lines = list(unit.text)
    for body in unit.bodies or ():
        groups = [list(units) for _, units in groupby(body, key=lambda item: item.statement)]
        for units in groups:
            inner = [item for item in units if item in kept]
            text = _text(inner, kept) if inner else [""] * len(units[0].text)
            start = units[0].line - unit.line
            lines[start : start + len(text)] = text
        written = unit.text[groups[0][0].line - unit.line] if groups else ""
        if groups and not any(item in kept for item in body) and not written.lstrip().startswith("elif"):
            indent = written[: len(written) - len(written.lstrip())]
            lines[groups[0][0].line - unit.line] = indent + "pass"
    return lines


def _import(group: Sequence[Unit]) -> list[str]:
    """The lines of an import of some of its names."""
    statement, text = group[0].statement, list(group[0].text)
    assert isinstance(statement, ast.Import | ast.ImportFrom)
    if len(group) == len(statement.names):
        return text
    names = [alias for unit in group for alias in _imports(unit)]
    indent = text[0][: len(text[0]) - len(text[0].lstrip())]
    return [textwrap.indent(ast.unparse(import_of(statement, names)), indent), *[""] * (len(text) - 1)]


def _imports(unit: Unit) -> list[ast.alias]:
    assert isinstance(unit.node, ast.Import | ast.ImportFrom)
    return unit.node.names
