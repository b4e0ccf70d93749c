"""The scopes of an answer's code, and what the names in them may be."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from grader.answer.parse import assigned, imported, outer_parts, unpacked
from grader.answer.text import Cell
from grader.answer.tree import Function

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path from outside the answer."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Given:
    """An expression that belongs to another scope than the name that it is given to: a default argument."""

    node: ast.expr
    scope: "Scope"


Choice = ast.expr | Path | Given | None
"""One of the things that a name may be; None for what the text does not tell."""
Names = dict[str, list[Choice]]


@dataclass(slots=True, eq=False)
class Scope:
    """Where names are looked up: a function or a class, or the top level at some step."""

    cell: Cell
    before: int | None
    """At the top level the step that is running; None for code that runs later."""
    parent: "Scope | None" = None
    is_open: bool = False
    """Whether its names are seen elsewhere: those of a class as attributes, those of `exec` in its namespace."""
    is_class: bool = False
    line: int | None = None
    """The line to report, for code inside a string."""
    names: Names = field(default_factory=dict)
    this: str = ""
    """The first argument of a method."""

    @property
    def text(self) -> str:
        """Text of which its code is part."""
        # What a string has in it is not in the text as it is.
        return self.cell.source if self.line is None else ":="

    def owner(self, name: str) -> "Scope | None":
        """The function or class that a name belongs to; None for the top level."""
        where: Scope | None = self
        while where is not None:
            if name in where.names and (where is self or not where.is_class):
                return where
            where = where.parent
        return None


def function_scope(node: AnyFunction, outer: Scope) -> Scope:
    """The scope inside a function."""
    arguments = node.args
    inside = Scope(outer.cell, None, outer, line=outer.line)
    inside.names = local_names([node.body] if isinstance(node, ast.Lambda) else node.body, outer.text)
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults: list[ast.expr | None] = [*([None] * missing), *arguments.defaults, *arguments.kw_defaults]
    for argument, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
        choices = inside.names.setdefault(argument.arg, [])
        choices += [None] if default is None else [None, Given(default, outer)]
    for rest in (arguments.vararg, arguments.kwarg):
        if rest:
            inside.names.setdefault(rest.arg, []).append(None)
    if outer.is_class and positional:
        inside.this = positional[0].arg
    return inside


def comprehension_scope(node: Comprehension, outer: Scope) -> Scope:
    """The scope inside a comprehension."""
    inside = Scope(outer.cell, outer.before, outer, line=outer.line, this=outer.this)
    for generator in node.generators:
        for name, choice in _looped(generator.target, generator.iter):
            inside.names.setdefault(name, []).append(choice)
    return inside


def class_scope(node: ast.ClassDef, outer: Scope) -> Scope:
    """The scope of a class's body."""
    inside = Scope(outer.cell, outer.before, outer, is_open=True, is_class=True, line=outer.line)
    inside.names = local_names(node.body, outer.text)
    return inside


def local_names(body: Iterable[ast.AST], text: str = ":=") -> Names:
    """The names that a body binds, each with all that it may be.

    Args:
        body: Statements, or the expression of a lambda.
        text: Text of which they are part: without a walrus in it expressions bind nothing.
    """
    names: Names = {}
    elsewhere: set[str] = set()
    inside = ast.iter_child_nodes if ":=" in text else _statements
    pending = list(body)
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind in _BINDING:
            for name, choice in _bound(node):
                names.setdefault(name, []).append(choice)
        if isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        elif isinstance(node, Function | ast.ClassDef | ast.Lambda):
            pending += outer_parts(node)
        else:
            pending += inside(node)
    return {name: choices for name, choices in names.items() if name not in elsewhere}


_BINDING = {
    ast.Assign, ast.AnnAssign, ast.AugAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import,
    ast.ImportFrom, ast.NamedExpr, ast.For, ast.AsyncFor, ast.withitem, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
    ast.MatchMapping,
}  # fmt: skip
"""Nodes that may bind a name."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases", "items")
_COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match, ast.match_case,
    ast.ExceptHandler,
)  # fmt: skip


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """The statements inside a statement, and what else binds names there; no expressions."""
    if isinstance(node, _COMPOUND):
        for block in _BLOCKS:
            yield from getattr(node, block, ())
    if isinstance(node, ast.match_case):
        yield from ast.walk(node.pattern)


def _bound(node: ast.AST) -> Iterator[tuple[str, Choice]]:
    """The names that a node itself binds in the scope in which it stands."""
    match node:
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            yield from assigned(node)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, None
        case ast.Import() | ast.ImportFrom():
            yield from ((name, Path(path)) for name, path in imported(node))
        case ast.NamedExpr(ast.Name(name), value):
            yield name, value
        case ast.For(target, values) | ast.AsyncFor(target, values):
            yield from _looped(target, values)
        case ast.withitem(value, ast.expr() as target):
            yield from unpacked(target, value)
            yield from unpacked(target, None)
        case ast.ExceptHandler(name=str() as name):
            yield name, None
        case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
            yield name, None


def _looped(target: ast.expr, values: ast.expr) -> Iterator[tuple[str, Choice]]:
    """What the targets of a loop over some values may be."""
    items: list[ast.expr | None] = [None]
    if isinstance(values, ast.Tuple | ast.List | ast.Set) and values.elts:
        items = [None if isinstance(item, ast.Starred) else item for item in values.elts]
    for item in items:
        yield from unpacked(target, item)
