"""Parse an answer's cells into the tree of its top level. Nothing is run."""

import ast
import functools
import re
import warnings
from collections.abc import Callable, Iterator

from grader.answer.recover import recovered
from grader.answer.text import Answer, Cell
from grader.answer.tree import Binding, Broken, Function, Step, Tree


def tree_of(answer: Answer) -> Tree:
    """Parse every cell of an answer."""
    tree = Tree()
    modules = [_module(tree, cell) for cell in answer.cells]
    renamed = functools.cache(lambda: any(map(_renames_itself, modules)))
    for cell, module in zip(answer.cells, modules, strict=True):
        for node, certain in _steps(module.body, renamed):
            step = Step(len(tree.steps), node, cell, certain)
            tree.steps.append(step)
            _bind(tree, step)
    return tree


def _module(tree: Tree, cell: Cell) -> ast.Module:
    """The syntax tree of a cell; of a notebook's that is not Python what could be saved of it, of a file's nothing."""
    module = parse(cell.source)
    if isinstance(module, ast.Module):
        return module
    message, line = module
    lines = cell.source.split("\n")
    text = lines[line - 1].strip()[:200] if 0 < line <= len(lines) else ""
    tree.broken.append(Broken(cell, message, line + cell.line - 1, text))
    saved = parse(recovered(cell.source)) if cell.index else module
    return saved if isinstance(saved, ast.Module) else ast.Module([], [])


def parse(source: str) -> ast.Module | tuple[str, int]:
    """The syntax tree of Python text, or what is wrong with it and on which line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as error:
        line = error.lineno or 1
        # Whoever tells it names the line.
        return re.sub(rf" \(detected at line {line}\)$", "", error.msg), line
    except (ValueError, RecursionError, MemoryError, OverflowError):
        return "it is nested too deeply to be read", 1


def _renames_itself(module: ast.Module) -> bool:
    """Whether a cell may give itself another ``__name__``, so that it runs as a script would."""
    for node in ast.walk(module):
        match node:
            case ast.Name("__name__", ast.Store()) | ast.Constant("__name__") | ast.keyword("__name__"):
                return True
            case ast.alias(name=name, asname=asname) if "__name__" in (name, asname):
                return True
    return False


def _steps(body: list[ast.stmt], renamed: Callable[[], bool]) -> Iterator[tuple[ast.AST, bool]]:
    """The statements that loading runs, in order; what only a script runs is left out."""
    pending: list[tuple[ast.AST, bool]] = [(node, True) for node in reversed(body)]
    while pending:
        node, certain = pending.pop()
        inner: list[ast.AST] = []
        match node:
            case ast.If(test, then, otherwise):
                if (is_main(test) and not renamed()) or (isinstance(test, ast.Constant) and not test.value):
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


def is_main(test: ast.expr) -> bool:
    """Whether a condition holds only where ``__name__ == "__main__"`` does."""
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
        case ast.BoolOp(ast.And(), values):
            return any(is_main(value) for value in values)
    return False


def _bind(tree: Tree, step: Step) -> None:
    def add(name: str, value: ast.expr | None = None, path: str = "", adds: bool = False) -> None:
        tree.bindings.setdefault(name, []).append(Binding(step, value, path, adds))

    node = step.node
    searched: list[ast.AST] = [node]
    if isinstance(node, Function | ast.ClassDef):
        add(node.name)
        searched = outer_parts(node)
    if isinstance(node, ast.Import | ast.ImportFrom):
        for name, path in imported(node):
            if name == "*":
                tree.stars.append(path)
            else:
                add(name, path=path)
        return
    for name, value in assigned(node):
        add(name, value, adds=isinstance(node, ast.AugAssign))
    for inner in (inner for part in searched for inner in ast.walk(part)):
        if isinstance(inner, ast.NamedExpr):
            add(inner.target.id, inner.value)


def outer_parts(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef) -> list[ast.AST]:
    """What runs where a function or class is defined, in the scope in which it stands; annotations are part of it."""
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)]
    parts: list[ast.AST] = [*node.args.defaults, *(item for item in node.args.kw_defaults if item)]
    if not isinstance(node, ast.Lambda):
        parts += [*node.decorator_list, *annotations(node)]
    return parts


def annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """The annotations of a function's arguments and of what it returns."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    given = [argument.annotation for argument in every if argument and argument.annotation]
    return [*given, *([node.returns] if node.returns else [])]


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
            for target in targets:
                yield from unpacked(target, value)
        case ast.AnnAssign(target, value=ast.expr() as value):
            yield from unpacked(target, value)
        case ast.AugAssign(ast.Name(name), operator, value):
            yield name, ast.copy_location(ast.BinOp(ast.Name(name, ast.Load()), operator, value), node)


def unpacked(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a target binds when it is given a value, each with its share where that is plain."""
    pairs = [(target, value)]
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
                    starred = any(isinstance(item, ast.Starred) for item in (*targets, *given.elts))
                    values = values if starred else [*given.elts]
                pairs += zip(targets, values, strict=True)
