"""What of an answer a symbol depends on: the units that define it, what these use, and what later changes that."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence

from grader.answer.effects import BUILTINS, Spelt, dependants
from grader.answer.names import GLOBALS, is_dynamic, may_be_dynamic, own_code
from grader.answer.toplevel import TopLevel, adds, is_star
from grader.answer.tree import Function
from grader.answer.units import Unit

_AVAILABLE = frozenset({"torch", "numpy"}) | sys.stdlib_module_names
"""Modules that are there when an answer is graded."""
_MAX_LOOKUPS = 100_000
_LONGEST_PATH = 20
"""Names in the path of a module."""


class Closure:
    """Finds what symbols of one answer depend on."""

    def __init__(self, top: TopLevel) -> None:
        """Look at what every unit changes, once for all symbols."""
        self._top = top
        self._dependants = dependants(top)

    def reached(self, symbols: Iterable[str]) -> list[Unit]:
        """The units that symbols depend on, in order.

        A name that is used when a definition is made means what it meant then; one that is used when it is called means
        what it means at the end.
        """
        search = _Search(self._top, self._dependants)
        for symbol in symbols:
            search.want(symbol, None)
        search.run()
        # Only imports without a name of their own are told apart by what is spelt elsewhere, which takes long to read.
        partial = {unit for unit in search.kept if _is_partial(unit)}
        chains = {chain for unit in search.kept for chain in _chains(unit)} if partial else set()
        kept = search.kept - {unit for unit in partial if not self._leads_on(unit, chains)}
        return [unit for unit in self._top.units if unit in kept]

    @property
    def units(self) -> Sequence[Unit]:
        """All of them, in order."""
        return self._top.units

    def _leads_on(self, unit: Unit, chains: set[str]) -> bool:
        """Whether ``import a.b`` is what gives ``a``, or ``a.b`` is used."""
        assert isinstance(unit.node, ast.Import)
        (name,) = unit.names.binds
        return unit.node.names[0].name in chains or all(adds(other, name) for other in self._top.binding(name))


class _Search:
    """The units that are kept, as they are found."""

    def __init__(self, top: TopLevel, dependants: Mapping[Unit | str | Spelt, Sequence[Unit]]) -> None:
        self._top, self._dependants = top, dependants
        self.kept: set[Unit] = set()
        self._wanted: set[str] = set()
        self._todo: list[tuple[str, int | None]] = []
        self._seen: set[tuple[str, int | None]] = set()
        self._pending: list[Unit] = []
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
        self._pending += self._dependants.get(GLOBALS, ())
        self._finish()
        self._pending += self._stars()
        self._finish()
        while spelt := [unit for unit in self._spelt() if unit not in self.kept]:
            self._pending += spelt
            self._finish()

    def _finish(self) -> None:
        while self._todo or self._pending:
            while self._pending:
                self._keep(self._pending.pop())
            if not self._todo:
                break
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
            if not bindings and name not in BUILTINS:
                self._pending += self._dependants.get(name, ())

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
            # By its own name a class calls itself, and no earlier draft.
            for when in times - {unit.order} if name in unit.names.binds else times:
                self.want(name, when)
        if unit in self.kept:
            return
        self.kept.add(unit)
        if unit.parent is not None:
            self._pending.append(unit.parent)
        self._pending += self._dependants.get(unit, ())
        if not self._is_dynamic and unit.bodies is None and may_be_dynamic(unit.text) and is_dynamic(unit.node):
            self._is_dynamic = True
            self._pending += (item for item in self._top.units if isinstance(item.node, Function | ast.ClassDef))

    def _spelt(self) -> Iterator[Unit]:
        """What gives names in the table of all that are used, or that may be looked up there."""
        for key, units in self._dependants.items():
            if isinstance(key, Spelt) and (self._is_dynamic or any(self._may_give(key, name) for name in self._wanted)):
                yield from units

    def _may_give(self, spelt: Spelt, name: str) -> bool:
        """Whether a name may be given in the table; one of many that may, only where nothing else gives it."""
        is_one_of_many = ".*" in spelt.pattern and spelt.pattern != ".*"
        if is_one_of_many and (name in BUILTINS or self._top.bound(name)):
            return False
        return re.fullmatch(spelt.pattern, name) is not None

    def _stars(self) -> Iterator[Unit]:
        """What may give a name that is used without saying so: imports of everything, text that is executed."""
        unbound = any(not self._top.bound(name) and name not in BUILTINS for name in self._wanted)
        for unit in self._top.units:
            if (is_star(unit) and (unbound or is_available(unit.node))) or (unbound and _executes_text(unit.node)):
                yield unit


def _is_partial(unit: Unit) -> bool:
    """Whether a unit is an import of the kind ``import a.b``."""
    return isinstance(unit.node, ast.Import) and all(adds(unit, name) for name in unit.names.binds)


def _executes_text(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Call(ast.Name("exec"))):
            return True
    return False


def is_available(node: ast.stmt) -> bool:
    """Whether what is imported is there when an answer is graded."""
    match node:
        case ast.Import(names):
            return all(alias.name.partition(".")[0] in _AVAILABLE for alias in names)
        case ast.ImportFrom(module, level=0):
            return (module or "").partition(".")[0] in _AVAILABLE
    return False


def _runs_at_once(node: ast.stmt) -> bool:
    """Whether the functions in a statement may be called while it runs."""
    if isinstance(node, Function):
        return bool(node.decorator_list)
    if isinstance(node, ast.ClassDef):
        code = (inner for item in node.body for inner in own_code(item))
        return bool(node.decorator_list) or any(isinstance(inner, ast.Call) for inner in code)
    return True


def _chains(unit: Unit) -> Iterator[str]:
    """The dotted paths that a unit spells, each with its beginnings."""
    for node in ast.walk(unit.node):
        names: list[str] = []
        while isinstance(node, ast.Attribute) and len(names) < _LONGEST_PATH:
            names = [node.attr, *names]
            node = node.value
        if isinstance(node, ast.Name) and names:
            yield from (".".join([node.id, *names[:length]]) for length in range(1, len(names) + 1))
