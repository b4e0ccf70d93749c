"""A part's reference reduced to an outline: signatures and control flow, with the dots left to the learner.

Only what a learner has to write is in it: what the reference takes from its own helpers and private base classes stands
where it is used, and their names do not appear.
"""

import ast
import copy
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

_Definition: TypeAlias = ast.ClassDef | ast.FunctionDef
_DEEPEST = 4
"""Small helpers that call small helpers: deeper than this nothing is looked up."""
_SMALL = 4
"""Statements of a helper function that is no more than a name for what it calls."""


def skeleton(source: str, symbol: str, parts: Collection[str]) -> Sequence[str]:
    """The outline of a part, as lines; none where the reference does not define it.

    Args:
        source: The reference.
        symbol: The part.
        parts: All parts of the exercise; any other definition of the reference is a helper.
    """
    definitions = {node.name: node for node in ast.parse(source).body if isinstance(node, _Definition)}
    if symbol not in definitions:
        return []
    helpers = {name: node for name, node in definitions.items() if name not in parts}
    node = definitions[symbol]
    if isinstance(node, ast.FunctionDef):
        return list(_Writer(helpers).function(node, ""))
    classes = list(_line_of_descent(node, helpers))
    return list(_Writer(helpers, classes).whole())


def _line_of_descent(node: ast.ClassDef, helpers: dict[str, _Definition]) -> Iterator[ast.ClassDef]:
    """A class, and those of its base classes that no learner has."""
    yield node
    for base in node.bases:
        found = helpers.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(found, ast.ClassDef):
            yield from _line_of_descent(found, helpers)


