"""What a part of an answer reaches: every use, in code that it can come to run, of something from outside the answer.

The search begins at the part's definition and follows names to the functions, classes and values of the file. A *use*
is a dotted path (``torch.nn.BatchNorm2d``), found through imports, aliases, `getattr` with constant text and the like.
What cannot be told without running it is left to the guard in the worker.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from grader.judge.answer_tree import Function, Step, Tree, assigned, imported, parse
from grader.judge.folding import fold
from grader.loader import Cell

_MAX_NODES = 300_000
_MAX_DEPTH = 50
_MAX_VALUES = 8
_MAX_CODE = 20_000
_GROWING = {"append", "extend", "insert", "add", "update", "setdefault", "__setitem__", "__setattr__"}
"""Methods with which the top level may put something into a value that the part uses."""
_SELF_CHECKS = ("test", "check_against", "compare", "verify", "demo", "debug")
_TYPE_TESTS = {"builtins.isinstance", "builtins.issubclass"}
_LOOKUPS = {"__getattribute__", "__getattr__"}
_TABLE_LOOKUPS = {"get", "pop", "__getitem__", "setdefault"}
_GLOBALS = "<globals>"

Exists = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path from outside the answer."""

    dotted: str


Value = Path | str
"""What an expression may be, as far as can be told: something from outside, or constant text."""


@dataclass(frozen=True, slots=True)
class Use:
    """A path or an attribute that is used, and where."""

    dotted: str
    cell: Cell
    line: int


@dataclass(slots=True)
class _Scope:
    """Where names are looked up: a function or a class, or the top level at some step."""

    cell: Cell
    before: int | None
    """At the top level the step that is running; None for code that runs later."""
    parent: "_Scope | None" = None
    is_class: bool = False
    line: int | None = None
    """The line to report, for code inside a string."""
    names: dict[str, list[ast.expr | Path]] = field(default_factory=dict)


def uses(tree: Tree, symbol: str, exists: Exists) -> list[Use]:
    """What the definition of a symbol reaches, in no particular order.

    Args:
        tree: The answer.
        symbol: The part.
        exists: Whether a dotted path is something, to resolve ``from module import *``.
    """
    search = _Search(tree, exists)
    search.reach(symbol, None)
    search.run()
    return list(search.found)


