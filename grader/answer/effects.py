"""What the statements of an answer's top level change, beside what they bind."""

import ast
import builtins
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.answer.callees import Callees
from grader.answer.names import GLOBALS, Change, aliases, changes, origins, own_code
from grader.answer.toplevel import TopLevel, is_star, paths
from grader.answer.tree import Function
from grader.answer.units import Unit

BUILTINS = frozenset(vars(builtins))
_SHARED = ("torch", "builtins", "sys.modules")
"""What a change of is a change of what any answer may use."""
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Spelt:
    """Names that are given in the table of all: ``globals()[f"Conv{dims}d"] = ...``."""

    pattern: str


def dependants(top: TopLevel) -> dict[Unit | str | Spelt, list[Unit]]:
    """For a unit, or a name that nothing binds, the units that change what it stands for.

    Those that change what any answer may use are under `GLOBALS`.
    """
    return _Effects(top).dependants()


class _Effects:
    """Looks at every unit once."""

    def __init__(self, top: TopLevel) -> None:
        self._top = top
        self._has_stars = any(is_star(unit) for unit in top.units)
        self._callees = Callees(top)

    def dependants(self) -> dict[Unit | str | Spelt, list[Unit]]:
        found: dict[Unit | str | Spelt, list[Unit]] = defaultdict(list)
        for unit in self._top.units:
            different = {(item.root, item.path, item.by_method): item for item in self._changes(unit)}
            for change in different.values():
                for target in self._targets(change, unit):
                    found[target].append(unit)
        return found

    def _changes(self, unit: Unit) -> Iterator[Change]:
        """The things that a unit changes when it runs, by itself or through the answer's functions that it calls."""
        code = list(_own_code(unit))
        yield from changes(code)
        for call in _calls(unit.node, code):
            yield from self._callees.changes(call, unit.order)
        if isinstance(unit.node, Function | ast.ClassDef):
            yield from _by_decorators(unit.node)
        if isinstance(unit.node, ast.ClassDef):
            yield from (Change(base, by_method=True) for base in _names(unit.node.bases) if self._counts(base, unit))

    def _counts(self, base: str, unit: Unit) -> bool:
        """Whether a class of the answer keeps count of its subclasses."""
        for binding in self._top.bound(base, unit.order):
            node = binding.node
            if isinstance(node, ast.ClassDef) and binding is not unit:
                methods = {item.name for item in node.body if isinstance(item, Function)}
                if node.keywords or methods & {"__init_subclass__", "__subclasses__"}:
                    return True
        return False

    def _targets(self, change: Change, unit: Unit) -> Iterator[Unit | str | Spelt]:
        """The units that bind what is changed; a name where none does, `GLOBALS` for what any answer uses."""
        if change.root == GLOBALS:
            yield Spelt(change.spelt) if change.spelt else GLOBALS
            return
        own = _own_aliases(unit)
        seen: set[tuple[str, int]] = set()
        pending = [(change.root, unit)]
        while pending:
            name, where = pending.pop()
            if (name, where.order) in seen or len(seen) > _MAX_DEPTH:
                continue
            seen.add((name, where.order))
            if where is unit and name in own:
                pending += [(origin, where) for value in own[name] for origin in origins(value)]
                continue
            bindings = self._top.bound(name, where.order)
            if not bindings:
                yield GLOBALS if self._has_stars and name not in BUILTINS else name
            for binding in bindings:
                taken = list(paths(binding.node, name))
                if taken and change.by_method:
                    continue
                # Of something taken out of a module it is not known what it was.
                if any(_is_shared(f"{path}.{change.path}") or (path == "sys" and len(seen) > 1) for path in taken):
                    yield GLOBALS
                yield binding
                given = [value for target, value in aliases(binding.node) if target == name and binding is not unit]
                pending += [(origin, binding) for value in given for origin in origins(value)]


def _own_code(unit: Unit) -> Iterator[ast.AST]:
    """What runs when a unit does; of one whose statements are units themselves, its header."""
    match unit.node:
        case ast.If(test) if unit.bodies is not None:
            yield from own_code(test)
        case ast.With(items) if unit.bodies is not None:
            yield from (inner for item in items for inner in own_code(item))
        case ast.Expr():
            # A lambda in a call is there to be called.
            yield from ast.walk(unit.node)
        case node:
            yield from own_code(node)


def _calls(node: ast.stmt, code: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """The calls that a statement makes; decorators are called, too."""
    if isinstance(node, Function | ast.ClassDef):
        yield from node.decorator_list
    else:
        yield from (item for item in code if isinstance(item, ast.Call))


def _by_decorators(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Change]:
    """What a definition is given to by its decorators: ``@REGISTRY.register``, ``@add_to_class(Layer)``.

    ``@patch`` is told by what it decorates, ``def forward(self: Layer)``.
    """
    if node.name.startswith("test"):
        return
    if isinstance(node, Function) and node.decorator_list and node.args.args and node.args.args[0].arg == "self":
        annotation = node.args.args[0].annotation
        yield from (Change(name, by_method=True) for name in _names([annotation] if annotation else []))
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(function, ast.Attribute):
            yield from (Change(root, by_method=True) for root in origins(function))
        if isinstance(decorator, ast.Call):
            given = [*decorator.args, *(item.value for item in decorator.keywords)]
            yield from (Change(name, by_method=True) for name in _names(given))


def _names(nodes: Iterable[ast.expr]) -> Iterator[str]:
    return (node.id for node in nodes if isinstance(node, ast.Name))


def _own_aliases(unit: Unit) -> dict[str, list[ast.expr]]:
    """The names that a compound statement binds on the way, each with what it is taken from."""
    own: dict[str, list[ast.expr]] = defaultdict(list)
    if isinstance(unit.node, ast.For | ast.AsyncFor | ast.While | ast.Try | ast.With | ast.If):
        for name, value in aliases(unit.node):
            own[name].append(value)
    return own


def _is_shared(path: str) -> bool:
    return any(f"{path}.".startswith(f"{shared}.") for shared in _SHARED)
