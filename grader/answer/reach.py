"""What a part of an answer reaches: every use, in code that it can come to run, of something from outside the answer.

The search begins at the part's definition and follows names to the functions, classes and values of the file. A *use*
is a dotted path (``torch.nn.BatchNorm2d``), found through imports, aliases, `getattr` with constant text and the like.
What cannot be determined without running it is left to the guard in the worker.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from grader.answer.load import Cell
from grader.answer.parse import parse
from grader.answer.tree import Function, Step, Tree
from grader.answer.values import Path, Scope, Values, local_names

_MAX_NODES = 300_000
_MAX_CODE = 20_000
_GROWING = {"append", "extend", "insert", "add", "update", "setdefault", "__setitem__", "__setattr__"}
"""Methods with which the top level may put something into a value that the part uses."""
_SELF_CHECKS = (
    "test", "check", "compare", "verify", "demo", "debug", "reference", "expected", "baseline", "sanity", "matches",
    "assert", "validate", "benchmark", "torch",
)  # fmt: skip
_TYPE_TESTS = {"builtins.isinstance", "builtins.issubclass"}


@dataclass(frozen=True, slots=True)
class Use:
    """A path or an attribute that is used, and where."""

    dotted: str
    cell: Cell
    line: int


def uses(tree: Tree, symbol: str, exists: Callable[[str], bool]) -> list[Use]:
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
    def __init__(self, tree: Tree, exists: Callable[[str], bool]) -> None:
        self._tree = tree
        self.found: dict[Use, None] = {}
        self._reached: set[str] = set()
        self._steps: set[int] = set()
        self._pending: list[tuple[ast.AST, Scope]] = []
        self._values = Values(tree, exists)
        self._attributes: set[str] = set()
        self._parked: dict[str, list[tuple[ast.AST, Scope]]] = {}
        self._code: list[ast.AST] = []

    def reach(self, name: str, before: int | None) -> None:
        """Follow a name of the top level to what it is bound to."""
        self._reached.add(name)
        for binding in self._tree.bound(name, before):
            if not binding.path:
                self._take(binding.step)

    def _take(self, step: Step) -> None:
        if step.order not in self._steps:
            self._steps.add(step.order)
            self._pending.append((step.node, Scope(step.cell, step.order)))

    def run(self) -> None:
        """Go on until nothing new is reached."""
        nodes = 0
        patches = [(step, *patch) for step in self._tree.steps for patch in _patches(step.node)]
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
                    self._pending += [(node, Scope(step.cell, step.order)) for node in given]
            if not self._pending:
                return

    def _is_outside(self, name: str, step: Step) -> bool:
        """Whether a name at the top level is a module: what is put into torch or builtins is there for the part."""
        return any(binding.path for binding in self._tree.bound(name, step.order))

    # What a node uses, and what is to be visited of it.

    def _visit(self, node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from self._visit_function(node, scope)
            case ast.ClassDef():
                outer = [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
                yield from ((item, scope) for item in outer)
                inside = Scope(scope.cell, scope.before, scope, is_class=True, line=scope.line)
                inside.names = local_names(node.body)
                for item in node.body:
                    if self._is_self_check(item):
                        self._parked.setdefault(item.name, []).append((item, inside))
                    else:
                        yield item, inside
            case ast.Import() | ast.ImportFrom() | ast.arguments() | ast.Constant():
                pass
            case ast.AnnAssign():
                yield from ((item, scope) for item in (node.target, node.value) if item)
            case ast.Name(name, ast.Load()):
                self._note(node, scope)
                if self._values.owner(name, scope) is None:
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

    def _is_self_check(self, item: ast.stmt) -> TypeGuard[Function]:
        """Whether a method only compares with torch, and nothing calls it so far: then it is not part of the answer."""
        if not isinstance(item, Function) or item.name in self._attributes:
            return False
        return item.name.lstrip("_").startswith(_SELF_CHECKS)

    def _visit_function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
    ) -> Iterator[tuple[ast.AST, Scope]]:
        arguments = node.args
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        outer = [*arguments.defaults, *(item for item in arguments.kw_defaults if item)]
        if not isinstance(node, ast.Lambda):
            outer += node.decorator_list
        yield from ((item, scope) for item in outer)
        inside = Scope(scope.cell, None, scope, line=scope.line)
        inside.names = local_names(body)
        for argument in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if argument:
                inside.names.setdefault(argument.arg, [])
        yield from ((item, inside) for item in body)

    def _visit_call(self, node: ast.Call, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        self._note(node, scope)
        called = {value.dotted for value in self._values.of(node.func, scope) if isinstance(value, Path)}
        keywords = [keyword.value for keyword in node.keywords]
        if called & _TYPE_TESTS:
            yield from ((item, scope) for item in node.args[:1])
            return
        if "typing.cast" in called:
            yield from ((item, scope) for item in node.args[1:])
            return
        if called & {"builtins.eval", "builtins.exec", "builtins.compile"}:
            for text in self._values.texts(node.args[:1], scope):
                code = parse(text) if len(text) < _MAX_CODE else None
                if isinstance(code, ast.Module):
                    self._code.append(code)
                    inside = Scope(scope.cell, scope.before, scope, line=scope.line or node.lineno)
                    inside.names = local_names(code.body)
                    yield from ((item, inside) for item in code.body)
        if called & {"builtins.getattr", "builtins.setattr", "operator.attrgetter", "operator.methodcaller"}:
            for text in self._values.texts(node.args, scope):
                for name in text.split("."):
                    yield from self._attribute(name)
                    self._use("." + name, node, scope)
        yield from ((item, scope) for item in (node.func, *node.args, *keywords))

    def _attribute(self, name: str) -> Iterator[tuple[ast.AST, Scope]]:
        self._attributes.add(name)
        yield from self._parked.pop(name, ())

    def _note(self, node: ast.expr, scope: Scope) -> None:
        for value in self._values.of(node, scope):
            if isinstance(value, Path):
                self._use(value.dotted, node, scope)

    def _use(self, dotted: str, node: ast.expr, scope: Scope) -> None:
        self.found[Use(dotted, scope.cell, scope.line or node.lineno)] = None

    def _is_chain(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an expression is an imported name with attributes: all there is to say of it is its path."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if not isinstance(node, ast.Name):
            return False
        owner = self._values.owner(node.id, scope)
        if owner is not None:
            return all(isinstance(value, Path) for value in owner.names[node.id]) and bool(owner.names[node.id])
        bindings = self._tree.bound(node.id, scope.before)
        return bool(bindings) and all(binding.path for binding in bindings)

    def _is_type(self, node: ast.expr, scope: Scope) -> bool:
        """Whether an operand is a class of torch, or several: to compare with a class is not to use it."""
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return bool(node.elts) and all(self._is_type(item, scope) for item in node.elts)
        values = self._values.of(node, scope) if isinstance(node, ast.Name | ast.Attribute) else ()
        return any(isinstance(value, Path) and value.dotted.startswith("torch.nn.") for value in values)


def _children(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    return ((inner, scope) for inner in ast.iter_child_nodes(node))


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
