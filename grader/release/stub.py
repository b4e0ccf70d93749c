"""Make the stub that students start from: the reference's signatures and docstrings, none of its bodies.

A part that inherits its interface from a base that is not a part itself (a private ``_BatchNorm``) gets that interface
written out, with the bases that the outermost such class has.
"""

import ast
import copy
import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from torch import nn

from grader.course.declared import DeclaredExercise
from grader.model import CourseError
from grader.model.source import lines_of

WIDTH = 100
"""Columns of a line, short enough for a notebook cell."""
_INDENT = "    "
_KEPT_DECORATORS = frozenset({"classmethod", "property", "staticmethod"})

Methods = Mapping[str, Collection[str]]
"""Names of methods, by part."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def stub(reference_source: str, symbols: Sequence[str], methods: Methods | None = None) -> str:
    """The stub of an answer file.

    Args:
        reference_source: The reference answer.
        symbols: The parts; everything else in the reference is left out, unless a signature names it.
        methods: What belongs to a part's interface; of a part not named, every method without an underscore in front.

    Raises:
        CourseError: where the reference does not define a symbol as a class or a function.
    """
    pieces = stub_pieces(reference_source, symbols, methods)
    head = "\n\n".join(piece for piece in (pieces.docstring, pieces.imports) if piece)
    return "\n\n\n".join(piece for piece in (head, *pieces.parts.values()) if piece) + "\n"


def stub_of(exercise: DeclaredExercise) -> str:
    """What students of an exercise start from."""
    return stub(exercise.reference_source, [part.symbol for part in exercise.parts], _methods(exercise))


def pieces_of(exercise: DeclaredExercise) -> "StubPieces":
    """The same stub, in pieces."""
    return stub_pieces(exercise.reference_source, [part.symbol for part in exercise.parts], _methods(exercise))


def _methods(exercise: DeclaredExercise) -> Methods:
    """The methods that each part may ask for: those of torch.nn's modules and of its oracle."""
    methods = {}
    for part in exercise.parts:
        oracle = part.oracle.get(part.symbol) if isinstance(part.oracle, Mapping) else part.oracle
        methods[part.symbol] = {*dir(nn.Module), *dir(oracle)}
    return methods


@dataclass(frozen=True, kw_only=True, slots=True)
class StubPieces:
    """A stub in pieces, as a notebook's cells want them; each is source text."""

    docstring: str
    imports: str
    parts: Mapping[str, str]
    """Symbol to its class or function, in the order of the reference."""


def stub_pieces(reference_source: str, symbols: Sequence[str], methods: Methods | None = None) -> StubPieces:
    """The pieces of `stub`, from the same arguments."""
    module = ast.parse(reference_source)
    definitions = {node.name: node for node in module.body if isinstance(node, Function | ast.ClassDef)}
    for symbol in symbols:
        if symbol not in definitions:
            raise CourseError(
                f"The reference does not define {symbol}.", "Write it as a class or a function of the file."
            )
    wanted = methods or {}
    interface = {
        name: _interface(node, definitions, symbols, wanted.get(name))
        for name, node in definitions.items()
        if name in symbols
    }
    docstring = ast.get_docstring(module)
    return StubPieces(
        docstring=_docstring(docstring, "") if docstring else "",
        imports=_preamble(module, interface.values()),
        parts={name: _written(node, "") for name, node in interface.items()},
    )


def _interface(
    node: Function | ast.ClassDef,
    definitions: dict[str, Function | ast.ClassDef],
    symbols: Collection[str],
    wanted: Collection[str] | None,
) -> Function | ast.ClassDef:
    """A part's definition with signatures and docstrings only, and what its in-file bases add to it."""
    if not isinstance(node, ast.ClassDef):
        return _signature(node, node.name)
    methods: dict[str, Function] = {}
    bases: list[ast.expr] = []
    docstring = None
    for cls in _lineage(node, definitions, symbols):
        docstring = docstring or ast.get_docstring(cls)
        for base in cls.bases:
            inner = isinstance(base, ast.Name) and base.id in definitions and base.id not in symbols
            if not inner and ast.unparse(base) not in map(ast.unparse, bases):
                bases.append(base)
        for item in cls.body:
            if isinstance(item, Function) and _is_public(item.name) and (wanted is None or item.name in wanted):
                known = methods.get(item.name)
                if known is None:
                    methods[item.name] = _signature(item, f"{node.name}.{item.name}")
                elif ast.get_docstring(known) is None and ast.get_docstring(item) is not None:
                    known.body.insert(0, item.body[0])
    order = sorted(methods.values(), key=lambda method: method.name != "__init__")
    body: list[ast.stmt] = [_docstring_node(docstring)] if docstring else []
    result = ast.ClassDef(name=node.name, bases=bases, keywords=[], body=[*body, *order], decorator_list=[])
    if not order:
        result.body.append(_constructor(node, definitions))
    return result


def _constructor(node: ast.ClassDef, definitions: dict[str, Function | ast.ClassDef]) -> Function:
    """The constructor of a part that inherits everything from another part, whose answer would otherwise do for it."""
    title = f"{node.name}.__init__"
    for cls in _lineage(node, definitions, ()):
        for item in cls.body:
            if isinstance(item, Function) and item.name == "__init__":
                return _signature(item, title)
    made = ast.parse("def __init__(self): pass").body[0]
    assert isinstance(made, Function)
    return _signature(made, title)