class _Search:
    def __init__(self, tree: Tree, exists: Exists) -> None:
        self.tree, self.exists = tree, exists
        self.found: dict[Use, None] = {}
        self._reached: set[str] = set()
        self._steps: set[int] = set()
        self._pending: list[tuple[ast.AST, _Scope]] = []
        self._values: dict[int, tuple[Value, ...]] = {}
        self._attributes: set[str] = set()
        self._parked: dict[str, list[tuple[ast.AST, _Scope]]] = {}
        self._code: list[ast.AST] = []

    def reach(self, name: str, before: int | None) -> None:
        """Follow a name of the top level to what it is bound to."""
        self._reached.add(name)
        for binding in self.tree.bound(name, before):
            if not binding.path:
                self._take(binding.step)

    def _take(self, step: Step) -> None:
        if step.order not in self._steps:
            self._steps.add(step.order)
            self._pending.append((step.node, _Scope(step.cell, step.order)))

    def run(self) -> None:
        """Go on until nothing new is reached."""
        nodes = 0
        patches = [(step, *patch) for step in self.tree.steps for patch in _patches(step.node)]
        while True:
            while self._pending:
                node, scope = self._pending.pop()
                nodes += 1
                if nodes > _MAX_NODES:
                    return
                self._pending += [(inner, where) for inner, where in self._visit(node, scope)]
            for step, name, given in patches:
                if step.order not in self._steps and (name in self._reached or self._is_outside(name, step)):
                    self._steps.add(step.order)
                    self._pending += [(node, _Scope(step.cell, step.order)) for node in given]
            if not self._pending:
                return

    def _is_outside(self, name: str, step: Step) -> bool:
        """Whether a name at the top level is a module: what is put into torch or builtins is there for the part."""
        return any(binding.path for binding in self.tree.bound(name, step.order))

    # What a node uses, and what is to be visited of it.

    def _visit(self, node: ast.AST, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from self._visit_function(node, scope)
            case ast.ClassDef():
                outer = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
                yield from ((item, scope) for item in outer)
                inside = _Scope(scope.cell, scope.before, scope, is_class=True, line=scope.line)
                inside.names = _local_names(node.body)
                for item in node.body:
                    if isinstance(item, Function) and item.name.lstrip("_").startswith(_SELF_CHECKS):
                        # A method that only compares with torch is no part of the answer, unless something calls it.
                        if item.name not in self._attributes:
                            self._parked.setdefault(item.name, []).append((item, inside))
                            continue
                    yield item, inside
            case ast.Import() | ast.ImportFrom() | ast.arguments() | ast.Constant():
                pass
            case ast.AnnAssign():
                yield from ((item, scope) for item in (node.target, node.value) if item)
            case ast.Name(name, ast.Load()):
                self._note(node, scope)
                if self._owner(name, scope) is None:
                    self.reach(name, scope.before)
            case ast.Attribute():
                yield from self._attribute(node.attr)
                self._note(node, scope)
                self._use("." + node.attr, node, scope)
                if not self._is_chain(node, scope):
                    yield node.value, scope
            case ast.Call():
                yield from self._visit_call(node, scope)
            case ast.Subscript():
                self._note(node, scope)
                yield from _children(node, scope)
            case ast.Compare():
                operands = [node.left, *node.comparators]
                yield from ((item, scope) for item in operands if not self._is_type(item, scope))
            case ast.Dict():
                keys = [key for key in node.keys if key and not self._is_type(key, scope)]
                yield from ((item, scope) for item in (*keys, *node.values))
            case ast.MatchClass():
                yield from ((item, scope) for item in (*node.patterns, *node.kwd_patterns))
            case ast.If(ast.Constant(value=value)) if not value:
                yield from ((item, scope) for item in node.orelse)
            case _:
                yield from _children(node, scope)

    def _visit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: _Scope
    ) -> Iterator[tuple[ast.AST, _Scope]]:
        arguments = node.args
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        outer = [*arguments.defaults, *(item for item in arguments.kw_defaults if item)]
        if not isinstance(node, ast.Lambda):
            outer += node.decorator_list
        yield from ((item, scope) for item in outer)
        inside = _Scope(scope.cell, None, scope, line=scope.line)
        inside.names = _local_names(body)
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if argument:
                inside.names.setdefault(argument.arg, [])
        yield from ((item, inside) for item in body)

    def _visit_call(self, node: ast.Call, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
        self._note(node, scope)
        called = {value.dotted for value in self._value(node.func, scope) if isinstance(value, Path)}
        keywords = [keyword.value for keyword in node.keywords]
        if called & _TYPE_TESTS:
            yield from ((item, scope) for item in node.args[:1])
            return
        if "typing.cast" in called:
            yield from ((item, scope) for item in node.args[1:])
            return
        if called & {"builtins.eval", "builtins.exec", "builtins.compile"}:
            for text in self._texts(node.args[:1], scope):
                code = parse(text) if len(text) < _MAX_CODE else None
                if isinstance(code, ast.Module):
                    self._code.append(code)
                    inside = _Scope(scope.cell, scope.before, scope, line=scope.line or node.lineno)
                    inside.names = _local_names(code.body)
                    yield from ((item, inside) for item in code.body)
        if called & {"builtins.getattr", "builtins.setattr", "operator.attrgetter", "operator.methodcaller"}:
            for text in self._texts(node.args, scope):
                for name in text.split("."):
                    yield from self._attribute(name)
                    self._use("." + name, node, scope)
        yield from ((item, scope) for item in (node.func, *node.args, *keywords))

    def _texts(self, nodes: Iterable[ast.expr], scope: _Scope) -> list[str]:
        return [value for node in nodes for value in self._value(node, scope) if isinstance(value, str)]

    def _attribute(self, name: str) -> Iterator[tuple[ast.AST, _Scope]]:
        self._attributes.add(name)
        yield from self._parked.pop(name, ())

    def _note(self, node: ast.expr, scope: _Scope) -> None:
        for value in self._value(node, scope):
            if isinstance(value, Path):
                self._use(value.dotted, node, scope)

    def _use(self, dotted: str, node: ast.expr, scope: _Scope) -> None:
        self.found[Use(dotted, scope.cell, scope.line or node.lineno)] = None

    def _is_chain(self, node: ast.expr, scope: _Scope) -> bool:
        """Whether an expression is an imported name with attributes: all there is to say of it is its path."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return False
        owner = self._owner(node.id, scope)
        if owner is not None:
            return all(isinstance(value, Path) for value in owner.names[node.id]) and bool(owner.names[node.id])
        bindings = self.tree.bound(node.id, scope.before)
        return bool(bindings) and all(binding.path for binding in bindings)

    def _is_type(self, node: ast.expr, scope: _Scope) -> bool:
        """Whether an operand is a class of torch, or several: to compare with a class is not to use it."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return bool(node.elts) and all(self._is_type(item, scope) for item in node.elts)
        values = self._value(node, scope) if isinstance(node, ast.Name | ast.Attribute) else ()
        return any(isinstance(value, Path) and value.dotted.startswith("torch.nn.") for value in values)

    # What an expression is.

    def _owner(self, name: str, scope: _Scope) -> _Scope | None:
        """The function or class that a name belongs to; None for the top level."""
        where: _Scope | None = scope
        while where is not None:
            if name in where.names and (where is scope or not where.is_class):
                return where
            where = where.parent
        return None

    def _value(self, node: ast.expr, scope: _Scope, depth: int = 0) -> tuple[Value, ...]:
        known = self._values.get(id(node))
        if known is None:
            self._values[id(node)] = ()
            known = () if depth > _MAX_DEPTH else tuple(dict.fromkeys(self._evaluate(node, scope, depth + 1)))
            self._values[id(node)] = known = known[:_MAX_VALUES]
        return known

    def _evaluate(self, node: ast.expr, scope: _Scope, depth: int) -> Iterator[Value]:
        match node:
            case ast.Constant(value=str() as text):
                yield text
            case ast.Name(name):
                yield from self._named(name, scope, depth)
            case ast.Attribute(inner, name):
                for value in self._value(inner, scope, depth):
                    if isinstance(value, Path):
                        yield Path(f"{value.dotted}.{name}")
            case ast.Subscript(inner, index):
                for value in self._value(inner, scope, depth):
                    if isinstance(value, Path):
                        for key in self._value(index, scope, depth):
                            yield from self._looked_up(value, key, scope, depth)
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))
                if isinstance(inner, ast.Tuple | ast.List):
                    for item in inner.elts[:_MAX_VALUES]:
                        yield from self._value(item, scope, depth)
            case ast.IfExp(_, then, otherwise):
                yield from (*self._value(then, scope, depth), *self._value(otherwise, scope, depth))
            case ast.BoolOp(_, values):
                for item in values[:_MAX_VALUES]:
                    yield from self._value(item, scope, depth)
            case ast.NamedExpr(_, inner):
                yield from self._value(inner, scope, depth)
            case ast.Call():
                yield from self._called(node, scope, depth)
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))
            case ast.BinOp() | ast.JoinedStr():
                yield from fold(node, lambda item: self._texts_at(item, scope, depth))

    def _texts_at(self, node: ast.expr, scope: _Scope, depth: int) -> list[str]:
        return [value for value in self._value(node, scope, depth) if isinstance(value, str)]

    def _named(self, name: str, scope: _Scope, depth: int) -> Iterator[Value]:
        owner = self._owner(name, scope)
        if owner is not None:
            for given in owner.names[name][:_MAX_VALUES]:
                if isinstance(given, Path):
                    yield given
                else:
                    yield from self._value(given, owner, depth)
            return
        bindings = self.tree.bound(name, scope.before)
        for binding in bindings[:_MAX_VALUES]:
            if binding.path:
                yield Path(binding.path)
            elif binding.value is not None:
                yield from self._value(binding.value, _Scope(binding.step.cell, binding.step.order), depth)
        if not bindings:
            starred = [path for module in self.tree.stars if self.exists(path := f"{module}.{name}")]
            yield from map(Path, starred or [f"builtins.{name}"])

    def _called(self, node: ast.Call, scope: _Scope, depth: int) -> Iterator[Value]:
        for function in self._value(node.func, scope, depth):
            if not isinstance(function, Path):
                continue
            parent, _, method = function.dotted.rpartition(".")
            given = [self._value(argument, scope, depth) for argument in node.args[:3]]
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
            makers = self._value(node.func.func, scope, depth)
            if Path("operator.attrgetter") in makers and node.func.args:
                names = self._value(node.func.args[0], scope, depth)
                yield from _attributes(self._value(node.args[0], scope, depth), names)

    def _looked_up(self, table: Path, key: Value, scope: _Scope, depth: int) -> Iterator[Value]:
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


def _children(node: ast.AST, scope: _Scope) -> Iterator[tuple[ast.AST, _Scope]]:
    return ((inner, scope) for inner in ast.iter_child_nodes(node))


def _local_names(body: Iterable[ast.AST]) -> dict[str, list[ast.expr | Path]]:
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


def _patches(node: ast.AST) -> Iterator[tuple[str, list[ast.expr]]]:
    """The names whose attributes or items a statement of the top level changes, each with what it puts there."""
    match node:
        case ast.Assign(changed, value):
            given = [value]
        case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
            changed, given = [target], [value]
        case ast.Expr(ast.Call(ast.Name("setattr"), [target, *given])):
            changed = [ast.Attribute(target, "")]
        case ast.Expr(ast.Call(ast.Attribute(target, method), given, keywords)) if method in _GROWING:
            changed, given = [ast.Attribute(target, "")], [*given, *(keyword.value for keyword in keywords)]
        case _:
            return
    for target in changed:
        if isinstance(target, ast.Attribute | ast.Subscript):
            root: ast.expr = target
            while isinstance(root, ast.Attribute | ast.Subscript):
                root = root.value
            if isinstance(root, ast.Name):
                yield root.id, given
