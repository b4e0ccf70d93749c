"""What a call of an answer's own functions, methods and classes changes, besides what it gives back."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from grader.answer.names import GLOBALS, Change, changes, origins
from grader.answer.toplevel import TopLevel
from grader.answer.tree import Function
from grader.answer.units import Unit

_TRIALS = ("test", "check", "compare", "verify", "benchmark", "demo", "main", "train", "evaluate", "plot", "run")
"""How the names of functions begin that mostly try a definition out: of what they change, only code counts."""
_MADE_BY = ("__new__", "__init__", "__post_init__", "__call__", "__enter__", "__exit__")
"""Methods that run where a class is called, and where a `with` enters what that gives."""
_MOST = 40
"""Functions that are followed from one call."""


class _Callee(NamedTuple):
    """A function, or a method, that a call may run."""

    unit: Unit
    node: ast.FunctionDef | ast.AsyncFunctionDef
    is_method: bool


class _Changed(NamedTuple):
    """What a function changes."""

    roots: frozenset[str]
    """Names of the top level."""
    given: bool
    """Whether it changes what it is given."""
    this: bool
    """Whether it changes the object whose method it is."""


class Callees:
    """Follows calls to the functions of one answer; each of these is looked at once."""

    def __init__(self, top: TopLevel) -> None:
        """Note the methods of all classes by their names: which of them a call means is not known.

        Args:
            top: The answer.
        """
        self._top = top
        self._methods: dict[str, list[_Callee]] = defaultdict(list)
        for unit in top.units:
            if isinstance(unit.node, ast.ClassDef):
                for item in unit.node.body:
                    if isinstance(item, Function):
                        self._methods[item.name].append(_Callee(unit, item, is_method=True))
        self._uses: dict[ast.AST, tuple[Sequence[str], Sequence[str]]] = {}
        self._known: dict[tuple[object, ...], _Changed] = {}

    def changes(self, call: ast.expr, before: int) -> Iterator[Change]:
        """What a call changes: names of the top level, what it is given, and the object whose method it is.

        What methods, and functions that seem to try something out, put in a place counts where it is code: a method
        for a class, a function for a table.

        Args:
            call: The call, or a decorator without one.
            before: The order of the statement in which it stands.
        """
        given: list[str] = []
        while isinstance(call, ast.Call):
            values = (*call.args, *(word.value for word in call.keywords))
            given += [item.id for item in values if isinstance(item, ast.Name)]
            call = call.func
        found: list[_Callee] = []
        objects: list[str] = []
        is_trial = True
        if isinstance(call, ast.Name):
            found = self._named(self._top.bound(call.id, before))
            is_trial = call.id.lstrip("_").startswith(_TRIALS)
        elif isinstance(call, ast.Attribute):
            found, objects = self._methods.get(call.attr, []), list(origins(call.value))
        if found:
            changed = self._changed(found[:_MOST], is_trial)
            roots = [*changed.roots, *(given if changed.given else ()), *(objects if changed.this else ())]
            yield from (Change(root, by_method=True) for root in roots)

    def _named(self, units: Iterable[Unit]) -> list[_Callee]:
        """The functions that units define, and what runs where a class that they define is called."""
        found: list[_Callee] = []
        for unit in units:
            if isinstance(unit.node, Function):
                found.append(_Callee(unit, unit.node, is_method=False))
            elif isinstance(unit.node, ast.ClassDef):
                made = (item for item in unit.node.body if isinstance(item, Function) and item.name in _MADE_BY)
                found += (_Callee(unit, item, is_method=True) for item in made)
        return found

    def _followed(self, found: Iterable[_Callee]) -> list[_Callee]:
        """Functions with those that they call, themselves first."""
        followed: dict[ast.AST, _Callee] = {}
        pending = list(found)
        while pending and len(followed) < _MOST:
            callee = pending.pop(0)
            if callee.node in followed:
                continue
            followed[callee.node] = callee
            names, methods = self._called_by(callee)
            pending += (item for name in names for item in self._named(self._top.binding(name)))
            pending += (item for method in methods for item in self._methods[method])
        return list(followed.values())

    def _called_by(self, callee: _Callee) -> tuple[Sequence[str], Sequence[str]]:
        """The names of the top level, and the methods of the answer, that a function uses."""
        if callee.node not in self._uses:
            names: dict[str, None] = {}
            methods: dict[str, None] = {}
            for inner in ast.walk(callee.node):
                match inner:
                    case ast.Name(name) if name in callee.unit.names.later:
                        names[name] = None
                    case ast.Call(ast.Attribute(attr=method)) if method in self._methods:
                        methods[method] = None
            self._uses[callee.node] = [*names], [*methods]
        return self._uses[callee.node]

    def _changed(self, found: Sequence[_Callee], is_trial: bool) -> _Changed:
        """What calling some functions changes, and all that they call."""
        key = (*(callee.node for callee in found), is_trial)
        if key not in self._known:
            every = [self._looked_at(item, is_trial or item.is_method) for item in self._followed(found)]
            self._known[key] = _Changed(
                frozenset().union(*(changed.roots for changed in every)),
                any(changed.given for changed in every),
                any(changed.this for changed in every[: len(found)]),
            )
        return self._known[key]

    def _looked_at(self, callee: _Callee, only_code: bool) -> _Changed:
        node = callee.node
        arguments = [item.arg for item in ast.walk(node.args) if isinstance(item, ast.arg)]
        this = {arguments.pop(0)} if callee.is_method and arguments and not _is_static(node) else set()
        made = {item.name for item in ast.walk(node) if isinstance(item, Function | ast.ClassDef)}
        every = list(changes(ast.walk(node)))
        counted = {
            item.root for item in every if not only_code or any(self._is_code(value, made) for value in item.given)
        }
        declared = {name for item in ast.walk(node) if isinstance(item, ast.Global) for name in item.names}
        return _Changed(
            frozenset(counted & (callee.unit.names.later | {GLOBALS}) | (declared & made if only_code else declared)),
            not counted.isdisjoint(arguments),
            not this.isdisjoint(item.root for item in every),
        )

    def _is_code(self, node: ast.expr, made: set[str]) -> bool:
        """Whether a value is a function or a class of the answer, or is made from one."""
        match node:
            case ast.Lambda():
                return True
            case ast.Name(name):
                kinds = (unit.node for unit in self._top.bound(name))
                return name in made or any(isinstance(kind, Function | ast.ClassDef) for kind in kinds)
            case ast.Attribute(inner):
                return self._is_code(inner, made)
            case ast.Call(args=values, keywords=words):
                return any(self._is_code(value, made) for value in (*values, *(word.value for word in words)))
            case ast.Tuple(values) | ast.List(values) | ast.Dict(values=values):
                return any(self._is_code(value, made) for value in values)
        return False


def _is_static(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list)
