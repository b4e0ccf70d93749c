"""Constant text that an expression spells out piece by piece."""

import ast
import glob
import itertools
import re
from collections.abc import Callable, Iterable, Iterator

_MAX_TEXT = 2_000
_MAX_TEXTS = 256
_PLAIN_METHODS = {
    "lower", "upper", "strip", "lstrip", "rstrip", "title", "capitalize", "swapcase", "replace", "removeprefix",
    "removesuffix", "casefold",
}  # fmt: skip
METHODS = _PLAIN_METHODS | {"join", "format"}
"""Methods of text that are carried out here."""

Text = str | None
"""A text, or None for one that cannot be determined."""
Texts = Callable[[ast.expr], Iterable[Text]]


def fold(node: ast.expr, texts: Texts) -> Iterator[Text]:
    """The texts that an expression may be: concatenation, f-strings, `join`, slices, and plain methods of text.

    Args:
        node: The expression.
        texts: The texts that an inner expression may be.
    """
    match node:
        case ast.BinOp(left, ast.Add(), right):
            yield from _joined([texts(left), texts(right)])
        case ast.BinOp(left, ast.Mult(), right):
            times = _integer(right) if _integer(right) is not None else _integer(left)
            yield from (_times(text, times) for text in texts(left if _integer(right) is not None else right))
        case ast.BinOp(left, ast.Mod(), right):
            given = right.elts if isinstance(right, ast.Tuple) else [right]
            yield from _filled(texts(left), "%s", [texts(item) for item in given])
        case ast.JoinedStr(pieces):
            yield from _joined([_piece(piece, texts) for piece in pieces])
        case ast.Subscript(inner, ast.Slice(lower, upper, step)):
            bounds = [_integer(bound) for bound in (lower, upper, step)]
            plain = all(bound is None or _integer(bound) is not None for bound in (lower, upper, step))
            for text in texts(inner) if bounds[2] != 0 else ():
                yield text[slice(*bounds)] if text is not None and plain else None
        case ast.Subscript(inner, index):
            place = _integer(index)
            for text in texts(inner):
                yield (
                    text[place] if text is not None and place is not None and -len(text) <= place < len(text) else None
                )
        case ast.Call(ast.Attribute(glue, "join"), [ast.List(pieces) | ast.Tuple(pieces)], []):
            for text in texts(glue):
                glued: list[Iterable[Text]] = [piece for item in pieces for piece in ([text], texts(item))][1:]
                yield from _joined(glued)
        case ast.Call(ast.Attribute(inner, "format"), arguments, []):
            yield from _filled(texts(inner), "{}", [texts(item) for item in arguments])
        case ast.Call(ast.Attribute(inner, method), arguments, []) if method in _PLAIN_METHODS:
            for chosen in _products([texts(inner), *map(texts, arguments)]):
                yield None if None in chosen else _changed(method, chosen)
        case _:
            yield None


def number_or_text(node: ast.expr) -> Text:
    """The text of a constant as `str` would write it."""
    match node:
        case ast.Constant(value=str() | int() as value):
            return str(value)
    return None


def shape(node: ast.expr) -> str:
    """What an expression spells out of a text, as a pattern of `fnmatch`."""
    match node:
        case ast.Constant(value=str() as text):
            return glob.escape(text)
        case ast.JoinedStr(pieces):
            return "".join(map(shape, pieces))
        case ast.BinOp(left, ast.Add(), right):
            return shape(left) + shape(right)
        case ast.BinOp(ast.Constant(value=str() as text), ast.Mod()):
            return re.sub("%[a-z]", "*", glob.escape(text))
        case ast.Call(ast.Attribute(ast.Constant(value=str() as text), "format")):
            return re.sub(r"\{[^{}]*\}", "*", glob.escape(text))
    return "*"


def _piece(piece: ast.expr, texts: Texts) -> Iterable[Text]:
    match piece:
        case ast.FormattedValue(inner, -1 | 115, None):
            text = number_or_text(inner)
            return [text] if text is not None else texts(inner)
        case ast.FormattedValue():
            return [None]
    return texts(piece)


def _products(choices: list[Iterable[Text]]) -> Iterator[tuple[Text, ...]]:
    """All ways to choose; None stands for those beyond the most that are looked at."""
    every = itertools.product(*choices)
    yield from itertools.islice(every, _MAX_TEXTS)
    yield from ((None,) for _ in itertools.islice(every, 1))


def _joined(choices: list[Iterable[Text]]) -> Iterator[Text]:
    for pieces in _products(choices):
        known = [piece for piece in pieces if piece is not None]
        whole = len(known) == len(pieces) and sum(map(len, known)) <= _MAX_TEXT
        yield "".join(known) if whole else None


def _filled(texts: Iterable[Text], hole: str, given: list[Iterable[Text]]) -> Iterator[Text]:
    """A text with plain holes (no other), filled in order."""
    for text, *pieces in _products([texts, *given]):
        known = [piece for piece in pieces if piece is not None]
        if text is None or len(known) < len(pieces) or text.count(hole) != len(known) or len(text) > _MAX_TEXT:
            yield None
            continue
        parts = text.split(hole)
        if any(hole[0] in part for part in parts) or sum(map(len, known)) > _MAX_TEXT:
            yield None
            continue
        yield "".join(itertools.chain(*zip(parts, [*known, ""], strict=True)))


def _changed(method: str, pieces: Iterable[Text]) -> Text:
    known = [piece for piece in pieces if piece is not None]
    try:
        changed = getattr(known[0], method)(*known[1:])
    except TypeError:
        return None
    return changed if len(changed) <= _MAX_TEXT else None


def _times(text: Text, times: int | None) -> Text:
    if text is None or times is None or len(text) * times > _MAX_TEXT:
        return None
    return text * times


def _integer(node: ast.expr | None) -> int | None:
    match node:
        case ast.Constant(value=int() as number):
            return number
        case ast.UnaryOp(ast.USub(), ast.Constant(value=int() as number)):
            return -number
    return None
