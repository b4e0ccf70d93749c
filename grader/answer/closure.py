"""What of an answer a symbol depends on: the units that define it, what these use, and what later changes that."""

import ast
import builtins
import sys
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from grader.answer.names import GLOBALS, Change, aliases, changes, is_dynamic, origins, own_code
from grader.answer.parse import imported
from grader.answer.tree import Function
from grader.answer.units import Unit

_BUILTINS = frozenset(vars(builtins))
_AVAILABLE = frozenset({"torch", "numpy"}) | sys.stdlib_module_names
"""Modules that are there when an answer is graded."""
_SHARED = ("torch", "builtins", "sys.modules")
"""What a change of is a change of what any answer may use."""
_TRIALS = ("test", "check", "compare", "verify", "benchmark", "demo", "main", "train", "evaluate", "plot", "run")
"""How the names of functions begin whose calls are no part of a definition."""
_MAX_LOOKUPS = 100_000
_MAX_DEPTH = 20


class TopLevel:
    """The units of an answer and how they hang together."""

    def __init__(self, units: Sequence[Unit]) -> None:
        """Index what every unit binds and changes.

        Args:
            units: The units, in the order in which they run.
        """
        self.units = units
        self._binding: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            for name in unit.names.binds:
                self._binding[name].append(unit)
        self._has_stars = any(_is_star(unit) for unit in units)
        self._effects_known: dict[Unit, tuple[set[str], bool]] = {}

    def bound(self, name: str, before: int | None = None) -> list[Unit]:
        """The units that may have bound a name at the end, or just before one runs, the last first."""
        binding = self._binding.get(name, [])
        last = len(binding)
        if before is not None:
            last = bisect_left(binding, before, key=lambda unit: unit.order) or last
        holding: list[Unit] = []
        for index in range(last - 1, -1, -1):
            unit = binding[index]
            holding.append(unit)
            if unit.certain and not _adds(unit, name):
                break
        return holding

    def binding(self, name: str) -> Sequence[Unit]:
        """All units that bind a name, whenever they do."""
        return self._binding.get(name, [])

    def reached(self, symbols: Iterable[str]) -> list[Unit]:
        """The units that symbols depend on, in order.

        A name that is used when a definition is made means what it meant then; one that is used when it is called means
        what it means at the end.
        """
        search = _Search(self)
        for symbol in symbols:
            search.want(symbol, None)
        search.run()
        chains = {chain for unit in search.kept for chain in _chains(unit)}
        return [unit for unit in self.units if unit in search.kept and self._leads_on(unit, chains)]

    def _leads_on(self, unit: Unit, chains: set[str]) -> bool:
        """Whether ``import a.b`` is what gives ``a``, or ``a.b`` is used; any other unit leads on."""
        if not isinstance(unit.node, ast.Import) or not all(_adds(unit, name) for name in unit.names.binds):
            return True
        (name,) = unit.names.binds
        return unit.node.names[0].name in chains or all(_adds(other, name) for other in self._binding[name])

    @cached_property
    def dependants(self) -> dict[Unit | str, list[Unit]]:
        """For a unit, or a name that nothing binds, the units that change what it stands for."""
        dependants: dict[Unit | str, list[Unit]] = defaultdict(list)
        for unit in self.units:
            for change in self._changes(unit):
                for target in self._targets(change, unit):
                    dependants[target].append(unit)
        return dependants

    def _changes(self, unit: Unit) -> Iterator[Change]:
        """The things that a unit changes when it runs, by itself or through the answer's functions that it calls."""
        if unit.bodies is not None:
            return
        code = list(own_code(unit.node))
        yield from changes(code)
        for call in _calls(unit.node, code):
            yield from self._effects(call, unit.order)
        if isinstance(unit.node, Function | ast.ClassDef):
            yield from _by_decorators(unit.node)
        if isinstance(unit.node, ast.ClassDef):
            yield from (Change(base, by_method=True) for base in _names(unit.node.bases) if self._counts(base, unit))

    def _effects(self, call: ast.expr, before: int) -> Iterator[Change]:
        """What calling one of the answer's functions changes: names of the top level, and what it is given."""
        given: list[str] = []
        while isinstance(call, ast.Call):
            given += _names([*call.args, *(item.value for item in call.keywords)])
            call = call.func
        if isinstance(call, ast.Name) and not call.id.lstrip("_").startswith(_TRIALS):
            for function in self._functions(call.id, before):
                changed, changes_given = self._changed_by(function)
                yield from (Change(root, by_method=True) for root in (*changed, *(given if changes_given else ())))

    def _changed_by(self, function: Unit) -> tuple[set[str], bool]:
        """The names of the top level that a function changes, and whether it changes what it is given."""
        if function not in self._effects_known:
            node = function.node
            assert isinstance(node, Function)
            arguments = {item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)}
            roots = {change.root for change in changes(ast.walk(node))}
            declared = {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}
            self._effects_known[function] = (roots & function.names.later) | declared, bool(roots & arguments)
        return self._effects_known[function]

    def _functions(self, name: str, before: int) -> list[Unit]:
        """The functions that a call may run: those of that name, and those that they use."""
        found: dict[Unit, None] = {}
        pending = [name]
        while pending and len(found) < _MAX_DEPTH:
            for unit in self.bound(pending.pop(), before):
                if isinstance(unit.node, Function) and unit not in found:
                    found[unit] = None
                    pending += unit.names.later
        return list(found)

    def _counts(self, base: str, unit: Unit) -> bool:
        """Whether a class of the answer keeps count of its subclasses."""
        for binding in self.bound(base, unit.order):
            node = binding.node
            if isinstance(node, ast.ClassDef) and binding is not unit:
                methods = {item.name for item in node.body if isinstance(item, Function)}
                if node.keywords or methods & {"__init_subclass__", "__subclasses__"}:
                    return True
        return False

    def _targets(self, change: Change, unit: Unit) -> Iterator[Unit | str]:
        """The units that bind what is changed; a name where none does, `GLOBALS` for what any answer uses."""
        if change.root == GLOBALS:
            yield GLOBALS
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
            bindings = self.bound(name, where.order)
            if not bindings:
                yield GLOBALS if self._has_stars and name not in _BUILTINS else name
            for binding in bindings:
                paths = list(_paths(binding.node, name))
                if paths and change.by_method:
                    continue
                # Of something taken out of a module it is not known what it was.
                if any(_is_shared(f"{path}.{change.path}") or (path == "sys" and len(seen) > 1) for path in paths):
                    yield GLOBALS
                yield binding
                given = [value for target, value in aliases(binding.node) if target == name and binding is not unit]
                pending += [(origin, binding) for value in given for origin in origins(value)]


