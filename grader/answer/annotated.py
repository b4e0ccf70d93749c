"""Annotations: to name a class there is not to use it, unless something runs there or reads them."""

import ast
from collections.abc import Callable, Iterable, Iterator

from grader.answer import plain
from grader.answer.parse import parse
from grader.answer.scopes import Scope

READ_BY = {
    "typing.get_type_hints", "typing_extensions.get_type_hints", "inspect.get_annotations", "inspect.signature",
    "inspect.getfullargspec", "inspect.Signature.from_callable", "dataclasses.fields",
}  # fmt: skip
"""Functions that read annotations."""
READ_BY_ATTRIBUTE = {"__annotations__", "__annotate__", "__dataclass_fields__", "__signature__"}
"""Attributes by which they are read."""


class Annotations:
    """The annotations that a search meets: they wait until something reads annotations, if anything does."""

    def __init__(self, is_own: Callable[[ast.expr, Scope], bool]) -> None:
        """Begin with none.

        Args:
            is_own: Whether a name is the answer's own.
        """
        self._is_own = is_own
        self._waiting: list[tuple[ast.expr, Scope]] = []
        self.are_read = False
        """Whether something reads annotations."""

    def met(self, given: Iterable[ast.expr], scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
        """What is to be searched of some annotations at once."""
        for annotation in given:
            if self.are_read:
                yield from _code(annotation, scope)
                continue
            if not plain.is_annotation(annotation, lambda node: self._is_own(node, scope)):
                yield annotation, scope
            self._waiting.append((annotation, scope))

    def read(self) -> Iterator[tuple[ast.AST, Scope]]:
        """What is to be searched, now that something reads annotations."""
        waiting, self._waiting, self.are_read = self._waiting, [], True
        for annotation, scope in waiting:
            yield from _code(annotation, scope)


def _code(annotation: ast.expr, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    """An annotation as code: its texts are read as code, too."""
    yield annotation, scope
    for inner in ast.walk(annotation):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            code = parse(inner.value.strip())
            if isinstance(code, ast.Module):
                inside = Scope(scope.cell, scope.before, scope, line=scope.line or inner.lineno)
                yield from ((item, inside) for item in code.body)
