"""Whether the tree of an answer has something of a part to judge: it is there, and it is more than the stub."""

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import takewhile

from grader.answer.names import spelling
from grader.answer.text import Answer
from grader.answer.tree import Binding, Broken, Function, Step, Tree
from grader.model import named_line

_LEAST_LETTERS = 5
"""Names shorter than this differ by a letter because they are different names."""
_NO_WORK = {"Module", "object", "ABC", "Protocol", "Generic"}
"""Bases from which an answer inherits no behaviour that counts as an attempt."""


@dataclass(frozen=True, slots=True)
class PartText:
    """What the text of an answer has of a part."""

    is_attempt: bool
    """Whether it is defined, and not just as the stub that was handed out."""
    broken: str = ""
    """What is wrong with the text in which it is defined, where that is not Python."""
    unwritten: tuple[str, ...] = ()
    """Its methods that are still as they were handed out."""
    syntax: tuple[str, int, int] | None = None
    """What is wrong with the first cell that is not Python, where there is one: the words, the line, the cell or 0;
    where the part is defined in one, with that."""
    near: tuple[str, int, int] | None = None
    """Where it is not defined, a definition that is nearly called so: its name, its line, and its cell or 0."""


def part_text(tree: Tree, symbol: str, others: Collection[str] = ()) -> PartText:
    """What there is of a part.

    Args:
        tree: The answer.
        symbol: The part.
        others: Names that are no misspelling of it: those of other parts.
    """
    if attempts(tree, symbol):
        syntax = next(((broken.message, broken.line, broken.cell.index) for broken in tree.broken), None)
        return PartText(True, unwritten=tuple(_unwritten(tree, symbol)), syntax=syntax)
    meant = misspelt(tree, symbol, others)
    near = (meant[0], getattr(meant[1].node, "lineno", 1), meant[1].cell.index) if meant else None
    broken = _broken_definition(tree, symbol)
    if broken is None:
        return PartText(False, near=near)
    syntax = broken.message, broken.line, broken.cell.index
    where = named_line(broken.line, broken.cell.index or None)
    said = f"This is not Python yet: {broken.message}{where}" + (f":\n{broken.text}" if broken.text else ".")
    return PartText(False, said, syntax=syntax, near=near)


def defined(answer: Answer, symbols: Iterable[str]) -> list[str]:
    """Those of some names that a line of the text seems to define, Python or not."""
    text = "\n".join(cell.source for cell in answer.cells)
    return [symbol for symbol in symbols if _defines(text, symbol)]


def _defines(text: str, symbol: str) -> bool:
    name = re.escape(symbol)
    return re.search(rf"^(?:(?:async\s+)?def|class)\s+{name}\b|^{name}\s*=[^=]", text, re.MULTILINE) is not None


def compiles(answer: Answer) -> bool:
    """Whether all of it is Python."""
    try:
        for cell in answer.cells:
            compile(cell.source, answer.path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def attempts(tree: Tree, symbol: str) -> bool:
    """Whether a symbol is defined, and not just as the stub that was handed out.

    False where no cell that parses binds the symbol at the top level, where it is a function without a body of its own,
    or a class whose methods, own, inherited within the file and given to it later, have none.
    """
    bindings = tree.bindings.get(symbol, [])
    if not bindings:
        return any(puts_into_globals(step.node, symbol) for step in tree.steps)
    return any(is_attempt(binding, tree, frozenset({symbol})) for binding in bindings)


def is_attempt(binding: Binding, tree: Tree, seen: frozenset[str]) -> bool:
    """Whether what a binding gives a name is more than a stub; names seen on the way there do not count."""
    node = binding.step.node
    if isinstance(node, Function):
        return not _is_stub(node.body)
    if isinstance(node, ast.ClassDef):
        return _is_class_attempt(node, tree, seen) or _is_given_methods(node.name, tree)
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


def _is_given_methods(name: str, tree: Tree) -> bool:
    """Whether a class gets a method somewhere, at the top level or in a function that sets things up."""
    return any(_gives_method(node, name) for step in tree.steps for node in ast.walk(step.node))


def _gives_method(node: ast.AST, name: str) -> bool:
    """Whether a statement gives a class a method: ``@add_to_class(Layer)``, ``Layer.forward = forward``."""
    match node:
        case ast.FunctionDef(args=arguments, body=body, decorator_list=[_, *_] as decorators):
            given = [item for call in decorators if isinstance(call, ast.Call) for item in call.args]
            given += [item.annotation for item in arguments.args[:1] if item.annotation]
            return not _is_stub(body) and any(_is_named(item, name) for item in given)
        case ast.Assign(targets):
            return any(isinstance(item, ast.Attribute) and _is_named(item.value, name) for item in targets)
        case ast.Call(ast.Name("setattr"), [target, _, _]):
            return _is_named(target, name)
    return False


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def puts_into_globals(node: ast.AST, name: str) -> bool:
    """Whether a statement may bind a name through the table of all: ``globals()[f"Conv{dims}d"] = ...``."""
    match node:
        case ast.Assign([ast.Subscript(ast.Call(ast.Name("globals" | "vars" | "locals"), []), key)]):
            pattern = spelling(key)
            return (pattern != ".*" or isinstance(key, ast.JoinedStr)) and re.fullmatch(pattern, name) is not None
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


def _broken_definition(tree: Tree, symbol: str) -> Broken | None:
    """The cell that defines a symbol and is not Python."""
    name = re.escape(symbol)
    definition = re.compile(
        rf"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]+)?=[^=]", re.MULTILINE
    )
    return next((broken for broken in reversed(tree.broken) if definition.search(broken.cell.source)), None)


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


def _unwritten(tree: Tree, symbol: str) -> list[str]:
    """The methods of a class that still raise what `grader.release.stub` wrote into them."""
    return [
        f"{symbol}.{item.name}"
        for binding in tree.bound(symbol)[:1]
        if isinstance(binding.step.node, ast.ClassDef)
        for item in binding.step.node.body
        if isinstance(item, Function) and _is_as_released(item, f"{symbol}.{item.name}")
    ]


def _is_as_released(method: Function, title: str) -> bool:
    match method.body[-1]:
        case ast.Raise(exc=ast.Call(func=ast.Name("NotImplementedError"), args=[ast.Constant(text)])):
            return bool(text == f"Write {title}.")
    return False
