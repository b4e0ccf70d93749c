"""Whether an answer is the student's own: attempted at all, readable, and free of what is off limits.

Nothing of the answer is run. Where a use cannot be told for certain it is left to the guard in the worker.
"""

import ast
import re

from grader.judge.answer_tree import Binding, Function, Tree, tree_of
from grader.judge.policy import refused
from grader.judge.reach import uses
from grader.judge.torch_names import exists
from grader.loader import Answer, Cell
from grader.model import OffLimitsUse
from grader.spec import OffLimits

_NO_WORK = {"Module", "object", "ABC", "Protocol", "Generic"}
"""Bases from which an answer inherits no behaviour that counts as an attempt."""
_MAX_FINDINGS = 20


# Attempted?


def attempted(answer: Answer, symbol: str) -> bool:
    """Whether an answer defines a symbol, and not just as the stub that was handed out.

    False where no cell that parses binds the symbol at the top level, where it is a function without a body of its own,
    or a class whose methods, own and inherited within the file, have none.
    """
    tree = tree_of(answer)
    return any(_is_attempt(binding, tree, frozenset({symbol})) for binding in tree.bindings.get(symbol, []))


def _is_attempt(binding: Binding, tree: Tree, seen: frozenset[str]) -> bool:
    node = binding.step.node
    if isinstance(node, Function):
        return not _is_stub(node.body)
    if isinstance(node, ast.ClassDef):
        return _is_class_attempt(node, tree, seen)
    if isinstance(binding.value, ast.Name):
        return _any_attempt(binding.value.id, tree, seen)
    return True


def _any_attempt(name: str, tree: Tree, seen: frozenset[str]) -> bool:
    """Whether something by that name of the file, or from outside it, is more than a stub."""
    if name in seen or name not in tree.bindings:
        return name not in seen and name not in _NO_WORK
    return any(_is_attempt(binding, tree, seen | {name}) for binding in tree.bindings[name])


def _is_class_attempt(node: ast.ClassDef, tree: Tree, seen: frozenset[str]) -> bool:
    methods = [item for item in node.body if isinstance(item, Function)]
    if any(not _is_stub(method.body) for method in methods):
        return True
    if any(isinstance(item, ast.Raise) for item in node.body):
        return False
    given = [item for item in node.body if isinstance(item, ast.Assign)]
    if any(
        isinstance(target, ast.Name) and target.id in ("forward", "__init__", "__call__")
        for item in given
        for target in item.targets
    ):
        return True
    if methods and all(any(isinstance(item, ast.Raise) for item in method.body) for method in methods):
        # The stub of a class that builds on another part says nothing of whether that other part is done.
        return False
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in tree.bindings and not _is_no_work(base, tree):
            if _any_attempt(base.id, tree, seen):
                return True
        elif not _is_no_work(base, tree):
            return True
    return False


def _is_no_work(base: ast.expr, tree: Tree) -> bool:
    """Whether a base is `nn.Module`, `object` and the like, imported or built in."""
    if isinstance(base, ast.Subscript):
        base = base.value
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    own = isinstance(base, ast.Name) and any(not binding.path for binding in tree.bindings.get(name, []))
    return name in _NO_WORK and not own


def _is_stub(body: list[ast.stmt]) -> bool:
    """Whether a function's body is a docstring, `pass`, `...` and raising NotImplementedError, and no more."""
    for statement in body:
        match statement:
            case ast.Pass() | ast.Expr(ast.Constant()):
                continue
            case ast.Raise(exc=ast.Name(name) | ast.Call(func=ast.Name(name))) if name == "NotImplementedError":
                continue
            case _:
                return False
    return True


def broken_cell(answer: Answer, symbol: str) -> str | None:
    """What is wrong with the text in which a symbol is defined, if it cannot be read as Python."""
    tree = tree_of(answer)
    if not tree.broken or attempted(answer, symbol):
        return None
    name = re.escape(symbol)
    definition = re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE
    )
    for cell, message, line in reversed(tree.broken):
        if definition.search(cell.source):
            where = f"code cell {cell.index}, line {line}" if cell.index else f"line {line}"
            text = _line_of(cell, line)
            return f"This is not Python yet: {message} ({where})" + (f":\n{text}" if text else ".")
    return None


def _line_of(cell: Cell, line: int) -> str:
    lines = cell.source.split("\n")
    place = line - cell.line
    return lines[place].strip()[:200] if 0 <= place < len(lines) else ""


# Off limits?


def off_limits_uses(answer: Answer, symbol: str, off_limits: OffLimits) -> list[OffLimitsUse]:
    """What the code of a part uses although it is off limits, with the line of each use.

    Only code that the part can come to run counts, with what the top level puts into torch, into other modules or into
    what the part uses. Scratch cells, `if __name__ == "__main__":`, unused imports, annotations and comparisons with
    types do not.
    """
    if not any((off_limits.kernels, off_limits.classes, off_limits.functions, off_limits.modules)):
        return []
    try:
        used = uses(tree_of(answer), symbol, exists)
    except RecursionError:
        return []
    found = {}
    for use in used:
        name = refused(use.dotted, off_limits)
        if name:
            found[name, use.line, use.cell] = _line_of(use.cell, use.line + use.cell.line - 1)
    order = sorted(found, key=lambda item: (item[2].index, item[1], item[0]))
    return [
        OffLimitsUse(used=key[0], line=key[1] + key[2].line - 1, source=found[key]) for key in order[:_MAX_FINDINGS]
    ]