def _lineage(
    node: ast.ClassDef, definitions: dict[str, Function | ast.ClassDef], symbols: Collection[str]
) -> Iterator[ast.ClassDef]:
    """The class and those of its in-file bases that are not parts, nearest first."""
    yield node
    for base in node.bases:
        inner = definitions.get(base.id) if isinstance(base, ast.Name) else None
        if isinstance(inner, ast.ClassDef) and inner.name not in symbols:
            yield from _lineage(inner, definitions, symbols)


def _is_public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _signature(node: Function, title: str) -> Function:
    """The function with its docstring, and a body that says it is to be written."""
    result = copy.deepcopy(node)
    result.decorator_list = [item for item in result.decorator_list if ast.unparse(item) in _KEPT_DECORATORS]
    docstring = ast.get_docstring(node)
    result.body = [_docstring_node(docstring)] if docstring else []
    result.body.append(_raise(title))
    return result


def _docstring_node(text: str) -> ast.Expr:
    return ast.Expr(ast.Constant(text))


def _raise(title: str) -> ast.stmt:
    return ast.parse(f'raise NotImplementedError("Write {title}.")').body[0]


def _preamble(module: ast.Module, interface: Collection[ast.AST]) -> str:
    """The imports and named values (type aliases, defaults) that the signatures need, and `torch` for everyone."""
    needed = {node.id for piece in interface for node in ast.walk(piece) if isinstance(node, ast.Name)}
    values: list[str] = []
    for statement in reversed(module.body):
        names = {node.id for target in _targets(statement) for node in ast.walk(target) if isinstance(node, ast.Name)}
        if names & needed:
            needed |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
            values.insert(0, _unparsed(statement))
    imports: list[str] = []
    last_line = 0
    for statement in module.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            kept = [alias for alias in statement.names if _kept(statement, alias, needed)]
            if kept:
                shorter = copy.copy(statement)
                shorter.names = kept
                if imports and _gap(module, last_line, statement.lineno):
                    imports.append("")
                imports.append(ast.unparse(shorter))
                last_line = statement.lineno
    return "\n\n".join(piece for piece in ("\n".join(imports), "\n".join(values)) if piece)


def _gap(module: ast.Module, start: int, stop: int) -> bool:
    """Whether the reference leaves a line empty between two imports."""
    used = {line for node in module.body for line in lines_of(node)}
    return not used.issuperset(range(start, stop))


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    return []


def _kept(statement: ast.Import | ast.ImportFrom, alias: ast.alias, needed: Collection[str]) -> bool:
    if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
        return True
    return alias.name == "torch" or (alias.asname or alias.name).partition(".")[0] in needed


def _written(node: Function | ast.ClassDef, indent: str) -> str:
    """The text of an interface made above."""
    inside = indent + _INDENT
    lines = [f"{indent}@{ast.unparse(item)}" for item in node.decorator_list]
    if isinstance(node, ast.ClassDef):
        bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
        lines.append(f"{indent}class {node.name}{bases}:")
    else:
        lines.append(_header(node, indent))
    for position, statement in enumerate(node.body):
        if isinstance(statement, Function):
            lines += ([""] if position else []) + [_written(statement, inside)]
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            lines.append(_docstring(str(statement.value.value), inside))
        else:
            lines.append(inside + _unparsed(statement))
    return "\n".join(lines)


def _header(node: Function, indent: str) -> str:
    """``def name(arguments) -> result:``, one argument per line where one line would not hold it."""
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {_unparsed(node.returns)}" if node.returns else ""
    arguments = list(_arguments(node.args))
    line = f"{indent}{keyword} {node.name}({', '.join(arguments)}){returns}:"
    if len(line) <= WIDTH:
        return line
    packed = f"{indent}{_INDENT}{', '.join(arguments)}"
    if len(packed) <= WIDTH:
        return f"{indent}{keyword} {node.name}(\n{packed}\n{indent}){returns}:"
    listed = "".join(f"{indent}{_INDENT}{argument},\n" for argument in arguments)
    return f"{indent}{keyword} {node.name}(\n{listed}{indent}){returns}:"


def _arguments(args: ast.arguments) -> Iterator[str]:
    positional = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    for position, (argument, default) in enumerate(zip(positional, defaults, strict=True), 1):
        yield _argument(argument, default)
        if position == len(args.posonlyargs):
            yield "/"
    if args.vararg:
        yield f"*{_argument(args.vararg, None)}"
    elif args.kwonlyargs:
        yield "*"
    for argument, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        yield _argument(argument, default)
    if args.kwarg:
        yield f"**{_argument(args.kwarg, None)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    text = argument.arg
    if argument.annotation:
        text += f": {_unparsed(argument.annotation)}"
    if default is None:
        return text
    return f"{text} = {_unparsed(default)}" if argument.annotation else f"{text}={_unparsed(default)}"


def _unparsed(node: ast.AST) -> str:
    """The source of a node, its strings in double quotes and 1e-05 as people write it."""
    text = ast.unparse(node).replace("e-0", "e-")
    return text if '"' in text else text.replace("'", '"')


def _docstring(text: str, indent: str) -> str:
    """A docstring as source, indented."""
    prefix = "r" if "\\" in text else ""
    quotes = "'''" if '"""' in text else '"""'
    body = textwrap.indent(text, indent).lstrip()
    tail = f"\n{indent}" if "\n" in body or body.endswith(quotes[0]) else ""
    return f"{indent}{prefix}{quotes}{body}{tail}{quotes}"
