"""Mechanical mutants of a reference answer: one small wrong change each, to see whether the suites notice."""

import ast
import pickle
from collections.abc import Iterator
from dataclasses import dataclass

_BINARY: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.Pow: ast.Mult,
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_MADE = ("zeros", "ones", "empty", "full", "tensor")
"""Functions of torch for which a tensor has a method of its own."""
_MUTABLE = (
    ast.BinOp, ast.AugAssign, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.If, ast.IfExp, ast.Constant, ast.Call,
    ast.Return, ast.Assign, ast.Expr,
)  # fmt: skip
"""What `_mutate` has a change for: to copy and print the whole tree for the others is most of the work."""
_SKIPPED = ("extra_repr", "__repr__", "__str__")
"""Functions whose results are meant for reading."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """A changed copy of a source."""

    change: str
    """``line 12: x + y → x - y``, without the line number where it identifies the mutant."""
    line: int
    source: str

    @property
    def key(self) -> str:
        """What identifies the mutant as long as its statement stays the same."""
        return self.change


def mutants(source: str, *, graph: bool = True) -> Iterator[Mutant]:
    """Every mutant of a source, each a single change; equal ones once.

    Args:
        source: The reference.
        graph: Whether autograd records what it does; otherwise there is nothing that a ``.detach()`` could cut.
    """
    tree = ast.parse(source)
    whole = pickle.dumps(tree)
    seen = {ast.unparse(tree)}
    for index, node in enumerate(_nodes(tree)):
        if not isinstance(node, _MUTABLE) or (not graph and isinstance(node, (ast.Return, ast.Assign))):
            continue
        for variant in range(_variants(node)):
            changed = pickle.loads(whole)
            target = _nodes(changed)[index]
            before = ast.unparse(target)
            after = _mutate(changed, target, variant)
            if after is None:
                continue
            text = ast.unparse(ast.fix_missing_locations(changed))
            if text in seen:
                continue
            seen.add(text)
            change = f"{_short(before)} → {_short(after)}"
            if isinstance(node, (ast.Constant, ast.UnaryOp)):
                change += f" in {_short(_statement(tree, node))}"
            yield Mutant(change=change, line=getattr(node, "lineno", 0), source=text)


def _statement(tree: ast.AST, node: ast.AST) -> str:
    """The first line of the innermost statement around a node, as a number alone does not identify it."""
    around = [item for item in ast.walk(tree) if isinstance(item, ast.stmt) and node in ast.walk(item)]
    return ast.unparse(around[-1]).splitlines()[0]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:119] + "…"


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """The nodes of what may be changed, in a fixed order: no annotations, docstrings, messages or reprs."""
    nodes: list[ast.AST] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in _SKIPPED:
            return
        if isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom, ast.JoinedStr)):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        nodes.append(node)
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "bases"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child)

    visit(tree)
    return nodes


def _variants(node: ast.AST) -> int:
    if isinstance(node, ast.Call):
        return len(node.keywords) + 2
    if isinstance(node, (ast.BinOp, ast.If, ast.IfExp, ast.Compare)):
        return 2
    return 1


def _mutate(tree: ast.AST, node: ast.AST, variant: int) -> str | None:
    """Change the node in place; the changed node's text, or None where there is nothing to change."""
    if isinstance(node, ast.BinOp):
        return _binary(node, variant)
    if isinstance(node, ast.AugAssign) and type(node.op) in _BINARY:
        node.op = _BINARY[type(node.op)]()
        return ast.unparse(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and variant == 0 and type(node.ops[0]) in _COMPARE:
        node.ops[0] = _COMPARE[type(node.ops[0])]()
        return ast.unparse(node)
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return ast.unparse(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        return _replace(tree, node, node.operand)
    if isinstance(node, (ast.If, ast.IfExp)):
        node.test = ast.Constant(value=variant == 0)
        return f"if {variant == 0}"
    if isinstance(node, ast.Constant):
        return _constant(node)
    if isinstance(node, ast.Call):
        return _call(tree, node, variant)
    if isinstance(node, ast.Return) and node.value is not None:
        node.value = _detached(node.value)
        return ast.unparse(node)
    if isinstance(node, ast.Assign) and not isinstance(node.value, (ast.Constant, ast.Tuple, ast.Lambda)):
        node.value = _detached(node.value)
        return ast.unparse(node)
    if isinstance(node, ast.Expr):
        return _replace(tree, node, ast.Pass())
    return None


def _binary(node: ast.BinOp, variant: int) -> str | None:
    if variant == 0 and type(node.op) in _BINARY:
        node.op = _BINARY[type(node.op)]()
        return ast.unparse(node)
    if variant == 1 and isinstance(node.op, (ast.Sub, ast.Div, ast.MatMult, ast.Pow)):
        node.left, node.right = node.right, node.left
        return ast.unparse(node)
    return None


def _constant(node: ast.Constant) -> str | None:
    value = node.value
    if isinstance(value, bool):
        node.value = not value
    elif isinstance(value, int):
        node.value = value + 1
    elif isinstance(value, float):
        node.value = value * 2 if value else 1.0
    else:
        return None
    return ast.unparse(node)


def _call(tree: ast.AST, node: ast.Call, variant: int) -> str | None:
    if variant < len(node.keywords):
        del node.keywords[variant]
        return ast.unparse(node)
    if variant > len(node.keywords):
        return _forgets_the_input(tree, node)
    if isinstance(node.func, ast.Attribute) and node.func.attr in (
        "detach",
        "clone",
        "contiguous",
        "transpose",
        "flip",
    ):
        return _replace(tree, node, node.func.value)
    return None


def _forgets_the_input(tree: ast.AST, node: ast.Call) -> str | None:
    """``x.new_zeros(...)`` as ``torch.zeros(...)``, and a buffer as a plain attribute: they do not follow the input."""
    if not isinstance(node.func, ast.Attribute):
        return None
    owner, name, torch_s = node.func.value, node.func.attr, ast.Name(id="torch", ctx=ast.Load())
    if name.startswith("new_") and name.removeprefix("new_") in _MADE:
        node.func = ast.Attribute(value=torch_s, attr=name.removeprefix("new_"), ctx=ast.Load())
        return ast.unparse(node)
    if name.endswith("_like") and name.removesuffix("_like") in _MADE and node.args:
        shape = ast.Attribute(value=node.args[0], attr="shape", ctx=ast.Load())
        made = ast.Attribute(value=torch_s, attr=name.removesuffix("_like"), ctx=ast.Load())
        return _replace(tree, node, ast.Call(func=made, args=[shape, *node.args[1:]], keywords=node.keywords))
    if name == "register_buffer" and len(node.args) == 2:
        setter = ast.Name(id="setattr", ctx=ast.Load())
        return _replace(tree, node, ast.Call(func=setter, args=[owner, *node.args], keywords=[]))
    return None


def _detached(value: ast.expr) -> ast.expr:
    """``value.detach()``: cuts the gradient of a tensor, and fails loudly on anything else."""
    return ast.Call(func=ast.Attribute(value=value, attr="detach", ctx=ast.Load()), args=[], keywords=[])


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> str:
    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    Swap().visit(tree)
    return ast.unparse(new)
