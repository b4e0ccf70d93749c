"""The form of an answer's code: what is left of it without names, comments, layout, types and the order of methods.

Code is cut into pieces (functions, methods, constants that these use), and each piece into *steps*: every run of `STEP`
nodes of its syntax tree, one after the other. Two pieces of one form have the same steps.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from grader.answer.parse import imported, is_main, parse
from grader.answer.recover import recovered
from grader.answer.text import Cell
from grader.model.source import lines_of

STEP = 10
"""Nodes of a step: about what a statement has."""
_OWN, _TEXT = "own", "text"
_Token = tuple[str, int]
"""What is kept of a node, and its line."""


class Step(NamedTuple):
    """A run of nodes of a piece."""

    form: int
    """The same for steps of one form, in this process."""
    first: int
    last: int
    """Lines of the cell on which it stands."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A function, a method, or a constant of a class or file."""

    name: str
    cell: Cell
    lines: range
    """Of the cell."""
    steps: Sequence[Step]


def pieces(cells: Sequence[Cell]) -> list[Piece]:
    """The pieces of an answer in which there is something; of what is not Python the definitions that are.

    An answer must be of a size that the process which reads answers accepts.
    """
    modules = [(cell, _module(cell.source)) for cell in cells]
    names = _Names()
    for _, module in modules:
        names.learn(module)
    found = []
    for cell, module in modules:
        for name, nodes, lines in _cut(module.body, names):
            steps = _steps(_tokens(nodes, names))
            if steps:
                found.append(Piece(name, cell, lines, steps))
    return found


def _module(source: str) -> ast.Module:
    module = parse(source)
    if not isinstance(module, ast.Module):
        module = parse(recovered(source))
    return module if isinstance(module, ast.Module) else ast.Module([], [])


def _cut(
    body: Sequence[ast.stmt], names: "_Names", around: str = ""
) -> Iterator[tuple[str, Sequence[ast.stmt], range]]:
    """The pieces of a class or file: their names, statements and lines."""
    for node in _flat(body):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield around + node.name, node.body, lines_of(node)
            case ast.ClassDef():
                yield from _cut(node.body, names, f"{around}{node.name}.")
            case ast.Assign([ast.Name(name), *_]) | ast.AnnAssign(ast.Name(name)) if around or name in names.used:
                yield around + name, [node], lines_of(node)


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements, also those below a condition; what only a script runs is left out."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _flat([*([] if is_main(node.test) else node.body), *node.orelse])
        else:
            yield node


@dataclass(slots=True)
class _Names:
    """What the names of an answer stand for."""

    imports: dict[str, str] = field(default_factory=dict)
    """The last part of what an imported name means: ``functional`` for ``F``."""
    own: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    """Attributes and methods that the answer gives to its own objects."""
    used: set[str] = field(default_factory=set)
    """What definitions read."""

    def learn(self, module: ast.Module) -> None:
        """Look at every name of a cell."""
        for statement in module.body:
            self._learn(statement, defines=not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr))

    def _learn(self, statement: ast.stmt, defines: bool) -> None:
        waiting: list[ast.AST] = [statement]
        while waiting:
            node = waiting.pop()
            waiting += _below(node)
            match node:
                case ast.Name(name):
                    if isinstance(node.ctx, ast.Store):
                        self.own.add(name)
                    elif defines:
                        self.used.add(name)
                case ast.Attribute(_, name):
                    if isinstance(node.ctx, ast.Store):
                        self.attributes.add(name)
                case ast.arg(name):
                    self.own.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    self.own.add(name)
                    self.attributes.add(name)
                case ast.Import() | ast.ImportFrom():
                    self.imports |= {name: path.rpartition(".")[2] for name, path in imported(node)}

    def of_name(self, name: str) -> str:
        """What is kept of a name."""
        if name in self.own and name not in self.imports:
            return _OWN
        return self.imports.get(name) or name


def _below(node: ast.AST) -> list[ast.AST]:
    """The nodes below one, without those that only say whether a name is read or written."""
    found: list[ast.AST] = []
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST) and name != "ctx":
            found.append(value)
    return found


def _tokens(nodes: Sequence[ast.AST], names: _Names) -> list[_Token]:
    """Statements as tokens, node after node, without going deeper into Python's stack than one call."""
    found: list[_Token] = []
    waiting: list[tuple[ast.AST, int]] = [(node, 1) for node in reversed(nodes)]
    while waiting:
        node, line = waiting.pop()
        line = getattr(node, "lineno", line)
        token, inner = _read(node, names)
        if token:
            found.append((token, line))
        waiting += [(child, line) for child in reversed(inner)]
    return found


def _read(node: ast.AST, names: _Names) -> tuple[str, Sequence[ast.AST]]:
    """What is kept of a node, and the nodes below it that are read too."""
    match node:
        case ast.Name(name):
            return names.of_name(name), ()
        case ast.Attribute(value, name):
            root = value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in names.imports:
                return name, ()
            return "." + (_OWN if name in names.attributes else name), (value,)
        case ast.Constant(value):
            return _TEXT if isinstance(value, str | bytes) else repr(value), ()
        case ast.JoinedStr():
            return _TEXT, ()
        case ast.keyword(arg, value):
            return f"{arg}=", (value,)
        case ast.Lambda(_, body):
            return "Lambda", (body,)
        case ast.AnnAssign(target, _, value):
            return ("Assign", (target, value)) if value else ("", ())
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body):
            return "definition", body
        case ast.Pass() | ast.Import() | ast.ImportFrom() | ast.Expr(ast.Constant()):
            return "", ()
        case ast.Raise(ast.Name("NotImplementedError") | ast.Call(ast.Name("NotImplementedError"))):
            return "", ()
    return type(node).__name__, _below(node)


def _steps(tokens: Sequence[_Token]) -> list[Step]:
    words = [token for token, _ in tokens]
    return [
        Step(hash(tuple(words[begin : begin + STEP])), tokens[begin][1], tokens[min(begin + STEP, len(words)) - 1][1])
        for begin in range(max(1, len(words) - STEP + 1) if words else 0)
    ]
