"""The Python of a lesson: a reader copies one block, not the page."""

import ast
import builtins
import re
from collections.abc import Iterator

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def code_holes(handout: str) -> Iterator[str]:
    """Blocks that do not stand alone, a sentence each: what they import themselves, or an earlier block defines."""
    earlier: set[str] = set()
    for block in _BLOCK.findall(handout):
        first = block.strip().partition("\n")[0]
        try:
            tree = ast.parse(block)
        except SyntaxError as error:
            yield f"the code that begins with {first!r} is no Python: {error.msg}, line {error.lineno}"
            continue
        imported, made = _imported(tree), _made(tree)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        missing = sorted(used - imported - made - earlier - set(dir(builtins)))
        if missing:
            yield f"the code that begins with {first!r} does not import {', '.join(missing)}"
        earlier |= made


def _imported(tree: ast.AST) -> set[str]:
    nodes = (node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return {(name.asname or name.name).partition(".")[0] for node in nodes for name in node.names}


def _made(tree: ast.AST) -> set[str]:
    """The names that a block gives to anything, wherever."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
    return found
