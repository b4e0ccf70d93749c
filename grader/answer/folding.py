"""Constant text that an expression spells out piece by piece."""

import ast
import itertools
from collections.abc import Callable, Iterator

_MAX_TEXT = 2_000
_MAX_TEXTS = 8
_PLAIN_METHODS = {
    "lower",
    "upper",
    "strip",
    "lstrip",
    "rstrip",
    "title",
    "capitalize",
    "swapcase",
    "replace",
    "removeprefix",
    "removesuffix",
}

Texts = Callable[[ast.expr], list[str]]


def fold(node: ast.expr, texts: Texts) -> Iterator[str]:
    """The texts that an expression may be: concatenation, f-strings, `join`, slices, and plain methods of text.

    Args:
        node: The expression.
        texts: The texts that an inner expression may be.
    """
    match node:
        case ast.BinOp(left, ast.Add(), right):
            yield from _joined([texts(left), texts(right)])
        case ast.JoinedStr(pieces):
            inner = [piece.value if isinstance(piece, ast.FormattedValue) else piece for piece in pieces[:100]]
            yield from _joined([texts(piece) for piece in inner])
        case ast.Subscript(inner, ast.Slice(lower, upper, step)):
            bounds = [_integer(bound) for bound in (lower, upper, step)]
            if bounds[2] != 0:
                yield from (text[slice(*bounds)] for text in texts(inner))
        case ast.Call(ast.Attribute(glue, "join"), [ast.List(pieces) | ast.Tuple(pieces)], []):
            for text in texts(glue):
                glued = [piece for item in pieces[:100] for piece in ([text], texts(item))][1:]
                yield from _joined(glued)
        case ast.Call(ast.Attribute(inner, method), arguments, []) if method in _PLAIN_METHODS:
            for text, *given in itertools.islice(
                itertools.product(texts(inner), *map(texts, arguments[:2])), _MAX_TEXTS
            ):
                try:
                    changed = getattr(text, method)(*given)
                except TypeError:
                    continue
                yield from [changed] if len(changed) <= _MAX_TEXT else []


def _joined(choices: list[list[str]]) -> Iterator[str]:
    for pieces in itertools.islice(itertools.product(*choices), _MAX_TEXTS):
        text = "".join(pieces)
        if len(text) <= _MAX_TEXT:
            yield text


def _integer(node: ast.expr | None) -> int | None:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int() as number)):
            return -number
    return None
