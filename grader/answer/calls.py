"""What a call in an answer uses besides its function and its arguments: names that are looked up, code that is run."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.answer.folding import METHODS
from grader.answer.machinery import is_home
from grader.answer.parse import parse
from grader.answer.plain import is_name
from grader.answer.scopes import Path, Scope, local_names
from grader.answer.values import GLOBALS, LOCALS

if TYPE_CHECKING:
    from grader.answer.nodes import Nodes

_MAX_CODE = 20_000
"""Characters of code in a string that is searched."""
CODE = {"builtins.eval": "eval", "builtins.exec": "exec", "builtins.compile": "compile"}
"""What runs text as code."""
_OPENERS = {"builtins.open", "io.open", "codecs.open"}
_TYPE_TESTS = {"builtins.isinstance", "builtins.issubclass"}
_ASKS = {"builtins.getattr", "builtins.hasattr", "builtins.setattr", "builtins.delattr"}
_GETTERS = {"operator.attrgetter", "operator.methodcaller"}
_HARMLESS = {"builtins.type", "builtins.id", "builtins.print", "builtins.repr", "builtins.callable", "builtins.help"}
_ALL_OF = {"builtins.dir", "builtins.vars", "inspect.getmembers", "inspect.getmembers_static"}
_HANDED_ON = _ASKS | _GETTERS | _ALL_OF
"""Functions that look names up: given to something else, they may look up any."""
_SPECIAL = {*CODE, *_OPENERS, *_TYPE_TESTS, *_HANDED_ON, *_HARMLESS, "typing.cast"}
_Visit = Iterator[tuple[ast.AST, Scope]]


class Calls:
    """The calls that a search comes to."""

    def __init__(self, nodes: "Nodes") -> None:
        self._nodes = nodes

    def visit(self, node: ast.Call, scope: Scope) -> _Visit:
        """Take note of what a call uses, and go on to what is inside it."""
        nodes = self._nodes
        called = {value.dotted for value in nodes.values.of(node.func, scope) if isinstance(value, Path)}
        arguments: list[ast.expr] = node.args
        if called or self._is_lookup(node):
            values = nodes.note(node, scope)
            if None not in values and isinstance(node.func, ast.Attribute):
                nodes.looked_up.add(node.func.value)
            for value in values if node not in nodes.looked_up else ():
                if isinstance(value, Path):
                    nodes.hand_on(value.dotted, node, scope)
            self._from_namespaces(node, called, values, scope)
            if not called.isdisjoint(_SPECIAL) or self._is_lookup(node):
                arguments = [*arguments]
                yield from self._special(node, called, arguments, scope)
        for keyword in node.keywords:
            if keyword.arg and keyword.arg.startswith("co_"):
                nodes.use("?code.replace", node, scope)
            if keyword.arg == "fileno":
                nodes.use("!a socket by its number", node, scope)
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
            nodes.compose(node, scope)
        if not (nodes.everything and self._is_known_module(node, called, scope)):
            yield from nodes.base(node.func, scope)
        yield from ((item, scope) for item in (*arguments, *node.keywords))

    def _is_known_module(self, node: ast.Call, called: set[str], scope: Scope) -> bool:
        """Whether one module is looked up in the table of modules by a name that the text tells."""
        tables = ("sys.modules.get", "sys.modules.pop")
        return (
            any(name in called for name in tables)
            and bool(node.args)
            and all(isinstance(key, str) for key in self._nodes.values.of(node.args[0], scope))
        )

    def _special(self, node: ast.Call, called: set[str], arguments: list[ast.expr], scope: Scope) -> _Visit:
        """Functions that look up names, run code or read files; arguments that are dealt with are taken out."""
        nodes = self._nodes
        if called & _TYPE_TESTS:
            if len(arguments) == 2 and nodes.is_plain_type(arguments[1]):
                arguments.pop()
        elif "typing.cast" in called:
            if arguments and nodes.is_plain_type(arguments[0]):
                arguments.pop(0)
        elif called & CODE.keys():
            yield from self._code(node, called, scope)
            # In which of the answer's own tables it runs is no secret.
            arguments[:] = [item for item in arguments if not self._is_own_table(item, scope)]
        elif called & _ASKS:
            yield from self._asked(node, called, scope)
            if len(arguments) >= 2 and is_name(arguments[0]):
                yield from nodes.base(arguments.pop(0), scope)
        elif called & _GETTERS or self._is_lookup(node):
            yield from self._looked_up(node, node.args if called & _GETTERS else node.args[-1:], scope)
        elif called & _ALL_OF:
            self._all_of(node, called, scope)
        elif called & _OPENERS:
            self._opened(node, scope)
        elif called & _HARMLESS and arguments and is_name(arguments[0]):
            yield from nodes.base(arguments.pop(0), scope)

    def _opened(self, node: ast.Call, scope: Scope) -> None:
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, int):
            self._nodes.use("!open of a descriptor", node, scope)
        elif not _only_writes(node):
            self._nodes.use("?open of a file", node, scope)

    def _from_namespaces(
        self, node: ast.Call, called: set[str], values: tuple[Path | str | None, ...], scope: Scope
    ) -> None:
        """Look-ups in dictionaries of names, and functions that call whatever they are given."""
        for dotted in called:
            parts = dotted.split(".")
            if parts[0] == "torch" and "__dict__" in parts and None in values:
                home = dotted[: dotted.index(".__dict__")]
                self._nodes.use(f"?all that is in {home}", node, scope)
            if parts[0] == GLOBALS and None in values:
                self._nodes.search.reach_all()
        for item in (*node.args, *(keyword.value for keyword in node.keywords)):
            if isinstance(item, ast.Name | ast.Attribute):
                for value in self._nodes.values.of(item, scope):
                    if isinstance(value, Path) and value.dotted in _HANDED_ON:
                        self._any_name()

    def _any_name(self) -> None:
        self._nodes.computed.any_name = True
        self._nodes.computed.patterns.add("*")

    def _is_own_table(self, node: ast.expr, scope: Scope) -> bool:
        tables = (Path(GLOBALS), Path(LOCALS))
        return isinstance(node, ast.Call) and all(value in tables for value in self._nodes.values.of(node, scope))

    @staticmethod
    def _is_lookup(node: ast.Call) -> bool:
        return isinstance(node.func, ast.Attribute) and node.func.attr in ("__getattribute__", "__getattr__")

    def _code(self, node: ast.Call, called: set[str], scope: Scope) -> _Visit:
        """Code in a string: searched where it can be read, and refused where it cannot."""
        nodes = self._nodes
        given = (
            node.args[0] if node.args else next((item.value for item in node.keywords if item.arg == "source"), None)
        )
        texts = nodes.values.of(given, scope) if given is not None else (None,)
        for text in texts:
            code = parse(text.strip()) if isinstance(text, str) and len(text) <= _MAX_CODE else None
            if not isinstance(code, ast.Module):
                name = next(CODE[dotted] for dotted in CODE if dotted in called)
                nodes.use(f"?{name} of text that cannot be read", node, scope)
                continue
            inside = Scope(scope.cell, scope.before, scope, is_open=True, line=scope.line or node.lineno)
            inside.names = local_names(code.body)
            yield from ((item, inside) for item in code.body)

    def _asked(self, node: ast.Call, called: set[str], scope: Scope) -> _Visit:
        """`getattr` and its like: the names that they are asked for."""
        if len(node.args) < 2 or any(isinstance(item, ast.Starred) for item in node.args[:2]):
            self._any_name()
            return
        if called == {"builtins.hasattr"}:
            return
        things = self._nodes.values.of(node.args[0], scope)
        yield from self._looked_up(node, node.args[1:2], scope, things, "builtins.getattr" in called)

    def _looked_up(
        self, node: ast.Call, names: list[ast.expr], scope: Scope, things: tuple[Path | str | None, ...] = (None,),
        is_read: bool = True,
    ) -> _Visit:  # fmt: skip
        nodes = self._nodes
        for given in names:
            for text in nodes.values.of(given, scope):
                if text is None and is_read:
                    self._any_of(things, nodes.values.patterns(given, scope))
                for name in text.split(".") if isinstance(text, str) else ():
                    yield from nodes.attribute(name, node, scope)
                    if None in things:
                        nodes.take(name, node, scope)

    def _any_of(self, things: tuple[Path | str | None, ...], patterns: set[str]) -> None:
        """A name that cannot be determined is looked up in some things."""
        computed = self._nodes.computed
        for thing in things:
            if isinstance(thing, Path) and is_home(thing.dotted):
                computed.look_into(thing.dotted)
            else:
                computed.any_name = True
                computed.patterns |= patterns

    def _all_of(self, node: ast.Call, called: set[str], scope: Scope) -> None:
        """A listing of all that something has."""
        for argument in node.args[:1]:
            for value in self._nodes.values.of(argument, scope):
                if not isinstance(value, Path):
                    self._nodes.computed.patterns |= set() if is_this(argument, scope) else {"*"}
                elif is_home(value.dotted) and "builtins.vars" not in called:
                    self._nodes.use(f"?all that is in {value.dotted}", node, scope)


def is_this(node: ast.expr, scope: Scope) -> bool:
    """Whether an expression is the first argument of the method in which it stands (``self``)."""
    if not isinstance(node, ast.Name):
        return False
    owner = scope.owner(node.id)
    return owner is not None and owner.this == node.id


def _only_writes(node: ast.Call) -> bool:
    """Whether a call of `open` can only write."""
    mode = (
        node.args[1] if len(node.args) > 1 else next((item.value for item in node.keywords if item.arg == "mode"), None)
    )
    text = mode.value if isinstance(mode, ast.Constant) else None
    return isinstance(text, str) and text[:1] in ("w", "a", "x") and "+" not in text
