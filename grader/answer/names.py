"""The names of the top level that a statement uses, binds and changes: read off its text, nothing is run."""

import ast
import contextlib
import re
import symtable
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.answer.tree import Function

_AT_ONCE = ("listcomp", "setcomp", "dictcomp", "genexpr")
"""Scopes of the symbol table whose code runs where it stands."""
_GROWING = {
    "append", "appendleft", "extend", "insert", "add", "update", "setdefault", "pop", "remove", "discard", "clear",
    "sort", "reverse", "__setitem__", "__setattr__", "__delitem__", "__delattr__",
}  # fmt: skip
"""Methods that change what they belong to, whatever it is."""
_REGISTERING = ("register", "add_", "set_", "update_", "attach", "install", "patch", "bind")
"""How the names of an author's own methods for that begin."""
_BY_TYPE = {"__setattr__", "__delattr__", "__setitem__", "__delitem__"}
_SETTERS = {"setattr", "delattr"}
_VIEWS = {"values", "items", "keys", "get", "__subclasses__", "mro"}
_WRAPPERS = {
    "list",
    "tuple",
    "sorted",
    "reversed",
    "enumerate",
    "zip",
    "set",
    "iter",
    "next",
    "getattr",
    "vars",
    "type",
}
"""Builtins that give back, or hold, what they are given."""
GLOBALS = "globals()"
"""Stands for the table of the answer's own names."""
_LOOKS_UP = {"globals", "eval", "exec"}
_TABLES = {"f_globals", "__globals__"}


@dataclass(frozen=True, slots=True)
class Names:
    """What a statement has to do with the names of the top level."""

    now: frozenset[str] = frozenset()
    """Used while it runs."""
    later: frozenset[str] = frozenset()
    """Used by its functions, when they are called."""
    binds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A thing that a statement changes, by the name at its root."""

    root: str
    path: str = ""
    """The attributes from the root on, as far as they are plain: ``backends.cudnn``."""
    by_method: bool = False
    """Whether it is told by the name of the method that is called, and no more."""
    spelt: str = ""
    """Of the table of names: a pattern of the names that may be given there, where something is known of them."""
    given: Sequence[ast.expr] = ()
    """What is put there."""


def names_of(source: str) -> Names:
    """The names of a statement's text."""
    now: set[str] = set()
    later: set[str] = set()
    binds: set[str] = set()

    def look(table: symtable.SymbolTable, called: bool) -> None:
        top = table.get_type() == "module"
        for item in table.get_symbols():
            # `CALLS += 1` below a `global CALLS` is no reference in the symbol table, but it needs what was there.
            if item.is_declared_global() or (item.is_referenced() and (top or item.is_global())):
                (later if called else now).add(item.get_name())
            if top and (item.is_assigned() or item.is_imported() or item.is_namespace()):
                binds.add(item.get_name())
        for inner in table.get_children():
            runs = inner.get_type() == "class" or inner.get_name() in _AT_ONCE
            look(inner, called or not runs)

    # A stray `return`, say, is found by the compiler only.
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        look(symtable.symtable(source, "cell", "exec"), called=False)
    return Names(frozenset(now), frozenset(later), frozenset(binds))


def may_be_dynamic(text: Iterable[str]) -> bool:
    """Whether text has a word of those that `is_dynamic` looks for, which takes longer to find out."""
    return any(word in line for line in text for word in (*_LOOKS_UP, *_TABLES))


def is_dynamic(node: ast.AST) -> bool:
    """Whether code may look up names of the top level that it does not spell; to give one there is no look."""
    pending = [node]
    while pending:
        match pending.pop():
            case ast.Subscript(ast.Call(ast.Name(), []), key, ast.Store()):
                pending.append(key)
            case ast.Name(name) if name in _LOOKS_UP:
                return True
            case ast.Attribute(attr=attribute) if attribute in _TABLES:
                return True
            case other:
                pending += ast.iter_child_nodes(other)
    return False


