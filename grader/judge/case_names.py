"""What the lines of Python in a case refer to: the names they use, and which of them are the answer's."""

import ast
import builtins
from collections.abc import Iterator

from grader.model import CaseBody


def expression(line: str) -> str | None:
    """The source of a line that is an expression, fit to be printed; None for a statement."""
    body = ast.parse(line.strip()).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    plain_line = "#" not in line and not isinstance(body[0].value, (ast.Tuple, ast.Starred, ast.GeneratorExp))
    return line.strip() if plain_line else ast.unparse(body[0].value)


def _nodes(case: CaseBody) -> Iterator[ast.AST]:
    for step in case["steps"]:
        for line in step.get("lines", []):
            yield from ast.walk(ast.parse(line))


def names_in(case: CaseBody) -> set[str]:
    """Every name that the case's own lines of Python use."""
    return {node.id for node in _nodes(case) if isinstance(node, ast.Name)}


def answer_names(case: CaseBody) -> set[str]:
    """The names in the case's lines that only the answer can give them."""
    own = {"torch", "nn", "layer"} | set(dir(builtins))
    for node in _nodes(case):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            own.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias):
            own.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            own.add(node.name)
    return names_in(case) - own