@dataclass
class _Writer:
    """Writes one definition."""

    helpers: dict[str, _Definition]
    classes: Sequence[ast.ClassDef] = ()
    """The class that is written, and its helpers among its bases."""
    inside: list[ast.FunctionDef] = field(default_factory=list)
    """The function that is being written, and the helpers around the place."""
    unfolded: list[ast.FunctionDef] = field(default_factory=list)
    """The helpers whose lines the function shows already."""

    def whole(self) -> Iterator[str]:
        """The class."""
        last = self.classes[-1]
        yield f"class {self.classes[0].name}({', '.join(ast.unparse(base) for base in last.bases)}):"
        names = dict.fromkeys(
            node.name
            for each in self.classes
            for node in each.body
            if isinstance(node, ast.FunctionDef) and not _is_private(node.name)
        )
        order = sorted(names, key=lambda name: name != "__init__")
        written = [list(self.function(self._methods(name)[0], "    ")) for name in order]
        for number, lines in enumerate(written):
            yield from ("", *lines) if number else lines
        if not written:
            yield "    ..."

    def function(self, node: ast.FunctionDef, indent: str) -> Iterator[str]:
        """A function with its defaults."""
        yield f"{indent}def {node.name}({_without_types(node.args)}):"
        self.inside.append(node)
        if len(self.inside) == 1:
            self.unfolded = [node]
        yield from self._block(node.body, indent + "    ")
        self.inside.pop()

    def _methods(self, name: str) -> list[ast.FunctionDef]:
        """The methods of a name, those that override others first."""
        return [
            node
            for each in self.classes
            for node in each.body
            if isinstance(node, ast.FunctionDef) and node.name == name
        ]

    def _block(self, body: Sequence[ast.stmt], indent: str) -> Iterator[str]:
        lines = [line for node in body for line in self._statement(node, indent)]
        yield from lines or [f"{indent}..."]

    def _statement(self, node: ast.stmt, indent: str) -> Iterator[str]:
        inner = indent + "    "
        match node:
            case ast.FunctionDef():
                yield from self.function(node, indent)
            case ast.If() | ast.While():
                yield f"{indent}{'if' if isinstance(node, ast.If) else 'while'} {self._test(node.test)}:"
                yield from self._block(node.body, inner)
                if node.orelse:
                    yield f"{indent}else:"
                    yield from self._block(node.orelse, inner)
            case ast.For():
                yield from self._unfolded(node.iter, indent)
                yield f"{indent}for {_target(node.target)} in ...:{self._calls(node.iter)}"
                yield from self._block(node.body, inner)
            case ast.With():
                yield f"{indent}with {', '.join(ast.unparse(item) for item in node.items)}:"
                yield from self._block(node.body, inner)
            case ast.Try():
                yield f"{indent}try:"
                yield from self._block(node.body, inner)
                for handler in node.handlers:
                    yield f"{indent}except {ast.unparse(handler.type) if handler.type else 'Exception'}:"
                    yield from self._block(handler.body, inner)
            case ast.Assign():
                yield from self._unfolded(node.value, indent)
                targets = " = ".join(map(_target, node.targets))
                yield f"{indent}{targets} = ...{self._calls(node.value)}"
            case ast.AugAssign() | ast.AnnAssign():
                yield from self._unfolded(node.value, indent)
                yield f"{indent}{ast.unparse(node.target)} = ...{self._calls(node.value)}"
            case ast.Return():
                yield from self._unfolded(node.value, indent)
                # What a helper returns is no return of the part.
                word = "return ..." if len(self.inside) == 1 else "..."
                yield f"{indent}{word}{self._calls(node.value)}"
            case ast.Raise():
                yield f"{indent}raise ..."
            case ast.Expr() if not isinstance(node.value, ast.Constant):
                lines = list(self._unfolded(node.value, indent))
                calls = self._calls(node.value)
                if ast.unparse(node.value) == "super().__init__()" and not lines:
                    yield f"{indent}super().__init__()"
                else:
                    yield from lines if lines and not calls else [*lines, f"{indent}...{calls}"]

    def _test(self, test: ast.expr) -> str:
        return "..." if any(True for _ in self._helpers_in(test)) else ast.unparse(test)

    def _unfolded(self, value: ast.expr | None, indent: str) -> Iterator[str]:
        """What the helpers that a value calls do, in the place of the calls."""
        for helper in self._helpers_in(value):
            if isinstance(helper, ast.FunctionDef) and not self._is_small(helper) and helper not in self.unfolded:
                self.unfolded.append(helper)
                self.inside.append(helper)
                lines = list(self._block(helper.body, indent))
                self.inside.pop()
                yield from (line for line in lines if line != f"{indent}...")

    def _is_small(self, helper: _Definition) -> bool:
        """Whether a helper is no more than a name for what it calls, so that its lines are not worth showing."""
        return isinstance(helper, ast.ClassDef) or (helper.name in self.helpers and len(helper.body) <= _SMALL)

    def _helpers_in(self, value: ast.expr | None) -> Iterator[_Definition]:
        for node in ast.walk(value) if value is not None else ():
            if isinstance(node, ast.Call) and (helper := self._helper(node.func)) is not None:
                yield helper

    def _helper(self, called: ast.expr) -> _Definition | None:
        """The helper that is called, if it is one."""
        if isinstance(called, ast.Name):
            return self.helpers.get(called.id)
        if not isinstance(called, ast.Attribute):
            return None
        methods = self._methods(called.attr)
        if ast.unparse(called.value) == "super()":
            at = next((place for place, node in enumerate(methods) if node in self.inside), len(methods))
            return methods[at + 1] if at + 1 < len(methods) else None
        return methods[0] if methods and _is_private(called.attr) else None

    def _calls(self, value: ast.expr | None) -> str:
        """The names of what is called, of small helpers what they call, as a comment."""
        kept = [name for name in dict.fromkeys(self._called(value)) if name != "super" and not _is_private(name)]
        return f"  # with {', '.join(kept)}" if kept else ""

    def _called(self, value: ast.AST | None, depth: int = 0) -> Iterator[str]:
        raised = [node.exc for node in ast.walk(value) if isinstance(node, ast.Raise)] if value is not None else []
        for node in ast.walk(value) if value is not None else ():
            if node in raised or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
                continue
            helper = self._helper(node.func)
            if helper is None:
                yield node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            elif depth < _DEEPEST and self._is_small(helper):
                yield from self._called(helper, depth + 1)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


def _target(target: ast.expr) -> str:
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return ", ".join(map(ast.unparse, names))


def _without_types(arguments: ast.arguments) -> str:
    bare = copy.deepcopy(arguments)
    for each in ast.walk(bare):
        if isinstance(each, ast.arg):
            each.annotation = None
    return ast.unparse(bare)