def own_code(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and all in it that runs when it does: no bodies of functions or classes."""
    pending = [node]
    while pending:
        inner = pending.pop()
        yield inner
        if isinstance(inner, Function | ast.Lambda | ast.ClassDef):
            continue
        pending += ast.iter_child_nodes(inner)


def changes(code: Iterable[ast.AST]) -> Iterator[Change]:
    """The things that code changes rather than binds: attributes and items given, `setattr`, methods that grow."""
    for node in code:
        match node:
            case ast.Assign(targets, value):
                yield from (change for target in targets for change in _stored(target, [value]))
            case ast.AugAssign(target=target, value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                yield from _stored(target, [value])
            case ast.Delete(targets):
                yield from (change for target in targets for change in _stored(target))
            case ast.For(target=target):
                yield from _stored(target)
            case ast.Call():
                yield from _called(node)


def _stored(target: ast.expr, given: Sequence[ast.expr] = ()) -> Iterator[Change]:
    match target:
        case ast.Subscript(ast.Call(ast.Name("globals" | "vars" | "locals"), []), key):
            yield Change(GLOBALS, spelt=spelling(key))
        case ast.Attribute(inner) | ast.Subscript(inner):
            yield from (Change(root, _plain_path(target), given=given) for root in origins(inner))
        case ast.Tuple(targets) | ast.List(targets):
            yield from (change for item in targets for change in _stored(item, given))
        case ast.Starred(inner):
            yield from _stored(inner, given)


def spelling(key: ast.expr) -> str:
    """A pattern of the texts that an expression may be: ``Conv.*d`` of ``f"Conv{dims}d"``."""
    match key:
        case ast.Constant(text):
            return re.escape(str(text))
        case ast.JoinedStr(parts):
            return "".join(map(spelling, parts))
        case ast.BinOp(one, ast.Add(), other):
            return spelling(one) + spelling(other)
    return ".*"


def _called(node: ast.Call) -> Iterator[Change]:
    first = node.args[0] if node.args else None
    given = [*node.args, *(item.value for item in node.keywords)]
    match node.func:
        case ast.Name(name) if name in _SETTERS and first is not None:
            yield from (Change(root, _plain_path(first, whole=True), given=given[2:]) for root in origins(first))
        case ast.Attribute(inner, method):
            in_place = method.endswith("_") and not method.startswith("_")
            if in_place or method in _BY_TYPE:
                # nn.init.ones_(KERNEL), type.__setattr__(Layer, "x", 1)
                named = (item.id for item in node.args[:1] if isinstance(item, ast.Name))
                yield from (Change(name, by_method=True, given=given[1:]) for name in named)
            if in_place or method in _GROWING or method.startswith(_REGISTERING):
                path, plain = _plain_path(inner, whole=True), method not in _GROWING
                yield from (Change(root, path, by_method=plain, given=given) for root in origins(inner))


def _plain_path(node: ast.expr, whole: bool = False) -> str:
    """The attributes that an expression begins with."""
    names: list[str] = []
    if not whole and isinstance(node, ast.Subscript):
        node = node.value
    while isinstance(node, ast.Attribute | ast.Subscript):
        names = [node.attr, *names] if isinstance(node, ast.Attribute) else []
        node = node.value
    return ".".join(names)


def origins(node: ast.expr) -> Iterator[str]:
    """The names that an expression may be another name for, or give out parts of."""
    match node:
        case ast.Name(name):
            yield name
        case ast.Attribute(inner) | ast.Subscript(inner) | ast.Starred(inner) | ast.NamedExpr(value=inner):
            yield from origins(inner)
        case ast.Tuple(items) | ast.List(items) | ast.Set(items) | ast.BoolOp(values=items):
            yield from (name for item in items for name in origins(item))
        case ast.IfExp(body=then, orelse=otherwise):
            yield from (*origins(then), *origins(otherwise))
        case ast.Call(ast.Name(name), []) if name in ("globals", "vars", "locals"):
            yield GLOBALS
        case ast.Call(ast.Name(name), items) if name in _WRAPPERS:
            yield from (found for item in items for found in origins(item))
        case ast.Call(ast.Attribute(inner, method)) if method in _VIEWS:
            yield from origins(inner)
        case ast.ListComp(generators=made) | ast.GeneratorExp(generators=made) | ast.SetComp(generators=made):
            yield from (name for item in made for name in origins(item.iter))


def aliases(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement's own code binds, each with an expression that it is taken from."""
    for inner in own_code(node):
        match inner:
            case ast.Assign(targets, value):
                yield from ((name, value) for target in targets for name in _plain_names(target))
            case ast.For(target, value) | ast.AsyncFor(target, value) | ast.comprehension(target, value):
                yield from ((name, value) for name in _plain_names(target))
            case ast.withitem(value, ast.expr() as target):
                yield from ((name, value) for name in _plain_names(target))
            case ast.NamedExpr(ast.Name(name), value) | ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                yield name, value


def _plain_names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name(name):
            yield name
        case ast.Starred(inner):
            yield from _plain_names(inner)
        case ast.Tuple(items) | ast.List(items):
            yield from (name for item in items for name in _plain_names(item))
