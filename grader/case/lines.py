"""Run a case's own lines of Python, one by one."""

import ast
import functools
from collections.abc import Mapping
from types import CodeType
from typing import Any

from grader.case.encode import encode
from grader.model import Line

_PLAIN = {bool, int, float, str, type(None)}
"""Types whose values are sent as they are, whatever variables hold them."""


def run_line(line: str, variables: dict[str, Any]) -> Line:
    """Run a line; it gives its value, None for a statement, or its exception."""
    code, is_expression = _compiled(line)
    try:
        if is_expression:
            value = eval(code, variables)
            return {"value": encode(value, None if type(value) in _PLAIN else _labels(variables))}
        exec(code, variables)
        return {"value": None}
    except Exception as error:
        return {"raised": type(error).__name__, "message": str(error)[:300]}


@functools.lru_cache(maxsize=1024)
def _compiled(line: str) -> tuple[CodeType, bool]:
    tree = ast.parse(line)
    if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        return compile(ast.Expression(tree.body[0].value), "<case>", "eval"), True
    return compile(tree, "<case>", "exec"), False


def _labels(variables: Mapping[str, object]) -> dict[int, str]:
    """The variable that first held each object, so that objects can be told apart across the wire."""
    labels: dict[int, str] = {}
    for name, value in variables.items():
        if not name.startswith("__") and not isinstance(value, (int, float, str, bool, type(None), tuple)):
            labels.setdefault(id(value), name)
    return labels
