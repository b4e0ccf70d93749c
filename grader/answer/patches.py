"""What the top level changes of what is there already, so that a part meets it although it does not name it."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.answer.tree import Function
from grader.answer.values import GLOBALS

_GROWING = {
    "append", "appendleft", "extend", "extendleft", "insert", "add", "update", "setdefault", "__setitem__",
    "__setattr__", "register", "__ior__",
}  # fmt: skip
"""Methods with which the top level may put something into a value that the part uses."""
_SETTING = {"update", "setdefault", "__setitem__", "__setattr__"}
"""Those that change a module, too; the others are functions in some (`torch.add`)."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A change of something by a statement of the top level."""

    root: str
    """The name that what is changed begins with; `GLOBALS` for the table of the answer's own names."""
    given: Sequence[ast.AST]
    """What is put there."""
    sets: bool = True
    """Whether it would change a module, too."""


def patches(node: ast.AST) -> Iterator[Patch]:
    """What a statement of the top level changes."""
    if isinstance(node, Function):
        yield from _by_decorators(node)
    if isinstance(node, Function | ast.ClassDef | ast.Import | ast.ImportFrom):
        return
    changed: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        changed = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        changed = [node.target]
    given = node.value if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) else None
    for target in changed:
        if given and isinstance(target, ast.Attribute | ast.Subscript):
            yield from (Patch(name, [given]) for name in _root(target))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield from _by_call(inner)


def _by_decorators(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Patch]:
    """What a function is given to: ``@add_to_class(Layer)``, and ``@patch`` above ``def forward(self: Layer)``."""
    targets = [item for call in node.decorator_list if isinstance(call, ast.Call) for item in call.args]
    targets += [
        keyword.value for call in node.decorator_list if isinstance(call, ast.Call) for keyword in call.keywords
    ]
    if node.decorator_list and node.args.args and node.args.args[0].annotation:
        targets.append(node.args.args[0].annotation)
    yield from (Patch(target.id, [node], sets=False) for target in targets if isinstance(target, ast.Name))


def _by_call(call: ast.Call) -> Iterator[Patch]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    match call:
        case ast.Call(ast.Name("setattr"), [target, *_]):
            yield from (Patch(root, [call]) for root in _root(target))
        case ast.Call(ast.Name("exec" | "eval"), [_, *spaces]):
            yield from (Patch(root, [call], sets=False) for space in spaces for root in _root(space))
        case ast.Call(ast.Attribute(target, method)) if method in _GROWING:
            yield from (Patch(root, given, method in _SETTING) for root in _root(target))
            if method == "__setattr__" and call.args:
                yield from (Patch(root, given) for root in _root(call.args[0]))


def _root(node: ast.expr) -> Iterator[str]:
    """The name that an expression begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    match node:
        case ast.Name("__builtins__") | ast.Call(ast.Name("globals" | "locals"), [], []):
            yield GLOBALS
        case ast.Call(ast.Name("vars"), [], []):
            yield GLOBALS
        case ast.Call(ast.Name("vars"), [argument], []):
            yield from _root(argument)
        case ast.Name(name):
            yield name
