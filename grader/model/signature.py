"""The arguments of a class or a function, with their defaults, read from its text."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.model.cases import Argument
from grader.model.source import Definition, definitions

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Signature:
    """The arguments that something takes."""

    names: Sequence[str] = ()
    """Those that may come by position, in order; then those by name alone."""
    defaults: Mapping[str, Argument] = field(default_factory=dict)
    """As plain data (see `grader.model.Argument`), of those whose default is a literal."""

    def given(self, args: Sequence[Argument], kwargs: Mapping[str, Argument]) -> dict[str, Argument]:
        """The arguments of a call, by name; one for which there is no name is called by its number, from 1."""
        names = [*self.names, *(f"argument {number}" for number in range(len(self.names) + 1, len(args) + 1))]
        return {**dict(zip(names, args, strict=False)), **kwargs}


def signature_of(source: str, symbol: str, method: str = "__init__") -> Signature:
    """The signature of a function, or of a class's method; an empty one where there is none.

    Args:
        source: The text that defines it, with the bases from which a method may come.
        symbol: The function or class.
        method: The method, where it is a class.
    """
    try:
        known = {node.name: node for node in definitions(source)}
    except SyntaxError:
        return Signature()
    for node in _lineage(symbol, known, set()):
        if isinstance(node, _Function):
            return _of(node, bound=False)
        for item in node.body:
            if isinstance(item, _Function) and item.name == method:
                return _of(item, bound=True)
    return Signature()


def _lineage(name: str, known: Mapping[str, Definition], seen: set[str]) -> Iterator[Definition]:
    """A definition, then its bases in the same text, the nearest first."""
    node = known.get(name)
    if node is None or name in seen:
        return
    seen.add(name)
    yield node
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        if isinstance(base, ast.Name):
            yield from _lineage(base.id, known, seen)


def _of(node: _Function, *, bound: bool) -> Signature:
    places = [*node.args.posonlyargs, *node.args.args]
    by_name = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    last = places[len(places) - len(node.args.defaults) :]
    defaults = {arg.arg: default for arg, default in (*zip(last, node.args.defaults, strict=True), *by_name) if default}
    literals = {name: value for name, default in defaults.items() for value in _literal(default)}
    return Signature([arg.arg for arg in (*places[bound:], *node.args.kwonlyargs)], literals)


def _literal(node: ast.expr) -> Iterator[Argument]:
    """The value of a literal as plain data; nothing for any other expression."""
    try:
        yield plain(ast.literal_eval(node))
    except (ValueError, TypeError, MemoryError, RecursionError):
        return


def plain(value: Any) -> Argument:
    """A literal's value as a case writes it."""
    if isinstance(value, tuple):
        return {"$tuple": [plain(item) for item in value]}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {"$dict": [[plain(key), plain(item)] for key, item in value.items()]}
    return value
