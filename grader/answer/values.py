"""What an expression of an answer may be, as far as can be determined without running it."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from grader.answer.folding import fold
from grader.answer.load import Cell
from grader.answer.parse import assigned, imported
from grader.answer.tree import Function, Tree

_MAX_DEPTH = 50
_MAX_VALUES = 8
_LOOKUPS = {"__getattribute__", "__getattr__"}
_TABLE_LOOKUPS = {"get", "pop", "__getitem__", "setdefault"}
_GLOBALS = "<globals>"


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path from outside the answer."""

    dotted: str


Value = Path | str
"""What an expression may be, as far as can be determined: something from outside, or constant text."""


@dataclass(slots=True)
class Scope:
    """Where names are looked up: a function or a class, or the top level at some step."""

    cell: Cell
    before: int | None
    """At the top level the step that is running; None for code that runs later."""
    parent: "Scope | None" = None
    is_class: bool = False
    line: int | None = None
    """The line to report, for code inside a string."""
    names: dict[str, list[ast.expr | Path]] = field(default_factory=dict)


class Values:
    """The values of expressions, each looked at once."""

    def __init__(self, tree: Tree, exists: Callable[[str], bool]) -> None:
        self._tree, self._exists = tree, exists
        self._known: dict[int, tuple[Value, ...]] = {}

    def of(self, node: ast.expr, scope: Scope) -> tuple[Value, ...]:
        """What an expression may be; nothing where that cannot be determined."""
        return self._at(node, scope, 0)

    def texts(self, nodes: Iterable[ast.expr], scope: Scope) -> list[str]:
        """The constant texts that expressions may be."""
        return [value for node in nodes for value in self.of(node, scope) if isinstance(value, str)]

    def owner(self, name: str, scope: Scope) -> Scope | None:
        """The function or class that a name belongs to; None for the top level."""
        where: Scope | None = scope
        while where is not None:
            if name in where.names and (where is scope or not where.is_class):
                return where
            where = where.parent
        return None

    def _at(self, node: ast.expr, scope: Scope, depth: int) -> tuple[Value, ...]:
        known = self._known.get(id(node))
        if known is None:
            self._known[id(node)] = ()
            known = () if depth > _MAX_DEPTH else tuple(dict.fromkeys(self._evaluate(node, scope, depth + 1)))
            self._known[id(node)] = known = known[:_MAX_VALUES]
        return known

    def _evaluate(self, node: ast.expr, scope: Scope, depth: int) -> Iterator[Value]:
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.Name(name):
                yield from self._named(name, scope, depth)
            case ast.Attribute(inner, name):
                for value in self._at(inner, scope, depth):
                    if isinstance(value, Path):
                        yield Path(f"{value.dotted}.{name}")
            case ast.Subscript(inner, index):
                for value in self._at(inner, scope, depth):
                    if isinstance(value, Path):
                        for key in self._at(index, scope, depth):
                            yield from self._looked_up(value, key, scope, depth)
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))
                if isinstance(inner, ast.Tuple | ast.List):
                    for item in inner.elts[:_MAX_VALUES]:
                        yield from self._at(item, scope, depth)
            case ast.IfExp(_, then, otherwise):
                yield from (*self._at(then, scope, depth), *self._at(otherwise, scope, depth))
            case ast.BoolOp(_, values):
                for item in values[:_MAX_VALUES]:
                    yield from self._at(item, scope, depth)
            case ast.NamedExpr(_, inner):
                yield from self._at(inner, scope, depth)
            case ast.Call():
                yield from self._called(node, scope, depth)
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))
            case ast.BinOp() | ast.JoinedStr():
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))

    def _texts_at(self, node: ast.expr, scope: Scope, depth: int) -> list[str]:
        return [value for value in self._at(node, scope, depth) if isinstance(value, str)]

    def _named(self, name: str, scope: Scope, depth: int) -> Iterator[Value]:
        owner = self.owner(name, scope)
        if owner is not None:
            for given in owner.names[name][:_MAX_VALUES]:
                if isinstance(given, Path):
                    yield given
                else:
                    yield from self._at(given, owner, depth)
            return
        bindings = self._tree.bound(name, scope.before)
        for binding in bindings[:_MAX_VALUES]:
            if binding.path:
                yield Path(binding.path)
            elif binding.value is not None:
                yield from self._at(binding.value, Scope(binding.step.cell, binding.step.order), depth)
        if not bindings:
            starred = [path for module in self._tree.stars if self._exists(path := f"{module}.{name}")]
            yield from map(Path, starred or [f"builtins.{name}"])

    def _called(self, node: ast.Call, scope: Scope, depth: int) -> Iterator[Value]:
        for function in self._at(node.func, scope, depth):
            if not isinstance(function, Path):
                continue
            parent, _, method = function.dotted.rpartition(".")
            given = [self._at(argument, scope, depth) for argument in node.args[:3]]
            if function.dotted == "builtins.getattr" and len(given) >= 2:
                yield from _attributes(given[0], given[1])
                yield from (value for values in given[2:] for value in values)
            elif function.dotted == "builtins.object.__getattribute__" and len(given) == 2:
                yield from _attributes(given[0], given[1])
            elif method in _LOOKUPS and given:
                yield from _attributes([Path(parent)], given[0])
            elif function.dotted in ("builtins.vars", "builtins.globals", "builtins.locals"):
                whole = [value.dotted for value in given[0] if isinstance(value, Path)] if given else []
                yield from [Path(f"{dotted}.__dict__") for dotted in whole] or [Path(_GLOBALS)]
            elif method in _TABLE_LOOKUPS and given:
                for key in given[0]:
                    yield from self._looked_up(Path(parent), key, scope, depth)
            elif function.dotted in ("builtins.__import__", "importlib.import_module") and given:
                yield from (Path(value) for value in given[0] if isinstance(value, str))
        if isinstance(node.func, ast.Call) and len(node.args) == 1:
            makers = self._at(node.func.func, scope, depth)
            if Path("operator.attrgetter") in makers and node.func.args:
                names = self._at(node.func.args[0], scope, depth)
                yield from _attributes(self._at(node.args[0], scope, depth), names)

    def _looked_up(self, table: Path, key: Value, scope: Scope, depth: int) -> Iterator[Value]:
        """What is under a key of a namespace's dictionary."""
        if not isinstance(key, str):
            return
        if table.dotted == _GLOBALS:
            yield from self._named(key, scope, depth)
        elif table.dotted == "sys.modules":
            yield Path(key)
        elif table.dotted.endswith(".__dict__"):
            yield Path(f"{table.dotted.removesuffix('.__dict__')}.{key}")


def _attributes(values: Iterable[Value], names: Iterable[Value]) -> Iterator[Path]:
    names = [name for name in names if isinstance(name, str)]
    yield from (Path(f"{value.dotted}.{name}") for value in values if isinstance(value, Path) for name in names)


def local_names(body: Iterable[ast.AST]) -> dict[str, list[ast.expr | Path]]:
    """The names that a function or class body binds, each with what it may be where that is plain."""
    names: dict[str, list[ast.expr | Path]] = {}
    elsewhere: set[str] = set()
    pending = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, Function | ast.ClassDef):
            names.setdefault(node.name, [])
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere.update(node.names)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for name, path in imported(node):
                names.setdefault(name, []).append(Path(path))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.setdefault(node.id, [])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.setdefault(node.name, [])
        elif isinstance(node, ast.NamedExpr):
            names.setdefault(node.target.id, []).append(node.value)
        for name, value in assigned(node):
            names.setdefault(name, []).extend([value] if value else [])
        pending += ast.iter_child_nodes(node)
    return {name: values for name, values in names.items() if name not in elsewhere}
