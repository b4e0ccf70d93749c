"""Parse an answer's cells into the tree of its top level. Nothing is run."""

import ast
import functools
import warnings
from collections.abc import Iterator

from grader.answer.load import Answer
from grader.answer.recover import recovered
from grader.answer.tree import Binding, Broken, Function, Step, Tree


@functools.lru_cache(maxsize=32)
def tree_of(answer: Answer) -> Tree:
    """Parse every cell of an answer."""
    tree = Tree()
    for cell in answer.cells:
        module = parse(cell.source)
        if not isinstance(module, ast.Module):
            message, line = module
            lines = cell.source.split("\n")
            text = lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
            tree.broken.append(Broken(cell, message, line + cell.line - 1, text))
            module = parse(recovered(cell.source)) if cell.index else module
        if isinstance(module, ast.Module):
            for node, certain in _steps(module.body):
                step = Step(len(tree.steps), node, cell, certain)
                tree.steps.append(step)
                _bind(tree, step)
    return tree


def parse(source: str) -> ast.Module | tuple[str, int]:
    """The syntax tree of Python text, or what is wrong with it and on which line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        return error.msg, error.lineno or 1
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return "it is nested too deeply to be read", 1


def _steps(body: list[ast.stmt], certain: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """The statements that loading runs, in order; what only a script runs is left out."""
    pending: list[tuple[ast.AST, bool]] = [(node, certain) for node in reversed(body)]
    while pending:
        node, certain = pending.pop()
        inner: list[ast.AST] = []
        match node:
            case ast.If(test, then, otherwise):
                if _is_main(test) or (isinstance(test, ast.Constant) and not test.value):
                    then = []
                inner = [test, *then, *otherwise]
            case ast.For(target, values, then, otherwise) | ast.AsyncFor(target, values, then, otherwise):
                yield ast.copy_location(ast.Assign([target], values), node), False
                inner = [*then, *otherwise]
            case ast.While(test, then, otherwise):
                inner = [test, *then, *otherwise]
            case ast.With(items, then) | ast.AsyncWith(items, then):
                for item in items:
                    given = ast.Assign([item.optional_vars] if item.optional_vars else [], item.context_expr)
                    yield ast.copy_location(given, node), certain
                pending += [(step, certain) for step in reversed(then)]
                continue
            case ast.Try() | ast.TryStar():
                handlers = [step for handler in node.handlers for step in handler.body]
                inner = [*node.body, *handlers, *node.orelse, *node.finalbody]
            case ast.Match(subject, cases):
                inner = [subject, *(step for case in cases for step in case.body)]
            case _:
                yield node, certain
                continue
        pending += [(step, False) for step in reversed(inner)]


def _is_main(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    return isinstance(test, ast.Compare) and any(
        isinstance(side, ast.Name) and side.id == "__name__" for side in (test.left, *test.comparators)
    )


def _bind(tree: Tree, step: Step) -> None:
    def add(name: str, value: ast.expr | None = None, path: str = "", adds: bool = False) -> None:
        tree.bindings.setdefault(name, []).append(Binding(step, value, path, adds))

    node = step.node
    if isinstance(node, Function | ast.ClassDef):
        add(node.name)
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        for name, path in imported(node):
            if name == "*":
                tree.stars.append(path)
            else:
                add(name, path=path)
        return
    for name, value in assigned(node):
        add(name, value, adds=isinstance(node, ast.AugAssign))
    for inner in ast.walk(node):
        if isinstance(inner, ast.NamedExpr):
            add(inner.target.id, inner.value)


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import binds, each with its dotted path; ``*`` for all of a module."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield (alias.name, module) if alias.name == "*" else (alias.asname or alias.name, f"{module}.{alias.name}")
        elif alias.asname:
            yield alias.asname, alias.name
        else:
            root = alias.name.partition(".")[0]
            yield root, root


def assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that an assignment binds, each with its value where that is plain."""
    match node:
        case ast.Assign(targets, value):
            pairs: list[tuple[ast.expr, ast.expr | None]] = [(target, value) for target in targets]
        case ast.AnnAssign(value=ast.expr()) | ast.AugAssign():
            pairs = [(node.target, node.value)]
        case _:
            return
    while pairs:
        target, given = pairs.pop()
        match target:
            case ast.Name(name):
                yield name, given
            case ast.Starred(inner):
                pairs.append((inner, None))
            case ast.Tuple(targets) | ast.List(targets):
                values: list[ast.expr | None] = [None] * len(targets)
                if isinstance(given, ast.Tuple | ast.List) and len(given.elts) == len(targets):
                    values = [None if isinstance(item, ast.Starred) else item for item in given.elts]
                pairs += zip(targets, values, strict=True)
