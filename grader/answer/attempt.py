"""Whether an answer has something of a part to judge: it is there, it can be read, and it is more than the stub."""

import ast
import re
from collections.abc import Collection
from itertools import takewhile

from grader.answer.load import Answer
from grader.answer.parse import tree_of
from grader.answer.tree import Binding, Function, Step, Tree
from grader.model import Verdict, named_line

_LEAST_LETTERS = 5
"""Names shorter than this differ by a letter because they are different names."""
_NO_WORK = {"Module", "object", "ABC", "Protocol", "Generic"}
"""Bases from which an answer inherits no behaviour that counts as an attempt."""


def unreadable(answer: Answer, tree: Tree, symbol: str, others: Collection[str] = ()) -> tuple[Verdict, str] | None:
    """Why there is nothing to run, as a verdict and a sentence; None where there is.

    Args:
        answer: The answer.
        tree: What could be parsed of it.
        symbol: The part.
        others: Names that are no misspelling of it: those of other parts.
    """
    if answer.missing:
        return Verdict.NOT_ATTEMPTED, answer.problem or "There is no answer file."
    if answer.problem:
        return Verdict.RAISED, answer.problem
    if attempts(tree, symbol):
        return None
    broken = _broken_definition(tree, symbol)
    if broken:
        return Verdict.RAISED, broken
    meant = misspelt(tree, symbol, others)
    if meant is None:
        return Verdict.NOT_ATTEMPTED, f"{symbol} is not written yet."
    name, step = meant
    where = named_line(getattr(step.node, "lineno", 1), step.cell.index or None)
    return Verdict.RAISED, f"There is no {symbol}, but {name}{where}: did you mean {symbol}?"


def misspelt(tree: Tree, symbol: str, others: Collection[str] = ()) -> tuple[str, Step] | None:
    """A definition that is more than a stub and has the symbol's name but for case, underscores or one letter.

    Only of the same kind: no function for a class. Digits tell layers apart (`Conv1d`, `Conv2d`) and must be the same.
    """
    for name, bindings in tree.bindings.items():
        if name == symbol or name in others or not _is_near(name, symbol):
            continue
        for binding in bindings:
            kind = ast.ClassDef if symbol[:1].isupper() else Function
            if isinstance(binding.step.node, kind) and is_attempt(binding, tree, frozenset({name})):
                return name, binding.step
    return None


def _is_near(name: str, symbol: str) -> bool:
    one, other = (text.replace("_", "").casefold() for text in (name, symbol))
    if one == other:
        return True
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other) or min(len(one), len(other)) < _LEAST_LETTERS:
        return False
    start = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:]
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]


def attempted(answer: Answer, symbol: str) -> bool:
    """Whether an answer defines a symbol, and not just as the stub that was handed out.

    False where no cell that parses binds the symbol at the top level, where it is a function without a body of its own,
    or a class whose methods, own and inherited within the file, have none.
    """
    return attempts(tree_of(answer), symbol)


def attempts(tree: Tree, symbol: str) -> bool:
    """The same for an answer that is parsed already."""
    return any(is_attempt(binding, tree, frozenset({symbol})) for binding in tree.bindings.get(symbol, []))


def is_attempt(binding: Binding, tree: Tree, seen: frozenset[str]) -> bool:
    """Whether what a binding gives a name is more than a stub; names seen on the way there do not count."""
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
    return any(is_attempt(binding, tree, seen | {name}) for binding in tree.bindings[name])


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
        # The stub of a class that builds on another part does not tell whether that other part is done.
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
    return None if attempts(tree, symbol) else _broken_definition(tree, symbol)


def _broken_definition(tree: Tree, symbol: str) -> str | None:
    name = re.escape(symbol)
    definition = re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE
    )
    for broken in reversed(tree.broken):
        if definition.search(broken.cell.source):
            index = broken.cell.index
            where = f"code cell {index}, line {broken.line}" if index else f"line {broken.line}"
            return f"This is not Python yet: {broken.message} ({where})" + (f":\n{broken.text}" if broken.text else ".")
    return None
