"""Where definitions are in a source text: the only module that knows that a decorator belongs to what it decorates."""

import ast
import re
from typing import TypeAlias

Definition: TypeAlias = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def definitions(source: str) -> list[Definition]:
    """The classes and functions at the top level of a source text, in order.

    Raises:
        SyntaxError: where it is not Python.
    """
    return [node for node in ast.parse(source).body if isinstance(node, Definition)]


def definition(source: str, name: str) -> Definition | None:
    """The first definition of a name at the top level; None where it has none.

    Raises:
        SyntaxError: where it is not Python.
    """
    return next((node for node in definitions(source) if node.name == name), None)


def lines_of(node: ast.stmt) -> range:
    """The numbers of a statement's lines, from the first decorator to the end."""
    decorators = node.decorator_list if isinstance(node, Definition) else []
    first = min([node.lineno, *(item.lineno for item in decorators)])
    return range(first, (node.end_lineno or node.lineno) + 1)


def span(source: str, node: ast.stmt) -> slice:
    """The characters of a statement's lines, from the first decorator to the end, without the last line's end."""
    starts = [0, *(end.end() for end in re.finditer("\n", source))]
    own = lines_of(node)
    after = own.stop - 1
    return slice(starts[own.start - 1], starts[after] - 1 if after < len(starts) else len(source))
