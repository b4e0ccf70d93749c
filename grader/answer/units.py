"""An answer as units: statements of its top level, each of which can be loaded without its neighbours."""

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.answer.names import Names, names_of
from grader.answer.parse import imported, is_main, parse
from grader.answer.recover import recovered
from grader.answer.text import Cell
from grader.model.source import lines_of

Split = ast.If | ast.With
"""Statements whose own statements can be left out one by one."""
_MOST_NESTED = 50
"""Statements within statements that are split; an `elif` is in the `if` before it."""
_REWRITES = re.compile(r"\bdel\b|[-+*/%@&|^<>]=")
"""How text looks in which a statement may read what it writes; to look at every node of any other would take long."""
_TELLS = ast.Expr | ast.Pass | ast.Raise
"""What a handler may do that only tells of an import that failed."""


@dataclass(eq=False, slots=True)
class Unit:
    """A statement of the top level, or one directly below an `if` or a `with` there; of an import, one of its names."""

    order: int
    cell: Cell
    statement: ast.stmt
    """The statement as it is written."""
    node: ast.stmt
    """The same; of an import of several names, that of one."""
    names: Names
    certain: bool
    """Whether it runs whenever its cell does."""
    text: Sequence[str]
    """The lines of the statement; of one that shares its line with others, itself alone."""
    parent: "Unit | None" = None
    """The statement whose header it stands below."""
    bodies: "tuple[list[Unit], ...] | None" = None
    """The units below it, body by body, where it can be split."""

    @property
    def line(self) -> int:
        """The line of the cell on which its text begins."""
        return lines_of(self.statement).start


def units_of(cells: Iterable[Cell]) -> list[Unit]:
    """The units of cells, in the order in which they run.

    Of a cell of a notebook that is not Python, what stands outside the broken statement; of a file, nothing then.
    """
    units: list[Unit] = []
    for cell in cells:
        source = cell.source
        module = parse(source)
        if not isinstance(module, ast.Module):
            source = recovered(source) if cell.index else ""
            module = parse(source)
        if isinstance(module, ast.Module):
            _Reader(units, cell, source).read(module.body)
    return units


class _Reader:
    """Reads the statements of one cell."""

    def __init__(self, units: list[Unit], cell: Cell, source: str) -> None:
        self._units, self._cell, self._source = units, cell, source
        self._lines = source.split("\n")

    def read(
        self, body: Sequence[ast.stmt], certain: bool = True, parent: Unit | None = None, depth: int = 0
    ) -> list[Unit]:
        first = len(self._units)
        for index, node in enumerate(body):
            if imports := _tried(node):
                # Whether they succeed decides nothing but themselves: as if they stood there alone.
                for item in imports:
                    self._add_import(item, self._segment(item), certain, parent)
                continue
            lines = lines_of(node)
            alone = not _shares_line(body, index)
            text = self._lines[lines.start - 1 : lines.stop - 1] if alone else self._segment(node)
            if isinstance(node, ast.Import | ast.ImportFrom):
                self._add_import(node, text, certain, parent)
            elif (inner := self._inner(node)) and depth < _MOST_NESTED:
                header, bodies = inner
                unit = self._add(node, text, names_of(header), certain and _is_plain(node), parent)
                unit.bodies = tuple(self.read(statements, unit.certain, unit, depth + 1) for statements in bodies)
            else:
                self._add(node, text, _whole(node, text, parent), certain and _is_plain(node), parent)
        return [unit for unit in self._units[first:] if unit.parent is parent]

    def _add_import(
        self, node: ast.Import | ast.ImportFrom, text: Sequence[str], certain: bool, parent: Unit | None
    ) -> None:
        for name, alias in zip((name for name, _ in imported(node)), node.names, strict=True):
            one = (
                ast.Import([alias])
                if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )
            names = Names(binds=frozenset({name} - {"*"}))
            unit = self._add(node, text, names, certain, parent)
            unit.node = ast.copy_location(one, node)

    def _add(self, node: ast.stmt, text: Sequence[str], names: Names, certain: bool, parent: Unit | None) -> Unit:
        unit = Unit(len(self._units), self._cell, node, node, names, certain, text, parent)
        self._units.append(unit)
        return unit

    def _segment(self, node: ast.stmt) -> list[str]:
        """The text of a statement alone, without indentation in front."""
        return (ast.get_source_segment(self._source, node) or ast.unparse(node)).split("\n")

    def _on_own_lines(self, body: Sequence[ast.stmt]) -> bool:
        """Whether each statement has its lines to itself, which those of a one-line `if` do not."""
        indented = (self._lines[node.lineno - 1].encode()[: node.col_offset].strip() == b"" for node in body)
        return all(indented) and not any(_shares_line(body, index) for index in range(len(body)))

    def _inner(self, node: ast.stmt) -> tuple[str, list[list[ast.stmt]]] | None:
        """The header of a statement that can be split, as text of its own, and its bodies."""
        match node:
            case ast.If(test, then, otherwise) if self._on_own_lines(then) and self._on_own_lines(otherwise):
                return ast.unparse(ast.Expr(test)), [[] if is_main(test) else then, otherwise]
            case ast.With(items, then) if self._on_own_lines(then):
                return ast.unparse(ast.With(items, [ast.Pass()], lineno=1)), [then]
        return None


def import_of(node: ast.Import | ast.ImportFrom, names: list[ast.alias]) -> ast.Import | ast.ImportFrom:
    """An import of some of its names."""
    some = ast.Import(names) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, names, node.level)
    return ast.copy_location(some, node)


def _shares_line(body: Sequence[ast.stmt], index: int) -> bool:
    node = body[index]
    before = index > 0 and body[index - 1].end_lineno == lines_of(node).start
    return before or (index + 1 < len(body) and lines_of(body[index + 1]).start == node.end_lineno)


def _whole(node: ast.stmt, text: Sequence[str], parent: Unit | None) -> Names:
    source = "\n".join(text)
    names = names_of(source if parent is None else textwrap.dedent(source))
    if not names.binds and not names.now and not names.later and parent is not None:
        names = names_of(ast.unparse(node))
    # `x += 1` and `del x` read what they write.
    also: set[str] = set()
    for inner in ast.walk(node) if _REWRITES.search(source) else ():
        match inner:
            case ast.AugAssign(target=ast.Name(name)):
                also.add(name)
            case ast.Delete(targets):
                also.update(target.id for target in targets if isinstance(target, ast.Name))
    return Names(names.now | (also & names.binds), names.later, names.binds)


def _is_plain(node: ast.stmt) -> bool:
    """Whether a statement has no branch, loop or `try` in which a part of it may not run."""
    return not isinstance(node, ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar | ast.Match)


def _tried(node: ast.stmt) -> list[ast.Import | ast.ImportFrom]:
    """The imports of a `try` that tries nothing else, and of which nothing but a message comes where they fail."""
    match node:
        case ast.Try(body, handlers, [], []) if all(
            isinstance(item, _TELLS) for handler in handlers for item in handler.body
        ):
            imports = [item for item in body if isinstance(item, ast.Import | ast.ImportFrom)]
            return imports if len(imports) == len(body) else []
    return []
