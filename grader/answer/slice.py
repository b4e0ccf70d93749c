"""Cut an answer out of the cells that a notebook has run: a definition, and what it depends on in the other cells.

Text only: the kernel's objects are not consulted, since the cells could have made them say anything.
"""

import ast
import contextlib
import hashlib
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.answer.cells import plain_python
from grader.answer.load import Answer, Cell
from grader.answer.parse import parse, tree_of
from grader.answer.tree import Binding, Tree
from grader.model.source import lines_of, span

_AT_ONCE = ("listcomp", "setcomp", "dictcomp", "genexpr")
"""Scopes of the symbol table whose code runs where it stands."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A cell that was run."""

    number: int
    """The number in its brackets: ``In [3]``."""
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement at the top level of a cell."""

    cell: int
    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Cut:
    """What defines a symbol, in the order in which it was run."""

    statements: Sequence[Statement]
    problem: str = ""
    """Why there is nothing to check, where there is not."""
    fix: str = ""
    note: str = ""
    """What the learner should know about what was taken."""

    def answer(self, path: str) -> Answer:
        """The statements as an answer file."""
        source = "".join(f"{item.source}\n" for item in self.statements)
        return Answer(
            path, path.rsplit("/", 1)[-1].partition(".")[0], (Cell(source, 1, 1),),
            hashlib.sha256(source.encode()).hexdigest(),
        )  # fmt: skip

    def origin(self, line: int) -> tuple[int, int]:
        """The cell, and the line in it, from which a line of the answer was taken."""
        first = 1
        for item in self.statements:
            if line <= first + item.source.count("\n"):
                return item.cell, item.line + line - first
            first += item.source.count("\n") + 1
        return 0, line


def cut(ran: Iterable[Ran], symbol: str) -> Cut:
    """The last definition of a symbol with the imports, helpers and assignments that it uses.

    A name that is used when the definition is made (a base, a default) means what it meant then; one that is used when
    it is called means what it means now.

    Args:
        ran: The cells, in the order in which they were run.
        symbol: What is asked for.
    """
    statements, broken = _statements(ran)
    tree = _tree(statements)
    bindings = tree.bound(symbol)
    if not bindings:
        late = f", as far as it was Python: In [{broken[symbol]}] is not" if symbol in broken else ""
        return Cut(
            (), f"No cell that was run here defines {symbol}{late}.", f"Run the cell that does, then %check {symbol}."
        )
    last = statements[bindings[0].step.cell.index]
    if bindings[0].path:
        return Cut(
            (), f"In [{last.cell}] imports {symbol}; %check looks at what a cell of this notebook defines.",
            f"A file is checked with: course check {symbol}",
        )  # fmt: skip
    kept = [statements[index] for index in sorted(_closure(tree, symbol))]
    # Python wants these first, and IPython keeps them for all cells that follow.
    kept.sort(key=lambda item: not item.source.startswith("from __future__"))
    note = ""
    if broken.get(symbol, 0) > last.cell:
        note = f"In [{broken[symbol]}] is not Python yet, so the {symbol} of In [{last.cell}] was checked."
    return Cut(kept, note=note)


def defined_last(ran: Iterable[Ran], symbols: Iterable[str]) -> str:
    """The one of the symbols that was defined last; nothing where none was."""
    statements, _ = _statements(ran)
    tree = _tree(statements)
    orders = {
        symbol: binding.step.order
        for symbol in symbols
        for binding in tree.bound(symbol)[:1]
        if not binding.path
    }  # fmt: skip
    return max(orders, key=lambda symbol: orders[symbol], default="")


def _statements(ran: Iterable[Ran]) -> tuple[list[Statement], dict[str, int]]:
    """The statements of all cells, and the last cell that would have defined a name were it Python."""
    statements: list[Statement] = []
    broken: dict[str, int] = {}
    for cell in ran:
        source = plain_python(cell.source)
        module = parse(source)
        if not isinstance(module, ast.Module):
            for line in source.splitlines():
                words = line.replace("(", " ").replace(":", " ").split()
                if words[:1] in (["class"], ["def"]) and not line[:1].isspace() and len(words) > 1:
                    broken[words[1]] = cell.number
            continue
        for node in module.body:
            # Two statements on a line are separated; else whole lines keep what belongs to them, comments too.
            alone = ast.get_source_segment(source, node) if _shares_lines(node, module.body) else None
            text = alone if alone is not None else source[span(source, node)]
            statements.append(Statement(cell.number, lines_of(node).start, text))
    return statements, broken


def _shares_lines(node: ast.stmt, body: Sequence[ast.stmt]) -> bool:
    return any(
        other is not node and (other.lineno == node.end_lineno or other.end_lineno == node.lineno) for other in body
    )


def _tree(statements: Sequence[Statement]) -> Tree:
    """What the statements bind; a statement's position is its cell's index."""
    cells = tuple(Cell(item.source, item.line, index) for index, item in enumerate(statements))
    digest = hashlib.sha256("\0".join(item.source for item in statements).encode()).hexdigest()
    return tree_of(Answer("cells", "cells", cells, digest))


def _closure(tree: Tree, symbol: str) -> set[int]:
    """The statements that a symbol depends on."""
    statements = {step.cell.index: step.cell for step in tree.steps}
    first = {step.cell.index: step.order for step in reversed(tree.steps)}
    kept = {step.cell.index for step in tree.steps if _is_for_all(step.node)}
    todo: list[tuple[str, int | None]] = [(symbol, None)]
    seen: set[tuple[str, int | None]] = set()
    while todo:
        name, before = todo.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        bindings = tree.bound(name, before)
        for index in {*_cells_of(bindings), *(_mended(tree, name, bindings) if before is None else ())}:
            kept.add(index)
            at_once, later = _names(statements[index].source)
            todo += [(used, first[index]) for used in at_once]
            # What runs while a definition is made may run its helpers then, too.
            todo += [(used, order) for used in later for order in {before, None}]
    return kept


def _is_for_all(node: ast.AST) -> bool:
    """Whether a statement may matter to any other: a future, or an import of everything."""
    return isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")


def _cells_of(bindings: Iterable[Binding]) -> Iterator[int]:
    return (binding.step.cell.index for binding in bindings)


def _mended(tree: Tree, name: str, bindings: Sequence[Binding]) -> Iterator[int]:
    """Later statements that give a definition another attribute: ``Layer.forward = forward``."""
    if not bindings or bindings[0].path:
        return
    for step in tree.steps:
        if step.order <= bindings[0].step.order or not isinstance(
            step.node, ast.Assign | ast.AugAssign | ast.AnnAssign
        ):
            continue
        targets = step.node.targets if isinstance(step.node, ast.Assign) else [step.node.target]
        if any(isinstance(target, ast.Attribute) and _root(target) == name for target in targets):
            yield step.cell.index


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _names(source: str) -> tuple[set[str], set[str]]:
    """The global names that a statement uses while it runs, and those that its functions use when they are called."""
    now: set[str] = set()
    later: set[str] = set()

    def look(table: symtable.SymbolTable, called: bool) -> None:
        top = table.get_type() == "module"
        for item in table.get_symbols():
            if item.is_referenced() and (top or item.is_global()):
                (later if called else now).add(item.get_name())
        for inner in table.get_children():
            runs = inner.get_type() == "class" or inner.get_name() in _AT_ONCE
            look(inner, called or not runs)

    # A stray `return`, say, is found by the compiler only.
    with contextlib.suppress(SyntaxError):
        look(symtable.symtable(source, "cell", "exec"), called=False)
    return now, later
