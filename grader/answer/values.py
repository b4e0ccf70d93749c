"""What an expression of an answer may be, as far as can be determined without running it."""

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator

from grader.answer.folding import METHODS, fold, number_or_text, shape
from grader.answer.scopes import Choice, Given, Path, Scope
from grader.answer.tree import Tree

_MOST_LOOKS = 400_000
"""Expressions that are looked at, one inside another, for one part; a long answer takes a few thousand."""
_MOST_ROUNDS = 8
"""Rounds in which names that depend on one another are looked at."""
_LOOKUPS = {"__getattribute__", "__getattr__"}
_TABLE_LOOKUPS = {"get", "pop", "__getitem__", "setdefault"}
GLOBALS = "<globals>"
"""Stands for the dictionary of the answer's own names."""
LOCALS = "<locals>"
"""The same for those of a function."""

Value = Path | str | None
"""What an expression may be: something from outside, constant text, or (None) what cannot be determined."""
_UNKNOWN: tuple[Value, ...] = (None,)
_Key = tuple[Scope | None, str, int | None]


class TooLarge(Exception):
    """There is more to look at than the search looks at."""


class Values:
    """The values of expressions.

    Names that depend on one another (``a = b``, ``b = a.c``) are looked at in rounds, until a round shows nothing new.
    """

    def __init__(self, tree: Tree, exists: Callable[[str], bool]) -> None:
        self._tree, self._exists = tree, exists
        self._stars = [
            (step.order, step.node.module or "")
            for step in (tree.steps if tree.stars else ())
            if isinstance(step.node, ast.ImportFrom) and step.node.names[0].name == "*"
        ]
        self._looks = 0
        self._final: dict[_Key, tuple[Value, ...]] = {}
        self._so_far: dict[_Key, tuple[Value, ...]] = {}
        self._open: set[_Key] = set()
        self._seen: set[_Key] = set()
        self._is_circular = self._has_changed = False

    def of(self, node: ast.expr, scope: Scope) -> tuple[Value, ...]:
        """What an expression may be; never empty.

        Raises:
            TooLarge: where there is too much to look at.
        """
        values = self._at(node, scope)
        if not self._seen:
            return values or _UNKNOWN
        for _ in range(_MOST_ROUNDS):
            if not (self._is_circular and self._has_changed):
                break
            self._is_circular = self._has_changed = False
            self._seen.clear()
            values = self._at(node, scope)
        else:
            values += _UNKNOWN
            self._so_far.update((key, self._so_far[key] + _UNKNOWN) for key in self._seen)
        self._final.update((key, self._so_far[key] or _UNKNOWN) for key in self._seen)
        self._is_circular = self._has_changed = False
        self._seen.clear()
        return values or _UNKNOWN

    def texts(self, nodes: Iterable[ast.expr], scope: Scope) -> list[str]:
        """The constant texts that expressions may be."""
        return [value for node in nodes for value in self.of(node, scope) if isinstance(value, str)]

    def patterns(self, node: ast.expr, scope: Scope, depth: int = 4) -> set[str]:
        """What is known of the texts that an expression may be, as patterns of `fnmatch`.

        Raises:
            TooLarge: where there is too much to look at.
        """
        self._look()
        owner = scope.owner(node.id) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Name) and owner and depth:
            return {
                pattern
                for choice in owner.names[node.id]
                for pattern in (self.patterns(choice, owner, depth - 1) if isinstance(choice, ast.expr) else "*")
            }
        return {shape(node)}

    def _look(self) -> None:
        self._looks += 1
        if self._looks > _MOST_LOOKS:
            raise TooLarge

    def _at(self, node: ast.expr, scope: Scope) -> tuple[Value, ...]:
        self._look()
        if isinstance(node, ast.Name):
            return self._named(node.id, scope)
        if isinstance(node, ast.Attribute):
            names = []
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute):
                names.append(inner.attr)
                inner = inner.value
            rest = ".".join(reversed(names))
            return tuple(
                Path(f"{value.dotted}.{rest}") if isinstance(value, Path) else None for value in self._at(inner, scope)
            )
        if isinstance(node, ast.Constant):
            return (node.value,) if isinstance(node.value, str) else _UNKNOWN
        return tuple(dict.fromkeys(self._evaluate(node, scope)))

    def _evaluate(self, node: ast.expr, scope: Scope) -> Iterator[Value]:
        match node:
            case ast.Call():
                yield from self._called(node, scope)
            case ast.BinOp() | ast.JoinedStr():
                yield from fold(node, lambda item: self._texts_at(item, scope))
            case ast.Subscript(inner, index):
                yield from self._item(node, inner, index, scope)
            case ast.IfExp(_, then, otherwise):
                yield from (*self._at(then, scope), *self._at(otherwise, scope))
            case ast.BoolOp(_, values):
                yield from (value for item in values for value in self._at(item, scope))
            case ast.NamedExpr(_, inner):
                yield from self._at(inner, scope)
            case _:
                yield None

    def _texts_at(self, node: ast.expr, scope: Scope) -> list[str | None]:
        return [None if isinstance(value, Path) else value for value in self._at(node, scope)]

    # Names.

    def _named(self, name: str, scope: Scope) -> tuple[Value, ...]:
        owner = scope.owner(name)
        key = (owner, name, None if owner else scope.before)
        known = self._final.get(key)
        if known is not None:
            return known
        if key in self._open or key in self._seen:
            self._is_circular = self._is_circular or key in self._open
            return self._so_far.get(key, ())
        self._open.add(key)
        values = dict.fromkeys(self._so_far.get(key, ()))
        for choice, where in self._choices(name, owner) if owner else self._at_top_level(name, scope.before):
            values.update(dict.fromkeys(self._chosen(choice, where or scope)))
        self._open.discard(key)
        self._seen.add(key)
        found = tuple(values)
        if found != self._so_far.get(key):
            self._so_far[key] = found
            self._has_changed = True
        return found

    def _chosen(self, choice: Choice, scope: Scope) -> tuple[Value, ...]:
        if choice is None or isinstance(choice, Path):
            return (choice,)
        if isinstance(choice, Given):
            return self._at(choice.node, choice.scope)
        return self._at(choice, scope)

    def _choices(self, name: str, owner: Scope) -> Iterator[tuple[Choice, Scope]]:
        return ((choice, owner) for choice in owner.names[name])

    def _at_top_level(self, name: str, before: int | None) -> Iterator[tuple[Choice, Scope | None]]:
        bindings = self._tree.bound(name, before)
        for binding in bindings:
            if binding.path:
                yield Path(binding.path), None
            else:
                yield binding.value, Scope(binding.step.cell, binding.step.order)
        certain = [item.step.order for item in bindings if item.step.certain and not item.adds]
        since = certain[-1] if certain else -1
        starred = [
            path
            for order, module in self._stars
            if order > since and (before is None or order < before) and self._exists(path := f"{module}.{name}")
        ]
        yield from ((Path(path), None) for path in starred)
        if not certain and not starred:
            yield from ((choice, None) for choice in self._from_elsewhere(name))

    def _from_elsewhere(self, name: str) -> Iterator[Path | None]:
        """What a name may be that the text does not bind for certain."""
        if hasattr(builtins, name) or name == "__builtins__":
            yield Path(f"builtins.{name}")
            return
        yield None
        # What is in other modules than torch is not looked up.
        yield from (Path(f"{module}.{name}") for _, module in self._stars if not module.startswith("torch"))

    # Calls and items.

    def _called(self, node: ast.Call, scope: Scope) -> Iterator[Value]:
        folded = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
        if isinstance(node.func, ast.Attribute):
            if folded:
                yield from fold(node, lambda item: self._texts_at(item, scope))
            if node.func.attr in _LOOKUPS and len(node.args) == 2:
                yield from _attributes(self._at(node.args[0], scope), self._at(node.args[1], scope))
        if (
            isinstance(node.func, ast.Call)
            and node.func.args
            and len(node.args) == 1
            and Path("operator.attrgetter") in self._at(node.func.func, scope)
        ):
            yield from _attributes(self._at(node.args[0], scope), self._at(node.func.args[0], scope))
        for function in self._at(node.func, scope):
            if isinstance(function, Path):
                yield from self._returned(function.dotted, node.args, scope)
            elif not folded:
                yield None

    def _returned(self, function: str, arguments: list[ast.expr], scope: Scope) -> Iterator[Value]:
        """What a function from outside gives back."""
        parent, _, method = function.rpartition(".")
        if function == "builtins.getattr" and len(arguments) >= 2:
            yield from _attributes(self._at(arguments[0], scope), self._at(arguments[1], scope))
            yield from (value for argument in arguments[2:] for value in self._at(argument, scope))
        elif method in _LOOKUPS and len(arguments) == 1:
            yield from _attributes([Path(parent)], self._at(arguments[0], scope))
        elif function == "builtins.globals":
            yield Path(GLOBALS)
        elif function in ("builtins.vars", "builtins.locals"):
            whole = self._at(arguments[0], scope) if arguments else ()
            yield from (Path(f"{value.dotted}.__dict__") if isinstance(value, Path) else None for value in whole)
            if not arguments:
                yield Path(LOCALS if scope.parent or scope.before is None else GLOBALS)
        elif method in _TABLE_LOOKUPS and arguments:
            for key in self._at(arguments[0], scope):
                yield from self._looked_up(Path(parent), key, scope)
            yield from (value for argument in arguments[1:2] for value in self._at(argument, scope))
        elif function in ("builtins.__import__", "importlib.import_module") and arguments:
            yield from (Path(value) if isinstance(value, str) else None for value in self._at(arguments[0], scope))
        elif function == "builtins.str" and len(arguments) == 1 and number_or_text(arguments[0]) is not None:
            yield number_or_text(arguments[0])
        elif function in ("builtins.compile", "builtins.str", "sys.intern") and arguments:
            yield from self._texts_at(arguments[0], scope)
        elif function == "builtins.chr" and isinstance(arguments[0] if arguments else None, ast.Constant):
            number = arguments[0].value if isinstance(arguments[0], ast.Constant) else None
            yield chr(number) if isinstance(number, int) and 0 <= number < 0xD800 else None
        else:
            yield None

    def _item(self, node: ast.Subscript, inner: ast.expr, index: ast.expr, scope: Scope) -> Iterator[Value]:
        if isinstance(inner, ast.Tuple | ast.List | ast.Dict):
            items = inner.values if isinstance(inner, ast.Dict) else inner.elts
            yield from (value for item in items for value in self._at(item, scope))
            return
        for value in self._at(inner, scope):
            if isinstance(value, Path):
                for key in self._at(index, scope):
                    yield from self._looked_up(value, key, scope)
            elif isinstance(value, str):
                yield from fold(node, lambda item: self._texts_at(item, scope))
            else:
                yield None

    def _looked_up(self, table: Path, key: Value, scope: Scope) -> Iterator[Value]:
        """What is under a key of a namespace's dictionary."""
        if not isinstance(key, str):
            yield None
        elif table.dotted == GLOBALS:
            yield from self._named(key, Scope(scope.cell, scope.before))
        elif table.dotted == LOCALS:
            yield from self._named(key, scope)
        elif table.dotted == "sys.modules":
            yield Path(key)
        elif table.dotted.endswith(".__dict__"):
            yield Path(f"{table.dotted.removesuffix('.__dict__')}.{key}")
        else:
            yield None


def _attributes(values: Iterable[Value], names: Iterable[Value]) -> Iterator[Value]:
    names = list(names)
    for value in values:
        for name in names:
            yield Path(f"{value.dotted}.{name}") if isinstance(value, Path) and isinstance(name, str) else None
