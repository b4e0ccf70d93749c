"""Where a class is only named: in a type test, a comparison or an annotation, which give nothing of it away."""

import ast
import functools
from collections.abc import Callable, Iterable, Mapping

_LOOKUPS = {"get", "__getitem__", "values", "__contains__"}
_CHANGES = (
    "__eq__", "__ne__", "__contains__", "__or__", "__ror__", "__class_getitem__", "__getitem__", "__instancecheck__",
    "__subclasscheck__", "builtins",
)  # fmt: skip
"""Methods by which an answer's own class is given what something is compared with, and where `isinstance` is found."""


_SPELLING = (
    ast.Name, ast.Attribute, ast.Constant, ast.Subscript, ast.BinOp, ast.BitOr, ast.Tuple, ast.List, ast.Starred,
    ast.UnaryOp, ast.USub, ast.Slice, ast.expr_context,
)  # fmt: skip
"""Of what a plain annotation consists."""


@functools.lru_cache(maxsize=8)
def is_changed_in(text: str) -> bool:
    """Whether some code may change what a comparison or a type test does."""
    return any(word in text for word in _CHANGES)


def is_name(node: ast.expr) -> bool:
    """Whether an expression is a name with attributes."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def is_type(node: ast.expr) -> bool:
    """Whether an expression is spelt as a type, or several: nothing in it is called or bound."""
    match node:
        case ast.Name() | ast.Attribute():
            return is_name(node)
        case ast.Starred(inner):
            return is_name(inner)
        case ast.Constant(None):
            return True
        case ast.Tuple(items) | ast.List(items) | ast.Set(items):
            return all(is_type(item) for item in items)
        case ast.BinOp(left, ast.BitOr(), right):
            return is_type(left) and is_type(right)
        case ast.Call(ast.Name("type"), [argument], []):
            return is_name(argument) or isinstance(argument, ast.Constant)
    return False


def is_annotation(node: ast.AST, is_own: Callable[[ast.expr], bool]) -> bool:
    """Whether an annotation only names types, with what they are subscripted by.

    Args:
        node: The annotation.
        is_own: Whether a name in it is the answer's own: then its own methods may be called by operators.
    """
    if isinstance(node, ast.Name | ast.Constant):
        return True
    for inner in ast.walk(node):
        match inner:
            case ast.Subscript(value) if not is_name(value) or is_own(value):
                return False
            case ast.BinOp(left, _, right) if is_own(left) or is_own(right):
                return False
        if not isinstance(inner, _SPELLING):
            return False
    return True


def parents_of(trees: Iterable[ast.AST]) -> dict[ast.AST, ast.AST]:
    """In what each node of some code stands."""
    return {inner: node for tree in trees for node in ast.walk(tree) for inner in ast.iter_child_nodes(node)}


def is_only_looked_up(table: ast.Dict, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Whether nothing takes the keys out of a dictionary again: it has a name, by which its values are looked up.

    Args:
        table: The dictionary.
        parents: In what each node of the answer stands.
    """
    if _is_lookup(table, parents):
        return True
    used: list[ast.Name | ast.Attribute] = []
    match parents.get(table):
        case ast.Assign([ast.Name(name)]) | ast.AnnAssign(ast.Name(name)):
            used = [node for node in parents if isinstance(node, ast.Name) and node.id == name]
        case ast.Assign([ast.Attribute(ast.Name("self" | "cls"), name)]):
            pass
        case _:
            return False
    used += [node for node in parents if isinstance(node, ast.Attribute) and node.attr == name]
    return all(_is_lookup(node, parents) for node in used if isinstance(node.ctx, ast.Load))


def _is_lookup(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> bool:
    match parents.get(node):
        case ast.Subscript(value):
            return value is node
        case ast.Attribute(_, name):
            return name in _LOOKUPS
        case ast.Compare(_, operators, values):
            return node in values and all(isinstance(operator, ast.In | ast.NotIn) for operator in operators)
    return False