class _Search:
    """The units that are kept, as they are found."""

    def __init__(self, top: TopLevel) -> None:
        self._top = top
        self.kept: set[Unit] = set()
        self._wanted: set[str] = set()
        self._todo: list[tuple[str, int | None]] = []
        self._seen: set[tuple[str, int | None]] = set()
        self._whole: set[str] = set()
        self._lookups = 0
        self._is_dynamic = False

    def want(self, name: str, before: int | None) -> None:
        """Note that a name is used, and when; once that has been asked too often, all that it ever means is kept."""
        self._lookups += 1
        if self._is_tired:
            before = None
        if (name, before) not in self._seen:
            self._seen.add((name, before))
            self._todo.append((name, before))

    def run(self) -> None:
        for unit in self._top.units:
            if isinstance(unit.node, ast.ImportFrom) and unit.node.module == "__future__":
                self._keep(unit)
        self._keep_all(self._top.dependants.get(GLOBALS, ()))
        self._finish()
        self._keep_all(self._stars())
        self._finish()

    def _finish(self) -> None:
        while self._todo:
            name, before = self._todo.pop()
            self._wanted.add(name)
            if self._is_tired and name in self._whole:
                continue
            if self._is_tired:
                self._whole.add(name)
            bindings = self._top.binding(name) if self._is_tired else self._top.bound(name, before)
            self._lookups += len(bindings)
            for unit in bindings:
                self._keep(unit, before)
            if not bindings and name not in _BUILTINS:
                self._keep_all(self._top.dependants.get(name, ()))

    def _keep_all(self, units: Iterable[Unit]) -> None:
        for unit in units:
            self._keep(unit)

    @property
    def _is_tired(self) -> bool:
        return self._lookups > _MAX_LOOKUPS

    def _keep(self, unit: Unit, before: int | None = None) -> None:
        if self._is_tired and unit in self.kept:
            return
        for name in unit.names.now:
            self.want(name, unit.order)
        # What runs while a definition is made may run its helpers then, too.
        times = {before, None, unit.order} if _runs_at_once(unit.node) else {before, None}
        for name in unit.names.later:
            for when in times:
                self.want(name, when)
        if unit in self.kept:
            return
        self.kept.add(unit)
        if unit.parent is not None:
            self._keep(unit.parent)
        self._keep_all(self._top.dependants.get(unit, ()))
        if not self._is_dynamic and unit.bodies is None and is_dynamic(unit.node):
            self._is_dynamic = True
            self._keep_all(item for item in self._top.units if isinstance(item.node, Function | ast.ClassDef))

    def _stars(self) -> Iterator[Unit]:
        """The imports of everything that may give a name that is used."""
        unbound = any(not self._top.bound(name) and name not in _BUILTINS for name in self._wanted)
        for unit in self._top.units:
            if _is_star(unit) and (unbound or _is_available(unit.node)):
                yield unit


