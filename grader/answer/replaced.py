"""An import that takes the place of the student's own definition."""

import ast
from collections.abc import Callable

from grader.answer.begun import is_attempt
from grader.answer.parse import imported
from grader.answer.tree import Binding, Function, Step, Tree
from grader.model import line_in_words


def replaced(tree: Tree, symbol: str, exists: Callable[[str], bool]) -> str:
    """What became of a definition that a later import replaces, in a sentence; empty where none does.

    Args:
        tree: The answer.
        symbol: The part.
        exists: Whether torch has something at a dotted path, to resolve ``from module import *``.
    """
    own: Step | None = None
    taken: Step | None = None
    for step in tree.steps:
        node = step.node
        if isinstance(node, Function | ast.ClassDef) and node.name == symbol:
            written = is_attempt(Binding(step, None), tree, frozenset({symbol}))
            own, taken = step if written else None, None
        elif isinstance(node, ast.Import | ast.ImportFrom) and step.certain and _gives(node, symbol, exists):
            taken = step
        elif any(binding.step is step for binding in tree.bindings.get(symbol, ())):
            taken = None
    if own is None or taken is None:
        return ""
    where, there = (line_in_words(getattr(step.node, "lineno", 1), step.cell.index or None) for step in (taken, own))
    taking = f"`{ast.unparse(taken.node)[:200]}` ({where})"
    return f"{taking} replaces your own {symbol} ({there}), so that is not what runs. Remove that import."


def _gives(node: ast.Import | ast.ImportFrom, symbol: str, exists: Callable[[str], bool]) -> bool:
    return any(name == symbol or (name == "*" and exists(f"{path}.{symbol}")) for name, path in imported(node))