def _adds(unit: Unit, name: str) -> bool:
    """Whether a name is what it was before, too, and the statement does not say so: after ``import a.b``."""
    if not isinstance(unit.node, ast.Import):
        return False
    (alias,) = unit.node.names
    return not alias.asname and alias.name != name


def _runs_at_once(node: ast.stmt) -> bool:
    """Whether the functions in a statement may be called while it runs."""
    if isinstance(node, Function):
        return bool(node.decorator_list)
    if isinstance(node, ast.ClassDef):
        code = (inner for item in node.body for inner in own_code(item))
        return bool(node.decorator_list) or any(isinstance(inner, ast.Call) for inner in code)
    return True


def _calls(node: ast.stmt, code: Iterable[ast.AST]) -> Iterator[ast.expr]:
    """The calls that a statement is made of, decorators among them."""
    if isinstance(node, Function | ast.ClassDef):
        yield from node.decorator_list
    elif isinstance(node, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign):
        if isinstance(node.value, ast.Call):
            yield node.value
    else:
        yield from (item.value for item in code if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call))


def _by_decorators(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Change]:
    """What a definition is given to by its decorators: ``@REGISTRY.register``, ``@add_to_class(Layer)``."""
    if node.name.startswith("test"):
        return
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


def _is_star(unit: Unit) -> bool:
    return isinstance(unit.node, ast.ImportFrom) and unit.node.names[0].name == "*"


def _is_available(node: ast.stmt) -> bool:
    """Whether a module is there when an answer is graded."""
    if not isinstance(node, ast.ImportFrom) or node.level:
        return False
    return (node.module or "").partition(".")[0] in _AVAILABLE


def _paths(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (path for bound, path in imported(node) if bound == name)


def _is_shared(path: str) -> bool:
    return any(f"{path}.".startswith(f"{shared}.") for shared in _SHARED)


def _chains(unit: Unit) -> Iterator[str]:
    """The dotted paths that a unit spells, each with its beginnings."""
    for node in ast.walk(unit.node):
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names = [node.attr, *names]
            node = node.value
        if isinstance(node, ast.Name) and names:
            yield from (".".join([node.id, *names[:length]]) for length in range(1, len(names) + 1))
